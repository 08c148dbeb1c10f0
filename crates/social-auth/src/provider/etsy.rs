//! Etsy: OAuth 2.0. <https://developers.etsy.com/documentation/essentials/authentication/>
//!
//! The access token begins with the identifier of the person.

use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, UidField, keep};

/// Etsy.
pub const ETSY: OAuth2 = OAuth2 {
    name: "etsy",
    title: "Etsy",
    docs: "https://developers.etsy.com/documentation/essentials/authentication/",
    class_paths: &["social_core.backends.etsy.EtsyOAuth2"],
    authorization_url: "https://www.etsy.com/oauth/connect",
    token_url: "https://api.etsy.com/v3/public/oauth/token",
    profile: &[Call { url: "https://openapi.etsy.com/v3/application/users/{token_user}", headers: &[("x-api-key", "{key}")], ..Call::GET }],
    uid: UidField::Stable("user_id"),
    details: Details {
        username: "user_id",
        email: "primary_email",
        first_name: "first_name",
        last_name: "last_name",
        extra: &[("user_id", "user_id"), ("image_url_75x75", "image_url_75x75")],
        ..Details::NONE
    },
    extra_data: &[
        keep("refresh_token"),
        keep("expires_in"),
        keep("token_type"),
        keep("access_token"),
        keep("primary_email"),
        keep("first_name"),
        keep("last_name"),
        keep("image_url_75x75"),
    ],
    hooks: Hooks { variables: Some(user_of_token), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// `12345678.jKBPLnOiYt7vpWlsny_lDKqINn4Ny_jwH89hA4IZgggyzqmV_bmQHGJ3HOHH2DmZxOJn5V1qQFnVP9bCn9jnrggCRz`.
fn user_of_token(_: &HookSettings, access_token: &str) -> Vec<(&'static str, String)> {
    let user = access_token.split_once('.').map_or(access_token, |(user, _)| user);
    vec![("token_user", user.to_owned())]
}
