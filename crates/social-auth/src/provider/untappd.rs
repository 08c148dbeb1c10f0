//! Untappd: OAuth 2.0. <https://untappd.com/api/docs#authentication>
//!
//! Answers are wrapped in `response`.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, TokenRequest, UidField, keep};

/// Untappd.
pub const UNTAPPD: OAuth2 = OAuth2 {
    name: "untappd",
    title: "Untappd",
    docs: "https://untappd.com/api/docs#authentication",
    class_paths: &["social_core.backends.untappd.UntappdOAuth2", "social.backends.untappd.UntappdOAuth2"],
    authorization_url: "https://untappd.com/oauth/authenticate/",
    token_url: "https://untappd.com/oauth/authorize/",
    token_request: TokenRequest::Get,
    refresh_request: Some(TokenRequest::PostForm),
    token_without: &["grant_type"],
    names: &[("redirect_uri", "redirect_url")],
    token_params: &[("response_type", "code")],
    token_root: "response",
    profile: &[Call {
        url: "https://api.untappd.com/v4/user/info/",
        token: TokenIn::Query("access_token"),
        query: &[("compact", "true")],
        root: "response.user",
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "user_name",
        email: "settings.email_address",
        fullname: "fullname",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[
        keep("id"),
        keep("bio"),
        keep("date_joined"),
        keep("location"),
        keep("url"),
        keep("user_avatar"),
        keep("user_avatar_hd"),
        keep("user_cover_photo"),
    ],
    ..OAuth2::STANDARD
};
