//! Atlassian: OAuth 2.0. <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>
//!
//! The profile is that of the first Jira site that the token is good for.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep};

/// Atlassian.
pub const ATLASSIAN: OAuth2 = OAuth2 {
    name: "atlassian",
    title: "Atlassian",
    docs: "https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
    class_paths: &["social_core.backends.atlassian.AtlassianOAuth2"],
    authorization_url: "https://auth.atlassian.com/authorize",
    token_url: "https://auth.atlassian.com/oauth/token",
    scope: &["read:jira-user", "offline_access"],
    redirect_state: true,
    authorize_params: &[("audience", "api.atlassian.com"), ("prompt", "consent")],
    profile: &[
        Call { url: "https://api.atlassian.com/oauth/token/accessible-resources", into: "resources", ..Call::GET },
        Call { url: "https://api.atlassian.com/ex/jira/{resources[0].id}/rest/api/2/myself", ..Call::GET },
    ],
    uid: UidField::Stable("accountId"),
    details: Details { username: "accountId", email: "emailAddress", fullname: "displayName", ..Details::NONE },
    extra_data: &[keep("resources"), keep("refresh_token"), keep("expires_in")],
    ..OAuth2::STANDARD
};
