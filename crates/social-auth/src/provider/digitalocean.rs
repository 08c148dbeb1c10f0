//! DigitalOcean: OAuth 2.0. <https://docs.digitalocean.com/reference/api/oauth/>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, Verified, keep};

/// DigitalOcean.
pub const DIGITALOCEAN: OAuth2 = OAuth2 {
    name: "digitalocean",
    title: "DigitalOcean",
    icon: "digital-ocean",
    docs: "https://docs.digitalocean.com/reference/api/oauth/",
    class_paths: &["social_core.backends.digitalocean.DigitalOceanOAuth", "social.backends.digitalocean.DigitalOceanOAuth"],
    authorization_url: "https://cloud.digitalocean.com/v1/oauth/authorize",
    token_url: "https://cloud.digitalocean.com/v1/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://api.digitalocean.com/v2/account", ..Call::GET }],
    uid: UidField::Stable("account.uuid"),
    details: Details {
        username: "account.email",
        email: "account.email",
        email_verified: Verified::When("account.email_verified"),
        fullname: "name",
        ..Details::NONE
    },
    extra_data: &[keep("expires_in")],
    ..OAuth2::STANDARD
};
