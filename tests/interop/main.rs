//! Sign-ins against providers that others made, each in a process of its own, over real HTTP.
//!
//! | provider | speaks | needs |
//! | --- | --- | --- |
//! | `oidc-provider` from npm, certified by the OpenID Foundation | OpenID Connect | `node`, `npm` |
//! | `python3-openid` from PyPI | OpenID 1.1 and 2.0 | `python3` with `venv` |
//! | `django-cas-server` from PyPI | CAS 1, 2 and 3 | `python3` with `venv` |
//! | `pysaml2` from PyPI | SAML 2.0 | `python3` with `venv`, `xmlsec1` |
//! | `samlp` from npm | SAML 2.0 | `node`, `npm` |
//! | `oauthlib` from PyPI | OAuth 1.0a | `python3` with `venv` |
//! | `django-oauth-toolkit` from PyPI | OAuth 2.0, OpenID Connect | `python3` with `venv` |
//! | `Authlib` from PyPI | OAuth 2.0, OpenID Connect | `python3` with `venv` |
//!
//! Passwords are shared with `Django` from PyPI, on one database.
//!
//! Letters go to the mail server of `aiosmtpd` from PyPI, over SMTP.
//!
//! Where what it needs is missing, a test fails if `CI` is `true`, and says that it was not run elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests may fail loudly")]

mod app;
mod browser;
mod cas;
mod device;
mod django_passwords;
mod install;
mod logout;
mod oauth1;
mod oauth2_servers;
mod oidc_provider;
mod openid;
mod peer;
mod process;
mod saml;
mod samlp;
mod sharp_end;
mod sharp_keys;
mod smtp;
