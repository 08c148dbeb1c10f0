"""Records cases of our own, one family after the other, for every backend class that is asked for.

The library's own tests serve as the provider where they have one for the backend: their mocked answers, with
something changed.
"""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import os
import pkgutil
import sys
from urllib.parse import parse_qsl, urlsplit

import responses
import time_machine

from recorder import CLOCK, RECORDER, every_class, install
from store import write

FROZEN = time_machine.travel(CLOCK, tick=False)
FROZEN.start()
install()

import social_core.tests.backends  # noqa: E402
from social_core.backends.base import BaseAuth  # noqa: E402
from social_core.backends.oauth import BaseOAuth1, BaseOAuth2, BaseOAuth2PKCE  # noqa: E402
from social_core.backends.open_id import OpenIdAuth  # noqa: E402
from social_core.backends.open_id_connect import OpenIdConnectAuth  # noqa: E402
from social_core.backends.utils import load_backends  # noqa: E402
from social_core.tests.backends.base import BaseBackendTest  # noqa: E402
from social_core.tests.backends.oauth import OAuth1Test, OAuth2Test  # noqa: E402
from social_core.tests.backends.open_id_connect import OpenIdConnectTest  # noqa: E402
from social_core.tests.models import TestAssociation, TestNonce, TestStorage, TestUserSocialAuth, User  # noqa: E402
from social_core.tests.strategy import TestStrategy  # noqa: E402

from openid_family import record_openid  # noqa: E402
from stand_ins import stand_ins  # noqa: E402

TOKEN_ERRORS = {
    "invalid_grant": (400, "application/json", '{"error": "invalid_grant", "error_description": "Code expired"}'),
    "invalid_client": (401, "application/json", '{"error": "invalid_client"}'),
    "forbidden": (403, "text/plain", ""),
    "rate_limited": (429, "text/plain", "slow down"),
    "server_error": (500, "text/plain", "oops"),
    "unavailable": (503, "text/plain", ""),
    "not_json": (200, "text/html", "<html>hello</html>"),
    "no_token": (200, "application/json", '{"token_type": "bearer"}'),
    "error_in_200": (200, "application/json", '{"error": "bad_verification_code"}'),
    "json_list": (200, "application/json", "[]"),
}
REFRESH = {
    "ok": (200, "application/json", json.dumps({"access_token": "new-token", "token_type": "bearer", "refresh_token": "new-refresh", "expires_in": 7200})),
    "invalid_grant": (400, "application/json", '{"error": "invalid_grant"}'),
    "server_error": (500, "text/plain", "oops"),
    "no_token": (200, "application/json", "{}"),
    "unauthorized": (401, "application/json", '{"error": "invalid_client"}'),
    "not_json": (200, "text/html", "<html>hello</html>"),
}
BEGIN = {
    "default": ({}, {}),
    "scope": ({"SCOPE": ["custom.one", "custom:two"]}, {}),
    "scope_only": ({"SCOPE": ["custom.one"], "IGNORE_DEFAULT_SCOPE": True}, {}),
    "no_scope": ({"IGNORE_DEFAULT_SCOPE": True}, {}),
    "extra_arguments": ({"AUTH_EXTRA_ARGUMENTS": {"prompt": "select account", "hd": "é&=x"}}, {"prompt": "ignored"}),
    "extra_arguments_override": (
        {"AUTH_EXTRA_ARGUMENTS": {"prompt": "none", "hd": "x"}, "AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST": ["prompt"]},
        {"prompt": "login", "hd": "evil"},
    ),
    "https": ({"/REDIRECT_IS_HTTPS": True}, {}),
}
PKCE = {
    "S256": {"USE_PKCE": True, "PKCE_CODE_CHALLENGE_METHOD": "S256"},
    "plain": {"USE_PKCE": True, "PKCE_CODE_CHALLENGE_METHOD": "plain"},
    "bogus": {"USE_PKCE": True, "PKCE_CODE_CHALLENGE_METHOD": "bogus"},
    "off": {"USE_PKCE": False},
}
LOGIN_SETTINGS = {
    "extra_data_setting": {"EXTRA_DATA": ["scope", ["token_type", "kind"], ["missing", "gone", True], ["expires_in", "ttl"]]},
    "email_as_username": {"/USERNAME_IS_FULL_EMAIL": True},
    "lowercase_email": {"/FORCE_EMAIL_LOWERCASE": True},
    "not_a_known_email": {"WHITELISTED_EMAILS": ["somebody@else.example"]},
    "not_a_known_domain": {"WHITELISTED_DOMAINS": ["else.example"]},
    "groups_allowed": {"ALLOW_GROUPS": ["admins"]},
    "another_id": {"ID_KEY": "email"},
}
# What the answer about the person may be instead.
PROFILES = {
    "user_401": (401, "application/json", '{"error": "invalid_token"}'),
    "user_403": (403, "text/plain", "nope"),
    "user_404": (404, "text/plain", ""),
    "user_429": (429, "text/plain", "slow down"),
    "user_500": (500, "text/plain", "oops"),
    "user_not_json": (200, "text/html", "<html>hello</html>"),
    "user_empty": (200, "application/json", "{}"),
    "user_list": (200, "application/json", "[]"),
    "user_null": (200, "application/json", "null"),
    "user_error_in_200": (200, "application/json", '{"error": "temporarily_unavailable"}'),
}
ID_TOKENS = {
    "no_nonce": {"include_nonce": False},
    "no_azp": {"include_azp": False},
    "wrong_azp": {"authorized_party": "somebody"},
    "multi_aud_no_azp": {"client_key": ["a-key", "other"], "include_azp": False},
    "multi_aud": {"client_key": ["a-key", "other"]},
    "no_sub": {"exclude_claims": ("sub",)},
    "no_exp": {"exclude_claims": ("exp",)},
    "no_iat": {"exclude_claims": ("iat",)},
    "no_iss": {"exclude_claims": ("iss",)},
    "no_aud": {"exclude_claims": ("aud",)},
    "no_at_hash": {"exclude_claims": ("at_hash",)},
    "no_access_token": {"access_token": None},
    "other_subject": {"subject": "5678"},
}
CALLBACKS = {
    "denied": {"error": "access_denied", "error_description": "User said no"},
    "provider_error": {"error": "server_error"},
    "denied_flag": {"denied": "token"},
    "login_required": {"error": "login_required"},
    "unknown_error": {"error": "something_new", "error_description": "Sorry"},
}


