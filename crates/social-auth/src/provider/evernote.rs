//! Evernote: OAuth 1.0a. <https://dev.evernote.com/doc/articles/authentication.php>

use serde_json::{Map, Value};

use crate::error::Result;
use crate::protocol::oauth1::{Details, HookSettings, Hooks, OAuth1, TokenSecret, UidField, keep, keep_as};

/// evernote.com. All that there is to know comes with the access token.
pub const EVERNOTE: OAuth1 = OAuth1 {
    name: "evernote",
    title: "Evernote",
    docs: "https://dev.evernote.com/key.php",
    class_paths: &[
        "social_core.backends.evernote.EvernoteOAuth",
        "social.backends.evernote.EvernoteOAuth",
        "social_auth.backends.contrib.evernote.EvernoteBackend",
    ],
    request_token_url: "https://www.evernote.com/oauth",
    authorization_url: "https://www.evernote.com/OAuth.action",
    access_token_url: "https://www.evernote.com/oauth",
    access_token_method: "GET",
    token_secret: TokenSecret::None("Evernote's tokens are used without a signature"),
    uid: UidField::Stable("access_token.edam_userId"),
    details: Details { username: "access_token.edam_userId", ..Details::NONE },
    extra_data: &[
        keep_as("access_token.oauth_token", "oauth_token"),
        keep_as("access_token.edam_noteStoreUrl", "store_url"),
        keep("expires"),
    ],
    hooks: Hooks { answer: Some(expiry_in_seconds), ..Hooks::NONE },
    ..OAuth1::STANDARD
};

/// `edam_expires` counts milliseconds, as text; `expires` is kept in Unix seconds.
fn expiry_in_seconds(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let expires = answer.get("access_token").and_then(|token| token.get("edam_expires")).and_then(Value::as_str);
    if let Some(milliseconds) = expires.and_then(|text| text.trim().parse::<f64>().ok()) {
        answer.insert("expires".to_owned(), Value::from(milliseconds / 1000.0));
    }
    Ok(())
}
