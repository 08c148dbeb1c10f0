//! Fitbit: OAuth 1.0a. Python Social Auth calls it `fitbit`, as it does the OAuth 2.0 one.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField, keep_as};

/// fitbit.com.
pub const FITBIT_OAUTH1: OAuth1 = OAuth1 {
    name: "fitbit-oauth1",
    known_as: "fitbit",
    title: "Fitbit",
    icon: "fitbit",
    docs: "https://dev.fitbit.com/apps",
    class_paths: &["social_core.backends.fitbit.FitbitOAuth1", "social.backends.fitbit.FitbitOAuth1"],
    request_token_url: "https://api.fitbit.com/oauth/request_token",
    authorization_url: "https://www.fitbit.com/oauth/authorize",
    access_token_url: "https://api.fitbit.com/oauth/access_token",
    profile: &[Call { url: "https://api.fitbit.com/1/user/-/profile.json", root: "user", ..Call::GET }],
    uid: UidField::Stable("encodedId"),
    details: Details { username: "displayName", email: "email", ..Details::NONE },
    extra_data: &[keep_as("encodedId", "id"), keep_as("displayName", "username")],
    ..OAuth1::STANDARD
};
