//! Requests to the token endpoint and its answers (RFC 6749, sections 4.1.3, 4.1.4, 5 and 6).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::assertion::JWT_BEARER;
use super::config::Config;
use super::description::{ClientAuth, TokenRequest};
use super::dpop::Proving;
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
    /// The client secret, or the assertion that stands in its place.
    pub secret: Secret,
    /// Where the tokens are bound to a key.
    pub proving: Option<Proving<'a>>,
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
    let request = request(config, endpoint, fields, stage).map_err(|error| error.stage(stage))?;
    let answer = match &endpoint.proving {
        Some(proving) => proving.ask(http, request).await,
        None => http.send(request).await,
    };
    let answer = answer.map_err(|error| error.stage(stage))?;
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
        let token = config.access_token.value(&body);
        members = rooted(&Selector::default(), body)?;
        if let Some(token) = token {
            members.insert("access_token".to_owned(), token);
        } else if stage != Stage::Refresh {
            members.remove("access_token");
        }
    }
    Ok(members)
}

fn request(config: &Config, endpoint: &TokenEndpoint<'_>, mut fields: Vec<(String, String)>, stage: Stage) -> Result<Outgoing> {
    let TokenEndpoint { url, client_auth, secret, .. } = endpoint;
    let mut credentials = credentials(config, endpoint);
    credentials.retain(|(name, _)| stage != Stage::TokenExchange || !config.token_without.contains(&name.as_str()));
    fields.retain(|(name, _)| credentials.iter().all(|(own, _)| own != name));
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
        _ => request,
    })
}

/// A form to another endpoint where the client proves itself in the same way (RFC 7009, RFC 7662, RFC 9126).
pub(super) fn form_at<K: AsRef<str>, V: AsRef<str>>(
    url: &str,
    config: &Config,
    endpoint: &TokenEndpoint<'_>,
    fields: &[(K, V)],
) -> Result<Outgoing> {
    let credentials = credentials(config, endpoint);
    let others = fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    let others = others.filter(|(name, _)| credentials.iter().all(|(own, _)| own != name));
    let own = credentials.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let request = Outgoing::post_form(url, &others.chain(own).collect::<Vec<_>>())?.header("accept", "application/json");
    Ok(match endpoint.client_auth {
        ClientAuth::Basic | ClientAuth::BasicAndPost => authenticate(request, &config.key, &endpoint.secret),
        ClientAuth::Bearer => request.bearer(endpoint.secret.expose()),
        _ => request,
    })
}

/// What the client proves itself with among the fields of a form.
fn credentials(config: &Config, endpoint: &TokenEndpoint<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
    if endpoint.client_auth != ClientAuth::Basic {
        add("client_id", &config.key);
    }
    match endpoint.client_auth {
        ClientAuth::Post | ClientAuth::BasicAndPost => add("client_secret", endpoint.secret.expose()),
        ClientAuth::Assertion | ClientAuth::PrivateKeyJwt | ClientAuth::SecretJwt => {
            add("client_assertion_type", config.assertion.as_ref().map_or(JWT_BEARER, |assertion| &assertion.kind));
            add("client_assertion", endpoint.secret.expose());
        }
        ClientAuth::Basic | ClientAuth::Bearer | ClientAuth::None | ClientAuth::Tls => {}
    }
    fields
}

/// `Authorization: Basic` with both parts form-encoded first (RFC 6749, section 2.3.1). Only reserved
/// characters change, so that servers that skip the decoding see what they expect of ordinary secrets.
fn authenticate(request: Outgoing, key: &str, secret: &Secret) -> Outgoing {
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

/// An answer whose access token is bound to the key of the request. A bearer token in its place is of use to
/// whoever finds it (RFC 9449, section 5).
pub(super) fn is_bound(answer: Map<String, Value>) -> Result<Map<String, Value>> {
    let kind = answer.get("token_type").and_then(Value::as_str).unwrap_or_default();
    if kind.eq_ignore_ascii_case("DPoP") {
        return Ok(answer);
    }
    Err(Error::invalid_claim("token_type")
        .detail("the provider did not bind the access token to our key, as DPOP_BOUND_ACCESS_TOKENS asks for"))
}

/// Seconds as a number or, from providers that do so, as text.
fn whole_seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
