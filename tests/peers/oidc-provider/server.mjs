// Runs the certified OpenID provider `oidc-provider` on a random loopback port, for the interop tests.
//
// The first line on standard output is {"issuer": "http://127.0.0.1:<port>"}. Each line on standard input is
// a command, answered by one line of JSON:
//   rotate    new signing keys take the place of the old ones, at once; sessions and tokens stay
//   requests  how many requests each path has had so far
// The end of standard input ends the process, so that it never outlives the tests.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';

// Standard output is for answers alone.
console.info = console.error;
console.warn = console.error;

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
    const { privateKey } = generateKeyPairSync(type, options);
    return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomBytes(6).toString('hex') };
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

// What outlives a change of keys.
const adapter = createMemoryAdapter();
const cookieKeys = [randomBytes(32).toString('hex')];

function provider(issuer) {
  return new Provider(issuer, {
    adapter,
    clients,
    jwks: jwks(),
    cookies: { keys: cookieKeys },
    pkce: { required: () => true },
    rotateRefreshToken: () => true,
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      userinfoSigningAlgValues: ['ES256'],
    },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    features: { devInteractions: { enabled: true }, jwtUserinfo: { enabled: true } },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.test`, email_verified: true, name: `Person ${id}`, preferred_username: id }),
    }),
  });
}

let handle;
const requests = {};
const server = createServer((request, response) => {
  const path = request.url.split('?')[0];
  requests[path] = (requests[path] ?? 0) + 1;
  handle(request, response);
});

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const renew = () => { handle = provider(issuer).callback(); };
  const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  const commands = {
    rotate: () => { renew(); return { rotated: true }; },
    requests: () => requests,
  };
  renew();
  tell({ issuer, client_secret: SECRET });
  createInterface({ input: process.stdin })
    .on('line', (line) => tell(commands[line]?.() ?? { unknown: line }))
    .on('close', () => process.exit(0));
});
