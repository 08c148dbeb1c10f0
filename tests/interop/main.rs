//! Sign-ins against providers that others made, each in a process of its own, over real HTTP.
//!
//! `oidc-provider` from npm is certified by the OpenID Foundation. It needs `node` and `npm`: without them a
//! test fails where `CI` is `true`, and says that it was not run elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests may fail loudly")]

mod app;
mod browser;
mod oidc_provider;
mod peer;
