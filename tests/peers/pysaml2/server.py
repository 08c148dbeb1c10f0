"""An identity provider made of pysaml2, for tests only: it signs in whoever the query names, without asking.

The line `service <url>` tells which service provider it serves, whose metadata it reads then; `told` what it was told
of logouts. How it answers is said in the path of the sign-on address: see KINDS.
"""

import base64
import datetime
import html
import http.server
import json
import shutil
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from pathlib import Path

import saml2.entity
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, saml, sigver
from saml2.authn_context import PASSWORD
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512, SIG_RSA_SHA1, SIG_RSA_SHA256, SIG_RSA_SHA512

AES128_CBC = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
SHA256 = {"sign_alg": SIG_RSA_SHA256, "digest_alg": DIGEST_SHA256}
KINDS = {
    "assertion": {"sign_response": False, "sign_assertion": True, **SHA256},
    "response": {"sign_response": True, "sign_assertion": False, **SHA256},
    "both": {"sign_response": True, "sign_assertion": True, **SHA256},
    "sha512": {"sign_response": True, "sign_assertion": True, "sign_alg": SIG_RSA_SHA512, "digest_alg": DIGEST_SHA512},
    "sha1": {"sign_response": True, "sign_assertion": True, "sign_alg": SIG_RSA_SHA1, "digest_alg": DIGEST_SHA1},
    "encrypted": {"sign_response": True, "sign_assertion": True, "encrypt_assertion": True, **SHA256},
    "unsigned": {"sign_response": False, "sign_assertion": False, **SHA256},
}


