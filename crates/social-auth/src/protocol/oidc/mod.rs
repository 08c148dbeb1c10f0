//! OpenID Connect: id tokens, provider metadata, keys and userinfo.

mod id_token;
mod issuer;
mod refresh;

pub use id_token::{DEFAULT_LEEWAY, DEFAULT_TOKEN_MAX_AGE, FurtherAudiences, IdTokenRules, verify_id_token};
pub use issuer::{IssuerRule, TENANT_PLACEHOLDER, Tenants};
pub use refresh::RefreshContext;
