//! Bitbucket: OAuth 1.0a, which Bitbucket has switched off; `bitbucket-oauth2` serves instead.

use super::bitbucket_oauth2::{CONFIRMED, SETTINGS, refuse_unconfirmed};
use crate::protocol::oauth1::{Call, Details, Hooks, OAuth1, OnFailure, Repeats, UidField, Verified};

/// bitbucket.org. Its calls do not like `oauth_callback` and `oauth_verifier`.
pub const BITBUCKET: OAuth1 = OAuth1 {
    name: "bitbucket",
    title: "Bitbucket",
    docs: "https://support.atlassian.com/bitbucket-cloud/docs/oauth-consumers/",
    class_paths: &[
        "social_core.backends.bitbucket.BitbucketOAuth",
        "social.backends.bitbucket.BitbucketOAuth",
        "social_auth.backends.contrib.bitbucket.BitbucketBackend",
    ],
    request_token_url: "https://bitbucket.org/api/1.0/oauth/request_token",
    authorization_url: "https://bitbucket.org/api/1.0/oauth/authenticate",
    access_token_url: "https://bitbucket.org/api/1.0/oauth/access_token",
    access_token_method: "GET",
    repeats: Repeats::ForAccessToken,
    profile: &[
        Call {
            url: "https://api.bitbucket.org/2.0/user/emails",
            root: "values",
            into: "emails",
            on_failure: OnFailure::Ignore,
            ..Call::GET
        },
        Call { url: "https://api.bitbucket.org/2.0/user", ..Call::GET },
    ],
    uid: UidField::Stable("uuid"),
    uid_switches: &[("USERNAME_AS_ID", "username")],
    details: Details {
        username: "username",
        email: "emails[is_primary=true].email",
        email_verified: Verified::When(CONFIRMED),
        fullname: "display_name",
        ..Details::NONE
    },
    settings: SETTINGS,
    hooks: Hooks { answer: Some(refuse_unconfirmed), ..Hooks::NONE },
    ..OAuth1::STANDARD
};
