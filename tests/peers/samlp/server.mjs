// An identity provider made of samlp, for tests only: it signs in Alice, without asking.
//
// The first line that it writes says where it is. `service URL CERTIFICATE-FILE` tells which service provider it serves,
// whose certificate is in that file; `told` answers how often it ended its session. How it answers is said in the path
// of the sign-on address: see KINDS.

import fs from "node:fs";
import readline from "node:readline";
import express from "express";
import samlp from "samlp";

const key = fs.readFileSync("idp.key");
const cert = fs.readFileSync("idp.crt");
const ENTITY = "urn:samlp-peer";
const PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const XMLENC11 = "http://www.w3.org/2009/xmlenc11#";
const XMLENC = "http://www.w3.org/2001/04/xmlenc#";

let service, serviceKey;
const encrypted = (algorithm) => () => ({
  encryptionCert: serviceKey,
  encryptionPublicKey: serviceKey,
  encryptionAlgorithm: algorithm,
  disallowEncryptionWithInsecureAlgorithm: false,
  warnOnInsecureEncryptionAlgorithm: false,
});
const KINDS = {
  assertion: () => ({}),
  response: () => ({ signResponse: true, signAssertion: false }),
  both: () => ({ signResponse: true }),
  prefixed: () => ({ signResponse: true, signatureNamespacePrefix: "ds" }),
  gcm: encrypted(XMLENC11 + "aes256-gcm"),
  gcm128: encrypted(XMLENC11 + "aes128-gcm"),
  cbc: encrypted(XMLENC + "aes256-cbc"),
  persistent: () => ({ nameIdentifierFormat: PERSISTENT }),
  typed: () => ({ typedAttributes: true, includeAttributeNameFormat: true }),
  sha1: () => ({ signatureAlgorithm: "rsa-sha1", digestAlgorithm: "sha1" }),
  unsigned: () => ({ signAssertion: false }),
  "another-audience": () => ({ audience: "https://another.test/saml" }),
  "another-issuer": () => ({ issuer: "urn:somebody-else" }),
};

const alice = {
  id: "alice-0001",
  displayName: "Alice Archer",
  name: { givenName: "Alice", familyName: "Archer" },
  emails: [{ value: "alice@example.test" }],
  clearance: ["red", "green & blue"],
};

const participants = [];
let ended = 0;
const index = (issuer, nameId) => participants.findIndex((one) => one.serviceProviderId === issuer && one.nameId === nameId);
const sessions = {
  hasElements: () => participants.length > 0,
  get: (issuer, _sessionIndexes, nameId, found) => found(null, participants[index(issuer, nameId)]),
  getFirst: (found) => found(null, participants[0]),
  remove: (issuer, _sessionIndex, nameId, done) => {
    const at = index(issuer, nameId);
    done(null, at < 0 ? undefined : participants.splice(at, 1)[0]);
  },
};
const kept = new Map();
let saved = 0;
const store = {
  save: (_, state, done) => {
    const handle = `_${(saved += 1)}`;
    kept.set(handle, state);
    done(null, handle);
  },
  load: (_, handle, ...rest) => {
    const done = rest.pop();
    const state = kept.get(handle);
    if (rest[0]?.destroy) kept.delete(handle);
    done(null, state);
  },
  update: (_, handle, state, done) => {
    kept.set(handle, { ...kept.get(handle), ...state });
    done(null, handle);
  },
};

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use((request, response, next) => {
  request.body ??= {};
  // It was written for an older express.
  const send = response.send.bind(response);
  response.send = (what) => (typeof what === "number" ? response.sendStatus(what) : send(what));
  next();
});
const answer = (kind, inResponseTo) => (request, response, next) => {
  const options = {
    issuer: ENTITY,
    cert,
    key,
    sessionIndex: "_session",
    recipient: `${service}/complete/saml/`,
    destination: `${service}/complete/saml/`,
    getUserFromRequest: () => alice,
    getPostURL: (_audience, _request, _http, found) => found(null, `${service}/complete/saml/`),
    ...inResponseTo,
    ...KINDS[kind](),
  };
  participants.splice(0, participants.length, {
    serviceProviderId: "https://site.test/saml",
    nameId: alice.id,
    nameIdFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    sessionIndex: "_session",
    serviceProviderLogoutURL: `${service}/saml/logout/saml/`,
    cert: serviceKey,
  });
  samlp.auth(options)(request, response, next);
};
for (const kind of Object.keys(KINDS)) app.get(`/sso/${kind}`, answer(kind, {}));
app.get("/initiate/:kind", (request, response, next) => answer(request.params.kind, { audience: "https://site.test/saml" })(request, response, next));
app.get("/metadata", samlp.metadata({ issuer: ENTITY, cert, endpointPath: "/sso/both", logoutEndpointPaths: { redirect: "/slo" } }));
app.all("/slo", (request, response, next) =>
  samlp.logout({
    issuer: ENTITY,
    cert,
    key,
    protocolBinding: request.query.binding === "redirect" ? "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" : undefined,
    deflate: true,
    sessionParticipants: sessions,
    store,
    clearIdPSession: (done) => {
      ended += 1;
      done();
    },
  })(request, response, next),
);
app.use((error, _request, response, _next) => response.status(400).send(`<main>${error.message}</main>`));

const server = app.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify({ url, entity: ENTITY, certificate: cert.toString() }));
});
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, ...given] = line.split(" ");
  if (name === "service") {
    service = given[0];
    serviceKey = fs.readFileSync(given[1]);
  }
  console.log(JSON.stringify({ ended }));
});
process.stdin.on("end", () => process.exit(0));
