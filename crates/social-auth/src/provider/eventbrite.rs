//! Eventbrite: OAuth 2.0. <https://www.eventbrite.com/platform/api#/introduction/authentication>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, Verified};

/// Eventbrite.
pub const EVENTBRITE: OAuth2 = OAuth2 {
    name: "eventbrite",
    title: "Eventbrite",
    docs: "https://www.eventbrite.com/platform/api#/introduction/authentication",
    class_paths: &["social_core.backends.eventbrite.EventbriteOAuth2"],
    authorization_url: "https://www.eventbrite.com/oauth/authorize",
    token_url: "https://www.eventbrite.com/oauth/token",
    profile: &[Call { url: "https://www.eventbriteapi.com/v3/users/me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "emails[primary=true].email",
        email: "emails[primary=true].email",
        email_verified: Verified::When("emails[primary=true].verified"),
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    ..OAuth2::STANDARD
};
