//! OpenStreetMap: OAuth 2.0. <https://wiki.openstreetmap.org/wiki/OAuth>
//!
//! There is no address.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep_as};

/// OpenStreetMap.
pub const OPENSTREETMAP_OAUTH2: OAuth2 = OAuth2 {
    name: "openstreetmap-oauth2",
    title: "OpenStreetMap",
    icon: "openstreetmap",
    docs: "https://www.openstreetmap.org/oauth2/applications",
    class_paths: &["social_core.backends.openstreetmap_oauth2.OpenStreetMapOAuth2"],
    authorization_url: "https://www.openstreetmap.org/oauth2/authorize",
    token_url: "https://www.openstreetmap.org/oauth2/token",
    scope: &["read_prefs"],
    redirect_state: true,
    profile: &[Call { url: "https://api.openstreetmap.org/api/0.6/user/details.json", ..Call::GET }],
    uid: UidField::Stable("user.id"),
    details: Details { username: "user.display_name", ..Details::NONE },
    extra_data: &[keep_as("user.id", "id"), keep_as("user.img.href", "avatar"), keep_as("user.account_created", "account_created")],
    ..OAuth2::STANDARD
};
