//! Which journey an address means.

use http::{Method, StatusCode};

use crate::error::{Error, Reason, Result, Stage};
use crate::flow;
use crate::flow::provider_logout;
use crate::session::Session;
use crate::social_auth::SocialAuth;
use crate::web::{Reply, ReplyBody, Request};

/// The addresses below the mount, without the slash at their end. Braces stand for one part of the path.
pub(crate) const ROUTES: &[&str] = &[
    "login/{backend}",
    "complete/{backend}",
    "disconnect/{backend}",
    "disconnect/{backend}/{association}",
    "logout",
    "logout/complete",
    "logout/backchannel/{backend}",
    "logout/frontchannel/{backend}",
    "token/{backend}",
    "token/{backend}/nonce",
    "social_sign_up",
    "saml/metadata.xml",
    "jwks/{backend}",
    "saml/logout/{backend}",
    ".well-known/jwks.json",
];

/// Answers a request to one of our addresses; `None` when it is none of ours.
pub(crate) async fn respond(social: &SocialAuth, request: &Request, session: &mut dyn Session) -> Option<Reply> {
    let path = request.uri.path().strip_prefix(social.mount())?;
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    if let Err(error) = within_limits(social, &parts, request) {
        return Some(match parts.as_slice() {
            ["token" | "social_sign_up", ..] => flow::problem_reply(&error),
            _ => social.error_reply(&error, request),
        });
    }
    let mut spent = None;
    let result = match parts.as_slice() {
        // Link scanners send HEAD: it must not spend an attempt, nor begin one.
        ["login" | "complete", _] if !matches!(request.method, Method::GET | Method::POST) => {
            return Some(Reply::new(StatusCode::METHOD_NOT_ALLOWED, ReplyBody::Empty));
        }
        ["login", backend] => social.begin(backend, request, session).await,
        ["complete", backend] => {
            let completed = flow::complete(social, backend, request, session).await;
            spent = completed.spent;
            completed.outcome
        }
        ["disconnect", backend] => social.disconnect(backend, None, request, session).await,
        ["disconnect", backend, id] => match association_id(id) {
            Ok(id) => social.disconnect(backend, Some(id), request, session).await,
            Err(error) => Err(error),
        },
        ["logout", "complete"] if request.method == Method::GET => return Some(flow::after_provider(social, request)),
        ["logout", "backchannel", backend] => return Some(provider_logout::back_channel(social, backend, request).await),
        ["logout", "frontchannel", backend] => return Some(provider_logout::front_channel(social, backend, request, session).await),
        ["logout"] if matches!(request.method, Method::GET | Method::POST) => social.logout(request, session).await,
        ["token", backend] => return Some(as_problem(social, backend, flow::sign_in_with_token(social, backend, request, session).await)),
        ["token", backend, "nonce"] if request.method == Method::POST => {
            return Some(as_problem(social, backend, flow::issue_nonce(social, backend)));
        }
        ["social_sign_up"] => {
            let Some(backend) = request.form.get("provider") else {
                let missing = Error::missing_parameter("provider").stage(Stage::Callback);
                return Some(flow::problem_reply(&missing.detail("send the name of the backend that the token is of")));
            };
            return Some(as_problem(social, backend, flow::sign_in_with_token(social, backend, request, session).await));
        }
        [".well-known", "jwks.json"] if matches!(request.method, Method::GET | Method::HEAD) => {
            return Some(Reply::json(StatusCode::OK, social.jwks().clone()));
        }
        ["saml", "metadata.xml"] if matches!(request.method, Method::GET | Method::HEAD) => {
            return Some(flow::service_metadata(social, request).unwrap_or_else(|error| social.error_reply(&error, request)));
        }
        ["jwks", backend] if matches!(request.method, Method::GET | Method::HEAD) => {
            return Some(as_problem(social, backend, flow::client_keys(social, backend)));
        }
        ["saml", "logout", backend] if matches!(request.method, Method::GET | Method::POST) => {
            flow::single_logout(social, backend, request, session).await
        }
        _ => return None,
    };
    let reply = result.unwrap_or_else(|error| {
        let backend = parts.get(1).filter(|name| social.instance(name).is_ok());
        let error = match backend {
            Some(name) => error.backend(*name),
            None => error,
        };
        social.error_reply(&error, request)
    });
    Some(reply.cookies(spent))
}

/// `RATE_LIMITS`, by the client's address.
fn within_limits(social: &SocialAuth, parts: &[&str], request: &Request) -> Result<()> {
    let limits = &social.0.limits;
    match parts {
        ["login", _] => limits.begin.check_address(request.peer),
        ["complete", _] => limits.complete.check_address(request.peer),
        ["token", _] | ["token", _, "nonce"] | ["social_sign_up"] => limits.token.check_address(request.peer),
        _ => Ok(()),
    }
}

/// Programs get Problem Details, whatever they say they accept.
fn as_problem(social: &SocialAuth, backend: &str, result: Result<Reply>) -> Reply {
    result.unwrap_or_else(|error| {
        let known = social.instance(backend).is_ok();
        flow::problem_reply(&if known { error.backend(backend) } else { error })
    })
}

fn association_id(text: &str) -> Result<i64> {
    text.parse().map_err(|_| Error::new(Reason::InvalidParameter).parameter("association").detail("an association's id is a whole number"))
}
