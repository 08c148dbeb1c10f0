//! Slack: OAuth 2.0 with the identity scopes. <https://api.slack.com/legacy/oauth>
//!
//! A workspace decides which addresses its people have, so they do not count as verified. `TEAM`, the
//! workspace's id, lets in its people only.

use serde_json::{Map, Value};

use crate::error::{Error, Reason, Result, Stage};
use crate::identity::UserDetails;
use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, UidField, keep, keep_as, optional};

/// Slack.
pub const SLACK: OAuth2 = OAuth2 {
    name: "slack",
    title: "Slack",
    docs: "https://api.slack.com/apps",
    class_paths: &["social_core.backends.slack.SlackOAuth2", "social.backends.slack.SlackOAuth2"],
    authorization_url: "https://slack.com/oauth/authorize",
    token_url: "https://slack.com/api/oauth.access",
    scope: &["identity.basic", "identity.email"],
    scope_separator: ",",
    authorize_params: &[("team", "{team}")],
    profile: &[Call { url: "https://slack.com/api/users.identity", ..Call::GET }],
    uid: UidField::Stable("user.id"),
    details: Details { username: "user.email:before(@) | user.name", email: "user.email", fullname: "user.name", ..Details::NONE },
    extra_data: &[keep_as("user.id", "id"), keep("name"), keep("real_name")],
    settings: &[
        optional("TEAM", "The id of the only workspace whose people may come in, such as T024BE7LD."),
        optional("USERNAME_WITH_TEAM", "Whether user names end in @ and the workspace's name.").or("true"),
    ],
    hooks: Hooks { answer: Some(team_is_the_right_one), details: Some(add_team), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// The parameter `team` only preselects a workspace; what counts is where the person signed in.
fn team_is_the_right_one(settings: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let Some(wanted) = settings.text("TEAM") else { return Ok(()) };
    match answer.get("team").and_then(|team| team.get("id")) {
        None | Some(Value::Null) => Err(Error::missing_claim("team.id").stage(Stage::UserInfo)),
        Some(Value::String(found)) if found == wanted => Ok(()),
        Some(Value::String(_)) => Err(Error::new(Reason::MembershipRequired).stage(Stage::UserInfo)),
        Some(_) => Err(Error::invalid_claim("team.id").stage(Stage::UserInfo)),
    }
}

fn add_team(settings: &HookSettings, answer: &Value, details: &mut UserDetails) {
    let team = answer.get("team").and_then(|team| team.get("name")).and_then(Value::as_str).filter(|name| !name.is_empty());
    if let (Some(username), Some(team), true) = (&details.username, team, settings.is_on("USERNAME_WITH_TEAM")) {
        details.username = Some(format!("{username}@{team}"));
    }
}
