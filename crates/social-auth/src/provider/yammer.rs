//! Viva Engage, once Yammer: OAuth 2.0. <https://learn.microsoft.com/en-us/rest/api/yammer/oauth-2>
//!
//! The token answer tells who the person is, and has the token in an object.

use crate::protocol::oauth2::{Details, OAuth2, UidField, keep};

/// Viva Engage.
pub const YAMMER: OAuth2 = OAuth2 {
    name: "yammer",
    title: "Microsoft Viva Engage",
    docs: "https://www.yammer.com/client_applications",
    class_paths: &["social_core.backends.yammer.YammerOAuth2", "social.backends.yammer.YammerOAuth2"],
    authorization_url: "https://www.yammer.com/dialog/oauth",
    token_url: "https://www.yammer.com/oauth2/access_token",
    redirect_state: true,
    access_token: "access_token.token | access_token",
    uid: UidField::Stable("user.id"),
    details: Details {
        username: "user.name",
        email: "user.contact.email_addresses[0].address",
        fullname: "user.full_name",
        first_name: "user.first_name",
        last_name: "user.last_name",
        extra: &[("picture_url", "user.mugshot_url")],
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep("expires"), keep("mugshot_url")],
    ..OAuth2::STANDARD
};

/// Its staging hosts.
pub const YAMMER_STAGING: OAuth2 = OAuth2 {
    name: "yammer-staging",
    title: "Microsoft Viva Engage (Staging)",
    icon: "yammer",
    class_paths: &["social_core.backends.yammer.YammerStagingOAuth2", "social.backends.yammer.YammerStagingOAuth2"],
    authorization_url: "https://www.staging.yammer.com/dialog/oauth",
    token_url: "https://www.staging.yammer.com/oauth2/access_token",
    ..YAMMER
};
