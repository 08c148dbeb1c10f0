//! WLCG: OAuth 2.0. <https://indigo-iam.github.io/>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, Verified, keep};

/// WLCG.
pub const WLCG: OAuth2 = OAuth2 {
    name: "wlcg",
    title: "WLCG",
    docs: "https://indigo-iam.github.io/",
    class_paths: &["social_core.backends.wlcg.WLCGOAuth2"],
    authorization_url: "https://wlcg.cloud.cnaf.infn.it/authorize",
    token_url: "https://wlcg.cloud.cnaf.infn.it/token",
    scope: &["openid", "email", "profile", "wlcg", "offline_access"],
    profile: &[Call { url: "https://wlcg.cloud.cnaf.infn.it/userinfo", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("sub"),
    details: Details {
        username: "email",
        email: "email",
        email_verified: Verified::When("email_verified"),
        first_name: "given_name",
        last_name: "family_name",
        ..Details::NONE
    },
    extra_data: &[keep("sub")],
    ..OAuth2::STANDARD
};
