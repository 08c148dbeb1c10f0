//! Yandex by OpenID. People were known by their address formerly. <https://openid.yandex.ru>

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::openid::{HookSettings, Hooks, Identifier, OpenId, UidField, complete_names};

/// Yandex by OpenID 2.0.
pub const YANDEX_OPENID: OpenId = OpenId {
    name: "yandex-openid",
    title: "Yandex",
    icon: "yandex",
    docs: "https://openid.yandex.ru",
    class_paths: &[
        "social_core.backends.yandex.YandexOpenId",
        "social.backends.yandex.YandexOpenId",
        "social_auth.backends.contrib.yandex.YandexBackend",
    ],
    identifier: Identifier::Fixed("https://openid.yandex.ru"),
    uid: UidField::StableOnce("identity_url", &["email"]),
    hooks: Hooks { details: username_of_path, ..OpenId::BASE.hooks },
    ..OpenId::BASE
};

fn username_of_path(settings: &HookSettings, answer: &Value, details: &mut UserDetails) {
    complete_names(settings, answer, details);
    let path = answer["identity_url"].as_str().and_then(|url| url.trim_end_matches('/').rsplit_once('/'));
    details.username = details.username.take().or(path.map(|(_, last)| last.to_owned()));
}
