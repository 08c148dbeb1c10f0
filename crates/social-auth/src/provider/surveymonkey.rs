//! SurveyMonkey: OAuth 2.0. <https://api.surveymonkey.com/v3/docs#authentication>
//!
//! The token answer tells where the API is.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// SurveyMonkey.
pub const SURVEYMONKEY: OAuth2 = OAuth2 {
    name: "surveymonkey",
    title: "SurveyMonkey",
    docs: "https://api.surveymonkey.com/v3/docs#authentication",
    class_paths: &["social_core.backends.surveymonkey.SurveyMonkeyOAuth2"],
    authorization_url: "https://api.surveymonkey.com/oauth/authorize",
    token_url: "https://api.surveymonkey.com/oauth/token",
    profile: &[Call {
        url: "{+access_url}/v3/users/me",
        token: TokenIn::Header("bearer"),
        hosts: &["surveymonkey.com", "surveymonkey.ca", "surveymonkey.net"],
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username",
        email: "email",
        first_name: "first_name",
        last_name: "last_name",
        extra: &[("name", "{first_name} {last_name}")],
        ..Details::NONE
    },
    extra_data: &[keep("access_url")],
    ..OAuth2::STANDARD
};
