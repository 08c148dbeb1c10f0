//! Coursera: OAuth 2.0. <https://tech.coursera.org/app-platform/oauth2/>
//!
//! There is nothing but an opaque identifier.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField};

/// Coursera.
pub const COURSERA: OAuth2 = OAuth2 {
    name: "coursera",
    title: "Coursera",
    docs: "https://tech.coursera.org/app-platform/oauth2/",
    class_paths: &["social_core.backends.coursera.CourseraOAuth2", "social.backends.coursera.CourseraOAuth2"],
    authorization_url: "https://accounts.coursera.org/oauth2/v1/auth",
    token_url: "https://accounts.coursera.org/oauth2/v1/token",
    scope: &["view_profile"],
    scope_separator: ",",
    profile: &[Call { url: "https://api.coursera.org/api/externalBasicProfiles.v1", query: &[("q", "me")], ..Call::GET }],
    uid: UidField::Joined("username", "elements[0].id"),
    details: Details { username: "elements[0].id", ..Details::NONE },
    ..OAuth2::STANDARD
};
