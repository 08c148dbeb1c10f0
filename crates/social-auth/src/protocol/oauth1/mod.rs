//! OAuth 1.0a as a client (RFC 5849): request token, authorization, access token, signed requests.
//!
//! A provider is an [`OAuth1`] description; [`OAuth1Backend`] is such a description with settings applied.

mod backend;
mod base_string;
mod config;
mod description;
mod identity_token;
mod problem;
mod request;
#[cfg(feature = "oauth1-rsa")]
mod rsa_key;
mod signature;
mod token;

pub use backend::OAuth1Backend;
pub use base_string::{base_string, encode};
pub use description::{AskedBy, Confirms, Hooks, OAuth1, Repeats, TokenSecret};
pub use request::{Carried, Placement, Signer, Stamp};
#[cfg(feature = "oauth1-rsa")]
pub use rsa_key::RsaKey;
pub use signature::SignatureMethod;

pub use super::profile::{
    Call, Details, Format, HookSettings, Kept, OnFailure, TokenIn, UidField, Verified, When, keep, keep_as, keep_if_present, optional,
    required, setting,
};
