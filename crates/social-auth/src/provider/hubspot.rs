//! HubSpot: OAuth 2.0. <https://developers.hubspot.com/docs/guides/api/app-management/oauth-tokens>
//!
//! A person may be in several hubs with one address, so the identifier is the hub's and the person's together.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep};

/// HubSpot.
pub const HUBSPOT: OAuth2 = OAuth2 {
    name: "hubspot",
    title: "HubSpot",
    docs: "https://developers.hubspot.com/docs/guides/api/app-management/oauth-tokens",
    class_paths: &["social_core.backends.hubspot.HubSpotOAuth2"],
    authorization_url: "https://app.hubspot.com/oauth/authorize",
    token_url: "https://api.hubapi.com/oauth/v1/token",
    scope: &["oauth"],
    redirect_state: true,
    profile: &[Call { url: "https://api.hubapi.com/oauth/v1/access-tokens/{access_token}", ..Call::GET }],
    uid: UidField::Joined("hubspot_identity", "{hub_id}:{user_id}"),
    details: Details { email: "user", extra: &[("hubspot_identity", "{hub_id}:{user_id}")], ..Details::NONE },
    extra_data: &[
        keep("hub_domain"),
        keep("hub_id"),
        keep("app_id"),
        keep("user_id"),
        keep("hubspot_identity"),
        keep("refresh_token"),
        keep("expires_in"),
    ],
    ..OAuth2::STANDARD
};
