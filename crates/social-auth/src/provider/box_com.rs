//! Box: OAuth 2.0. <https://developer.box.com/guides/authentication/oauth2/>
//!
//! People sign in by their address, which is the user name too.

use crate::protocol::oauth2::{Call, Details, OAuth2, Revoke, RevokeToken, TokenIn, UidField, keep, keep_as, keep_if_present, optional};

/// Box.
pub const BOX_COM: OAuth2 = OAuth2 {
    name: "box",
    title: "Box",
    icon: "box",
    docs: "https://developer.box.com/guides/authentication/oauth2/",
    class_paths: &["social_core.backends.box.BoxOAuth2", "social.backends.box.BoxOAuth2"],
    authorization_url: "https://www.box.com/api/oauth2/authorize",
    token_url: "https://www.box.com/api/oauth2/token",
    revoke: Some(Revoke { method: "POST", url: "https://www.box.com/api/oauth2/revoke", token: RevokeToken::Form("token") }),
    scope_separator: ",",
    profile: &[Call { url: "https://api.box.com/2.0/users/me", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "login", email: "login", fullname: "name", ..Details::NONE },
    extra_data: &[keep_if_present("refresh_token"), keep("id"), keep_as("expires_in", "expires")],
    settings: &[optional("PROFILE_EXTRA_PARAMS", "Parameters of the profile call, such as {fields = \"id,login\"}.")],
    ..OAuth2::STANDARD
};