def forget() -> None:
    for model in (User, TestUserSocialAuth, TestNonce, TestAssociation):
        model.reset_cache()
    User.set_active(True)


class Provider:
    """A backend to be signed in at, with the settings that it needs."""

    def __init__(self, backend_class: type[BaseAuth], settings: dict, metadata: list) -> None:
        self.backend_class, self.settings, self.metadata = backend_class, settings, metadata

    @property
    def prefix(self) -> str:
        return "SOCIAL_AUTH_" + self.backend_class.name.upper().replace("-", "_")

    def named(self, settings: dict) -> dict:
        return {f"SOCIAL_AUTH{name.replace('/', '_')}" if name.startswith("/") else f"{self.prefix}_{name}": value for name, value in settings.items()}

    def backend(self, settings: dict | None = None) -> BaseAuth:
        forget()
        strategy = TestStrategy(TestStorage)
        strategy.set_settings({**copy.deepcopy(self.settings), **self.named(settings or {})})
        path = f"{self.backend_class.__module__}.{self.backend_class.__name__}"
        strategy.set_settings({"SOCIAL_AUTH_AUTHENTICATION_BACKENDS": (path,)})
        load_backends((path,), force_load=True)
        return self.backend_class(strategy, redirect_uri=f"/complete/{self.backend_class.name}/")


class recorded:
    """A case from beginning to end; what the library raises ends it."""

    def __init__(self, name: str, provider: Provider | None = None) -> None:
        self.name, self.provider = name, provider

    def __enter__(self):
        responses.start()
        if self.provider:
            for method, url, body, kind in self.provider.metadata:
                responses.add(method, url, body=body, content_type=kind)
        RECORDER.begin_case(self.name)

    def __exit__(self, kind, error, trace) -> bool:
        RECORDER.tamper = None
        case = RECORDER.case
        expected = kind is None or issubclass(kind, Exception)
        if kind is not None and case is not None and not any("error" in step["expect"] for step in case.steps if "expect" in step):
            case.unfit = f"{kind.__name__}: {error}"
        if case is not None and any("expect" not in step for step in case.steps):
            case.unfit = f"{kind and kind.__name__}: {error}"
        RECORDER.end_case()
        responses.stop()
        responses.reset()
        forget()
        return expected


