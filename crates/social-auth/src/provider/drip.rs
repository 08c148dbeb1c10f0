//! Drip: OAuth 2.0. <https://developer.drip.com/#oauth>
//!
//! A changeable address is all that tells people apart, so a Drip account can only be connected by who is signed
//! in.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField};

/// Drip.
pub const DRIP: OAuth2 = OAuth2 {
    name: "drip",
    title: "Drip",
    docs: "https://developer.drip.com/#oauth",
    class_paths: &["social_core.backends.drip.DripOAuth", "social.backends.drip.DripOAuth"],
    authorization_url: "https://www.getdrip.com/oauth/authorize",
    token_url: "https://www.getdrip.com/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://api.getdrip.com/v2/user", ..Call::GET }],
    uid: UidField::Stable("users[0].email"),
    details: Details { username: "users[0].email", email: "users[0].email", fullname: "users[0].name", ..Details::NONE },
    association_only: true,
    ..OAuth2::STANDARD
};
