//! Skyrock: OAuth 1.0a. The service ended in 2023.

use crate::protocol::oauth1::{Call, Confirms, Details, OAuth1, UidField, keep};

/// skyrock.com.
pub const SKYROCK: OAuth1 = OAuth1 {
    name: "skyrock",
    title: "Skyrock",
    docs: "https://www.skyrock.com/developer/",
    class_paths: &[
        "social_core.backends.skyrock.SkyrockOAuth",
        "social.backends.skyrock.SkyrockOAuth",
        "social_auth.backends.contrib.skyrock.SkyrockBackend",
    ],
    request_token_url: "https://api.skyrock.com/v2/oauth/initiate",
    authorization_url: "https://api.skyrock.com/v2/oauth/authenticate",
    access_token_url: "https://api.skyrock.com/v2/oauth/token",
    confirms_callback: Confirms::No("its recorded answers have a token and a secret and nothing else"),
    profile: &[Call { url: "https://api.skyrock.com/v2/user/get.json", ..Call::GET }],
    uid: UidField::Stable("id_user"),
    details: Details { username: "username", email: "email", first_name: "firstname", last_name: "name", ..Details::NONE },
    extra_data: &[keep("id")],
    ..OAuth1::STANDARD
};
