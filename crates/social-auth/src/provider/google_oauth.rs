//! Google: OAuth 1.0a, which Google has switched off; `google-oauth2` serves instead.

use super::google_oauth2::{GOOGLE_OAUTH2, USE_UNIQUE_USER_ID};
use crate::protocol::oauth1::{Call, Details, Format, OAuth1, UidField, Verified, keep};

/// Google, as it was until 2015.
pub const GOOGLE_OAUTH: OAuth1 = OAuth1 {
    name: "google-oauth",
    title: "Google",
    icon: "google",
    docs: "https://developers.google.com/identity/protocols/OAuth_ref",
    class_paths: &[
        "social_core.backends.google.GoogleOAuth",
        "social.backends.google.GoogleOAuth",
        "social_auth.backends.google.GoogleOAuthBackend",
    ],
    request_token_url: "https://www.google.com/accounts/OAuthGetRequestToken",
    authorization_url: "https://www.google.com/accounts/OAuthAuthorizeToken",
    access_token_url: "https://www.google.com/accounts/OAuthGetAccessToken",
    anonymous: "anonymous",
    scope: &["https://www.googleapis.com/auth/userinfo#email"],
    profile: &[Call { url: "https://www.googleapis.com/userinfo/email", format: Format::Form, ..Call::GET }],
    uid: UidField::StableOnce("id", &["email"]),
    details: Details { email_verified: Verified::When("isVerified"), ..GOOGLE_OAUTH2.details },
    extra_data: &[keep("id")],
    settings: &[USE_UNIQUE_USER_ID],
    ..OAuth1::STANDARD
};
