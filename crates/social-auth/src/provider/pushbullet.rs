//! Pushbullet: OAuth 2.0. <https://docs.pushbullet.com/#oauth>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep_as};

/// Pushbullet.
pub const PUSHBULLET: OAuth2 = OAuth2 {
    name: "pushbullet",
    title: "Pushbullet",
    docs: "https://docs.pushbullet.com/#oauth",
    class_paths: &["social_core.backends.pushbullet.PushbulletOAuth2", "social.backends.pushbullet.PushbulletOAuth2"],
    authorization_url: "https://www.pushbullet.com/authorize",
    token_url: "https://api.pushbullet.com/oauth2/token",
    redirect_state: true,
    profile: &[Call { url: "https://api.pushbullet.com/v2/users/me", ..Call::GET }],
    uid: UidField::Stable("iden"),
    details: Details { username: "email:before(@)", email: "email", fullname: "name", ..Details::NONE },
    extra_data: &[keep_as("iden", "id")],
    ..OAuth2::STANDARD
};
