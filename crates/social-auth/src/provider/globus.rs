//! Globus: OpenID Connect. <https://docs.globus.org/api/auth/developer-guide/>

use crate::protocol::oauth2::{OAuth2, OpenId, keep_if_present};

/// Globus.
pub const GLOBUS: OAuth2 = OAuth2 {
    name: "globus",
    title: "Globus",
    docs: "https://docs.globus.org/api/auth/developer-guide/",
    class_paths: &["social_core.backends.globus.GlobusOpenIdConnect"],
    extra_data: &[
        keep_if_present("expires_in"),
        keep_if_present("refresh_token"),
        keep_if_present("id_token"),
        keep_if_present("other_tokens"),
    ],
    openid: Some(OpenId { endpoint: "https://auth.globus.org", algorithms: &["RS256", "RS512"], ..OpenId::STANDARD }),
    ..OAuth2::OPENID
};
