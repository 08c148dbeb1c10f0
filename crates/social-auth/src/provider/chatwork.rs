//! Chatwork: OAuth 2.0. <https://developer.chatwork.com/docs/oauth>

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField, keep, optional};

/// Chatwork.
pub const CHATWORK: OAuth2 = OAuth2 {
    name: "chatwork",
    title: "Chatwork",
    docs: "https://developer.chatwork.com/docs/oauth",
    class_paths: &["social_core.backends.chatwork.ChatworkOAuth2"],
    authorization_url: "https://www.chatwork.com/packages/oauth2/login.php",
    token_url: "https://oauth.chatwork.com/token",
    client_auth: ClientAuth::Basic,
    scope: &["users.profile.me:read"],
    redirect_state: true,
    profile: &[Call { url: "{api_url}/me", ..Call::GET }],
    uid: UidField::Stable("account_id"),
    details: Details { username: "chatwork_id | login_mail | account_id", email: "mail | login_mail", fullname: "name", ..Details::NONE },
    extra_data: &[keep("expires_in"), keep("refresh_token")],
    settings: &[optional("API_URL", "Where the API is.").or("https://api.chatwork.com/v2")],
    ..OAuth2::STANDARD
};
