//! VK ID: OAuth 2.0. <https://id.vk.com/about/business/go/docs/en/vkid/latest/vk-id/connection/start-integration/auth-without-sdk/auth-without-sdk-web>
//!
//! A public client: PKCE stands in for the secret. The callback names a device, which exchange and refresh must
//! name too.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::protocol::oauth2::{Call, ClientAuth, Details, HookSettings, Hooks, OAuth2, TokenIn, UidField, keep, keep_as};
use crate::web::Params;

/// VK ID.
pub const VK_ID: OAuth2 = OAuth2 {
    name: "vk-id",
    title: "VK ID",
    icon: "vk",
    docs: "https://id.vk.com/about/business/go/docs/en/vkid/latest/vk-id/connection/start-integration/auth-without-sdk/auth-without-sdk-web",
    class_paths: &["social_core.backends.vk.VKIDOAuth2"],
    authorization_url: "https://id.vk.ru/authorize",
    token_url: "https://id.vk.ru/oauth2/auth",
    client_auth: ClientAuth::None,
    token_repeats: &["device_id", "state"],
    profile: &[Call {
        url: "https://id.vk.ru/oauth2/user_info",
        method: "POST",
        token: TokenIn::Nowhere,
        form: &[("access_token", "{access_token}"), ("client_id", "{key}")],
        root: "user",
        ..Call::GET
    }],
    uid: UidField::Joined("id", "user_id | id"),
    details: Details { email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[
        keep_as("user_id | id", "id"),
        keep("user_id"),
        keep("expires_in"),
        keep("refresh_token"),
        keep("id_token"),
        keep("scope"),
        keep("device_id"),
        keep("redirect_uri"),
    ],
    hooks: Hooks { callback: Some(take_device), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

fn take_device(_: &HookSettings, params: &Params, answer: &mut Map<String, Value>) -> Result<()> {
    if let Some(device) = params.get("device_id") {
        answer.insert("device_id".to_owned(), Value::from(device));
    }
    Ok(())
}
