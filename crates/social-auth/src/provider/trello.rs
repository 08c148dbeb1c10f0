//! Trello: OAuth 1.0a. <https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/>

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField, keep, optional, setting};

/// trello.com. `EXPIRATION` is how long tokens last (`1hour`, `1day`, `30days`, `never`).
pub const TRELLO: OAuth1 = OAuth1 {
    name: "trello",
    title: "Trello",
    docs: "https://trello.com/app-key",
    class_paths: &["social_core.backends.trello.TrelloOAuth", "social.backends.trello.TrelloOAuth"],
    request_token_url: "https://trello.com/1/OAuthGetRequestToken",
    authorization_url: "https://trello.com/1/OAuthAuthorizeToken",
    access_token_url: "https://trello.com/1/OAuthGetAccessToken",
    authorize_params: &[("name", "{app_name}"), ("expiration", "{expiration}")],
    profile: &[Call { url: "https://trello.com/1/members/me", ..Call::GET }],
    uid: UidField::StableOnce("id", &["username"]),
    details: Details { username: "username", email: "email", fullname: "fullName", ..Details::NONE },
    extra_data: &[keep("id"), keep("username"), keep("email"), keep("fullName")],
    settings: &[optional("APP_NAME", "The name that people see when they are asked."), setting("EXPIRATION", "never")],
    ..OAuth1::STANDARD
};
