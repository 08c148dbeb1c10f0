//! Weibo: OAuth 2.0. <https://open.weibo.com/wiki/Oauth2>
//!
//! There is no address.

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::oauth2::{
    Call, CheckBody, Details, HookSettings, Hooks, OAuth2, TokenCheck, TokenIn, UidField, When, keep, keep_as, optional,
};

/// Weibo.
pub const WEIBO: OAuth2 = OAuth2 {
    name: "weibo",
    title: "Weibo",
    docs: "https://open.weibo.com/wiki/Oauth2",
    class_paths: &[
        "social_core.backends.weibo.WeiboOAuth2",
        "social.backends.weibo.WeiboOAuth2",
        "social_auth.backends.contrib.weibo.WeiboBackend",
    ],
    authorization_url: "https://api.weibo.com/oauth2/authorize",
    token_url: "https://api.weibo.com/oauth2/access_token",
    profile: &[
        Call {
            url: "https://api.weibo.com/2/account/get_uid.json",
            token: TokenIn::Query("access_token"),
            when: When::Missing("uid"),
            ..Call::GET
        },
        Call {
            url: "https://api.weibo.com/2/users/show.json",
            token: TokenIn::Query("access_token"),
            query: &[("uid", "{uid}")],
            ..Call::GET
        },
    ],
    uid: UidField::Stable("uid"),
    details: Details { username: "name", first_name: "screen_name", ..Details::NONE },
    extra_data: &[keep("id"), keep_as("name", "username"), keep("profile_image_url"), keep("gender")],
    settings: &[optional("DOMAIN_AS_USERNAME", "Whether the personal domain is the wish for a user name.")],
    hooks: Hooks { details: Some(domain_as_username), ..Hooks::NONE },
    // <https://open.weibo.com/wiki/Oauth2/get_token_info>
    token_check: Some(TokenCheck {
        url: "https://api.weibo.com/oauth2/get_token_info",
        body: CheckBody::Form(&[("access_token", "{access_token}")]),
        audience: "appkey",
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};

fn domain_as_username(settings: &HookSettings, answer: &Value, details: &mut UserDetails) {
    let domain = answer.get("domain").and_then(Value::as_str).filter(|domain| !domain.is_empty());
    if let (true, Some(domain)) = (settings.is_on("DOMAIN_AS_USERNAME"), domain) {
        details.username = Some(domain.to_owned());
    }
}
