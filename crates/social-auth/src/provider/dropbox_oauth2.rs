//! Dropbox: OAuth 2.0. <https://developers.dropbox.com/oauth-guide>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, Verified, keep};

/// Dropbox.
pub const DROPBOX_OAUTH2: OAuth2 = OAuth2 {
    name: "dropbox-oauth2",
    title: "Dropbox",
    icon: "dropbox",
    docs: "https://developers.dropbox.com/oauth-guide",
    class_paths: &[
        "social_core.backends.dropbox.DropboxOAuth2V2",
        "social_core.backends.dropbox.DropboxOAuth2",
        "social.backends.dropbox.DropboxOAuth2",
    ],
    authorization_url: "https://www.dropbox.com/oauth2/authorize",
    token_url: "https://api.dropboxapi.com/oauth2/token",
    profile: &[Call { url: "https://api.dropboxapi.com/2/users/get_current_account", method: "POST", ..Call::GET }],
    uid: UidField::Stable("account_id"),
    details: Details {
        username: "account_id",
        email: "email",
        email_verified: Verified::When("email_verified"),
        fullname: "name.display_name",
        first_name: "name.given_name",
        last_name: "name.surname",
        ..Details::NONE
    },
    extra_data: &[keep("account_id")],
    ..OAuth2::STANDARD
};
