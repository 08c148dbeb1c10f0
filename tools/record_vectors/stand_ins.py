"""Tests of our own making for backends that the library has no test of: they only play the provider."""

from __future__ import annotations

import json

from social_core.backends.coding import CodingOAuth2
from social_core.backends.justgiving import JustGivingOAuth2
from social_core.backends.nfdi import (
    CatOpenIdConnect,
    DatascienceOpenIdConnect,
    EduidStagingOpenIdConnect,
    HelmholtzOpenIdConnect,
    ObjectsOpenIdConnect,
    TextplusOpenIdConnect,
)
from social_core.backends.odnoklassniki import OdnoklassnikiOAuth2
from social_core.backends.openshift import OpenshiftOAuth2
from social_core.backends.ping import PingOpenIdConnect
from social_core.backends.salesforce import SalesforceOAuth2Sandbox
from social_core.backends.vimeo import VimeoOAuth1, VimeoOAuth2
from social_core.tests.backends.oauth import OAuth1Test, OAuth2Test
from social_core.tests.backends.open_id_connect import OpenIdConnectTest

TOKEN = {"access_token": "foobar", "token_type": "bearer", "refresh_token": "refresh-foobar", "expires_in": 3600}
PERSON = {
    "sub": "1234",
    "preferred_username": "foobar",
    "name": "Foo Bar",
    "given_name": "Foo",
    "family_name": "Bar",
    "email": "foo@bar.com",
    "email_verified": True,
    "eduperson_principal_name": "foobar@bar.com",
    "voperson_id": "1234@voperson.example",
    "eduperson_entitlement": ["urn:example:group:one"],
}


def path_of(backend: type) -> str:
    return f"{backend.__module__}.{backend.__name__}"


def oauth2(backend: type, url: str, person: dict, settings: dict | None = None, token: dict | None = None) -> type:
    def extra_settings(self):
        named = {f"SOCIAL_AUTH_{self.name}_{name}": value for name, value in (settings or {}).items()}
        return {**OAuth2Test.extra_settings(self), **named}

    return type(f"{backend.__name__}StandIn", (OAuth2Test,), {
        "backend_path": path_of(backend),
        "user_data_url": url,
        "user_data_body": json.dumps(person),
        "access_token_body": json.dumps(token or TOKEN),
        "extra_settings": extra_settings,
    })


def oidc(backend: type) -> type:
    endpoint = backend.OIDC_ENDPOINT or "https://issuer.example.com"
    own = {} if backend.OIDC_ENDPOINT else {"OIDC_ENDPOINT": endpoint}
    issuer = endpoint.rstrip("/")
    metadata = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "revocation_endpoint": f"{issuer}/revoke",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
    return type(f"{backend.__name__}StandIn", (OpenIdConnectTest,), {
        "backend_path": path_of(backend),
        "issuer": issuer,
        "extra_settings": lambda self: {
            **OpenIdConnectTest.extra_settings(self), **{f"SOCIAL_AUTH_{self.name}_{name}": value for name, value in own.items()}
        },
        "openid_config_body": json.dumps(metadata),
        "user_data_url": f"{issuer}/userinfo",
        "user_data_body": json.dumps(PERSON),
    })


def vimeo() -> type:
    return type("VimeoOAuth1StandIn", (OAuth1Test,), {
        "backend_path": path_of(VimeoOAuth1),
        "user_data_url": "https://vimeo.com/api/rest/v2",
        "user_data_body": json.dumps({"stat": "ok", "person": {"id": "418", "username": "foobar", "display_name": "Foo Bar"}}),
        "access_token_body": "oauth_token=access&oauth_token_secret=access-secret",
        "request_token_body": "oauth_token=foobar&oauth_token_secret=foobar-secret&oauth_callback_confirmed=true",
    })


def stand_ins() -> dict[type, list[type]]:
    salesforce = "https://test.salesforce.com/id/00Dx0000000BV7z/005x00000012Q9P"
    plain = [
        oauth2(CodingOAuth2, "https://coding.net/api/account/current_user",
               {"code": 0, "data": {"id": 4242, "name": "foobar", "email": "foo@bar.com"}}),
        oauth2(JustGivingOAuth2, "https://api.justgiving.com/v1/account",
               {"userId": 4242, "accountId": 77, "email": "foo@bar.com", "firstName": "Foo", "lastName": "Bar"}),
        oauth2(OdnoklassnikiOAuth2, "https://api.ok.ru/fb.do",
               {"uid": "755", "name": "Foo Bar", "first_name": "Foo", "last_name": "Bar", "email": "foo@bar.com"}, {"PUBLIC_NAME": "CBAPUBLIC"}),
        oauth2(OpenshiftOAuth2, "https://openshift.example.com/oapi/v1/users/~",
               {"kind": "User", "metadata": {"name": "foobar", "uid": "83b4-11e5"}, "identities": []}, {"URL": "https://openshift.example.com"}),
        oauth2(VimeoOAuth2, "https://api.vimeo.com/me",
               {"uri": "/users/4242", "name": "Foo Bar", "link": "https://vimeo.com/foobar"},
               token={**TOKEN, "user": {"uri": "/users/4242", "name": "Foo Bar", "link": "https://vimeo.com/foobar"}}),
        oauth2(SalesforceOAuth2Sandbox, salesforce,
               {"user_id": "005x00000012Q9P", "username": "foobar@bar.com", "email": "foo@bar.com", "first_name": "Foo", "last_name": "Bar",
                "display_name": "Foo Bar"}, token={**TOKEN, "id": salesforce, "instance_url": "https://test.salesforce.com", "signature": "abc"}),
    ]
    keyed = {}
    for backend, test in zip(
        (CodingOAuth2, JustGivingOAuth2, OdnoklassnikiOAuth2, OpenshiftOAuth2, VimeoOAuth2, SalesforceOAuth2Sandbox), plain, strict=True
    ):
        keyed[backend] = [test]
    keyed[VimeoOAuth1] = [vimeo()]
    for backend in (
        CatOpenIdConnect, DatascienceOpenIdConnect, EduidStagingOpenIdConnect, HelmholtzOpenIdConnect, ObjectsOpenIdConnect,
        TextplusOpenIdConnect, PingOpenIdConnect,
    ):
        keyed[backend] = [oidc(backend)]
    return keyed
