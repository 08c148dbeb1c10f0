//! Qiita: OAuth 2.0. <https://qiita.com/api/v2/docs>
//!
//! The name can be changed, so the permanent number is the identifier.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenRequest, UidField, keep, optional};

/// Qiita.
pub const QIITA: OAuth2 = OAuth2 {
    name: "qiita",
    title: "Qiita",
    docs: "https://qiita.com/api/v2/docs",
    class_paths: &["social_core.backends.qiita.QiitaOAuth2", "social.backends.qiita.QiitaOAuth2"],
    authorization_url: "https://qiita.com/api/v2/oauth/authorize",
    token_url: "https://qiita.com/api/v2/access_tokens",
    token_request: TokenRequest::PostJson,
    token_without: &["grant_type", "redirect_uri"],
    redirect_state: true,
    access_token: "token",
    profile: &[Call { url: "https://qiita.com/api/v2/authenticated_user", ..Call::GET }],
    uid: UidField::StableOnce("permanent_id", &["id"]),
    details: Details { username: "id", fullname: "name", ..Details::NONE },
    extra_data: &[
        keep("description"),
        keep("facebook_id"),
        keep("followees_count"),
        keep("followers_count"),
        keep("github_login_name"),
        keep("id"),
        keep("items_count"),
        keep("linkedin_id"),
        keep("location"),
        keep("name"),
        keep("organization"),
        keep("permanent_id"),
        keep("profile_image_url"),
        keep("team_only"),
        keep("twitter_screen_name"),
        keep("website_url"),
        keep("image_monthly_upload_limit"),
        keep("image_monthly_upload_remaining"),
    ],
    settings: &[optional("IDENTIFIED_BY_PERMANENT_ID", "Has no effect any more: the identifier is always permanent_id.")],
    ..OAuth2::STANDARD
};
