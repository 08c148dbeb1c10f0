//! GitHub, for members of one organization. <https://docs.github.com/en/rest/orgs/members#check-organization-membership-for-a-user>
//!
//! Who is not a member is refused. Private memberships show only to a token with the scope `read:org`.

use super::github::{EMAILS, GITHUB, USER};
use crate::protocol::oauth2::{Call, OAuth2, OnFailure, optional, required};
use crate::settings::SettingDecl;

pub(super) const MEMBER: Call = Call { url: "{api_url}/orgs/{name}/members/{login}", on_failure: OnFailure::RefuseUnless(204), ..USER };

pub(super) const NAME: SettingDecl = required("NAME", "The organization's name, as in its address.");

/// Members of an organization on github.com.
pub const GITHUB_ORG: OAuth2 = OAuth2 {
    name: "github-org",
    title: "GitHub Organization",
    icon: "github",
    class_paths: &["social_core.backends.github.GithubOrganizationOAuth2", "social.backends.github.GithubOrganizationOAuth2"],
    profile: &[USER, EMAILS, MEMBER],
    settings: &[
        NAME,
        optional("URL", "Where people sign in.").or("https://github.com"),
        optional("API_URL", "Where the API is.").or("https://api.github.com"),
    ],
    ..GITHUB
};
