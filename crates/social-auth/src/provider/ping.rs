//! Ping Identity: OpenID Connect. <https://docs.pingidentity.com/>

use crate::protocol::oauth2::{Details, OAuth2, required};

/// Ping Identity.
pub const PING: OAuth2 = OAuth2 {
    name: "ping",
    title: "Ping Identity",
    docs: "https://docs.pingidentity.com/",
    class_paths: &["social_core.backends.ping.PingOpenIdConnect"],
    details: Details { fullname: "", ..OAuth2::OPENID.details },
    settings: &[required("OIDC_ENDPOINT", "The issuer, such as https://auth.pingone.com/<environment>/as.")],
    ..OAuth2::OPENID
};
