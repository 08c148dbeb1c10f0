//! X: OAuth 2.0. <https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code>
//!
//! The address, which X has confirmed, needs the scope `users.email`; a refresh token needs
//! `offline.access` and `EXTRA_DATA = ["refresh_token"]`. The host names of the Twitter days still serve.

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, OnFailure, UidField, Verified, When, keep};

const FIELDS: &str = "created_at,description,entities,id,location,name,pinned_tweet_id,profile_image_url,protected,\
                      public_metrics,url,username,verified,verified_type,withheld";

const ME: Call = Call { url: "https://api.twitter.com/2/users/me", root: "data", ..Call::GET };

/// X, once Twitter.
pub const TWITTER_OAUTH2: OAuth2 = OAuth2 {
    name: "twitter-oauth2",
    title: "X",
    icon: "x",
    docs: "https://developer.x.com/en/portal/dashboard",
    class_paths: &["social_core.backends.twitter_oauth2.TwitterOAuth2"],
    authorization_url: "https://twitter.com/i/oauth2/authorize",
    token_url: "https://api.twitter.com/2/oauth2/token",
    client_auth: ClientAuth::Basic,
    scope: &["users.read", "tweet.read"],
    profile: &[
        Call { query: &[("user.fields", FIELDS)], ..ME },
        Call { query: &[("user.fields", "confirmed_email")], when: When::Scope("users.email"), on_failure: OnFailure::Ignore, ..ME },
    ],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username",
        email: "confirmed_email",
        email_verified: Verified::Always,
        fullname: "name",
        extra: &[
            ("id", "id"),
            ("created_at", "created_at"),
            ("verified", "verified"),
            ("verified_type", "verified_type"),
            ("protected", "protected"),
            ("description", "description"),
            ("url", "url"),
            ("pinned_tweet_id", "pinned_tweet_id"),
            ("profile_image_url", "profile_image_url"),
            ("public_metrics", "public_metrics"),
        ],
        ..Details::NONE
    },
    extra_data: &[
        keep("id"),
        keep("username"),
        keep("fullname"),
        keep("first_name"),
        keep("last_name"),
        keep("created_at"),
        keep("verified"),
        keep("verified_type"),
        keep("protected"),
        keep("description"),
        keep("url"),
        keep("profile_image_url"),
        keep("pinned_tweet_id"),
        keep("public_metrics"),
    ],
    ..OAuth2::STANDARD
};
