//! Amazon Cognito: OAuth 2.0. <https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, Verified, keep, required};

/// Amazon Cognito.
pub const COGNITO: OAuth2 = OAuth2 {
    name: "cognito",
    title: "Amazon Cognito",
    docs: "https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html",
    class_paths: &["social_core.backends.cognito.CognitoOAuth2"],
    authorization_url: "{pool_domain}/login",
    token_url: "{pool_domain}/oauth2/token",
    scope: &["openid", "profile", "email"],
    profile: &[Call { url: "{pool_domain}/oauth2/userInfo", ..Call::GET }],
    uid: UidField::StableOnce("sub", &["username"]),
    details: Details {
        username: "username",
        email: "email",
        email_verified: Verified::When("email_verified"),
        first_name: "given_name",
        last_name: "family_name",
        ..Details::NONE
    },
    extra_data: &[keep("sub")],
    settings: &[required("POOL_DOMAIN", "The user pool's domain, such as https://example.auth.eu-west-1.amazoncognito.com.")],
    ..OAuth2::STANDARD
};
