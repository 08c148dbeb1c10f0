//! Docker Hub: OAuth 2.0. Docker took the interface out of the Hub; Python Social Auth gave it up in 2026.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, keep_as, keep_if_present};

/// Docker Hub. The token answer tells the user name, and the profile is that of the name.
pub const DOCKER: OAuth2 = OAuth2 {
    name: "docker",
    title: "Docker Hub",
    docs: "https://docs.docker.com/docker-hub/",
    class_paths: &["social_core.backends.docker.DockerOAuth2", "social.backends.docker.DockerOAuth2"],
    authorization_url: "https://hub.docker.com/api/v1.1/o/authorize/",
    token_url: "https://hub.docker.com/api/v1.1/o/token/",
    profile: &[Call { url: "https://hub.docker.com/api/v1.1/users/{username}/", ..Call::GET }],
    uid: UidField::Stable("user_id"),
    details: Details { username: "username", email: "email", fullname: "full_name | username", ..Details::NONE },
    extra_data: &[
        keep_if_present("refresh_token"),
        keep("user_id"),
        keep("email"),
        keep_as("full_name", "fullname"),
        keep("location"),
        keep("url"),
        keep("company"),
        keep("gravatar_email"),
    ],
    ..OAuth2::STANDARD
};
