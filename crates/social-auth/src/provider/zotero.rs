//! Zotero: OAuth 1.0a. <https://www.zotero.org/support/dev/web_api/v3/oauth>

use crate::protocol::oauth1::{Details, OAuth1, UidField};

/// zotero.org. All that there is to know comes with the access token.
pub const ZOTERO: OAuth1 = OAuth1 {
    name: "zotero",
    title: "Zotero",
    docs: "https://www.zotero.org/oauth/apps",
    class_paths: &["social_core.backends.zotero.ZoteroOAuth", "social.backends.zotero.ZoteroOAuth"],
    request_token_url: "https://www.zotero.org/oauth/request",
    authorization_url: "https://www.zotero.org/oauth/authorize",
    access_token_url: "https://www.zotero.org/oauth/access",
    uid: UidField::Stable("access_token.userID"),
    details: Details { username: "access_token.username", extra: &[("userID", "access_token.userID")], ..Details::NONE },
    ..OAuth1::STANDARD
};
