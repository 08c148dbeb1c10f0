//! Hosted Weblate: OpenID Connect. <https://docs.weblate.org/en/latest/admin/auth.html>

use crate::protocol::oauth2::{OAuth2, OpenId, keep, keep_as, keep_if_present};

/// Hosted Weblate.
pub const WEBLATE: OAuth2 = OAuth2 {
    name: "weblate",
    title: "Hosted Weblate",
    docs: "https://docs.weblate.org/en/latest/admin/auth.html",
    class_paths: &["social_core.backends.weblate.WeblateOpenIdConnect"],
    extra_data: &[keep("id_token"), keep("refresh_token"), keep_as("sub", "id"), keep_if_present("weblate_tos_version")],
    openid: Some(OpenId { endpoint: "https://hosted.weblate.org/oidc", ..OpenId::STANDARD }),
    ..OAuth2::OPENID
};
