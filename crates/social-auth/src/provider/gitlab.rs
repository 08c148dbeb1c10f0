//! GitLab: OAuth 2.0, gitlab.com or self-hosted. <https://docs.gitlab.com/api/oauth2/>
//!
//! A server may be set up not to confirm addresses, so they do not count as verified.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::protocol::oauth2::{Call, CheckAuth, Details, HookSettings, Hooks, OAuth2, TokenCheck, TokenIn, UidField, When, keep, optional};

/// gitlab.com or the server at `API_URL`.
pub const GITLAB: OAuth2 = OAuth2 {
    name: "gitlab",
    title: "GitLab",
    docs: "https://docs.gitlab.com/integration/oauth_provider/",
    class_paths: &["social_core.backends.gitlab.GitLabOAuth2"],
    authorization_url: "{api_url}/oauth/authorize",
    token_url: "{api_url}/oauth/token",
    scope: &["read_user"],
    profile: &[
        Call { url: "{api_url}/api/v4/user", token: TokenIn::Query("access_token"), ..Call::GET },
        Call {
            url: "{api_url}/api/v4/groups",
            query: &[("min_access_level", "10"), ("per_page", "100")],
            into: "groups",
            pages: true,
            when: When::Setting("GROUPS_ENABLED"),
            ..Call::GET
        },
    ],
    uid: UidField::Stable("id"),
    details: Details { username: "username", email: "email", fullname: "name", ..Details::NONE },
    groups: "groups",
    extra_data: &[keep("id"), keep("expires_in"), keep("refresh_token")],
    settings: &[
        optional("API_URL", "The server's address.").or("https://gitlab.com"),
        optional("GROUPS_ENABLED", "Whether the groups that the person is in are asked for, which needs the scope read_api."),
        optional("GROUPS_IDENTIFIER", "The field of a group that names it.").or("full_path"),
    ],
    hooks: Hooks { scope: Some(scope_for_groups), answer: Some(name_groups), ..Hooks::NONE },
    // <https://docs.gitlab.com/api/oauth2/#retrieve-the-token-information>
    token_check: Some(TokenCheck {
        url: "{api_url}/oauth/token/info",
        authorization: CheckAuth::Token("Bearer"),
        audience: "application.uid",
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};

/// Groups are read with `read_api`, or with `api`, which holds it.
fn scope_for_groups(settings: &HookSettings, scope: &mut Vec<String>) {
    if settings.is_on("GROUPS_ENABLED") && !scope.iter().any(|asked| matches!(asked.as_str(), "api" | "read_api")) {
        scope.push("read_api".to_owned());
    }
}

fn name_groups(settings: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let field = settings.text("GROUPS_IDENTIFIER").unwrap_or("full_path");
    if let Some(Value::Array(groups)) = answer.get_mut("groups") {
        for group in groups {
            *group = match group.get(field) {
                Some(Value::Number(number)) => Value::from(number.to_string()),
                other => other.cloned().unwrap_or(Value::Null),
            };
        }
    }
    Ok(())
}
