//! What an error becomes: a redirect to `LOGIN_ERROR_URL`, a page in plain words, or Problem Details.

use http::StatusCode;
use serde_json::{Map, Value};

use super::pages;
use crate::error::{Error, Reason, Recovery, Source, Stage};

use crate::redirect::url_add_parameters;
use crate::social_auth::SocialAuth;
use crate::web::{Reply, ReplyBody, Request};

/// Logs the error for the operator and answers the person: as the application's own handler says, or else by
/// a redirect to `LOGIN_ERROR_URL`, a page or Problem Details.
pub(crate) fn error_reply(social: &SocialAuth, error: &Error, request: &Request) -> Reply {
    log(error);
    let facts = error.facts();
    let flow = facts.backend.and_then(|name| social.instance(name).ok()).map_or(&social.0.flow, |instance| &instance.flow);
    if let Some(reply) = of_application(social, error, request) {
        return reply;
    }
    let mut reply = if flow.raise_exceptions || request.wants_json() || is_for_programs(social, request) {
        problem(error)
    } else if let Some(url) = flow.login_error_url.as_deref().filter(|_| error.reason() != Reason::BackendMissing) {
        let params = [("message", error.reason().message()), ("code", facts.code), ("backend", facts.backend.unwrap_or_default())];
        Reply::redirect(url_add_parameters(url, &params))
    } else {
        pages::error(social, error, status(error)).unwrap_or_else(|_| problem(error))
    };
    reply.retry_after = facts.retry_after;
    reply.error = Some(error.clone());
    reply
}

/// What the handler that [`Builder::on_error`](crate::Builder::on_error) registered makes of it.
fn of_application(social: &SocialAuth, error: &Error, request: &Request) -> Option<Reply> {
    let mut reply = social.0.error_handler.as_ref()?(error, request)?;
    reply.error.get_or_insert_with(|| error.clone());
    Some(reply)
}

/// Whether only programs call this address, so that a page is no answer.
fn is_for_programs(social: &SocialAuth, request: &Request) -> bool {
    let path = request.uri.path().strip_prefix(social.mount()).unwrap_or_default();
    matches!(path.split('/').next(), Some("token" | "social_sign_up" | ".well-known"))
}

/// Logs the error for the operator and answers the program that asked.
pub(crate) fn problem_reply(error: &Error) -> Reply {
    log(error);
    let mut reply = problem(error);
    reply.retry_after = error.facts().retry_after;
    reply.error = Some(error.clone());
    reply
}

/// RFC 9457.
fn problem(error: &Error) -> Reply {
    let mut document = Map::new();
    document.insert("type".to_owned(), Value::from("about:blank"));
    document.insert("title".to_owned(), Value::from(error.reason().message()));
    document.insert("status".to_owned(), Value::from(status(error).as_u16()));
    if let Ok(Value::Object(facts)) = serde_json::to_value(error.facts()) {
        document.extend(facts.into_iter().filter(|(name, _)| name != "status"));
    }
    Reply::new(status(error), ReplyBody::Problem(Value::Object(document)))
}

pub(super) fn status(error: &Error) -> StatusCode {
    match error.reason() {
        Reason::BackendMissing => StatusCode::NOT_FOUND,
        Reason::IdentityInUse | Reason::EmailInUse | Reason::UsernameInUse => StatusCode::CONFLICT,
        Reason::CrossSiteRequest | Reason::UserInactive => StatusCode::FORBIDDEN,
        Reason::LoginRequired
        | Reason::PasswordRejected
        | Reason::CredentialRejected
        | Reason::ReauthenticationRequired
        | Reason::TokenRevoked => StatusCode::UNAUTHORIZED,
        Reason::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Reason::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Reason::StorageFailed | Reason::MailFailed => StatusCode::SERVICE_UNAVAILABLE,
        _ => match error.facts().source {
            Source::Request | Source::Session => StatusCode::BAD_REQUEST,
            Source::LocalPolicy => StatusCode::FORBIDDEN,
            Source::ProviderResponse if error.facts().recovery == Recovery::None => StatusCode::FORBIDDEN,
            Source::ProviderResponse if came_by_the_browser(error) => StatusCode::BAD_REQUEST,
            Source::ProviderResponse => StatusCode::BAD_GATEWAY,
            Source::Configuration | Source::Storage | Source::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// What a provider says by way of the browser, anybody can have made up: a code or verifier that it does not know, an
/// answer whose signature is wrong. No server is at fault then, and nobody shall make one look so.
fn came_by_the_browser(error: &Error) -> bool {
    let facts = error.facts();
    match facts.recovery {
        Recovery::RestartLogin => true,
        Recovery::RetryLater => false,
        _ => facts.stage == Stage::Callback && facts.status.is_none(),
    }
}

pub(super) fn log(error: &Error) {
    let facts = error.facts();
    let cause = std::error::Error::source(error).map(ToString::to_string);
    match facts.source {
        // Anybody can ask for an address with a name that is made up.
        _ if error.reason() == Reason::BackendMissing => {
            tracing::info!(code = facts.code, "no such backend: {error}");
        }
        Source::Configuration | Source::Storage | Source::Unknown => {
            tracing::error!(code = facts.code, backend = facts.backend, cause, "sign-in failed: {error}");
        }
        Source::ProviderResponse if facts.recovery != Recovery::None => {
            tracing::warn!(code = facts.code, backend = facts.backend, cause, "sign-in failed: {error}");
        }
        _ => tracing::info!(code = facts.code, backend = facts.backend, cause, "sign-in failed: {error}"),
    }
}
