//! OAuth 2.0 as a client: the authorization code flow (RFC 6749) with PKCE (RFC 7636), bearer tokens
//! (RFC 6750), the issuer check of RFC 9207 and the advice of RFC 9700; clients that prove themselves by keys
//! (RFC 7523, RFC 8705), pushed and signed requests (RFC 9126, RFC 9101), bound tokens (RFC 9449).
//!
//! A provider is an [`OAuth2`] description; [`OAuth2Backend`] is such a description with settings applied.

mod ask;
mod assertion;
mod audience;
mod authorize;
mod backend;
mod client;
mod config;
mod description;
mod device;
mod dpop;
mod identity;
mod provider_error;
mod push;
mod revoke;
mod token;

pub use backend::OAuth2Backend;
pub(crate) use client::{algorithm, private_keys};
pub use description::{
    CheckAuth, CheckBody, ClientAuth, Hooks, IdentityFrom, IssuerFrom, Nonce, OAuth2, OpenId, Pkce, Revoke, RevokeToken, TokenCheck,
    TokenRequest,
};
pub use dpop::DpopKey;
pub(crate) use dpop::Proving;
pub(crate) use provider_error::answer_error;
pub use provider_error::stated_error;

pub(crate) use super::profile::fill_url;
pub use super::profile::{
    Call, Details, Format, HookSettings, Kept, OnFailure, TokenIn, UidField, Verified, When, keep, keep_as, keep_if_present, optional,
    required, setting,
};
