//! Professionali.ru: OAuth 2.0. The service has ended.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// Professionali.ru. The token answer tells the number of the person, and the profile is that of the number.
pub const PROFESSIONALI: OAuth2 = OAuth2 {
    name: "professionali",
    title: "Professionali.ru",
    docs: "https://api.professionali.ru",
    class_paths: &["social_core.backends.professionali.ProfessionaliOAuth2", "social.backends.professionali.ProfessionaliOAuth2"],
    authorization_url: "https://api.professionali.ru/oauth/authorize.html",
    token_url: "https://api.professionali.ru/oauth/getToken.json",
    redirect_state: true,
    profile: &[Call {
        url: "https://api.professionali.ru/v6/users/get.json",
        token: TokenIn::Query("access_token"),
        query: &[("fields", "lastname,link,firstname,avatar_big"), ("ids[]", "{user_id}")],
        root: "[0]",
        ..Call::GET
    }],
    uid: UidField::Stable("user_id"),
    details: Details { username: "{lastname}_{firstname}", first_name: "firstname", last_name: "lastname", ..Details::NONE },
    extra_data: &[keep("avatar_big"), keep("link")],
    ..OAuth2::STANDARD
};
