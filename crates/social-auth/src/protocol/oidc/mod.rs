//! OpenID Connect: id tokens, provider metadata, keys and userinfo.
//!
//! [`ProviderDocuments`] keeps what a provider publishes and verifies with it; [`verify_id_token`],
//! [`read_user_info`], [`verify_authorization_response`] and [`verify_logout_token`] are the bare rules, without
//! any network.

mod access_token;
mod authorization_response;
mod demands;
mod discovery;
mod documents;
mod envelope;
mod id_token;
mod issuer;
mod logout;
mod logout_token;
mod refresh;
mod registration;
mod relying_party;
mod user_info;

pub use crate::protocol::cached::{DEFAULT_LIFETIME, MIN_LIFETIME, REFETCH_COOL_DOWN};
pub(crate) use access_token::SignedAccessTokens;
pub use authorization_response::verify_authorization_response;
pub use discovery::{Metadata, discovery_url};
pub use documents::{DocumentSources, ExpectedIssuer, ProviderDocuments};
pub use id_token::{DEFAULT_LEEWAY, DEFAULT_TOKEN_MAX_AGE, FurtherAudiences, IdTokenRules, verify_id_token};
pub use issuer::{IssuerRule, TENANT_PLACEHOLDER, Tenants};
pub use logout_token::{LogoutToken, verify_logout_token};
pub use refresh::RefreshContext;
pub use registration::{ClientAddresses, Registered};
pub(crate) use relying_party::{Bindings, RelyingParty};
pub use user_info::{UserInfoRules, read_user_info};
