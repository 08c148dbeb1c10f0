//! Kakao: OAuth 2.0. <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>
//!
//! The nickname stands in for the name; Korean family names are its first letter.

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::oauth2::{Call, CheckAuth, Details, HookSettings, Hooks, OAuth2, TokenCheck, UidField, Verified, keep};

/// Kakao.
pub const KAKAO: OAuth2 = OAuth2 {
    name: "kakao",
    title: "Kakao",
    docs: "https://developers.kakao.com/docs/latest/en/kakaologin/rest-api",
    class_paths: &["social_core.backends.kakao.KakaoOAuth2", "social.backends.kakao.KakaoOAuth2"],
    authorization_url: "https://kauth.kakao.com/oauth/authorize",
    token_url: "https://kauth.kakao.com/oauth/token",
    profile: &[Call { url: "https://kapi.kakao.com/v2/user/me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "properties.nickname",
        email: "kakao_account.email",
        email_verified: Verified::When("kakao_account.is_email_verified"),
        fullname: "properties.nickname",
        ..Details::NONE
    },
    extra_data: &[keep("properties")],
    hooks: Hooks { details: Some(cut_nickname), ..Hooks::NONE },
    // <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-token-info>. The application's id
    // is another than its key: ACCEPTED_AUDIENCES names it.
    token_check: Some(TokenCheck {
        url: "https://kapi.kakao.com/v1/user/access_token_info",
        authorization: CheckAuth::Token("Bearer"),
        audience: "app_id",
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};

fn cut_nickname(_: &HookSettings, _: &Value, details: &mut UserDetails) {
    let Some(nickname) = &details.fullname else { return };
    let mut letters = nickname.chars();
    details.last_name = letters.next().map(String::from);
    details.first_name = Some(letters.collect()).filter(|given: &String| !given.is_empty());
}
