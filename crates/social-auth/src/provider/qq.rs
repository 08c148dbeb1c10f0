//! QQ: OAuth 2.0. <https://wiki.connect.qq.com/>
//!
//! The identifier comes as the argument of a JavaScript function.

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::oauth2::{Call, Details, Format, HookSettings, Hooks, OAuth2, TokenCheck, TokenIn, UidField, keep, keep_as, optional};

/// QQ.
pub const QQ: OAuth2 = OAuth2 {
    name: "qq",
    title: "QQ",
    docs: "https://wiki.connect.qq.com/",
    class_paths: &["social_core.backends.qq.QQOAuth2", "social.backends.qq.QQOAuth2"],
    authorization_url: "https://graph.qq.com/oauth2.0/authorize",
    token_url: "https://graph.qq.com/oauth2.0/token",
    profile: &[
        Call { url: "https://graph.qq.com/oauth2.0/me", token: TokenIn::Query("access_token"), format: Format::Callback, ..Call::GET },
        Call {
            url: "https://graph.qq.com/user/get_user_info",
            token: TokenIn::Query("access_token"),
            query: &[("oauth_consumer_key", "{key}"), ("openid", "{openid}")],
            ..Call::GET
        },
    ],
    uid: UidField::Stable("openid"),
    details: Details { username: "nickname", first_name: "nickname", ..Details::NONE },
    extra_data: &[keep_as("nickname", "username"), keep_as("figureurl_qq_1", "profile_image_url"), keep("gender")],
    settings: &[optional("USE_OPENID_AS_USERNAME", "Whether the identifier is the wish for a user name.")],
    hooks: Hooks { details: Some(choose_username), ..Hooks::NONE },
    // <https://wiki.connect.qq.com/openapi%E8%B0%83%E7%94%A8%E8%AF%B4%E6%98%8E_oauth2-0>
    token_check: Some(TokenCheck {
        url: "https://graph.qq.com/oauth2.0/me",
        query: &[("access_token", "{access_token}"), ("fmt", "json")],
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};

fn choose_username(settings: &HookSettings, answer: &Value, details: &mut UserDetails) {
    if settings.is_on("USE_OPENID_AS_USERNAME") {
        details.username = answer.get("openid").and_then(Value::as_str).map(str::to_owned);
    }
}
