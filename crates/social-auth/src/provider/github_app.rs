//! GitHub Apps: OAuth 2.0. <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>
//!
//! A callback after an installation has no `state` and signs nobody in: people begin at our own page.

use super::github::GITHUB;
use crate::protocol::oauth2::OAuth2;

/// A GitHub App.
pub const GITHUB_APP: OAuth2 = OAuth2 {
    name: "github-app",
    title: "GitHub App",
    icon: "github",
    class_paths: &["social_core.backends.github.GithubAppAuth"],
    ..GITHUB
};
