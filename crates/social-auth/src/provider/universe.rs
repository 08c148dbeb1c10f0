//! Universe: OAuth 2.0. <https://developers.universe.com/docs/authorization>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep_as};

/// Universe.
pub const UNIVERSE: OAuth2 = OAuth2 {
    name: "universe",
    title: "Universe",
    docs: "https://developers.universe.com/docs/authorization",
    class_paths: &["social_core.backends.universe.UniverseOAuth2"],
    authorization_url: "https://www.universe.com/oauth/authorize",
    token_url: "https://www.universe.com/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://www.universe.com/api/v2/current_user", ..Call::GET }],
    uid: UidField::Stable("current_user.id"),
    details: Details {
        username: "current_user.email",
        email: "current_user.email",
        first_name: "current_user.first_name",
        last_name: "current_user.last_name",
        ..Details::NONE
    },
    extra_data: &[
        keep_as("current_user.id", "id"),
        keep_as("current_user.slug", "slug"),
        keep_as("current_user.created_at", "created_at"),
        keep_as("current_user.updated_at", "updated_at"),
    ],
    ..OAuth2::STANDARD
};
