//! Appsfuel: OAuth 2.0, live and sandbox. The service ended in 2014.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

const USER: Call = Call { token: TokenIn::Query("access_token"), ..Call::GET };

/// Appsfuel.
pub const APPSFUEL: OAuth2 = OAuth2 {
    name: "appsfuel",
    title: "Appsfuel",
    docs: "https://docs.appsfuel.com",
    class_paths: &["social_core.backends.appsfuel.AppsfuelOAuth2", "social.backends.appsfuel.AppsfuelOAuth2"],
    authorization_url: "https://app.appsfuel.com/content/permission",
    token_url: "https://api.appsfuel.com/v1/live/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://api.appsfuel.com/v1/live/user", ..USER }],
    uid: UidField::Stable("user_id"),
    details: Details { username: "email:before(@)", email: "email", fullname: "display_name", ..Details::NONE },
    ..OAuth2::STANDARD
};

/// Appsfuel for trying out.
pub const APPSFUEL_SANDBOX: OAuth2 = OAuth2 {
    name: "appsfuel-sandbox",
    title: "Appsfuel (sandbox)",
    icon: "appsfuel",
    class_paths: &["social_core.backends.appsfuel.AppsfuelOAuth2Sandbox", "social.backends.appsfuel.AppsfuelOAuth2Sandbox"],
    authorization_url: "https://api.appsfuel.com/v1/sandbox/choose",
    token_url: "https://api.appsfuel.com/v1/sandbox/oauth/token",
    profile: &[Call { url: "https://api.appsfuel.com/v1/sandbox/user", ..USER }],
    ..APPSFUEL
};
