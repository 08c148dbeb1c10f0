//! OpenID 2.0 and 1.1 as people and attackers see it: whole sign-ins against a provider in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answers;
#[path = "../vectors/browser.rs"]
mod browser;
mod discovery;
mod guard;
mod provider;
mod sign_in;
