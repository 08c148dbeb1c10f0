"""Watches social-auth-core while it signs people in, and writes down what it sent and concluded.

`install()` puts watchers around the library's public entry points (begin, complete, refresh, revoke), around
every outgoing request, and around everything random; between `begin_case()` and `end_case()` they fill a case
in the format `wire-1` (`crates/social-auth/tests/vectors/data/README.md`).
"""

from __future__ import annotations

import base64
import functools
import gc
import hashlib
import importlib
import json
import pkgutil
import re
import sys
from urllib.parse import parse_qsl, urlsplit

import jwt
import requests

import social_core.backends
from social_core.backends.base import BaseAuth
from social_core.backends.oauth import BaseOAuth2PKCE, OAuthAuth
from social_core.backends.open_id import OpenIdAuth
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import SocialAuthBaseException
from social_core.pipeline import user as user_steps
from social_core.storage import UserMixin
from social_core.strategy import BaseStrategy
from social_core.tests.models import TestUserSocialAuth, User
from social_core.utils import cache

from pages import forms

CLOCK = 1767960000
# What the recording is not about: how the HTTP library talks.
TRANSPORT_HEADERS = {"accept-encoding", "connection", "content-length", "authorization", "cookie", "host"}
JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
ERROR_FACTS = ("code", "source", "stage", "recovery", "parameter", "claim", "provider_code", "status_code")


