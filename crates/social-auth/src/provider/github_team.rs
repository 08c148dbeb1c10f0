//! GitHub, for members of one team. <https://docs.github.com/en/rest/teams/members>
//!
//! Who is not a member is refused. The test by the team's number that this uses is the older one of two;
//! GitHub keeps it for existing applications. It needs the scope `read:org`.

use super::github::{EMAILS, GITHUB, USER};
use crate::protocol::oauth2::{Call, OAuth2, OnFailure, optional, required};
use crate::settings::SettingDecl;

pub(super) const MEMBER: Call = Call { url: "{api_url}/teams/{id}/members/{login}", on_failure: OnFailure::RefuseUnless(204), ..USER };

pub(super) const ID: SettingDecl = required("ID", "The team's number, as the API lists it under /orgs/<name>/teams.");

/// Members of a team on github.com.
pub const GITHUB_TEAM: OAuth2 = OAuth2 {
    name: "github-team",
    title: "GitHub Team",
    icon: "github",
    class_paths: &["social_core.backends.github.GithubTeamOAuth2", "social.backends.github.GithubTeamOAuth2"],
    profile: &[USER, EMAILS, MEMBER],
    settings: &[
        ID,
        optional("URL", "Where people sign in.").or("https://github.com"),
        optional("API_URL", "Where the API is.").or("https://api.github.com"),
    ],
    ..GITHUB
};
