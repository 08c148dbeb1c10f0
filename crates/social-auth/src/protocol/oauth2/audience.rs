//! For whom an access token was issued. A token that another application got from the same provider must
//! not sign anybody in here (the confused deputy; allauth's notice on Facebook of 2023).

use serde_json::Value;

use super::config::Config;
use super::description::{CheckAuth, CheckBody, TokenCheck};
use super::provider_error;
use super::token::{self, TokenEndpoint};
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Outgoing};
use crate::protocol::profile::setting_value;
use crate::secret::{Secret, constant_time_eq};
use crate::select::Selector;
use crate::template;

/// How this backend checks.
pub(super) enum AudienceCheck {
    /// The provider's own endpoint, and where in its answer stand the audience and whether the token is good.
    Provider(TokenCheck, Selector, Selector),
    /// Token introspection (RFC 7662) at this address, or where the metadata says.
    Introspection(Option<String>),
    /// Not at all: the site's owner says that only their own applications can hold such tokens.
    Unchecked,
}

impl AudienceCheck {
    /// Checks that the provider issued the token to this client.
    ///
    /// # Errors
    /// `credential_rejected` for a token of another client, or one that is not good; `unsupported_feature`
    /// when the provider has no way to tell.
    pub(super) async fn check(
        &self,
        config: &Config,
        http: &Client,
        endpoint: &TokenEndpoint<'_>,
        published: Option<&str>,
        token: &Secret,
    ) -> Result<()> {
        match self {
            AudienceCheck::Unchecked => Ok(()),
            AudienceCheck::Provider(check, audience, valid) => {
                let answer = ask(http, question(check, config, endpoint.secret.expose(), token.expose())?).await?;
                if !valid.is_empty() && valid.value(&answer) != Some(Value::Bool(true)) {
                    return Err(rejected("the provider says that the token is not valid"));
                }
                issued_to_us(&answer, audience, config)
            }
            AudienceCheck::Introspection(configured) => {
                let url = configured.as_deref().or(published).ok_or_else(|| cannot_tell(config))?;
                let fields = [("token", token.expose()), ("token_type_hint", "access_token")];
                let request = token::form_at(url, config, endpoint, &fields)?;
                let answer = ask(http, request).await?;
                if answer.get("active") != Some(&Value::Bool(true)) {
                    return Err(rejected("the provider says that the token is not active"));
                }
                issued_to_us(&answer, &Selector::parse("client_id | aud").unwrap_or_default(), config)
            }
        }
    }
}

/// The request to the provider's own endpoint.
fn question(check: &TokenCheck, config: &Config, secret: &str, token: &str) -> Result<Outgoing> {
    let lookup = |name: &str| match name {
        "access_token" => Some(token.to_owned()),
        "client_id" => Some(config.key.clone()),
        "client_secret" => Some(secret.to_owned()),
        other => setting_value(&config.hook_settings, other),
    };
    let filled = |pairs: &[(&'static str, &str)]| {
        pairs.iter().map(|(name, value)| Ok((*name, template::fill(value, &lookup)?))).collect::<Result<Vec<_>>>()
    };
    let url = template::fill(check.url, &lookup)?;
    let request = match check.body {
        CheckBody::Nothing => Outgoing::get(&url)?,
        CheckBody::Form(fields) => Outgoing::post_form(&url, &filled(fields)?)?,
        CheckBody::Json(members) => {
            let members = filled(members)?.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
            Outgoing::new(http::Method::POST, &url)?.json(&Value::Object(members.collect()))
        }
    };
    let request = if check.query.is_empty() { request } else { request.query(&filled(check.query)?) };
    Ok(match check.authorization {
        CheckAuth::Nothing => request,
        CheckAuth::Token(scheme) => request.authorization(scheme, token),
        CheckAuth::Client => request.basic(&config.key, secret),
    })
}

async fn ask(http: &Client, request: Outgoing) -> Result<Value> {
    let answer = http.send(request.header("accept", "application/json")).await?;
    match answer.status {
        // How Google, Twitch and GitHub say that a token is not one, or no more.
        400 | 401 | 404 => Err(rejected("the provider does not know the token")),
        _ if !answer.is_success() => Err(provider_error::answer_error(&answer, Stage::TokenValidation)),
        _ => answer.json(),
    }
}

fn issued_to_us(answer: &Value, audience: &Selector, config: &Config) -> Result<()> {
    let found = audience.value(answer);
    let texts: Vec<String> = match &found {
        Some(Value::String(text)) => vec![text.clone()],
        // Some providers' client ids are numbers.
        Some(Value::Number(number)) => vec![number.to_string()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let ours = |text: &String| config.accepted_audiences().any(|audience| constant_time_eq(audience.as_bytes(), text.as_bytes()));
    if texts.iter().any(ours) {
        Ok(())
    } else {
        Err(rejected("the token was issued to another application; ACCEPTED_AUDIENCES names further ones of yours"))
    }
}

fn rejected(why: &str) -> Error {
    Error::new(Reason::CredentialRejected).stage(Stage::TokenValidation).detail(why)
}

fn cannot_tell(config: &Config) -> Error {
    Error::new(Reason::UnsupportedFeature).backend(&config.info.name).stage(Stage::TokenValidation).detail(
        "this provider has no way to tell for which application an access token was issued, so anybody's would do; \
         set INTROSPECTION_URL if it has token introspection (RFC 7662), or ALLOW_UNCHECKED_ACCESS_TOKENS = true if none but your own applications can get tokens",
    )
}
