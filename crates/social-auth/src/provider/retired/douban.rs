//! Douban: OAuth 1.0a without TLS; `douban-oauth2` serves instead.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField, keep};

/// Douban. Values stand under `$t`, as Google's data interfaces once had them.
pub const DOUBAN: OAuth1 = OAuth1 {
    name: "douban",
    title: "Douban",
    docs: "https://developers.douban.com",
    class_paths: &["social_core.backends.douban.DoubanOAuth", "social.backends.douban.DoubanOAuth"],
    request_token_url: "http://www.douban.com/service/auth/request_token",
    authorization_url: "http://www.douban.com/service/auth/authorize",
    access_token_url: "http://www.douban.com/service/auth/access_token",
    access_token_method: "GET",
    profile: &[Call { url: "http://api.douban.com/people/%40me", query: &[("alt", "json")], ..Call::GET }],
    uid: UidField::Stable("'db:uid'.$t"),
    details: Details { username: "'db:uid'.$t", ..Details::NONE },
    extra_data: &[keep("id")],
    ..OAuth1::STANDARD
};
