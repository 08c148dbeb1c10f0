//! ChangeTip: OAuth 2.0. The service ended in 2016.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// ChangeTip.
pub const CHANGETIP: OAuth2 = OAuth2 {
    name: "changetip",
    title: "ChangeTip",
    docs: "https://www.changetip.com/api",
    class_paths: &["social_core.backends.changetip.ChangeTipOAuth2", "social.backends.changetip.ChangeTipOAuth2"],
    authorization_url: "https://www.changetip.com/o/authorize/",
    token_url: "https://www.changetip.com/o/token/",
    redirect_state: true,
    profile: &[Call { url: "https://api.changetip.com/v2/me/", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "username", email: "email", ..Details::NONE },
    ..OAuth2::STANDARD
};
