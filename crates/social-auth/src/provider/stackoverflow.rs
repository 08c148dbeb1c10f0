//! Stack Overflow: OAuth 2.0. <https://api.stackexchange.com/docs/authentication>
//!
//! There is no address.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep, optional};

/// Stack Overflow.
pub const STACKOVERFLOW: OAuth2 = OAuth2 {
    name: "stackoverflow",
    title: "Stack Overflow",
    docs: "https://stackapps.com/apps/oauth",
    class_paths: &["social_core.backends.stackoverflow.StackoverflowOAuth2", "social.backends.stackoverflow.StackoverflowOAuth2"],
    authorization_url: "https://stackexchange.com/oauth",
    token_url: "https://stackexchange.com/oauth/access_token",
    scope_separator: ",",
    redirect_state: true,
    profile: &[Call {
        url: "https://api.stackexchange.com/2.1/me",
        token: TokenIn::Query("access_token"),
        query: &[("site", "stackoverflow"), ("key", "{api_key}")],
        root: "items[0]",
        ..Call::GET
    }],
    uid: UidField::Stable("user_id"),
    details: Details { username: "link:last(/)", fullname: "display_name", ..Details::NONE },
    extra_data: &[keep("id"), keep("expires")],
    settings: &[optional("API_KEY", "The key of the application, which raises its quota.")],
    ..OAuth2::STANDARD
};
