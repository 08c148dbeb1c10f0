//! The protocols. No provider's name stands in here.

mod arguments;
mod cached;
pub mod cas;
pub mod form;
mod markup;
pub mod oauth1;
pub mod oauth2;
pub mod oidc;
pub mod openid;
pub mod profile;
#[cfg(feature = "saml")]
pub mod saml;
pub mod signed;
