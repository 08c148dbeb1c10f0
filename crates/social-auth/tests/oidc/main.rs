//! OpenID Connect's verification: tokens, keys, claims.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attacks;
mod claims;
mod discovery;
mod documents;
mod encryption;
mod id_token;
mod jwk;
mod jws;
mod logout_token;
mod provider;
mod refresh;
mod signing;
mod user_info;
