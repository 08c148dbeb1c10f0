//! Stripe: OAuth 2.0. <https://docs.stripe.com/connect/oauth-reference>
//!
//! Connects an account of a business; the token answer tells which.

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField, keep};

/// Stripe.
pub const STRIPE: OAuth2 = OAuth2 {
    name: "stripe",
    title: "Stripe",
    docs: "https://dashboard.stripe.com/settings/connect",
    class_paths: &["social_core.backends.stripe.StripeOAuth2", "social.backends.stripe.StripeOAuth2"],
    authorization_url: "https://connect.stripe.com/oauth/authorize",
    token_url: "https://connect.stripe.com/oauth/token",
    token_without: &["redirect_uri"],
    client_auth: ClientAuth::Bearer,
    profile: &[Call { url: "https://api.stripe.com/v1/account", ..Call::GET }],
    uid: UidField::Stable("stripe_user_id"),
    details: Details { username: "stripe_user_id", email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[
        keep("stripe_publishable_key"),
        keep("access_token"),
        keep("livemode"),
        keep("token_type"),
        keep("refresh_token"),
        keep("stripe_user_id"),
    ],
    ..OAuth2::STANDARD
};
