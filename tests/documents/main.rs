//! The pages of `docs/` that say what is here: that they are complete, up to date, and name what exists.
//!
//! `UPDATE_DOCS=1 cargo test -p social-auth-tests --test documents` writes `docs/parity.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests may fail loudly")]

mod advisories;
mod links;
mod page;
mod parity;
mod registry;
mod rules;
mod tree;
