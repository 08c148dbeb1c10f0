//! Disqus: OAuth 2.0. <https://disqus.com/api/docs/auth/>
//!
//! Calls of the API need the application's secret in the query.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep, keep_as};

/// Disqus.
pub const DISQUS: OAuth2 = OAuth2 {
    name: "disqus",
    title: "Disqus",
    docs: "https://disqus.com/api/docs/auth/",
    class_paths: &["social_core.backends.disqus.DisqusOAuth2", "social.backends.disqus.DisqusOAuth2"],
    authorization_url: "https://disqus.com/api/oauth/2.0/authorize/",
    token_url: "https://disqus.com/api/oauth/2.0/access_token/",
    scope_separator: ",",
    profile: &[Call {
        url: "https://disqus.com/api/3.0/users/details.json",
        token: TokenIn::Query("access_token"),
        query: &[("api_secret", "{secret}")],
        ..Call::GET
    }],
    uid: UidField::Stable("response.id"),
    details: Details {
        username: "response.username",
        email: "response.email",
        extra: &[("user_id", "user_id"), ("name", "response.name")],
        ..Details::NONE
    },
    extra_data: &[
        keep_as("response.avatar", "avatar"),
        keep_as("response.connections", "connections"),
        keep("user_id"),
        keep_as("response.email", "email"),
        keep_as("response.emailHash", "emailHash"),
        keep("expires"),
        keep_as("response.location", "location"),
        keep_as("meta | response.response", "response"),
        keep_as("response.name", "name"),
        keep_as("response.username | username", "username"),
    ],
    ..OAuth2::STANDARD
};