def callback(backend: BaseAuth, url: str, params: dict) -> object:
    """The browser comes back from where it was sent."""
    query = dict(parse_qsl(urlsplit(url).query))
    state = {}
    if query.get("state"):
        state["state"] = query["state"]
    returning = dict(parse_qsl(urlsplit(query.get("redirect_uri", "")).query))
    if returning.get("redirect_state"):
        state["redirect_state"] = returning["redirect_state"]
    backend.strategy.set_request_data({**state, **params}, backend)
    return backend.complete()


def label(provider: Provider, family: str, variant: str) -> str:
    return f"{family}[{provider.backend_class.name}-{provider.backend_class.__name__}-{variant}]"


def record_oauth2(provider: Provider) -> None:
    for variant, (settings, params) in BEGIN.items():
        with recorded(label(provider, "begin", variant), provider):
            backend = provider.backend(settings)
            if params:
                backend.strategy.set_request_data(params, backend)
            backend.start()
    if issubclass(provider.backend_class, BaseOAuth2PKCE):
        for variant, settings in PKCE.items():
            with recorded(label(provider, "pkce", variant), provider):
                provider.backend(settings).start()
    for variant, params in CALLBACKS.items():
        with recorded(label(provider, "callback", variant), provider):
            backend = provider.backend()
            callback(backend, backend.start().url, params)
    for variant, params in {"no_state": {"code": "foobar"}, "wrong_state": {"code": "foobar", "state": "bogus", "redirect_state": "bogus"}}.items():
        with recorded(label(provider, "callback", variant), provider):
            backend = provider.backend()
            backend.start()
            backend.strategy.set_request_data(params, backend)
            backend.complete()
    for variant, answer in TOKEN_ERRORS.items():
        with recorded(label(provider, "token", variant), provider):
            backend = provider.backend()
            url = backend.start().url
            answer_all(backend.access_token_url(), answer)
            callback(backend, url, {"code": "foobar"})
    for variant, answer in REFRESH.items():
        with recorded(label(provider, "refresh", variant), provider):
            backend = provider.backend()
            answer_all(backend.refresh_token_url(), answer)
            backend.refresh_token("refresh-foobar")
    for status in (200, 204, 400, 503):
        with recorded(label(provider, "revoke", str(status)), provider):
            backend = provider.backend()
            url = backend.revoke_token_url("token-foobar", "uid-1")
            if not url:
                RECORDER.case = None
                return
            answer_all(url, (status, "text/plain", ""))
            backend.revoke_token("token-foobar", "uid-1")


def answer_all(url: str, answer: tuple[int, str, str]) -> None:
    status, kind, body = answer
    for method in ("GET", "POST", "DELETE"):
        responses.add(method, url, status=status, body=body, content_type=kind)


def record_oauth1(provider: Provider) -> None:
    answers = {
        "ok": (200, "oauth_token=foobar&oauth_token_secret=foobar-secret&oauth_callback_confirmed=true"),
        "no_secret": (200, "oauth_token=foobar"),
        "problem": (200, "oauth_problem=consumer_key_refused"),
        "refused": (200, "oauth_problem=user_refused"),
        "unauthorized": (401, "nope"),
        "server_error": (500, "oops"),
        "empty": (200, ""),
    }
    for variant, (status, body) in answers.items():
        with recorded(label(provider, "begin", variant), provider):
            backend = provider.backend({"SCOPE": ["one", "two"]} if variant == "ok" else {})
            answer_all(backend.REQUEST_TOKEN_URL, (status, "text/plain", body))
            backend.start()
    asked = {"wrong_token": {"oauth_token": "other"}, "no_token": {}, "denied": {"denied": "foobar"}, "problem": {"oauth_token": "foobar", "oauth_problem": "user_refused"}, "access_401": {"oauth_token": "foobar"}, "access_empty": {"oauth_token": "foobar"}}
    for variant, params in asked.items():
        with recorded(label(provider, "callback", variant), provider):
            backend = provider.backend()
            answer_all(backend.REQUEST_TOKEN_URL, (200, "text/plain", answers["ok"][1]))
            url = backend.start().url
            answer_all(backend.ACCESS_TOKEN_URL, (200, "text/plain", "") if variant == "access_empty" else (401, "text/plain", "nope"))
            callback(backend, url, {"oauth_verifier": "bazqux", **params})


