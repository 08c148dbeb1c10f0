//! Clever: OAuth 2.0. <https://dev.clever.com/docs/oauth-implementation>
//!
//! A person has roles; the user name is that of the first one.

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, UidField};

/// Clever.
pub const CLEVER: OAuth2 = OAuth2 {
    name: "clever",
    title: "Clever",
    docs: "https://dev.clever.com/docs/oauth-implementation",
    class_paths: &["social_core.backends.clever.CleverOAuth2"],
    authorization_url: "https://clever.com/oauth/authorize",
    token_url: "https://clever.com/oauth/tokens",
    profile: &[
        Call { url: "https://api.clever.com/v3.0/me", ..Call::GET },
        Call { url: "https://api.clever.com/v3.0/users/{data.id}", ..Call::GET },
    ],
    uid: UidField::Stable("data.id"),
    details: Details {
        username: "data.email:before(@)",
        email: "data.email",
        first_name: "data.name.first",
        last_name: "data.name.last",
        ..Details::NONE
    },
    hooks: Hooks { details: Some(read_role), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

fn read_role(_: &HookSettings, answer: &Value, details: &mut UserDetails) {
    let roles = answer.get("data").and_then(|data| data.get("roles")).and_then(Value::as_object);
    let Some((role, of_role)) = roles.and_then(|roles| roles.iter().next()) else { return };
    details.extra.insert("user_type".to_owned(), Value::from(role.as_str()));
    let name = of_role.get("credentials").and_then(|credentials| credentials.get("district_username")).and_then(Value::as_str);
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        details.username = Some(name.to_owned());
    }
}
