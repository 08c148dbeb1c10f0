//! Khan Academy: OAuth 1.0a in a way of its own. The interface was closed in 2020.

use crate::protocol::oauth1::{AskedBy, Call, Details, OAuth1, Placement, UidField, keep};

/// khanacademy.org. The browser asks for the request token, and is asked for consent on the way.
pub const KHANACADEMY_OAUTH1: OAuth1 = OAuth1 {
    name: "khanacademy-oauth1",
    title: "Khan Academy",
    icon: "khanacademy",
    docs: "https://github.com/Khan/khan-api/wiki/Khan-Academy-API-Authentication",
    class_paths: &["social_core.backends.khanacademy.KhanAcademyOAuth1", "social.backends.khanacademy.KhanAcademyOAuth1"],
    request_token_url: "http://www.khanacademy.org/api/auth/request_token",
    asked_by: AskedBy::Browser,
    access_token_url: "https://www.khanacademy.org/api/auth/access_token",
    access_token_method: "GET",
    placement: Placement::Query,
    profile: &[Call { url: "https://www.khanacademy.org/api/v1/user", ..Call::GET }],
    uid: UidField::Stable("user_id"),
    details: Details { username: "email", email: "email", fullname: "nickname", extra: &[("user_id", "user_id")], ..Details::NONE },
    extra_data: &[keep("user_id")],
    ..OAuth1::STANDARD
};
