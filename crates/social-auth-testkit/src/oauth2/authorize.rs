//! The authorization endpoint.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::consent::{self, Decision, Interaction, Login, Session};
use crate::error::Error;
use crate::oauth2::grants::{Code, Grant};
use crate::oauth2::request::{AuthorizationRequest, Unanswerable};
use crate::oauth2::{Dialect, Refusal};
use crate::oidc;
use crate::page::{Ask, Reader};
use crate::params::Params;
use crate::provider::Shared;
use crate::random;

/// Answers an authorization request: a page, a silent answer, or an error.
pub(crate) fn authorize(shared: &Shared, dialect: Dialect, encoded: &str, headers: &HeaderMap) -> Response {
    let reader = Reader::of(headers);
    let params = match pushed(shared, Params::parse(encoded)) {
        Ok(params) => params,
        Err(explanation) => return shared.pages.message(reader, StatusCode::BAD_REQUEST, "This request cannot be answered", explanation),
    };
    let request = match AuthorizationRequest::read(shared, dialect, &params) {
        Ok(request) => request,
        Err(Unanswerable::Here(explanation)) => {
            let title = "This request cannot be answered";
            return shared.pages.message(reader, StatusCode::BAD_REQUEST, title, explanation);
        }
        Err(Unanswerable::There(destination, refusal)) => {
            return destination.refuse(shared, reader, &refusal);
        }
    };
    if !request.is_silent() {
        return consent::ask(shared, Arc::new(request), reader);
    }
    match silent_login(shared, &request, shared.desk.session(shared, headers)) {
        Ok(login) => request.finish(shared, Decision::SignIn(login), reader),
        Err(refusal) => request.destination.refuse(shared, reader, &refusal),
    }
}

/// The parameters that were pushed, where the request names some (RFC 9126 section 4).
fn pushed(shared: &Shared, params: Params) -> Result<Params, &'static str> {
    if params.first("request_uri").is_some() {
        return shared.pushed.take(&params, shared.clock.now()).ok_or("The request_uri is unknown, was used, or is another client's.");
    }
    let client = params.first("client_id").and_then(|id| shared.clients.get(id));
    match client.is_some_and(|client| client.par_required) {
        true => Err("This client must push its authorization requests."),
        false => Ok(params),
    }
}

/// Who is signed in already, for `prompt=none` (OpenID Connect Core section 3.1.2.6).
fn silent_login(shared: &Shared, request: &AuthorizationRequest, session: Option<Session>) -> Result<Login, Refusal> {
    let login_required = |why| Refusal::new("login_required", why);
    let session = session.ok_or_else(|| login_required("nobody is signed in at the provider"))?;
    let age = shared.clock.now().saturating_sub(session.login.at);
    if request.max_age.is_some_and(|max_age| age > max_age) {
        return Err(login_required("the person signed in longer than max_age ago"));
    }
    if let Some(hint) = &request.id_token_hint
        && oidc::subject_of_hint(shared, hint).as_ref() != Some(&session.login.person.id)
    {
        return Err(login_required("somebody else than id_token_hint says is signed in"));
    }
    if !session.approved.contains(&request.client.id) {
        return Err(Refusal::new("consent_required", "the person never approved this application"));
    }
    Ok(session.login)
}

impl Interaction for AuthorizationRequest {
    fn ask(&self) -> Ask {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        Ask {
            application: self.client.name.clone(),
            protocol: match self.dialect {
                Dialect::OAuth2 => "OAuth 2.0",
                Dialect::OpenId => "OpenID Connect",
            },
            destination: self.destination.redirect_uri.to_string(),
            wants: self.scope.split_ascii_whitespace().map(scope_in_words).collect(),
            details: vec![
                ("client_id", self.client.id.clone()),
                ("redirect_uri", self.destination.redirect_uri.to_string()),
                ("scope", self.scope.clone()),
                ("state", shown(&self.destination.state)),
                ("nonce", shown(&self.nonce)),
                ("PKCE", self.challenge.as_ref().map_or("none", |c| c.method()).to_owned()),
                ("response_mode", format!("{:?}", self.destination.mode)),
            ],
            hint: self.login_hint.clone(),
        }
    }

    fn client_id(&self) -> &str {
        &self.client.id
    }

    fn finish(&self, shared: &Shared, decision: Decision, reader: Reader) -> Response {
        let login = match decision {
            Decision::SignIn(login) => login,
            Decision::Decline => {
                let refusal = Refusal::new("access_denied", "the person declined");
                return self.destination.refuse(shared, reader, &refusal);
            }
        };
        match self.issue_code(shared, login) {
            Ok(code) => self.destination.grant(shared, reader, code),
            Err(error) => self.destination.refuse(shared, reader, &error.into()),
        }
    }
}

impl AuthorizationRequest {
    fn issue_code(&self, shared: &Shared, login: Login) -> Result<String, Error> {
        let grant = Grant {
            id: random::token()?,
            dialect: self.dialect,
            client_id: self.client.id.clone(),
            login,
            scope: self.scope.clone(),
            nonce: self.nonce.clone(),
        };
        let code = Code { grant: Arc::new(grant), redirect_uri: self.redirect_uri.clone(), challenge: self.challenge.clone() };
        shared.grants.issue_code(code, shared.clock.now())
    }
}

fn scope_in_words(scope: &str) -> String {
    match scope {
        "openid" => "proof that it is you (openid)".to_owned(),
        "profile" => "your name and profile (profile)".to_owned(),
        "email" => "your e-mail address (email)".to_owned(),
        "address" => "your postal address (address)".to_owned(),
        "phone" => "your telephone number (phone)".to_owned(),
        "offline_access" => "access while you are away (offline_access)".to_owned(),
        other => other.to_owned(),
    }
}
