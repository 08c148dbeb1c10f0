"""An OAuth 1.0a provider on oauthlib, on a free port of this machine.

The first line that it writes says where it is, and whom it knows; after that it answers each line that it reads with a
line of JSON: `signatures` tells by which methods requests were signed, and where the parameters stood.

  /request_token, /authorize, /access_token   RFC 5849, sections 2.1 to 2.3
  /user                                        who signs the request
"""

import json
import secrets
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from oauthlib import oauth1
from oauthlib.oauth1.rfc5849 import errors

CLIENT, SECRET = "interop-client", "interop & secret/with=reserved+characters"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_KEY = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC_KEY = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
).decode()


class Books(oauth1.RequestValidator):
    """Everything that the provider remembers; a nonce is good once."""

    enforce_ssl = False
    client_key_length = nonce_length = request_token_length = access_token_length = verifier_length = (8, 64)
    dummy_client = dummy_request_token = dummy_access_token = "nobody-at-all"
    allowed_signature_methods = ("HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT", "RSA-SHA1")

    def __init__(self):
        self.requested, self.granted, self.nonces = {}, {}, set()

    def check_client_key(self, key):
        return key == CLIENT

    check_nonce = check_request_token = check_access_token = check_verifier = lambda self, value: bool(value)

    def get_client_secret(self, key, request):
        return SECRET

    def get_rsa_key(self, key, request):
        return PUBLIC_KEY

    def validate_client_key(self, key, request):
        return key == CLIENT

    def get_request_token_secret(self, key, token, request):
        return self.requested.get(token, {}).get("secret", "")

    def validate_request_token(self, key, token, request):
        return token in self.requested

    def get_access_token_secret(self, key, token, request):
        return self.granted.get(token, {}).get("secret", "")

    def validate_access_token(self, key, token, request):
        return token in self.granted

    def validate_timestamp_and_nonce(self, key, timestamp, nonce, request, request_token=None, access_token=None):
        used = (key, timestamp, nonce, request_token, access_token)
        fresh = used not in self.nonces
        self.nonces.add(used)
        return fresh

    def validate_redirect_uri(self, key, uri, request):
        return urlsplit(uri).hostname == "localhost"

    def get_default_realms(self, key, request):
        return []

    get_realms = lambda self, token, request: []
    validate_requested_realms = lambda self, key, realms, request: True
    validate_realms = lambda self, key, token, request, uri=None, realms=None: True
    verify_realms = lambda self, token, realms, request: True

    def get_redirect_uri(self, token, request):
        return self.requested[token]["callback"]

    def save_request_token(self, token, request):
        self.requested[token["oauth_token"]] = {"secret": token["oauth_token_secret"], "callback": request.redirect_uri}

    def verify_request_token(self, token, request):
        return token in self.requested

    def save_verifier(self, token, verifier, request):
        self.requested[token].update(verifier=verifier["oauth_verifier"], login=request.login)

    def validate_verifier(self, key, token, verifier, request):
        return secrets.compare_digest(self.requested[token].get("verifier", secrets.token_hex()), verifier)

    def save_access_token(self, token, request):
        login = self.requested[request.resource_owner_key]["login"]
        self.granted[token["oauth_token"]] = {"secret": token["oauth_token_secret"], "login": login}

    def invalidate_request_token(self, key, token, request):
        self.requested.pop(token, None)


books = Books()
server = oauth1.WebApplicationServer(books)
signatures = []


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer("")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers.get("content-length") or 0)).decode())

    def answer(self, body):
        base = "http://" + self.headers["host"]
        url = urlsplit(self.path)
        request = (base + self.path, self.command, body, dict(self.headers))
        self.remember(url, body)
        try:
            if url.path == "/request_token":
                headers, text, code = server.create_request_token_response(*request)
            elif url.path == "/access_token":
                headers, text, code = server.create_access_token_response(*request)
            elif url.path == "/user":
                valid, seen = server.validate_protected_resource_request(*request)
                login = books.granted[seen.resource_owner_key]["login"] if valid else None
                profile = {"id": "id-" + login, "login": login, "email": login + "@example.test"} if valid else {"error": "refused"}
                headers, text, code = {"Content-Type": "application/json"}, json.dumps(profile), 200 if valid else 401
            elif url.path == "/authorize":
                return self.authorize(request, dict(parse_qsl(body if body else url.query)))
            else:
                headers, text, code = {}, "nothing here", 404
        except errors.OAuth1Error as problem:
            headers, text, code = {"Content-Type": "application/x-www-form-urlencoded"}, problem.urlencoded, 400
        self.send(code, headers, text or "")

    def remember(self, url, body):
        header = self.headers.get("authorization", "")
        places = {"AUTH_HEADER": header, "QUERY": url.query, "BODY": body}
        for place, text in places.items():
            if "oauth_signature_method" in text:
                method = next(method for method in Books.allowed_signature_methods + ("",) if method in text)
                signatures.append([url.path, method, place])

    def authorize(self, request, fields):
        token = fields.get("oauth_token", "")
        if token not in books.requested:
            return self.send(400, {}, "an unknown token")
        if self.command == "GET":
            form = f'<form method="post" action="/authorize"><input type="hidden" name="oauth_token" value="{token}"><input name="login"><button>Go on</button></form>'
            return self.send(200, {"Content-Type": "text/html"}, f"<html><body><main>{form}</main></body></html>")
        callback = books.requested[token]["callback"]
        if not fields.get("login"):
            answer = {"denied": token}
            return self.send(302, {"Location": callback + ("&" if "?" in callback else "?") + urlencode(answer)}, "")
        headers, text, code = server.create_authorization_response(*request, credentials={"login": fields["login"]})
        self.send(code, headers, text or "")

    def send(self, code, headers, text):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


def main():
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    url = "http://localhost:%d" % listener.server_address[1]
    print(json.dumps({"url": url, "key": CLIENT, "secret": SECRET, "private_key": PRIVATE_KEY}), flush=True)
    for line in sys.stdin:
        print(json.dumps(signatures if line.strip() == "signatures" else {"error": "unknown command"}), flush=True)


main()
