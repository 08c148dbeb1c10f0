//! Zoom: OAuth 2.0. <https://developers.zoom.us/docs/integrations/oauth/>

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField, keep, keep_if_present};

/// Zoom.
pub const ZOOM_OAUTH2: OAuth2 = OAuth2 {
    name: "zoom-oauth2",
    title: "Zoom",
    icon: "zoom",
    docs: "https://marketplace.zoom.us/",
    class_paths: &["social_core.backends.zoom.ZoomOAuth2"],
    authorization_url: "https://zoom.us/oauth/authorize",
    token_url: "https://zoom.us/oauth/token",
    client_auth: ClientAuth::Basic,
    scope: &["user:read"],
    profile: &[Call { url: "https://api.zoom.us/v2/users/me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "id", email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[keep("expires_in"), keep_if_present("refresh_token")],
    ..OAuth2::STANDARD
};
