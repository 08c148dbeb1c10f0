//! The protocols. No provider's name stands in here.

pub mod oauth2;
pub mod oidc;
pub mod profile;
