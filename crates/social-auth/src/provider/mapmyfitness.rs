//! MapMyFitness: OAuth 2.0. <https://developer.mapmyfitness.com/docs>
//!
//! Each call needs the key in a header.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep};

/// MapMyFitness.
pub const MAPMYFITNESS: OAuth2 = OAuth2 {
    name: "mapmyfitness",
    title: "MapMyFitness",
    docs: "https://developer.mapmyfitness.com/docs",
    class_paths: &["social_core.backends.mapmyfitness.MapMyFitnessOAuth2", "social.backends.mapmyfitness.MapMyFitnessOAuth2"],
    authorization_url: "https://www.mapmyfitness.com/v7.0/oauth2/authorize",
    token_url: "https://oauth2-api.mapmyapi.com/v7.0/oauth2/access_token",
    token_headers: &[("api-key", "{key}")],
    profile: &[Call { url: "https://oauth2-api.mapmyapi.com/v7.0/user/self/", headers: &[("api-key", "{key}")], ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "username", email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[keep("refresh_token")],
    ..OAuth2::STANDARD
};
