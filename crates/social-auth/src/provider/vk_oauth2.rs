//! VK: OAuth 2.0. <https://dev.vk.com/en/api/access-token/authcode-flow-user>
//!
//! The address comes with the token, if the scope `email` was asked for. New applications use `vk-id`.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, TokenIn, UidField, keep, optional};

/// VK.
pub const VK_OAUTH2: OAuth2 = OAuth2 {
    name: "vk-oauth2",
    title: "VK",
    icon: "vk",
    docs: "https://dev.vk.com/en/api/access-token/authcode-flow-user",
    class_paths: &[
        "social_core.backends.vk.VKOAuth2",
        "social.backends.vk.VKOAuth2",
        "social_auth.backends.contrib.vkontakte.VKontakteOAuth2Backend",
    ],
    authorization_url: "https://oauth.vk.ru/authorize",
    token_url: "https://oauth.vk.ru/access_token",
    redirect_state: true,
    profile: &[Call {
        url: "https://api.vk.ru/method/users.get",
        token: TokenIn::Query("access_token"),
        query: &[("fields", "{fields}"), ("v", "{api_version}")],
        root: "response[0]",
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details { username: "screen_name", email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[keep("id"), keep("expires_in")],
    settings: &[
        optional("API_VERSION", "The version of the API.").or("5.131"),
        optional("EXTRA_DATA", "Further fields to ask for and keep."),
    ],
    hooks: Hooks { variables: Some(fields), answer: Some(name_photos), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// What is to be kept has to be asked for.
fn fields(settings: &HookSettings, _: &str) -> Vec<(&'static str, String)> {
    let mut fields = vec!["screen_name", "nickname", "photo_50"];
    let kept = settings.declared.get("EXTRA_DATA").and_then(Value::as_array).into_iter().flatten();
    for item in kept {
        let name = item.as_str().or_else(|| item.get(0).and_then(Value::as_str)).unwrap_or_default();
        // Those two are names of ours for a photo.
        if !fields.contains(&name) && !matches!(name, "" | "id" | "expires_in" | "photo" | "user_photo" | "email") {
            fields.push(name);
        }
    }
    vec![("fields", fields.join(","))]
}

fn name_photos(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    if let Some(photo) = answer.get("photo_50").cloned() {
        for name in ["photo", "user_photo"] {
            answer.entry(name).or_insert_with(|| photo.clone());
        }
    }
    Ok(())
}
