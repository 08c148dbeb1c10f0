//! Answers of an imaginary identity provider, made and signed here: good ones, and what attackers make of
//! them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answer;
mod browser;
mod corpus;
mod encryption;
mod fields;
mod journey;
mod logout;
mod mutation;
mod oracle;
mod random;
mod requests;
pub(in crate::protocol::saml) mod seeds;
mod settings;
mod signatures;
mod theirs;
mod weakness;
mod wrapping;
