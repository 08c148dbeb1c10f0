//! Orbi: OAuth 2.0. <https://login.orbi.kr/>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// Orbi.
pub const ORBI: OAuth2 = OAuth2 {
    name: "orbi",
    title: "Orbi",
    docs: "https://login.orbi.kr/",
    class_paths: &["social_core.backends.orbi.OrbiOAuth2", "social.backends.orbi.OrbiOAuth2"],
    authorization_url: "https://login.orbi.kr/oauth/authorize",
    token_url: "https://login.orbi.kr/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://login.orbi.kr/oauth/user/get", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username | name",
        email: "email",
        fullname: "name",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[keep("imin"), keep("nick"), keep("photo"), keep("sex"), keep("birth")],
    ..OAuth2::STANDARD
};
