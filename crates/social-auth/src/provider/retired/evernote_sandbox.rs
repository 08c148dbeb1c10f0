//! Evernote for trying out: OAuth 1.0a. The host is gone; `evernote` serves.

use super::super::evernote::EVERNOTE;
use crate::protocol::oauth1::OAuth1;

/// sandbox.evernote.com.
pub const EVERNOTE_SANDBOX: OAuth1 = OAuth1 {
    name: "evernote-sandbox",
    title: "Evernote (sandbox)",
    icon: "evernote",
    class_paths: &["social_core.backends.evernote.EvernoteSandboxOAuth", "social.backends.evernote.EvernoteSandboxOAuth"],
    request_token_url: "https://sandbox.evernote.com/oauth",
    authorization_url: "https://sandbox.evernote.com/OAuth.action",
    access_token_url: "https://sandbox.evernote.com/oauth",
    ..EVERNOTE
};
