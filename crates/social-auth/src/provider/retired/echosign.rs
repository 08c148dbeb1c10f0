//! EchoSign: OAuth 2.0. Adobe renamed the service in 2015 and took these addresses away.

use crate::protocol::oauth2::{Call, Details, OAuth2, Revoke, RevokeToken, TokenIn, UidField};

/// EchoSign, now Adobe Acrobat Sign. Whoever signs in is the first of the people that are listed.
pub const ECHOSIGN: OAuth2 = OAuth2 {
    name: "echosign",
    title: "EchoSign",
    docs: "https://developer.adobe.com/acrobat-sign/docs/",
    class_paths: &["social_core.backends.echosign.EchosignOAuth2", "social.backends.echosign.EchosignOAuth2"],
    authorization_url: "https://secure.echosign.com/public/oauth",
    token_url: "https://secure.echosign.com/oauth/token",
    refresh_url: "https://secure.echosign.com/oauth/refresh",
    revoke: Some(Revoke { method: "POST", url: "https://secure.echosign.com/oauth/revoke", token: RevokeToken::Form("token") }),
    profile: &[Call {
        url: "https://api.echosign.com/api/rest/v3/users",
        token: TokenIn::Nowhere,
        headers: &[("access-token", "{access_token}")],
        ..Call::GET
    }],
    uid: UidField::Stable("userInfoList[0].userId"),
    details: Details { email: "userInfoList[0].email", ..Details::NONE },
    ..OAuth2::STANDARD
};
