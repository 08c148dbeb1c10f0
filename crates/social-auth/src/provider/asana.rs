//! Asana: OAuth 2.0. <https://developers.asana.com/docs/oauth>
//!
//! Asana answers how long a token lives, never until when: that is kept with the time of the sign-in.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, keep_as, optional};

/// Asana.
pub const ASANA: OAuth2 = OAuth2 {
    name: "asana",
    title: "Asana",
    docs: "https://developers.asana.com/docs/oauth",
    class_paths: &["social_core.backends.asana.AsanaOAuth2"],
    authorization_url: "https://app.asana.com/-/oauth_authorize",
    token_url: "https://app.asana.com/-/oauth_token",
    profile: &[Call { url: "https://app.asana.com/api/1.0/users/me", ..Call::GET }],
    uid: UidField::Stable("data.gid"),
    details: Details { username: "data.email", email: "data.email", fullname: "data.name", ..Details::NONE },
    extra_data: &[keep("expires_in"), keep("refresh_token"), keep_as("data.name", "name"), keep_as("data.gid", "gid")],
    settings: &[optional("ESTIMATE_EXPIRES_ON", "Has no effect: expires_in and auth_time tell the same.")],
    ..OAuth2::STANDARD
};
