//! Requests to the token endpoint and its answers (RFC 6749, sections 4.1.3, 4.1.4, 5 and 6).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::config::Config;
use super::description::{ClientAuth, TokenRequest};
use super::provider_error;
use crate::error::{Error, Result, Stage};
use crate::http::{Client, Incoming, Outgoing};
use crate::identity::Tokens;
use crate::secret::Secret;
use crate::select::Selector;

/// Everything but the unreserved characters of RFC 3986.
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where tokens come from and how the client proves itself there.
pub(super) struct TokenEndpoint<'a> {
    pub url: Cow<'a, str>,
    pub request: TokenRequest,
    pub client_auth: ClientAuth,
    pub secret: Secret,
}

/// Asks the token endpoint and answers its members.
///
/// # Errors
/// What the provider states or is at fault of, at `stage`.
pub(super) async fn ask(
    config: &Config,
    http: &Client,
    endpoint: &TokenEndpoint<'_>,
    fields: Vec<(String, String)>,
    stage: Stage,
) -> Result<Map<String, Value>> {
    let request = request(config, endpoint, fields).map_err(|error| error.stage(stage))?;
    let answer = http.send(request).await.map_err(|error| error.stage(stage))?;
    if !answer.is_success() {
        return Err(provider_error::answer_error(&answer, stage));
    }
    let members = read(&answer).map_err(|error| error.stage(stage))?;
    // GitHub, Slack and others state errors under HTTP 200.
    let body = Value::Object(members);
    if let Some(error) = provider_error::stated_error(&body, stage, None) {
        return Err(error);
    }
    let mut members = rooted(&config.token_root, body).map_err(|error| error.stage(stage))?;
    if !config.access_token.is_empty() {
        let body = Value::Object(members);
        let token = config.access_token.text(&body);
        members = rooted(&Selector::default(), body)?;
        members.insert("access_token".to_owned(), token.map_or(Value::Null, Value::from));
    }
    Ok(members)
}

fn request(config: &Config, endpoint: &TokenEndpoint<'_>, mut fields: Vec<(String, String)>) -> Result<Outgoing> {
    let TokenEndpoint { url, client_auth, secret, .. } = endpoint;
    let credentials = match client_auth {
        ClientAuth::Basic => Vec::new(),
        ClientAuth::None | ClientAuth::Bearer => vec![("client_id".to_owned(), config.key.clone())],
        ClientAuth::Assertion => vec![
            ("client_id".to_owned(), config.key.clone()),
            ("client_assertion_type".to_owned(), config.assertion.as_ref().map(|assertion| assertion.kind.clone()).unwrap_or_default()),
            ("client_assertion".to_owned(), secret.expose().to_owned()),
        ],
        ClientAuth::Post | ClientAuth::BasicAndPost => {
            vec![("client_id".to_owned(), config.key.clone()), ("client_secret".to_owned(), secret.expose().to_owned())]
        }
    };
    fields.splice(0..0, credentials);
    for (name, _) in &mut fields {
        *name = config.own_name(name).to_owned();
    }
    let request = match endpoint.request {
        TokenRequest::PostForm => Outgoing::post_form(url, &fields)?,
        TokenRequest::PostJson => {
            let members: Map<String, Value> = fields.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
            Outgoing::new(http::Method::POST, url)?.json(&Value::Object(members))
        }
        TokenRequest::PostQuery => Outgoing::new(http::Method::POST, url)?.query(&fields),
        TokenRequest::Get => Outgoing::get(url)?.query(&fields),
    };
    let mut request = request.header("accept", "application/json");
    for (name, value) in &config.token_headers {
        request = request.header(name, value);
    }
    Ok(match client_auth {
        ClientAuth::Basic | ClientAuth::BasicAndPost => authenticate(request, &config.key, secret),
        ClientAuth::Bearer => request.bearer(secret.expose()),
        ClientAuth::Post | ClientAuth::None | ClientAuth::Assertion => request,
    })
}

/// `Authorization: Basic` with both parts form-encoded first (RFC 6749, section 2.3.1). Only reserved
/// characters change, so that servers that skip the decoding see what they expect of ordinary secrets.
pub(super) fn authenticate(request: Outgoing, key: &str, secret: &Secret) -> Outgoing {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    request.basic(&encode(key), &encode(secret.expose()))
}

/// The members of an answer: JSON, or a form from providers that are older than RFC 6749.
fn read(answer: &Incoming) -> Result<Map<String, Value>> {
    match answer.json() {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Error::malformed("expected a JSON object from the token endpoint")),
        Err(error) => {
            let text = answer.text()?;
            if text.contains('<') || !text.contains('=') {
                return Err(error);
            }
            let pairs = url::form_urlencoded::parse(text.as_bytes());
            Ok(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect())
        }
    }
}

fn rooted(root: &Selector, body: Value) -> Result<Map<String, Value>> {
    let part = if root.is_empty() { Some(body) } else { root.value(&body) };
    match part {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(Error::malformed("the tokens are not where they should be in the answer")),
    }
}

/// The tokens of an answer.
///
/// # Errors
/// `missing_claim` when there is no access token; `invalid_claim` when one is no text.
pub(super) fn tokens(answer: &Map<String, Value>) -> Result<Tokens> {
    let text = |name: &str| match answer.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(Error::invalid_claim(name).detail("it must be text")),
    };
    let access_token = text("access_token")?.ok_or_else(|| Error::missing_claim("access_token"))?;
    Ok(Tokens {
        access_token: Some(Secret::new(access_token)),
        refresh_token: text("refresh_token")?.map(Secret::new),
        id_token: text("id_token")?.map(Secret::new),
        token_type: text("token_type")?,
        expires_in: answer.get("expires_in").and_then(whole_seconds),
        token_secret: None,
        // RFC 6749 says text; Twitch and others send a list.
        scope: answer.get("scope").and_then(Value::as_str).map(str::to_owned),
    })
}

/// Seconds as a number or, from providers that do so, as text.
fn whole_seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
