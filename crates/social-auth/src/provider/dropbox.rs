//! Dropbox: OAuth 1.0a, which Dropbox has switched off; `dropbox-oauth2` serves instead.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField, keep};

/// dropbox.com.
pub const DROPBOX: OAuth1 = OAuth1 {
    name: "dropbox",
    title: "Dropbox",
    docs: "https://www.dropbox.com/developers/apps",
    class_paths: &[
        "social_core.backends.dropbox.DropboxOAuth",
        "social.backends.dropbox.DropboxOAuth",
        "social_auth.backends.contrib.dropbox.DropboxBackend",
    ],
    request_token_url: "https://api.dropbox.com/1/oauth/request_token",
    request_token_method: "POST",
    authorization_url: "https://www.dropbox.com/1/oauth/authorize",
    access_token_url: "https://api.dropbox.com/1/oauth/access_token",
    redirect_parameter: "oauth_callback",
    profile: &[Call { url: "https://api.dropbox.com/1/account/info", ..Call::GET }],
    uid: UidField::Stable("uid"),
    details: Details { username: "uid", email: "email", fullname: "display_name", ..Details::NONE },
    extra_data: &[keep("id"), keep("expires")],
    ..OAuth1::STANDARD
};
