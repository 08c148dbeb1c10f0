//! Dribbble: OAuth 2.0. <https://developer.dribbble.com/v2/oauth/>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, keep_as};

/// Dribbble.
pub const DRIBBBLE: OAuth2 = OAuth2 {
    name: "dribbble",
    title: "Dribbble",
    docs: "https://developer.dribbble.com/v2/oauth/",
    class_paths: &["social_core.backends.dribbble.DribbbleOAuth2", "social.backends.dribbble.DribbbleOAuth2"],
    authorization_url: "https://dribbble.com/oauth/authorize",
    token_url: "https://dribbble.com/oauth/token",
    scope_separator: ",",
    redirect_state: true,
    profile: &[Call { url: "https://api.dribbble.com/v1/user", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "username", email: "email", fullname: "name", ..Details::NONE },
    extra_data: &[
        keep("id"),
        keep("name"),
        keep("html_url"),
        keep("avatar_url"),
        keep("bio"),
        keep("location"),
        keep("links"),
        keep("buckets_count"),
        keep("comments_received_count"),
        keep("followers_count"),
        keep("followings_count"),
        keep("likes_count"),
        keep("likes_received_count"),
        keep("projects_count"),
        keep("rebounds_received_count"),
        keep("shots_count"),
        keep("teams_count"),
        keep("pro"),
        keep("buckets_url"),
        keep("followers_url"),
        keep("following_url"),
        keep_as("likes_url", "shots_url"),
        keep("teams_url"),
        keep("created_at"),
        keep("updated_at"),
    ],
    ..OAuth2::STANDARD
};
