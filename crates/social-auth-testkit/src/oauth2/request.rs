//! Reading an authorization request (RFC 6749 section 4.1.1, OpenID Connect Core 3.1.2.1).

use std::sync::Arc;

use url::Url;

use crate::client::Client;
use crate::oauth2::answer::{Destination, ResponseMode};
use crate::oauth2::pkce::Challenge;
use crate::oauth2::{Dialect, Refusal};
use crate::params::Params;
use crate::provider::Shared;

/// An authorization request that is in order.
pub(crate) struct AuthorizationRequest {
    pub(crate) dialect: Dialect,
    pub(crate) client: Arc<Client>,
    pub(crate) destination: Destination,
    /// Absent when the only registered one is meant (RFC 6749 section 3.1.2.3).
    pub(crate) redirect_uri: Option<String>,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) prompt: Vec<String>,
    pub(crate) max_age: Option<i64>,
    pub(crate) login_hint: Option<String>,
    pub(crate) id_token_hint: Option<String>,
}

/// Why a request is not answered with a page.
pub(crate) enum Unanswerable {
    /// The browser must not be sent anywhere (RFC 6749 section 4.1.2.1).
    Here(&'static str),
    /// The application hears of it.
    There(Box<Destination>, Refusal),
}

impl AuthorizationRequest {
    pub(crate) fn read(shared: &Shared, dialect: Dialect, params: &Params) -> Result<Self, Unanswerable> {
        let (client, redirect_uri) = client_and_redirect(shared, dialect, params).map_err(Unanswerable::Here)?;
        let mut destination = Destination {
            redirect_uri,
            mode: ResponseMode::Query,
            state: params.first("state").map(str::to_owned),
            issuer: dialect.issuer(&shared.url),
            signed_for: None,
        };
        let there = |destination: &Destination, refusal| Unanswerable::There(Box::new(destination.clone()), refusal);
        destination.mode = match params.first("response_mode") {
            None | Some("query") => ResponseMode::Query,
            Some("form_post") => ResponseMode::FormPost,
            Some(mode @ ("jwt" | "query.jwt" | "form_post.jwt")) => {
                destination.signed_for = Some(client.clone());
                if mode == "form_post.jwt" { ResponseMode::FormPost } else { ResponseMode::Query }
            }
            Some(_) => {
                let refusal = Refusal::invalid_request("response_mode is query, form_post, jwt, query.jwt or form_post.jwt");
                return Err(there(&destination, refusal));
            }
        };
        check(dialect, params).map_err(|refusal| there(&destination, refusal))?;
        let challenge = challenge(&client, params).map_err(|error| there(&destination, error))?;
        let max_age = max_age(params).map_err(|error| there(&destination, error))?;
        let text = |name| params.first(name).map(str::to_owned);
        let prompt = params.first("prompt").unwrap_or_default();
        Ok(Self {
            dialect,
            client,
            destination,
            redirect_uri: text("redirect_uri"),
            scope: text("scope").unwrap_or_default(),
            nonce: text("nonce"),
            challenge,
            prompt: prompt.split_ascii_whitespace().map(str::to_owned).collect(),
            max_age,
            login_hint: text("login_hint"),
            id_token_hint: text("id_token_hint"),
        })
    }

    /// Whether the request may be answered without a page only.
    pub(crate) fn is_silent(&self) -> bool {
        self.prompt.iter().any(|prompt| prompt == "none")
    }
}

/// The two things that decide where the browser may be sent.
fn client_and_redirect(shared: &Shared, dialect: Dialect, params: &Params) -> Result<(Arc<Client>, Url), &'static str> {
    if matches!(params.repeated(), Some("client_id" | "redirect_uri")) {
        return Err("client_id or redirect_uri came more than once.");
    }
    let id = params.first("client_id").ok_or("The request has no client_id.")?;
    let client = shared.clients.get(id).ok_or(
        "No client is registered with this client_id. The development provider's default client \
         is \"development-client\" unless the program that started it registered others.",
    )?;
    let uri = match (params.first("redirect_uri"), client.redirect_uris.as_slice()) {
        (Some(uri), _) if client.may_redirect_to(uri) => uri,
        (Some(_), _) => return Err("The redirect_uri is not registered for this client."),
        (None, [only]) if dialect == Dialect::OAuth2 => only,
        (None, _) => return Err("The request has no redirect_uri."),
    };
    match Url::parse(uri) {
        // RFC 6749 section 3.1.2: "The endpoint URI MUST NOT include a fragment component."
        Ok(url) if url.fragment().is_some() => Err("The redirect_uri has a fragment."),
        Ok(url) => Ok((client, url)),
        Err(_) => Err("The redirect_uri is not a URL."),
    }
}

fn check(dialect: Dialect, params: &Params) -> Result<(), Refusal> {
    if let Some(name) = params.repeated() {
        return Err(Refusal::invalid_request(format!("{name} came more than once")));
    }
    // OpenID Connect Core sections 6.1, 6.2 and 7.2.1 name these codes.
    for (parameter, code) in
        [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported"), ("registration", "registration_not_supported")]
    {
        if params.first(parameter).is_some() {
            return Err(Refusal::new(code, format!("{parameter} is not supported")));
        }
    }
    match params.first("response_type") {
        Some("code") => {}
        None => return Err(Refusal::invalid_request("response_type is missing")),
        Some(_) => {
            return Err(Refusal::new("unsupported_response_type", "response_type must be code"));
        }
    }
    let mut prompts = params.first("prompt").unwrap_or_default().split_ascii_whitespace();
    if prompts.clone().count() > 1 && prompts.any(|prompt| prompt == "none") {
        return Err(Refusal::invalid_request("prompt=none stands alone"));
    }
    if dialect == Dialect::OpenId && params.first("scope").is_none() {
        return Err(Refusal::new("invalid_scope", "scope is missing: ask for openid at least"));
    }
    Ok(())
}

fn challenge(client: &Client, params: &Params) -> Result<Option<Challenge>, Refusal> {
    let challenge = Challenge::of(params)?;
    if challenge.is_none() && client.needs_pkce() {
        // RFC 7636 section 4.4.1.
        return Err(Refusal::invalid_request("code challenge required"));
    }
    Ok(challenge)
}

fn max_age(params: &Params) -> Result<Option<i64>, Refusal> {
    let Some(text) = params.first("max_age") else {
        return Ok(None);
    };
    match text.parse() {
        Ok(seconds) if seconds >= 0 => Ok(Some(seconds)),
        _ => Err(Refusal::invalid_request("max_age is a number of seconds")),
    }
}
