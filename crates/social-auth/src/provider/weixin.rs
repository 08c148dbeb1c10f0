//! WeChat: OAuth 2.0 with names of its own. <https://developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html>
//!
//! The identifier is the one that the person has for this application. `weixinapp` is for pages inside of WeChat.
//! There is no address.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::identity::UserDetails;
use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, TokenIn, UidField, keep_as, optional};

/// WeChat on the web.
pub const WEIXIN: OAuth2 = OAuth2 {
    name: "weixin",
    title: "WeChat",
    docs: "https://open.weixin.qq.com/",
    class_paths: &["social_core.backends.weixin.WeixinOAuth2", "social.backends.weixin.WeixinOAuth2"],
    authorization_url: "https://open.weixin.qq.com/connect/qrconnect",
    token_url: "https://api.weixin.qq.com/sns/oauth2/access_token",
    names: &[("client_id", "appid"), ("client_secret", "secret")],
    scope: &["snsapi_login"],
    profile: &[Call {
        url: "https://api.weixin.qq.com/sns/userinfo",
        token: TokenIn::Query("access_token"),
        query: &[("openid", "{openid}")],
        ..Call::GET
    }],
    uid: UidField::Stable("openid"),
    details: Details { username: "nickname", extra: &[("profile_image_url", "headimgurl")], ..Details::NONE },
    extra_data: &[keep_as("nickname", "username"), keep_as("headimgurl", "profile_image_url")],
    settings: &[optional("DOMAIN_AS_USERNAME", "Whether the personal domain is the wish for a user name.")],
    hooks: Hooks { answer: Some(decode_nickname), details: Some(domain_as_username), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// WeChat inside of its own browser.
pub const WEIXINAPP: OAuth2 = OAuth2 {
    name: "weixinapp",
    icon: "weixin",
    class_paths: &["social_core.backends.weixin.WeixinOAuth2APP", "social.backends.weixin.WeixinOAuth2APP"],
    authorization_url: "https://open.weixin.qq.com/connect/oauth2/authorize#wechat_redirect",
    token_without: &["redirect_uri"],
    ..WEIXIN
};

/// The octets of UTF-8 come one by one as characters.
fn decode_nickname(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let octets = |text: &str| text.chars().map(|c| u8::try_from(c).ok()).collect::<Option<Vec<u8>>>();
    let nickname = answer.get("nickname").and_then(Value::as_str).and_then(octets);
    if let Some(nickname) = nickname.and_then(|octets| String::from_utf8(octets).ok()) {
        answer.insert("nickname".to_owned(), Value::from(nickname));
    }
    Ok(())
}

fn domain_as_username(settings: &HookSettings, answer: &Value, details: &mut UserDetails) {
    let domain = answer.get("domain").and_then(Value::as_str).filter(|domain| !domain.is_empty());
    if let (true, Some(domain)) = (settings.is_on("DOMAIN_AS_USERNAME"), domain) {
        details.username = Some(domain.to_owned());
    }
}
