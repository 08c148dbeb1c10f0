//! Shimmering Verify: OAuth 2.0 without TLS. The service has ended.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField};

/// Shimmering Verify.
pub const SHIMMERING: OAuth2 = OAuth2 {
    name: "shimmering",
    title: "Shimmering Verify",
    docs: "https://developers.shimmeringverify.com",
    class_paths: &["social_core.backends.shimmering.ShimmeringOAuth2"],
    authorization_url: "http://developers.shimmeringverify.com/o/authorize/",
    token_url: "http://developers.shimmeringverify.com/o/token/",
    redirect_state: true,
    profile: &[Call { url: "http://developers.shimmeringverify.com/user_info/", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username",
        email: "email",
        fullname: "{first_name} {last_name}",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    ..OAuth2::STANDARD
};
