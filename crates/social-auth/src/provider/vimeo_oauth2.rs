//! Vimeo: OAuth 2.0. <https://developer.vimeo.com/api/authentication>
//!
//! The token answer tells who the person is. There is no address.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Vimeo.
pub const VIMEO_OAUTH2: OAuth2 = OAuth2 {
    name: "vimeo-oauth2",
    title: "Vimeo",
    icon: "vimeo",
    docs: "https://developer.vimeo.com/api/authentication",
    class_paths: &["social_core.backends.vimeo.VimeoOAuth2", "social.backends.vimeo.VimeoOAuth2"],
    authorization_url: "https://api.vimeo.com/oauth/authorize",
    token_url: "https://api.vimeo.com/oauth/access_token",
    refresh_url: "https://api.vimeo.com/oauth/request_token",
    scope_separator: ",",
    profile: &[Call {
        url: "https://api.vimeo.com/me",
        token: TokenIn::Query("access_token"),
        headers: &[("accept", "application/vnd.vimeo.*+json;version=3.0")],
        into: "me",
        ..Call::GET
    }],
    uid: UidField::Joined("uri", "user.uri:last(/) | me.uri:last(/)"),
    details: Details { username: "user.name | me.name", fullname: "user.name | me.name", ..Details::NONE },
    ..OAuth2::STANDARD
};
