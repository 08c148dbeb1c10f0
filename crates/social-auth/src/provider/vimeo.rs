//! Vimeo: OAuth 1.0a, its older interface.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField};

/// vimeo.com.
pub const VIMEO: OAuth1 = OAuth1 {
    name: "vimeo",
    title: "Vimeo",
    docs: "https://developer.vimeo.com/apps",
    class_paths: &["social_core.backends.vimeo.VimeoOAuth1", "social.backends.vimeo.VimeoOAuth1"],
    request_token_url: "https://vimeo.com/oauth/request_token",
    authorization_url: "https://vimeo.com/oauth/authorize",
    access_token_url: "https://vimeo.com/oauth/access_token",
    profile: &[Call {
        url: "https://vimeo.com/api/rest/v2",
        query: &[("format", "json"), ("method", "vimeo.people.getInfo")],
        ..Call::GET
    }],
    uid: UidField::Stable("person.id"),
    details: Details { username: "person.username", fullname: "person.display_name", ..Details::NONE },
    ..OAuth1::STANDARD
};