# Logins: a test of the library plays the provider


def sign_in(name: str, test_class: type, before=None, after=None, times: int = 1) -> None:
    """Signs in as the test does, with what is changed before it starts and after it has set up its answers."""
    test = test_class(next(iter(method for method in dir(test_class) if method.startswith("test_login")), "setUp"))
    with recorded(name):
        test.setUp()
        try:
            if before:
                before(test)
            if after:
                RECORDER.tamper = after
            for _ in range(times):
                test.do_start()
                test.strategy._request_data.clear()
        finally:
            RECORDER.tamper = None
            try:
                test.tearDown()
            except AttributeError:
                pass


def is_profile(request, response) -> bool:
    """Whether an answer is about the person: neither metadata nor a token."""
    url = request.url
    if "/.well-known/" in url or '"keys"' in response.text[:40] or "jwk" in url or "BEGIN CERT" in response.text:
        return False
    backend = RECORDER.case.backend
    try:
        token_url = backend.access_token_url() if hasattr(backend, "access_token_url") else backend.ACCESS_TOKEN_URL
    except Exception:
        token_url = ""
    if url.split("?")[0] in (token_url.split("?")[0], getattr(backend, "REQUEST_TOKEN_URL", ""), getattr(backend, "ACCESS_TOKEN_URL", "")):
        return False
    return "access_token" not in response.text[:4000] or "/me" in url


def replaced(status: int, kind: str, body: str):
    def tamper(request, response) -> None:
        if is_profile(request, response):
            response.status_code, response._content = status, body.encode()
            response.headers["Content-Type"] = kind

    return tamper


def fields_of(test_class: type) -> list[tuple[str, ...]]:
    """The fields of the answers about the person, two levels deep, as an undisturbed sign-in shows them."""
    seen: list[tuple[str, ...]] = []

    def look(request, response) -> None:
        if is_profile(request, response):
            try:
                value = json.loads(response.text)
            except ValueError:
                return
            for path in paths(value):
                if path not in seen:
                    seen.append(path)

    sign_in("look", test_class, after=look)
    if RECORDER.done and RECORDER.done[-1][0].name == "look":
        RECORDER.done.pop()
    return seen


def paths(value, depth: int = 3):
    if isinstance(value, list) and value and depth:
        for path in paths(value[0], depth - 1):
            yield (0, *path)
    elif isinstance(value, dict) and depth:
        for name, member in value.items():
            yield (name,)
            for path in paths(member, depth - 1):
                yield (name, *path)


