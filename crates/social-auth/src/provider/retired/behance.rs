//! Behance: OAuth 2.0. It gives no keys to new applications, and Python Social Auth gave it up.

use crate::protocol::oauth2::{Details, OAuth2, UidField, keep_as};

/// Behance. The token answer tells who the person is.
pub const BEHANCE: OAuth2 = OAuth2 {
    name: "behance",
    title: "Behance",
    docs: "https://www.behance.net/dev/authentication",
    class_paths: &["social_core.backends.behance.BehanceOAuth2", "social.backends.behance.BehanceOAuth2"],
    authorization_url: "https://www.behance.net/v2/oauth/authenticate",
    token_url: "https://www.behance.net/v2/oauth/token",
    scope_separator: "|",
    uid: UidField::Stable("user.id"),
    details: Details {
        username: "user.username",
        fullname: "user.display_name",
        first_name: "user.first_name",
        last_name: "user.last_name",
        ..Details::NONE
    },
    extra_data: &[keep_as("user.username", "username")],
    ..OAuth2::STANDARD
};
