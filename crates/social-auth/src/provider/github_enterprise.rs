//! GitHub Enterprise Server: GitHub at an address of one's own.
//! <https://docs.github.com/en/enterprise-server/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>

use super::github::GITHUB;
use super::{github_org, github_team};
use crate::protocol::oauth2::{OAuth2, required};
use crate::settings::SettingDecl;

const URL: SettingDecl = required("URL", "The server's address, such as https://github.example.com.");
const API_URL: SettingDecl = required("API_URL", "Its API, such as https://github.example.com/api/v3.");

/// Anyone with an account on the server.
pub const GITHUB_ENTERPRISE: OAuth2 = OAuth2 {
    name: "github-enterprise",
    title: "GitHub Enterprise",
    icon: "github",
    docs: "https://docs.github.com/en/enterprise-server/apps/oauth-apps",
    class_paths: &[
        "social_core.backends.github_enterprise.GithubEnterpriseOAuth2",
        "social.backends.github_enterprise.GithubEnterpriseOAuth2",
    ],
    settings: &[URL, API_URL],
    ..GITHUB
};

/// Members of an organization on the server.
pub const GITHUB_ENTERPRISE_ORG: OAuth2 = OAuth2 {
    name: "github-enterprise-org",
    title: "GitHub Enterprise Organization",
    docs: GITHUB_ENTERPRISE.docs,
    class_paths: &[
        "social_core.backends.github_enterprise.GithubEnterpriseOrganizationOAuth2",
        "social.backends.github_enterprise.GithubEnterpriseOrganizationOAuth2",
    ],
    scope: &["read:org"],
    settings: &[URL, API_URL, github_org::NAME],
    ..github_org::GITHUB_ORG
};

/// Members of a team on the server.
pub const GITHUB_ENTERPRISE_TEAM: OAuth2 = OAuth2 {
    name: "github-enterprise-team",
    title: "GitHub Enterprise Team",
    docs: GITHUB_ENTERPRISE.docs,
    class_paths: &[
        "social_core.backends.github_enterprise.GithubEnterpriseTeamOAuth2",
        "social.backends.github_enterprise.GithubEnterpriseTeamOAuth2",
    ],
    scope: &["read:org"],
    settings: &[URL, API_URL, github_team::ID],
    ..github_team::GITHUB_TEAM
};