def make_key(folder):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pysaml2")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
    certificate = builder.sign(key, hashes.SHA256())
    (folder / "idp.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "idp.crt").write_bytes(certificate.public_bytes(Encoding.PEM))


def make_server(folder, url, service):
    metadata = folder / "sp.xml"
    with urllib.request.urlopen(service + "/saml/metadata.xml") as answer:
        metadata.write_bytes(answer.read())
    config = IdPConfig().load({
        "entityid": url + "/metadata",
        "key_file": str(folder / "idp.key"),
        "cert_file": str(folder / "idp.crt"),
        "xmlsec_binary": shutil.which("xmlsec1"),
        "metadata": {"local": [str(metadata)]},
        "service": {"idp": {
            # Of logouts, too.
            "want_authn_requests_signed": True,
            "endpoints": {
                "single_sign_on_service": [(url + "/sso/" + kind, BINDING_HTTP_REDIRECT) for kind in KINDS],
                "single_logout_service": [(url + "/slo", BINDING_HTTP_REDIRECT)],
            },
            "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None, "name_form": saml.NAME_FORMAT_URI}},
        }},
    })
    server = Server(config=config)
    # It encrypts by Triple DES unless told otherwise.
    saml2.entity.pre_encryption_part = lambda **how: sigver.pre_encryption_part(msg_enc=AES128_CBC, **how)
    encrypt = server.sec.encrypt_assertion
    server.sec.encrypt_assertion = lambda statement, key, template, key_type="", node_xpath=None: encrypt(
        statement, key, template, key_type="aes-128", node_xpath=node_xpath)
    return server


def signature(query):
    return {"relay_state": query.get("RelayState"), "sigalg": query.get("SigAlg"), "signature": query.get("Signature")}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, content_type, text, **headers):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        try:
            self.serve()
        except Exception as error:  # a test sees it
            self.answer(500, "text/plain", repr(error))

    def serve(self):
        state, parsed = self.server.state, urllib.parse.urlparse(self.path)
        query = dict(urllib.parse.parse_qsl(parsed.query))
        parts = parsed.path.strip("/").split("/")
        idp = state.idp()
        if parts[0] == "sso":
            request = idp.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT, **signature(query))
            args = idp.response_args(request.message, [BINDING_HTTP_POST])
            self.post(state, idp, parts[1], args, query.get("RelayState", ""))
        elif parts[0] == "initiate":
            args = {"in_response_to": None, "sp_entity_id": state.entity, "destination": state.service + "/complete/saml/", "binding": BINDING_HTTP_POST}
            self.post(state, idp, parts[1], args, query.get("RelayState", ""))
        elif parts[0] == "slo" and "SAMLRequest" in query:
            request = idp.parse_logout_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT, **signature(query))
            state.ended.append(request.message.session_index[0].text)
            answer = idp.create_logout_response(request.message, [BINDING_HTTP_REDIRECT], sign=False)
            self.redirect(idp, str(answer), state.service + "/saml/logout/saml/", query.get("RelayState", ""), True)
        elif parts[0] == "slo":
            answer = idp.parse_logout_request_response(query["SAMLResponse"], BINDING_HTTP_REDIRECT)
            # Which pysaml2 leaves to whoever uses it.
            keys = idp.metadata.certs(answer.issuer(), "any", "signing")
            if not any(sigver.verify_redirect_signature(query, idp.sec.sec_backend, key) for _, key in keys):
                raise ValueError("the answer is not signed")
            state.confirmed.append(answer.response.status.status_code.value)
            self.answer(200, "text/html", "<main>signed out everywhere</main>")
        elif parts[0] == "end":
            name = NameID(format=NAMEID_FORMAT_PERSISTENT, text=query["person"])
            where = state.service + "/saml/logout/saml/"
            _, request = idp.create_logout_request(where, state.entity, name_id=name, session_indexes=[state.sessions[-1]], sign=False)
            self.redirect(idp, str(request), where, "theirs", False, sign=query.get("signed") != "no")
        else:
            self.answer(404, "text/plain", "nothing")

    def post(self, state, idp, kind, args, relay_state):
        how = KINDS[kind]
        response = idp.create_authn_response(
            {"uid": [state.person], "mail": [state.person + "@example.test"], "givenName": ["Per"], "sn": ["Son"], "cn": ["Per Son"]},
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=state.person, sp_name_qualifier=state.entity),
            authn={"class_ref": PASSWORD, "authn_auth": "here"}, **{**args, **how},
        )
        text = str(response)
        if ("EncryptedAssertion" in text) != how.get("encrypt_assertion", False):
            raise ValueError("pysaml2 did not encrypt as it was told to")
        if "SessionIndex=\"" in text:
            state.sessions.append(text.split("SessionIndex=\"")[1].split("\"")[0])
        encoded = base64.b64encode(text.encode()).decode()
        fields = f'<input name="SAMLResponse" value="{encoded}"><input name="RelayState" value="{html.escape(relay_state)}">'
        self.answer(200, "text/html", f'<form method="post" action="{args["destination"]}">{fields}</form>')

    def redirect(self, idp, message, where, relay_state, response, sign=True):
        info = idp.apply_binding(BINDING_HTTP_REDIRECT, message, where, relay_state, response=response, sign=sign, sigalg=SIG_RSA_SHA256)
        self.answer(303, "text/plain", "", Location=dict(info["headers"])["Location"])


class State:
    def __init__(self, folder, url):
        self.folder, self.url, self.service, self.entity = folder, url, None, None
        self.person, self.sessions, self.ended, self.confirmed = "alice", [], [], []
        self.lock, self.made = threading.Lock(), None

    def idp(self):
        with self.lock:
            if self.made is None:
                self.made = make_server(self.folder, self.url, self.service)
            return self.made


def main():
    folder = Path(tempfile.mkdtemp())
    make_key(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    state = server.state = State(folder, url)
    certificate = "".join(line for line in (folder / "idp.crt").read_text().splitlines() if not line.startswith("---"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": url, "certificate": certificate}), flush=True)
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "service":
            state.service, state.entity = rest, "https://site.test/saml"
        print(json.dumps({"ended": state.ended, "confirmed": state.confirmed}), flush=True)
    shutil.rmtree(folder)


main()
