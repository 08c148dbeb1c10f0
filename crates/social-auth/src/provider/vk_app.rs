//! VK: sites that are opened inside it.
//!
//! An iframe application is opened with `auth_key`, which never changes for a person: it is good only together
//! with a live access token of the same person. <https://dev.vk.com/en/api/iframe-apps>
//! A Mini App is opened with parameters that are signed and dated.
//! <https://dev.vk.com/en/mini-apps/development/launch-params-sign>

use serde_json::{Map, Value};

use crate::error::{Error, Reason, Result, Stage};
use crate::http::Outgoing;
use crate::protocol::signed::{
    Algorithm, Call, Departs, Details, Encoding, Fields, HookSettings, Hooks, Launches, Mac, Proof, Signed, Text, TokenIn, UidField, When,
    keep, optional, required,
};

const FRAMES: &[&str] = &["https://vk.com", "https://m.vk.com", "https://vk.ru", "https://m.vk.ru"];

/// Whether the person has installed the application. Python Social Auth believes the address, which nobody signed, where
/// the mode is 1; VK is asked in both modes. The documentation and the class write the setting differently.
const INSTALLED: Call = Call {
    url: "https://api.vk.ru/method/users.isAppUser",
    token: TokenIn::Nowhere,
    query: &[("user_id", "{viewer_id}"), ("v", "{api_version}")],
    root: "response",
    into: "has_installed",
    when: When::Setting("USER_MODE"),
    ..Call::GET
};

/// VK, where the site is opened in a frame there.
pub const VK_APP: Signed = Signed {
    name: "vk-app",
    title: "VK",
    icon: "vk",
    docs: "https://dev.vk.com/en/api/iframe-apps",
    class_paths: &["social_core.backends.vk.VKAppOAuth2", "social.backends.vk.VKAppOAuth2"],
    client_id_setting: "KEY",
    departure: Departs::Elsewhere("on the application's page at VK"),
    proof: Proof::Mac(Mac {
        text: Text::Values(&["{key}", "viewer_id"], "_"),
        signature: "auth_key",
        algorithm: Algorithm::Md5("_"),
        ..Mac::BASE
    }),
    launches: Launches::Confirmed { framed_by: FRAMES },
    profile: &[
        INSTALLED,
        Call { when: When::Setting("USERMODE"), ..INSTALLED },
        Call {
            url: "https://api.vk.ru/method/users.get",
            token: TokenIn::Nowhere,
            query: &[("fields", "screen_name,nickname,photo_50"), ("v", "{api_version}")],
            root: "response[0]",
            ..Call::GET
        },
    ],
    profile_of: ("viewer_id", "id"),
    uid: UidField::Stable("id"),
    details: Details { username: "screen_name", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[keep("id")],
    settings: &[
        required("SECRET", "The application's secure key."),
        optional("API_VERSION", "The version of the API.").or("5.131"),
        optional("USER_MODE", "1 or 2: only people who have installed the application come in; 0: everybody does."),
        optional("USERMODE", "The same."),
    ],
    hooks: Hooks { answer: Some(only_who_has_installed_it), sign: Some(with_the_viewers_token) },
    ..Signed::BASE
};

fn only_who_has_installed_it(settings: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let asked_for = settings.is_on("USER_MODE") || settings.is_on("USERMODE");
    if !asked_for || answer.remove("has_installed").and_then(|told| told.as_i64()) == Some(1) {
        return Ok(());
    }
    Err(Error::new(Reason::MembershipRequired).stage(Stage::UserInfo).detail("the person has not installed the application at VK"))
}

/// The token that came along shows that the launch is of now: it is good for a day at most.
fn with_the_viewers_token(_: &HookSettings, delivered: &Map<String, Value>, request: Outgoing) -> Result<Outgoing> {
    let token = delivered.get("access_token").and_then(Value::as_str).filter(|text| !text.is_empty());
    let token = token.ok_or_else(|| Error::missing_parameter("access_token"))?;
    Ok(request.query(&[("access_token", token)]))
}

/// VK, where the site is opened as a Mini App.
pub const VK_MINI_APP: Signed = Signed {
    name: "vk-mini-app",
    title: "VK",
    icon: "vk",
    docs: "https://dev.vk.com/en/mini-apps/development/launch-params-sign",
    departure: Departs::Elsewhere("on the application's page at VK"),
    proof: Proof::Mac(Mac {
        fields: Fields::Prefixed("vk_"),
        text: Text::Query,
        signature: "sign",
        encoding: Encoding::Base64Url,
        time: "vk_ts",
        max_age: 3600,
        ..Mac::BASE
    }),
    launches: Launches::Confirmed { framed_by: FRAMES },
    uid: UidField::Stable("vk_user_id"),
    extra_data: &[keep("vk_user_id"), keep("vk_platform"), keep("vk_language")],
    settings: &[required("SECRET", "The application's secure key.")],
    ..Signed::BASE
};
