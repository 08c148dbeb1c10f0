//! Discogs: OAuth 1.0a. <https://www.discogs.com/developers#page:authentication>

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField};

/// discogs.com. The first call tells the user name, the second the rest.
pub const DISCOGS: OAuth1 = OAuth1 {
    name: "discogs",
    title: "Discogs",
    docs: "https://www.discogs.com/settings/developers",
    class_paths: &["social_core.backends.discogs.DiscogsOAuth1"],
    request_token_url: "https://api.discogs.com/oauth/request_token",
    authorization_url: "https://www.discogs.com/oauth/authorize",
    access_token_url: "https://api.discogs.com/oauth/access_token",
    profile: &[
        Call { url: "https://api.discogs.com/oauth/identity", ..Call::GET },
        Call { url: "https://api.discogs.com/users/{username}", ..Call::GET },
    ],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username",
        email: "email",
        extra: &[("id", "id"), ("profile", "profile"), ("name", "name")],
        ..Details::NONE
    },
    ..OAuth1::STANDARD
};