def changed(path: tuple, change):
    """Changes one member wherever an answer about the person has it."""

    def tamper(request, response) -> None:
        if not is_profile(request, response):
            return
        try:
            value = json.loads(response.text)
        except ValueError:
            return
        holder = value
        for name in path[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else holder[name] if isinstance(holder, list) and holder else None
        if isinstance(holder, dict) and path[-1] in holder:
            change(holder, path[-1])
            response._content = json.dumps(value).encode()

    return tamper


def record_logins(provider: Provider, test_class: type, interesting: set[str]) -> None:
    of = lambda variant: label(provider, "login", variant).replace("]", f"-{test_class.__name__}]")  # noqa: E731
    sign_in(of("login"), test_class)
    if not issubclass(test_class, OAuth1Test):
        # A mocked provider hands out one request token only.
        sign_in(of("twice"), test_class, times=2)
    for variant, settings in LOGIN_SETTINGS.items():
        sign_in(of(variant), test_class, before=lambda test, settings=settings: test.strategy.set_settings(provider.named(settings)))
    for variant, answer in PROFILES.items():
        sign_in(of(variant), test_class, after=replaced(*answer))
    for path in fields_of(test_class):
        name = ".".join(map(str, path))
        if path[-1] not in interesting:
            continue
        sign_in(of(f"without {name}"), test_class, after=changed(path, lambda holder, member: holder.pop(member)))
        sign_in(of(f"null {name}"), test_class, after=changed(path, lambda holder, member: holder.update({member: None})))
    if issubclass(test_class, OpenIdConnectTest):
        for variant, facts in ID_TOKENS.items():
            sign_in(of(variant), test_class, before=lambda test, facts=facts: setattr(test, "access_token_kwargs", dict(facts)))


def test_classes() -> dict[type, list[type]]:
    """The library's test classes that sign in, by the backend's class."""
    found: dict[type, list[type]] = {}
    for module in pkgutil.iter_modules(social_core.tests.backends.__path__):
        if module.name.startswith("test_"):
            loaded = importlib.import_module(f"social_core.tests.backends.{module.name}")
            for _, value in inspect.getmembers(loaded, inspect.isclass):
                if issubclass(value, BaseBackendTest) and value.__module__ == loaded.__name__ and value.backend_path:
                    module_name, _, class_name = value.backend_path.rpartition(".")
                    backend = getattr(importlib.import_module(module_name), class_name, None)
                    if backend and (hasattr(value, "test_login") or issubclass(value, (OAuth2Test, OAuth1Test))):
                        found.setdefault(backend, []).append(value)
    return found


def provider_of(backend_class: type[BaseAuth], test_class: type | None) -> Provider:
    prefix = "SOCIAL_AUTH_" + backend_class.name.upper().replace("-", "_")
    settings, metadata = {f"{prefix}_KEY": "a-key", f"{prefix}_SECRET": "a-secret-key"}, []
    if test_class is not None:
        test = test_class("setUp")
        test.setUp()
        settings = {name: value for name, value in test.strategy._settings.items() if name != "SOCIAL_AUTH_AUTHENTICATION_BACKENDS"}
        for answer in responses.registered():
            metadata.append((answer.method, answer.url, answer.body, answer.content_type))
        test.tearDown()
    return Provider(backend_class, settings, metadata)


def interesting_of(name: str, catalog: dict) -> set[str]:
    """The fields that the catalogue says the backend reads."""
    entry = json.dumps([catalog.get(name, {}).get(part) for part in ("details", "constants", "userinfo_root", "extra_data", "quirk")])
    words = set()
    for word in entry.replace("{", '"').replace(".", '"').replace("|", '"').replace("'", '"').replace("[", '"').split('"'):
        if word.isidentifier():
            words.add(word)
    return words | {"id", "sub", "email", "name", "username", "email_verified", "data", "user", "verified"}


def main(names: list[str], folder: str) -> None:
    with open(os.environ["CATALOG"]) as file:
        catalog = {entry["name"]: entry for entry in json.load(file)["backends"]}
    tests = test_classes()
    stands = stand_ins()
    for backend_class in sorted(every_class(BaseAuth), key=lambda backend_class: (backend_class.name or "", backend_class.__name__)):
        if backend_class.name not in names or backend_class.__module__.startswith("social_core.tests"):
            continue
        entry = catalog.get(backend_class.name)
        if not any(entry and path.endswith("." + backend_class.__name__) for path in [x["class_path"] for x in catalog.values()]):
            continue
        classes = tests.get(backend_class, [])[:1] or stands.get(backend_class, [])
        provider = provider_of(backend_class, classes[0] if classes else None)
        if issubclass(backend_class, BaseOAuth2):
            record_oauth2(provider)
        elif issubclass(backend_class, BaseOAuth1):
            record_oauth1(provider)
        elif issubclass(backend_class, OpenIdAuth):
            record_openid(provider, recorded, label)
        for test_class in classes:
            record_logins(provider, test_class, interesting_of(backend_class.name, catalog))
    write(RECORDER, folder)


if __name__ == "__main__":
    main(sys.argv[2:], sys.argv[1])
