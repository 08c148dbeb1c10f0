//! Amazon: OAuth 2.0. <https://developer.amazon.com/docs/login-with-amazon/documentation-overview.html>
//!
//! The answer is flat or, from older servers, wrapped in `Profile`; both are read.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenCheck, TokenIn, UidField, keep, keep_as, keep_if_present};

/// Amazon.
pub const AMAZON: OAuth2 = OAuth2 {
    name: "amazon",
    title: "Amazon",
    docs: "https://developer.amazon.com/docs/login-with-amazon/documentation-overview.html",
    class_paths: &["social_core.backends.amazon.AmazonOAuth2", "social.backends.amazon.AmazonOAuth2"],
    authorization_url: "https://www.amazon.com/ap/oa",
    token_url: "https://api.amazon.com/auth/o2/token",
    scope: &["profile"],
    profile: &[Call { url: "https://api.amazon.com/user/profile", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Joined("user_id", "Profile.CustomerId | user_id"),
    details: Details {
        username: "Profile.Name | name",
        email: "Profile.PrimaryEmail | email",
        fullname: "Profile.Name | name",
        ..Details::NONE
    },
    extra_data: &[keep_if_present("refresh_token"), keep_as("Profile.CustomerId | user_id", "user_id"), keep("postal_code")],
    // <https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html>
    token_check: Some(TokenCheck {
        url: "https://api.amazon.com/auth/o2/tokeninfo",
        query: &[("access_token", "{access_token}")],
        audience: "aud",
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};
