"""OpenID 2.0: a provider that answers discovery, refuses associations and vouches for its own answers."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from openid import fetchers
from openid.fetchers import HTTPResponse

from pages import forms
from recorder import RECORDER, body_facts, pairs

AX = {
    "email": ("http://axschema.org/contact/email", "foo@bar.com"),
    "first_name": ("http://axschema.org/namePerson/first", "Foo"),
    "last_name": ("http://axschema.org/namePerson/last", "Bar"),
    "fullname": ("http://axschema.org/namePerson", "Foo Q Bar"),
    "nickname": ("http://axschema.org/namePerson/friendly", "foobar"),
}
SREG = {"email": "foo@bar.com", "fullname": "Foo Bar", "nickname": "foobar"}
VARIANTS = ("ax", "sreg", "none", "cancel", "setup_needed", "invalid", "wrong_endpoint", "wrong_return_to", "no_nonce", "wrong_state", "pape")


class Provider(fetchers.HTTPFetcher):
    """Answers the library's OpenID requests and records them."""

    def __init__(self, endpoint: str, vouches: bool) -> None:
        self.endpoint, self.vouches = endpoint, vouches

    def fetch(self, url, body=None, headers=None):
        if body is None:
            kind = "signon" if "/id/" in url else "server"
            status, content = "application/xrds+xml", discovery(self.endpoint, kind)
            answer = (200, status, content)
        elif "associate" in body:
            answer = (400, "text/plain", "ns:http://specs.openid.net/auth/2.0\nerror:associations are not supported\n")
        else:
            answer = (200, "text/plain", f"is_valid:{str(self.vouches).lower()}\nns:http://specs.openid.net/auth/2.0\n")
        record(url, body, headers or {}, answer)
        status, kind, content = answer
        return HTTPResponse(final_url=url, status=status, headers={"content-type": kind}, body=content.encode())


def record(url, body, headers, answer) -> None:
    status, kind, content = answer
    sent = {name: value for name, value in headers.items() if name.lower() not in ("user-agent", "range")}
    if body is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        for name, value in parse_qsl(body):
            if name == "openid.dh_consumer_public":
                RECORDER.case.name_random(value, "dh_public")
    parts = urlsplit(url)
    request = {"method": "GET" if body is None else "POST", "url": f"{parts.scheme}://{parts.netloc}{parts.path}", "headers": sent, "via": "openid-fetcher"}
    if parts.query:
        request["query"] = pairs(parts.query)
    if body is not None:
        request["body"] = body_facts(body, "application/x-www-form-urlencoded")
    response = {"status": status, "headers": {"content-type": kind}, "body": content, "final_url": url}
    RECORDER.exchanged(request, {"response": response})


def discovery(endpoint: str, kind: str) -> str:
    types = [f"http://specs.openid.net/auth/2.0/{kind}", "http://openid.net/srv/ax/1.0", "http://openid.net/extensions/sreg/1.1"]
    listed = "".join(f"<Type>{name}</Type>" for name in types)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD>'
        f'<Service priority="0">{listed}<URI>{endpoint}</URI></Service></XRD></xrds:XRDS>'
    )


def record_openid(provider, recorded, label) -> None:
    for variant in VARIANTS:
        site = urlsplit(provider.backend().openid_url())
        endpoint = f"{site.scheme}://{site.netloc}/openid/endpoint"
        before = fetchers.getDefaultFetcher()
        fetchers.setDefaultFetcher(Provider(endpoint, variant != "invalid"), wrap_exceptions=False)
        try:
            with recorded(label(provider, "openid", variant), provider):
                sign_in(provider, variant, endpoint)
        finally:
            fetchers.setDefaultFetcher(before, wrap_exceptions=False)


def sign_in(provider, variant: str, endpoint: str) -> None:
    settings = {"OPENID_PAPE_MAX_AUTH_AGE": 3600} if variant == "pape" else {}
    backend = provider.backend(settings)
    page = backend.start().content
    return_to = forms(page)[0]["inputs"]["openid.return_to"]
    query = dict(parse_qsl(urlsplit(return_to).query))
    nonce = re.sub(r"^.*Z", "", query["janrain_nonce"])
    RECORDER.case.name_random(query["janrain_nonce"], "openid_nonce") if nonce else None
    backend.strategy.set_request_data(answer(variant, return_to, query, endpoint), backend)
    backend.complete()


def answer(variant: str, return_to: str, query: dict, endpoint: str) -> dict:
    sent = {**query, "openid.ns": "http://specs.openid.net/auth/2.0", "openid.mode": "id_res"}
    if variant in ("cancel", "setup_needed"):
        return {**sent, "openid.mode": variant}
    site = urlsplit(endpoint)
    identifier = f"{site.scheme}://{site.netloc}/id/foobar"
    sent |= {
        "openid.op_endpoint": "https://evil.example/endpoint" if variant == "wrong_endpoint" else endpoint,
        "openid.claimed_id": identifier,
        "openid.identity": identifier,
        "openid.return_to": "https://evil.example/" if variant == "wrong_return_to" else return_to,
        "openid.response_nonce": "2026-01-09T12:00:00Zunique",
        "openid.assoc_handle": "handle",
        "openid.sig": "c2lnbmF0dXJlLWNoZWNrZWQtYnktcHJvdmlkZXI=",
    }
    signed = ["op_endpoint", "claimed_id", "identity", "return_to", "response_nonce", "assoc_handle"]
    if variant == "no_nonce":
        del sent["openid.response_nonce"]
        signed.remove("response_nonce")
    if variant == "wrong_state":
        sent["redirect_state"] = "bogus"
    extra: dict[str, str] = {}
    if variant == "sreg":
        extra["ns.sreg"] = "http://openid.net/extensions/sreg/1.1"
        extra |= {f"sreg.{name}": value for name, value in SREG.items()}
    elif variant != "none":
        extra |= {"ns.ax": "http://openid.net/srv/ax/1.0", "ax.mode": "fetch_response"}
        for name, (kind, value) in AX.items():
            extra |= {f"ax.type.{name}": kind, f"ax.value.{name}": value}
    sent |= {f"openid.{name}": value for name, value in extra.items()}
    return {**sent, "openid.signed": ",".join([*signed, *extra])}
