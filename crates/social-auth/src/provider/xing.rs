//! XING: OAuth 1.0a. <https://dev.xing.com/docs/authentication>

use crate::protocol::oauth1::{Call, Details, OAuth1, Repeats, UidField, keep, keep_as};

/// xing.com. Its calls do not like `oauth_callback` and `oauth_verifier`.
pub const XING: OAuth1 = OAuth1 {
    name: "xing",
    title: "XING",
    docs: "https://dev.xing.com/applications",
    class_paths: &["social_core.backends.xing.XingOAuth", "social.backends.xing.XingOAuth"],
    request_token_url: "https://api.xing.com/v1/request_token",
    authorization_url: "https://api.xing.com/v1/authorize",
    access_token_url: "https://api.xing.com/v1/access_token",
    repeats: Repeats::ForAccessToken,
    scope_separator: "+",
    profile: &[Call { url: "https://api.xing.com/v1/users/me.json", root: "users[0]", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "{first_name}{last_name}",
        email: "active_email",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep_as("id", "user_id")],
    ..OAuth1::STANDARD
};
