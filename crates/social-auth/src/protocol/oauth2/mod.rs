//! OAuth 2.0 as a client: the authorization code flow (RFC 6749) with PKCE (RFC 7636), bearer tokens
//! (RFC 6750), the issuer check of RFC 9207 and the advice of RFC 9700.
//!
//! A provider is an [`OAuth2`] description; [`OAuth2Backend`] is such a description with settings applied.

mod assertion;
mod audience;
mod authorize;
mod backend;
mod config;
mod description;
mod identity;
mod provider_error;
mod token;

pub use backend::OAuth2Backend;
pub use description::{
    CheckAuth, CheckBody, ClientAuth, Hooks, IdentityFrom, IssuerFrom, Nonce, OAuth2, OpenId, Pkce, Revoke, RevokeToken, TokenCheck,
    TokenRequest,
};
pub(crate) use provider_error::answer_error;
pub use provider_error::stated_error;

pub(crate) use super::profile::fill_url;
pub use super::profile::{
    Call, Details, Format, HookSettings, Kept, OnFailure, TokenIn, UidField, Verified, When, keep, keep_as, keep_if_present, optional,
    required, setting,
};
