"""OAuth 2.0 and OpenID Connect servers on Authlib and Flask, on a free port of this machine.

The first line that it writes says where it is, and what clients show. Each line that it reads it answers: `client URL NAME
METHOD` registers a client for an application, with that way to prove itself. Who signs in types a name; an empty one declines.
"""

import json
import logging
import os
import secrets
import sys
import threading
import time

# It is on this machine only, without TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants, list_to_scope, scope_to_list
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207.parameter import IssuerParameter
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, request
from joserfc.jwk import ECKey, KeySet
from werkzeug.serving import WSGIRequestHandler, make_server

SECRET = "the secret of every client that has one"
KEY = ECKey.generate_key("P-256", parameters={"kid": "one", "use": "sig", "alg": "ES256"})
clients, codes, tokens, asked = {}, {}, [], {}
app = Flask(__name__)
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True


class Client(ClientMixin):
    def __init__(self, name, method):
        self.name, self.method, self.redirect_uris = name, method, []

    def get_client_id(self):
        return self.name

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return list_to_scope([one for one in scope_to_list(scope) or [] if one in ("openid", "profile", "email")])

    def check_redirect_uri(self, uri):
        return uri in self.redirect_uris

    def check_client_secret(self, secret):
        return secrets.compare_digest(secret, SECRET)

    def check_endpoint_auth_method(self, method, endpoint):
        return method == self.method

    def check_response_type(self, kind):
        return kind == "code"

    def check_grant_type(self, kind):
        return kind in ("authorization_code", "refresh_token")


class Code(AuthorizationCodeMixin):
    def __init__(self, **given):
        self.__dict__.update(given, at=int(time.time()))

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.at

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class Token(TokenMixin):
    def __init__(self, client, user, fields):
        self.client, self.user, self.at, self.revoked = client, user, int(time.time()), False
        self.access_token, self.refresh_token = fields["access_token"], fields.get("refresh_token")
        self.scope, self.expires_in = fields.get("scope") or "", fields["expires_in"]

    def check_client(self, client):
        return self.client is client

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.expires_in

    def is_revoked(self):
        return self.revoked

    def is_expired(self):
        return time.time() > self.at + self.expires_in

    def get_user(self):
        return self.user

    def get_client(self):
        return self.client


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code, request):
        payload = request.payload.data
        codes[code] = Code(
            code=code,
            client=request.client,
            user=request.user,
            redirect_uri=payload.get("redirect_uri"),
            scope=request.payload.scope,
            nonce=payload.get("nonce"),
            code_challenge=payload.get("code_challenge"),
            code_challenge_method=payload.get("code_challenge_method"),
        )

    def query_authorization_code(self, code, client):
        found = codes.get(code)
        return found if found and found.client is client else None

    def delete_authorization_code(self, code):
        del codes[code.code]

    def authenticate_user(self, code):
        return code.user


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = CodeGrant.TOKEN_ENDPOINT_AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        return next((one for one in tokens if one.refresh_token == refresh_token and not one.revoked), None)

    def authenticate_user(self, token):
        return token.user

    def revoke_old_credential(self, token):
        token.revoked = True


class IdToken(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return any(code.nonce == nonce for code in codes.values())

    def resolve_client_private_key(self, client):
        return KEY

    def get_client_algorithm(self, client):
        return "ES256"

    def get_client_claims(self, client):
        return {"iss": issuer(), "exp": int(time.time()) + 3600}

    def generate_user_info(self, user, scope):
        return UserInfo(about(user))


class Issuer(IssuerParameter):
    def get_issuer(self):
        return issuer()


class Revoke(RevocationEndpoint):
    CLIENT_AUTH_METHODS = CodeGrant.TOKEN_ENDPOINT_AUTH_METHODS

    def query_token(self, token, hint):
        return next((one for one in tokens if token in (one.access_token, one.refresh_token)), None)

    def revoke_token(self, token, request):
        token.revoked = True


class Bearer(BearerTokenValidator):
    def authenticate_token(self, value):
        return next((one for one in tokens if one.access_token == value), None)


def save_token(fields, request):
    tokens.append(Token(request.client, request.user, fields))


def about(user):
    return {"sub": f"id-{user}", "preferred_username": user, "email": f"{user}@example.test", "email_verified": True}


def issuer():
    return app.config["ISSUER"]


server = AuthorizationServer(app, query_client=clients.get, save_token=save_token)
server.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(require_nonce=False)])
server.register_grant(RefreshGrant)
server.register_endpoint(Revoke)
server.register_extension(Issuer())
protect = ResourceProtector()
protect.register_token_validator(Bearer())


@app.before_request
def count():
    asked[request.path] = asked.get(request.path, 0) + 1


@app.get("/.well-known/openid-configuration")
def metadata():
    base = issuer()
    return jsonify(
        issuer=base,
        authorization_endpoint=base + "/authorize",
        token_endpoint=base + "/token",
        userinfo_endpoint=base + "/userinfo",
        revocation_endpoint=base + "/revoke",
        jwks_uri=base + "/keys",
        response_types_supported=["code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["ES256"],
        token_endpoint_auth_methods_supported=CodeGrant.TOKEN_ENDPOINT_AUTH_METHODS,
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )


@app.get("/keys")
def keys():
    return jsonify(KeySet([KEY]).as_dict(private=False))


@app.route("/authorize", methods=["GET", "POST"])
def authorize():
    try:
        grant = server.get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return jsonify(dict(error.get_body())), 400
    if request.method == "GET":
        return '<main><form method="post"><input name="login"></form></main>'
    return server.create_authorization_response(grant_user=request.form["login"] or None, grant=grant)


@app.post("/token")
def token():
    return server.create_token_response()


@app.post("/revoke")
def revoke():
    return server.create_endpoint_response("revocation")


@app.get("/userinfo")
@protect("openid")
def userinfo():
    return jsonify(about(current_token.user))


@app.get("/me")
@protect("profile")
def me():
    user = current_token.user
    return jsonify(data={"account": {"number": len(user), "slug": user}, "contact": [{"kind": "mail", "value": f"{user}@example.test"}]})


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


def main():
    logging.disable()
    http = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    app.config["ISSUER"] = f"http://127.0.0.1:{http.port}"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    print(json.dumps({"url": issuer(), "secret": SECRET}), flush=True)
    for line in sys.stdin:
        name, *arguments = line.split()
        if name == "client":
            url, client, method = arguments
            # Several applications are one client.
            clients.setdefault(client, Client(client, method)).redirect_uris.append(f"{url}/complete/{client}/")
            answer = {"registered": client}
        elif name == "good":
            answer = {"good": sum(not one.revoked for one in tokens)}
        else:
            answer = asked
        print(json.dumps(answer), flush=True)


main()
