//! LinkedIn's first OAuth 2.0 profile. <https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/profile-api>
//!
//! Only for applications that still have the permission `r_liteprofile`; newer ones sign in by
//! `linkedin-openidconnect`. The address needs the scope `r_emailaddress`.

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::oauth2::{Call, CheckBody, Details, HookSettings, Hooks, OAuth2, TokenCheck, UidField, When, keep, keep_as, optional};

pub(super) const ME: Call = Call {
    url: "https://api.linkedin.com/v2/me",
    query: &[("projection", "({projection})")],
    headers: &[("accept-language", "{force_profile_language}")],
    ..Call::GET
};

pub(super) const ADDRESS: Call = Call {
    url: "https://api.linkedin.com/v2/emailAddress",
    query: &[("q", "members"), ("projection", "(elements*(handle~))")],
    root: "elements[0].handle~",
    when: When::Scope("r_emailaddress"),
    ..Call::GET
};

/// <https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection>
pub(super) const INTROSPECTION: TokenCheck = TokenCheck {
    url: "https://www.linkedin.com/oauth/v2/introspectToken",
    body: CheckBody::Form(&[("client_id", "{client_id}"), ("client_secret", "{client_secret}"), ("token", "{access_token}")]),
    valid: "active",
    ..TokenCheck::GET
};

/// LinkedIn before OpenID Connect.
pub const LINKEDIN_OAUTH2: OAuth2 = OAuth2 {
    name: "linkedin-oauth2",
    title: "LinkedIn",
    icon: "linkedin",
    docs: "https://www.linkedin.com/developers/apps",
    class_paths: &["social_core.backends.linkedin.LinkedinOAuth2", "social.backends.linkedin.LinkedinOAuth2"],
    authorization_url: "https://www.linkedin.com/oauth/v2/authorization",
    token_url: "https://www.linkedin.com/oauth/v2/accessToken",
    scope: &["r_liteprofile"],
    profile: &[ME, ADDRESS],
    uid: UidField::Stable("id"),
    details: Details { email: "emailAddress", ..Details::NONE },
    extra_data: &[
        keep("id"),
        keep("expires_in"),
        keep_as("firstName", "first_name"),
        keep_as("lastName", "last_name"),
        keep("refresh_token"),
        keep_as("refresh_token_expires_in", "refresh_expires_in"),
    ],
    settings: &[
        optional("FIELD_SELECTORS", "Further fields of the profile."),
        optional("FORCE_PROFILE_LANGUAGE", "The language of the names, such as de-DE."),
    ],
    hooks: Hooks { variables: Some(projection), details: Some(localized_names), ..Hooks::NONE },
    token_check: Some(INTROSPECTION),
    ..OAuth2::STANDARD
};

pub(super) fn projection(settings: &HookSettings, _: &str) -> Vec<(&'static str, String)> {
    let more = settings.declared.get("FIELD_SELECTORS").and_then(Value::as_array);
    let more = more.into_iter().flatten().filter_map(Value::as_str);
    let mut fields: Vec<&str> = ["firstName", "id", "lastName"].into_iter().chain(more).collect();
    fields.sort_unstable();
    fields.dedup();
    vec![("projection", fields.join(","))]
}

/// Names stand in every language that the person keeps, under `de_DE` and the like.
pub(super) fn localized_names(_: &HookSettings, answer: &Value, details: &mut UserDetails) {
    let name = |field: &str| {
        let name = answer.get(field)?;
        let preferred = name.get("preferredLocale")?;
        let locale = format!("{}_{}", preferred.get("language")?.as_str()?, preferred.get("country")?.as_str()?);
        name.get("localized")?.get(locale)?.as_str().map(str::to_owned)
    };
    details.first_name = name("firstName");
    details.last_name = name("lastName");
    let parts: Vec<&str> = [&details.first_name, &details.last_name].into_iter().flatten().map(String::as_str).collect();
    details.username = Some(parts.concat()).filter(|name| !name.is_empty());
}
