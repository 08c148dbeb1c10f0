//! OpenID Connect's verification: tokens, keys, claims.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod claims;
mod id_token;
mod jwk;
mod jws;
mod refresh;
mod signing;
