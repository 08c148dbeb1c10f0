//! VK ID: OAuth 2.0. <https://id.vk.com/about/business/go/docs/en/vkid/latest/vk-id/connection/start-integration/auth-without-sdk/auth-without-sdk-web>
//!
//! A public client: PKCE stands in for the secret. The callback names a device, which exchange and refresh must
//! name too.

use serde_json::{Map, Value};

use crate::error::{Error, Reason, Result, Stage};
use crate::identity::Fields;
use crate::protocol::oauth2::{Call, ClientAuth, Details, HookSettings, Hooks, OAuth2, Pkce, TokenIn, UidField, keep, keep_as};
use crate::seal::random_token;
use crate::secret::constant_time_eq;
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
    pkce: Pkce::Required,
    hooks: Hooks {
        check_callback: Some(names_a_device),
        callback: Some(take_device),
        answer: Some(profile_is_of_the_token),
        refresh: Some(on_the_same_device),
        ..Hooks::NONE
    },
    ..OAuth2::STANDARD
};

fn names_a_device(_: &HookSettings, params: &Params) -> Result<()> {
    params.get("device_id").filter(|device| !device.is_empty()).map(|_| ()).ok_or_else(|| Error::missing_parameter("device_id"))
}

/// Where the person of the token stands while the profile is fetched, which names one too.
const TOKEN_USER: &str = "token_user_id";

/// The answer repeats our state; the device is kept, since tokens are good on it alone.
fn take_device(_: &HookSettings, params: &Params, answer: &mut Map<String, Value>) -> Result<()> {
    let state = answer.get("state").and_then(Value::as_str).unwrap_or_default();
    if !constant_time_eq(state.as_bytes(), params.get("state").unwrap_or_default().as_bytes()) {
        return Err(Error::new(Reason::StateMismatch).stage(Stage::TokenExchange));
    }
    if let Some(user) = answer.get("user_id").cloned() {
        answer.insert(TOKEN_USER.to_owned(), user);
    }
    if let Some(device) = params.get("device_id") {
        answer.entry("device_id").or_insert_with(|| Value::from(device));
    }
    Ok(())
}

fn profile_is_of_the_token(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let of_token = answer.remove(TOKEN_USER);
    match (of_token, answer.get("user_id")) {
        (Some(of_token), Some(of_profile)) if text(&of_token) != text(of_profile) => {
            Err(Error::invalid_claim("user_id").stage(Stage::UserInfo).detail("the profile is another person's than the token"))
        }
        _ => Ok(()),
    }
}

fn on_the_same_device(kept: &Fields, fields: &mut Vec<(String, String)>) -> Result<()> {
    let device = kept.text("device_id").filter(|device| !device.is_empty());
    device.ok_or_else(|| Error::new(Reason::ReauthenticationRequired).parameter("device_id"))?;
    fields.retain(|(name, _)| name != "state");
    fields.push(("state".to_owned(), random_token(24)));
    fields.extend(kept.text("redirect_uri").map(|uri| ("redirect_uri".to_owned(), uri.to_owned())));
    Ok(())
}
