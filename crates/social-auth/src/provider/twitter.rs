//! X: OAuth 1.0a. <https://docs.x.com/fundamentals/authentication/oauth-1-0a/api-key-and-secret>

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField, Verified, keep};

/// X, once Twitter. The address comes only to applications that may ask for it, and only if it is confirmed.
pub const TWITTER: OAuth1 = OAuth1 {
    name: "twitter",
    title: "X",
    icon: "x",
    docs: "https://developer.x.com/en/portal/dashboard",
    class_paths: &[
        "social_core.backends.twitter.TwitterOAuth",
        "social.backends.twitter.TwitterOAuth",
        "social_auth.backends.twitter.TwitterBackend",
    ],
    request_token_url: "https://api.twitter.com/oauth/request_token",
    request_token_method: "POST",
    authorization_url: "https://api.twitter.com/oauth/authenticate",
    access_token_url: "https://api.twitter.com/oauth/access_token",
    redirect_state: true,
    profile: &[Call {
        url: "https://api.twitter.com/1.1/account/verify_credentials.json",
        query: &[("include_email", "true")],
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details { username: "screen_name", email: "email", email_verified: Verified::Always, fullname: "name", ..Details::NONE },
    extra_data: &[keep("id")],
    ..OAuth1::STANDARD
};
