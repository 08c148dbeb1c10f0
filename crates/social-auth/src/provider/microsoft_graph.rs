//! Microsoft: OAuth 2.0. <https://learn.microsoft.com/en-us/graph/auth-v2-user>
//!
//! Who the person is comes from the Graph API. A tenant decides which addresses its people have, so they do not
//! count as verified.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, keep_if_present};

/// Microsoft.
pub const MICROSOFT_GRAPH: OAuth2 = OAuth2 {
    name: "microsoft-graph",
    title: "Microsoft",
    icon: "microsoft",
    docs: "https://learn.microsoft.com/en-us/graph/auth-v2-user",
    class_paths: &["social_core.backends.microsoft.MicrosoftOAuth2"],
    authorization_url: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token_url: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    scope: &["User.Read"],
    profile: &[Call { url: "https://graph.microsoft.com/v1.0/me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "userPrincipalName:before(@)",
        email: "mail | userPrincipalName",
        fullname: "displayName",
        first_name: "givenName",
        last_name: "surname",
        ..Details::NONE
    },
    extra_data: &[keep_if_present("refresh_token"), keep("expires_in")],
    ..OAuth2::STANDARD
};
