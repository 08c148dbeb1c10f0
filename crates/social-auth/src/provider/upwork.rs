//! Upwork: OAuth 1.0a.
//!
//! The profile has no identifier that stays, so nobody can sign in until Upwork gives one or `ID_KEY` names
//! one: Python Social Auth refuses likewise, since 6.1.1.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField};

/// upwork.com.
pub const UPWORK: OAuth1 = OAuth1 {
    name: "upwork",
    title: "Upwork",
    docs: "https://www.upwork.com/developer/keys/apply",
    class_paths: &["social_core.backends.upwork.UpworkOAuth", "social.backends.upwork.UpworkOAuth"],
    request_token_url: "https://www.upwork.com/api/auth/v1/oauth/token/request",
    request_token_method: "POST",
    authorization_url: "https://www.upwork.com/services/api/auth",
    access_token_url: "https://www.upwork.com/api/auth/v1/oauth/token/access",
    redirect_parameter: "oauth_callback",
    profile: &[Call { url: "https://www.upwork.com/api/auth/v1/info.json", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "info.profile_url:after(~)",
        first_name: "auth_user.first_name",
        last_name: "auth_user.last_name",
        ..Details::NONE
    },
    ..OAuth1::STANDARD
};
