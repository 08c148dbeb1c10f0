//! Bitbucket Data Center: OAuth 2.0. <https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html>
//!
//! Who the person is stands in a header of any answer; the profile is asked for under that name.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, optional, required};

/// Bitbucket Data Center.
pub const BITBUCKET_DATACENTER_OAUTH2: OAuth2 = OAuth2 {
    name: "bitbucket-datacenter-oauth2",
    title: "Bitbucket Data Center",
    icon: "bitbucket",
    docs: "https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html",
    class_paths: &["social_core.backends.bitbucket_datacenter.BitbucketDataCenterOAuth2"],
    authorization_url: "{url}/rest/oauth2/latest/authorize",
    token_url: "{url}/rest/oauth2/latest/token",
    scope: &["PUBLIC_REPOS"],
    profile: &[
        Call { url: "{url}/rest/api/latest/application-properties", into: "ausername", header: "x-ausername", ..Call::GET },
        Call { url: "{url}/rest/api/latest/users/{ausername}", query: &[("avatarSize", "{user_avatar_size}")], ..Call::GET },
    ],
    uid: UidField::Stable("id"),
    details: Details {
        username: "slug",
        email: "emailAddress",
        fullname: "displayName",
        extra: &[
            ("uid", "id"),
            ("name", "name"),
            ("display_name", "displayName"),
            ("type", "type"),
            ("active", "active"),
            ("url", "links.self[0].href"),
            ("avatar_url", "avatarUrl"),
        ],
        ..Details::NONE
    },
    extra_data: &[
        keep("token_type"),
        keep("access_token"),
        keep("refresh_token"),
        keep("expires_in"),
        keep("scope"),
        keep("first_name"),
        keep("last_name"),
        keep("email"),
        keep("name"),
        keep("username"),
        keep("display_name"),
        keep("type"),
        keep("active"),
        keep("url"),
        keep("avatar_url"),
    ],
    settings: &[
        required("URL", "The server, such as https://bitbucket.example.com."),
        optional("USER_AVATAR_SIZE", "The size of the picture in pixels.").or("48"),
    ],
    ..OAuth2::STANDARD
};
