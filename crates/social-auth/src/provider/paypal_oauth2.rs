//! PayPal: OAuth 2.0, "Log in with PayPal". <https://developer.paypal.com/docs/log-in-with-paypal/>

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField, Verified, keep_if_present};

/// PayPal.
pub const PAYPAL_OAUTH2: OAuth2 = OAuth2 {
    name: "paypal-oauth2",
    title: "PayPal",
    icon: "paypal",
    docs: "https://developer.paypal.com/dashboard/applications",
    class_paths: &["social_core.backends.paypal.PayPalOAuth2"],
    authorization_url: "https://www.paypal.com/connect",
    token_url: "https://api.paypal.com/v1/oauth2/token",
    token_without: &["redirect_uri"],
    client_auth: ClientAuth::Basic,
    scope: &["openid", "profile"],
    profile: &[Call { url: "https://api.paypal.com/v1/identity/oauth2/userinfo", query: &[("schema", "paypalv1.1")], ..Call::GET }],
    uid: UidField::Stable("user_id"),
    details: Details {
        username: "user_id:last(/)",
        email: "emails[primary=true].value | emails[0].value",
        email_verified: Verified::When("emails[primary=true].confirmed"),
        fullname: "name",
        first_name: "given_name",
        last_name: "family_name",
        ..Details::NONE
    },
    extra_data: &[keep_if_present("refresh_token")],
    ..OAuth2::STANDARD
};

/// The sandbox.
pub const PAYPAL_OAUTH2_SANDBOX: OAuth2 = OAuth2 {
    name: "paypal-oauth2-sandbox",
    title: "PayPal (Sandbox)",
    class_paths: &["social_core.backends.paypal.PayPalOAuth2Sandbox"],
    authorization_url: "https://www.sandbox.paypal.com/connect",
    token_url: "https://api.sandbox.paypal.com/v1/oauth2/token",
    profile: &[Call { url: "https://api.sandbox.paypal.com/v1/identity/oauth2/userinfo", query: &[("schema", "paypalv1.1")], ..Call::GET }],
    ..PAYPAL_OAUTH2
};
