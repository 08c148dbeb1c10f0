//! Meetup: OAuth 2.0. <https://www.meetup.com/api/authentication/>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Meetup.
pub const MEETUP: OAuth2 = OAuth2 {
    name: "meetup",
    title: "Meetup",
    docs: "https://www.meetup.com/api/authentication/",
    class_paths: &["social_core.backends.meetup.MeetupOAuth2", "social.backends.meetup.MeetupOAuth2"],
    authorization_url: "https://secure.meetup.com/oauth2/authorize",
    token_url: "https://secure.meetup.com/oauth2/access",
    scope: &["basic"],
    scope_separator: ",",
    profile: &[Call { url: "https://api.meetup.com/2/member/self", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "username", email: "email", fullname: "name", ..Details::NONE },
    ..OAuth2::STANDARD
};
