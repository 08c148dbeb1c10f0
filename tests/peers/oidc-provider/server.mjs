// Runs the certified OpenID provider `oidc-provider` on a random loopback port, for the interop tests.
//
// The first line on standard output is {"issuer": "http://127.0.0.1:<port>"}. Each line on standard input is
// a command, answered by one line of JSON:
//   rotate    new signing keys take the place of the old ones, at once; sessions and tokens stay
//   requests  how many requests each path has had so far
//   client    followed by a space and JSON: registers a client
//
// With TLS_KEY, TLS_CERTIFICATE and TLS_AUTHORITIES (PEM) it answers on a second port over TLS as well, and asks
// for a certificate there; the first line has its address as "mtls".
// The end of standard input ends the process, so that it never outlives the tests.

import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';

// Standard output is for answers alone.
console.info = console.error;
console.warn = console.error;

const INITIAL_ACCESS_TOKEN = 'an-initial-access-token';

// Which endpoints are on the port with TLS.
const aliases = {};

const encryption = (what) => ({
  [`${what}EncryptionAlgValues`]: ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'],
  [`${what}EncryptionEncValues`]: ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'],
});

const SECRET = 'a client secret: with reserved characters & more/than+32%bytes';

// A native client may come from any port on loopback (RFC 8252, section 7.3), so each test has an
// application of its own.
const client = (id, further) => ({
  client_id: id,
  client_secret: SECRET,
  application_type: 'native',
  redirect_uris: [`http://localhost/complete/${id}/`],
  ...further,
});

const clients = [
  client('rs256', { token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'RS256' }),
  client('es256', { token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' }),
  client('ps256', { id_token_signed_response_alg: 'PS256' }),
  client('eddsa', { id_token_signed_response_alg: 'EdDSA' }),
  client('public', { client_secret: undefined, token_endpoint_auth_method: 'none' }),
  client('form-post'),
  client('signed-userinfo', { userinfo_signed_response_alg: 'ES256' }),
  client('offline', { grant_types: ['authorization_code', 'refresh_token'] }),
  client('without-pkce'),
  client('wrong-secret', { token_endpoint_auth_method: 'client_secret_basic' }),
];

function jwks() {
  const key = (alg, type, options) => {
    // Not the key object of the generation itself: node 20 waits for itself when it is collected during the export.
    const pem = generateKeyPairSync(type, {
      ...options,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }).privateKey;
    return { ...createPrivateKey(pem).export({ format: 'jwk' }), alg, use: 'sig', kid: randomBytes(6).toString('hex') };
  };
  return {
    keys: [
      key('RS256', 'rsa', { modulusLength: 2048 }),
      key('PS256', 'rsa', { modulusLength: 2048 }),
      key('ES256', 'ec', { namedCurve: 'P-256' }),
      key('EdDSA', 'ed25519'),
    ],
  };
}

const acrValues = ['urn:example:bronze', 'urn:example:silver'];

// What outlives a change of keys.
const adapter = createMemoryAdapter();
const cookieKeys = [randomBytes(32).toString('hex')];

function provider(issuer) {
  const made = new Provider(issuer, {
    adapter,
    clients,
    jwks: jwks(),
    cookies: { keys: cookieKeys },
    pkce: { required: () => true },
    // Its own refuses addresses on loopback, where the applications of the tests publish their keys.
    fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
    rotateRefreshToken: () => true,
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'],
      userinfoSigningAlgValues: ['RS256', 'ES256'],
      clientAuthSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'],
      authorizationSigningAlgValues: ['RS256', 'ES256'],
      requestObjectSigningAlgValues: ['RS256', 'ES256'],
      ...encryption('idToken'), ...encryption('userinfo'), ...encryption('authorization'),
    },
    acrValues,
    clientAuthMethods: [
      'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none',
      'tls_client_auth', 'self_signed_tls_client_auth',
    ],
    responseTypes: ['code', 'code id_token'],
    discovery: { mtls_endpoint_aliases: aliases },
    claims: { openid: ['sub'], acr: null, auth_time: null, email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    features: {
      backchannelLogout: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      jwtUserinfo: { enabled: true },
      encryption: { enabled: true },
      claimsParameter: { enabled: true },
      jwtResponseModes: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      registration: { enabled: true, initialAccessToken: INITIAL_ACCESS_TOKEN },
      revocation: { enabled: true },
      introspection: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        certificateBoundAccessTokens: true,
        getCertificate: (context) => context.socket.getPeerX509Certificate?.(),
        certificateAuthorized: (context) => context.socket.authorized,
        certificateSubjectMatches: (context, property, expected) =>
          property === 'tls_client_auth_san_dns' && context.socket.getPeerX509Certificate().checkHost(expected) === expected,
      },
    },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.test`, email_verified: true, name: `Person ${id}`, preferred_username: id }),
    }),
  });
  // The development pages say nothing of how somebody authenticated; here the name does.
  const finished = made.interactionFinished.bind(made);
  made.interactionFinished = (request, response, result, options) => {
    const acr = acrValues.find((value) => result.login?.accountId.startsWith(value.split(':').pop()));
    if (acr) result.login.acr = acr;
    return finished(request, response, result, options);
  };
  return made;
}

let handle;
const requests = {};
const answer = (request, response) => {
  const path = request.url.split('?')[0];
  requests[path] = (requests[path] ?? 0) + 1;
  handle(request, response);
};

const { TLS_KEY: key, TLS_CERTIFICATE: cert, TLS_AUTHORITIES: ca } = process.env;
const server = createServer(answer);
const tls = cert && createTlsServer({ key, cert, ca, requestCert: true, rejectUnauthorized: false }, answer);
const listening = (one) => new Promise((done) => one.listen(0, '127.0.0.1', () => done(one.address().port)));

const issuer = `http://127.0.0.1:${await listening(server)}`;
const mtls = tls && `https://localhost:${await listening(tls)}`;
if (mtls) {
  for (const [name, path] of Object.entries({ token: 'token', userinfo: 'me', pushed_authorization_request: 'request' })) {
    aliases[`${name}_endpoint`] = `${mtls}/${path}`;
  }
}
const renew = () => { handle = provider(issuer).callback(); };
const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const commands = {
  rotate: async () => { renew(); return { rotated: true }; },
  requests: async () => requests,
  client: async (text) => {
    const metadata = JSON.parse(text);
    await adapter('Client').upsert(metadata.client_id, metadata);
    return { registered: metadata.client_id };
  },
};
renew();
tell({ issuer, mtls, client_secret: SECRET, initial_access_token: INITIAL_ACCESS_TOKEN });
createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const [command, ...rest] = line.split(' ');
    tell((await commands[command]?.(rest.join(' '))) ?? { unknown: line });
  })
  .on('close', () => process.exit(0));