class Case:
    """One case while it is being recorded."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: list[dict] = []
        self.backend: BaseAuth | None = None
        self.settings: dict = {}
        self.known_settings: dict = {}
        self.random: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.tokens: dict[str, dict] = {}
        self.keys: dict[str, dict] = {}
        # What each association has kept, as last seen.
        self.kept: dict[tuple[str, str], dict] = {}
        # Why this cannot be replayed, if it cannot.
        self.unfit: str | None = None

    def name_random(self, value: str, label: str) -> str:
        """Remembers a random value; the last label given to it counts."""
        old = self.random.pop(value, None)
        if old:
            self.counts[old.split(":")[0]] -= 1
        number = self.counts[label] = self.counts.get(label, 0) + 1
        self.random[value] = label if number == 1 else f"{label}:{number}"
        return value


class Recorder:
    """The one recorder of this process."""

    def __init__(self) -> None:
        self.case: Case | None = None
        self.done: list[tuple[Case, dict]] = []
        self.step: dict | None = None
        self.depth = 0
        self.pipeline_result: dict | None = None
        # Changes what a provider answered, if anything: called with the request and the response.
        self.tamper = None
        # The library's memory of metadata: a case begins without.
        self.caches: list[cache] = []

    # Cases

    def begin_case(self, name: str) -> None:
        self.case, self.step, self.depth = Case(name), None, 0
        for kept in self.caches:
            kept.cache.clear()

    def end_case(self) -> None:
        """Keeps the case if there is something to replay in it."""
        case, self.case = self.case, None
        if case is None or not case.steps or case.backend is None:
            return
        if case.unfit:
            print(f"left out {case.name}: {case.unfit}", file=sys.stderr)
            return
        self.done.append((case, finished(case)))

    # Steps

    def act(self, kind: str, backend: BaseAuth, step: dict, action, conclude):
        """Runs an action of the library as a step; nested ones belong to the outermost."""
        case = self.case
        if case is None or self.depth:
            return action()
        if case.backend is not None and case.backend.name != backend.name:
            return action()
        self.notice_settings(case, backend, step)
        if case.backend is None and (User.cache or TestUserSocialAuth.cache_by_uid):
            case.unfit = "it begins with people who are there already"
        case.backend = backend
        params = dict(backend.strategy.request_data() or {})
        if kind == "callback":
            params = dict(backend.data or params)
        if kind != "begin" or params:
            step["params"] = params
        step = {"do": kind, **step, "redirect_uri": backend.redirect_uri or "", "http": []}
        case.steps.append(step)
        self.step, self.depth, self.pipeline_result = step, 1, None
        try:
            result = action()
        except Exception as error:
            step["expect"] = {"error": described(error)}
            raise
        else:
            step["expect"] = conclude(result)
            if step["expect"] is None:
                case.unfit = f"{kind} ended with {type(result).__name__}"
            return result
        finally:
            self.step, self.depth = None, 0

    @staticmethod
    def notice_settings(case: Case, backend: BaseAuth, step: dict) -> None:
        now = {name: value for name, value in backend.strategy._settings.items() if name != "SOCIAL_AUTH_AUTHENTICATION_BACKENDS"}
        now = as_json(now)
        if case.backend is None:
            case.settings = now
        elif now != case.known_settings:
            changed = {name: value for name, value in now.items() if name not in case.known_settings or case.known_settings[name] != value}
            step["settings_edits"] = {"set": changed, "unset": [name for name in case.known_settings if name not in now]}
        case.known_settings = now

    def left(self, result) -> dict | None:
        """Where a reply of the library sends the browser, or the page that it shows."""
        url = getattr(result, "url", None)
        if url:
            parts = urlsplit(url)
            if self.case is not None and not drawn(self.case, parts.query):
                self.case.unfit = "its state is made up"
            base = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.path
            return {"redirect": {"base": base, "query": pairs(parts.query)}}
        content = getattr(result, "content", None)
        return {"html": {"forms": forms(content)}} if content else None

    def signed_in(self, result) -> dict | None:
        if result is None or result is False:
            return {"none": True}
        out = self.pipeline_result
        if not hasattr(result, "username"):
            return self.left(result)
        if out is None or out.get("social") is None:
            return None
        social = out["social"]
        names = [name for name in ("username", "email", "first_name", "last_name", "fullname") if hasattr(result, name)]
        identity = {
            "uid": social.uid,
            "id_key": social.id_key,
            "details": out.get("details"),
            "groups": out.get("groups"),
            "extra_data": dict(social.extra_data),
            "is_new": bool(out.get("is_new")),
            "user": {name: getattr(result, name) for name in names},
        }
        self.case.kept[(social.provider, social.uid)] = as_json(social.extra_data)
        return {"identity": json.loads(json.dumps(identity, default=str))}

    # Requests

    def exchanged(self, request: dict, response: dict) -> None:
        if self.step is not None:
            self.step["http"].append({"request": request, **response})


RECORDER = Recorder()


# What the library is seen to do


def install() -> None:
    """Puts the watchers in place, once."""
    for module in pkgutil.iter_modules(social_core.backends.__path__):
        try:
            importlib.import_module(f"social_core.backends.{module.name}")
        except ImportError as error:
            print(f"no {module.name}: {error}", file=sys.stderr)
    for backend_class in every_class(BaseAuth):
        watch_backend(backend_class)
    watch(UserMixin, "refresh_token", watch_social_refresh)
    watch(BaseAuth, "run_pipeline", watch_pipeline)
    watch(requests.Session, "send", watch_request)
    watch(jwt.api_jwt.PyJWT, "encode", watch_token)
    jwt.encode = jwt.api_jwt._jwt_global_obj.encode
    watch_random()
    RECORDER.caches = [kept for kept in gc.get_objects() if type(kept) is cache]


def every_class(root: type) -> set[type]:
    found = {root}
    for child in root.__subclasses__():
        found |= every_class(child)
    return found


def watch(owner, name: str, watcher) -> None:
    original = owner.__dict__.get(name)
    if original is not None and not getattr(original, "watched", False):
        wrapped = functools.wraps(original)(watcher(original))
        wrapped.watched = True
        setattr(owner, name, wrapped)


def watch_backend(backend_class: type) -> None:
    watch(backend_class, "start", lambda original: lambda self, *args, **kwargs: RECORDER.act(
        "begin", self, {}, lambda: original(self, *args, **kwargs), RECORDER.left))
    for name in ("complete", "auth_complete"):
        watch(backend_class, name, lambda original: lambda self, *args, **kwargs: RECORDER.act(
            "callback", self, {}, lambda: original(self, *args, **anonymous(kwargs)), RECORDER.signed_in))
    watch(backend_class, "refresh_token", lambda original: lambda self, *args, **kwargs: RECORDER.act(
        "refresh", self, arguments(args, kwargs), lambda: original(self, *args, **kwargs), lambda value: {"value": value}))
    watch(backend_class, "revoke_token", lambda original: lambda self, *args, **kwargs: RECORDER.act(
        "revoke", self, arguments(args, kwargs), lambda: original(self, *args, **kwargs),
        lambda value: {"none": True} if value is None else {"value": value}))


def anonymous(kwargs: dict) -> dict:
    """The format knows of nobody who is signed in already."""
    if RECORDER.case is not None and kwargs.get("user") is not None:
        RECORDER.case.unfit = "somebody is signed in already"
    return kwargs


def arguments(args, kwargs) -> dict:
    step: dict = {"args": as_json(list(args))}
    if kwargs:
        step["kwargs"] = as_json(kwargs)
    return step


def watch_social_refresh(original):
    def refresh_token(self, strategy, *args, **kwargs):
        backend = RECORDER.case and RECORDER.case.backend
        if backend is None:
            return original(self, strategy, *args, **kwargs)
        kept = RECORDER.case.kept.get((self.provider, self.uid))
        if kept is not None and kept != as_json(self.extra_data):
            return unrecorded(lambda: original(self, strategy, *args, **kwargs))
        step = {"args": [{"$social": [self.provider, self.uid]}]}
        if kwargs:
            step["kwargs"] = as_json(kwargs)
        try:
            return RECORDER.act("refresh", backend, step, lambda: original(self, strategy, *args, **kwargs), lambda _: {"none": True})
        finally:
            RECORDER.case.kept[(self.provider, self.uid)] = as_json(self.extra_data)

    return refresh_token


def unrecorded(action):
    """What the format cannot say, such as a refresh of what the test changed by hand."""
    RECORDER.depth += 1
    try:
        return action()
    finally:
        RECORDER.depth -= 1


def watch_pipeline(original):
    def run_pipeline(self, *args, **kwargs):
        out = original(self, *args, **kwargs)
        if RECORDER.step is not None and isinstance(out, dict):
            RECORDER.pipeline_result = out
        return out

    return run_pipeline


def watch_request(original):
    def send(self, request, **kwargs):
        if RECORDER.step is None:
            return original(self, request, **kwargs)
        described_request = request_facts(request)
        try:
            response = original(self, request, **kwargs)
        except requests.RequestException as error:
            RECORDER.exchanged(described_request, {"error": {"class": type(error).__name__, "message": str(error).split("\n")[0]}})
            if "Responses" in str(error):
                RECORDER.case.unfit = f"no answer is mocked for {request.url}"
            raise
        if RECORDER.tamper is not None:
            RECORDER.tamper(request, response)
        RECORDER.exchanged(described_request, {"response": response_facts(response)})
        return response

    return send


def watch_token(original):
    def encode(self, payload, key, algorithm=None, headers=None, **kwargs):
        token = original(self, payload, key, algorithm, headers, **kwargs)
        if RECORDER.case is not None:
            note_token(RECORDER.case, token, key, made_by_library())
        return token

    return encode


def made_by_library() -> bool:
    frame = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename.replace("\\", "/")
        if "/social_core/" in path:
            return "/social_core/tests/" not in path
        if path.endswith("/extra.py"):
            return False
        frame = frame.f_back
    return False


def watch_random() -> None:
    def note(value: str, label: str) -> str:
        case = RECORDER.case
        if case is not None and isinstance(value, str) and len(value) >= 12:
            case.name_random(value, label)
        return value

    labels = [
        (BaseStrategy, "random_string", "random_string"),
        (OAuthAuth, "state_token", "state"),
        (OpenIdConnectAuth, "get_and_store_nonce", "nonce"),
        (BaseOAuth2PKCE, "create_code_verifier", "code_verifier"),
    ]
    for root, name, label in labels:
        for owner in every_class(root):
            watch(owner, name, lambda original, label=label: lambda self, *args, **kwargs: note(original(self, *args, **kwargs), label))

    def challenge(original):
        def generate_code_challenge(self, verifier, method):
            value = original(self, verifier, method)
            return value if value == verifier else note(value, "code_challenge")

        return generate_code_challenge

    for owner in every_class(BaseOAuth2PKCE):
        watch(owner, "generate_code_challenge", challenge)
    original_uuid = user_steps.uuid4

    def uuid4():
        value = original_uuid()
        if RECORDER.case is not None:
            RECORDER.case.name_random(value.hex, "uuid_hex")
            RECORDER.case.name_random(value.hex[:16], "uuid_hex[:16]")
        return value

    user_steps.uuid4 = uuid4


def drawn(case: Case, query: str) -> bool:
    """Whether the state of an address, if it has one, is random."""
    state = pairs(query).get("state")
    return state is None or state in case.random


# Facts


def request_facts(request) -> dict:
    parts = urlsplit(request.url)
    headers = {name: text(value) for name, value in request.headers.items() if name.lower() not in TRANSPORT_HEADERS}
    if headers.get("User-Agent", "").startswith("social-auth-"):
        headers["User-Agent"] = "social-auth-<version>"
    elif headers.get("User-Agent", "").startswith("python-requests"):
        del headers["User-Agent"]
    facts = {"method": request.method, "url": f"{parts.scheme}://{parts.netloc}{parts.path}", "headers": headers}
    if parts.query:
        facts["query"] = pairs(parts.query)
    credentials = request.headers.get("Authorization")
    if credentials:
        facts["authorization"] = authorization(text(credentials))
    body = body_facts(request.body, text(request.headers.get("Content-Type") or ""))
    if body:
        facts["body"] = body
    return facts


def body_facts(body, kind: str) -> dict | None:
    if not body:
        return None
    if isinstance(body, bytes):
        try:
            body = body.decode()
        except UnicodeDecodeError:
            return {"type": "binary", "value": {"$base64": base64.b64encode(body).decode()}}
    if kind.startswith("application/x-www-form-urlencoded"):
        return {"type": "form", "fields": pairs(body)}
    if "json" in kind:
        try:
            return {"type": "json", "value": json.loads(body)}
        except ValueError:
            pass
    return {"type": "text", "value": body}


def response_facts(response) -> dict:
    try:
        body = response.content.decode()
    except UnicodeDecodeError:
        body = {"$base64": base64.b64encode(response.content).decode()}
    headers = {name.lower(): value for name, value in response.headers.items()}
    return {"status": response.status_code, "headers": headers, "body": body}


def authorization(value: str) -> dict:
    scheme, _, rest = value.partition(" ")
    if scheme == "Basic":
        username, _, password = base64.b64decode(rest).decode().partition(":")
        return {"scheme": scheme, "username": username, "password": password}
    if scheme == "OAuth" and '="' in rest:
        from urllib.parse import unquote

        params = {}
        for part in rest.split(","):
            name, _, quoted = part.strip().partition("=")
            params[name] = unquote(quoted.strip('"'))
        drawn = ("oauth_nonce", "oauth_signature", "oauth_timestamp")
        actual = {name: params[name] for name in drawn if name in params}
        return {"scheme": scheme, "params": {**params, **{name: f"<{name}>" for name in actual}}, "actual": actual}
    return {"scheme": scheme, "credentials": rest}


def described(error: Exception) -> dict:
    facts = {"class": type(error).__name__}
    if not isinstance(error, SocialAuthBaseException):
        return {**facts, "peer_crash": True}
    for name in ERROR_FACTS:
        value = getattr(error, name, None)
        if value is not None and value != "":
            facts[name] = value
    return as_json(facts)


def pairs(query: str) -> dict:
    found: dict = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def text(value) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def as_json(value):
    return json.loads(json.dumps(value, default=lambda other: {f"${type(other).__name__}": str(type(other).__name__)}))


# Tokens


def note_token(case: Case, token: str, key, by_library: bool) -> None:
    headers = jwt.get_unverified_header(token)
    reference = None
    jwk = private_jwk(key)
    if jwk:
        reference = hashlib.sha256(json.dumps(jwk, sort_keys=True).encode()).hexdigest()[:12]
        case.keys[reference] = jwk
    case.tokens[token] = {
        "value": token,
        "headers": headers,
        "claims": claims_of(token),
        "algorithm": headers.get("alg"),
        "key": reference,
        "by": "library" if by_library else "provider" if reference else "literal",
    }


def private_jwk(key) -> dict | None:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = getattr(key, "key", key)
    if isinstance(key, (str, bytes)):
        raw = key.encode() if isinstance(key, str) else key
        if b"-----BEGIN" not in raw:
            return {"kty": "oct", "k": base64.urlsafe_b64encode(raw).decode().rstrip("=")} if raw else None
        key = load_pem_private_key(raw.strip(), None)
    for kind, algorithm in (
        (rsa.RSAPrivateKey, jwt.algorithms.RSAAlgorithm),
        (ec.EllipticCurvePrivateKey, jwt.algorithms.ECAlgorithm),
        (ed25519.Ed25519PrivateKey, jwt.algorithms.OKPAlgorithm),
    ):
        if isinstance(key, kind):
            return algorithm.to_jwk(key, as_dict=True)
    return None


def claims_of(token: str) -> dict:
    part = token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def tokens_in(case: Case, recorded: str) -> list[dict]:
    """The tokens that the case shows, with how each came to be."""
    found = []
    for value in dict.fromkeys(JWT.findall(recorded)):
        token = case.tokens.get(value)
        if token is None:
            token = {"value": value, "claims": claims_of(value), "by": "literal"}
            try:
                token["headers"] = jwt.get_unverified_header(value)
            except jwt.PyJWTError:
                continue
            token["algorithm"] = token["headers"].get("alg")
            head, _, signature = value.split(".")
            if any(other.split(".")[0] == head and other.split(".")[2] == signature for other in case.tokens):
                token["by"] = "tampered"
        found.append({name: fact for name, fact in token.items() if fact is not None})
    return found


# The whole case


def finished(case: Case) -> dict:
    """The case as it is written: placeholders in the place of what was random, nothing that is empty."""
    steps = [{name: value for name, value in step.items() if value or name not in ("http", "params", "args")} for step in case.steps]
    recorded = json.dumps(steps)
    tokens = tokens_in(case, recorded)
    jwts = [{name: fact if name == "value" else with_placeholders(case, fact) for name, fact in token.items()} for token in tokens]
    steps = with_placeholders(case, with_auth_time(steps))
    done = {
        "id": case.name,
        "class": type(case.backend).__name__,
        "clock": CLOCK,
        "settings": with_placeholders(case, case.settings),
        "steps": steps,
    }
    if jwts:
        done["jwts"] = jwts
    return done


def with_auth_time(steps: list[dict]) -> list[dict]:
    for step in steps:
        data = step["expect"].get("identity", {}).get("extra_data", {})
        if data.get("auth_time") == CLOCK:
            data["auth_time"] = "<auth_time>"
    return steps


def with_placeholders(case: Case, value):
    if isinstance(value, str):
        for drawn in sorted(case.random, key=len, reverse=True):
            value = value.replace(drawn, f"<random:{case.random[drawn]}>")
        return value
    if isinstance(value, list):
        return [with_placeholders(case, item) for item in value]
    if isinstance(value, dict):
        return {with_placeholders(case, name): with_placeholders(case, item) for name, item in value.items()}
    return value
