"""Writes what was recorded: one file a backend, new cases into a file that is there already."""

from __future__ import annotations

import json
import os
from pathlib import Path

from social_core import __version__
from social_core.backends.oauth import BaseOAuth1, BaseOAuth2
from social_core.backends.open_id import OpenIdAuth
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.backends.saml import SAMLAuth

PROTOCOLS = (
    (OpenIdConnectAuth, "oidc"),
    (BaseOAuth2, "oauth2"),
    (BaseOAuth1, "oauth1"),
    (OpenIdAuth, "openid"),
    (SAMLAuth, "saml"),
)


def write(recorder, folder: str) -> None:
    only = set(filter(None, os.environ.get("RECORD_ONLY", "").split(",")))
    without = set(filter(None, os.environ.get("RECORD_WITHOUT", "").split(",")))
    by_backend: dict[str, list] = {}
    for case, done in recorder.done:
        name = case.backend.name
        if (not only or name in only) and name not in without:
            by_backend.setdefault(name, []).append((case, done))
    for name, cases in sorted(by_backend.items()):
        path = Path(folder) / f"{name}.json"
        recording = json.loads(path.read_text()) if path.exists() else head(name, cases[0][0].backend)
        known = {case["id"]: case for case in recording["cases"]}
        for case, done in cases:
            used = {token.get("key") for token in done.get("jwts", [])}
            recording["keys"].update({ref: key for ref, key in case.keys.items() if ref in used})
            known[done["id"]] = done
        recording["cases"] = list(known.values())
        path.write_text(laid_out(recording))
        print(f"{path}: {len(cases)} cases")


def laid_out(recording: dict) -> str:
    """One line a case, so that a difference shows which case it is in."""
    members = [f"{json.dumps(name)}: {json.dumps(value, sort_keys=True)}" for name, value in recording.items() if name != "cases"]
    cases = ",\n".join(json.dumps(case, sort_keys=True) for case in recording["cases"])
    return "{" + ",\n".join(members) + ',\n"cases": [\n' + cases + "\n]}\n"


def head(name: str, backend) -> dict:
    protocol = next((word for kind, word in PROTOCOLS if isinstance(backend, kind)), "custom")
    return {
        "format": "wire-1",
        "backend": name,
        "protocol": protocol,
        "title": backend.title or name,
        "library_version": __version__,
        "keys": {},
        "cases": [],
    }
