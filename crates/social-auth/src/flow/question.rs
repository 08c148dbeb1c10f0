//! The question of a paused run: who may answer, and how.

use http::Method;
use serde::Serialize;

use super::{csrf, pages};
use crate::error::{Error, Reason, Result};
use crate::pipeline::{PARTIAL_TOKEN, Question};
use crate::social_auth::{Instance, SocialAuth};
use crate::web::{Reply, Request};

/// The form field of the answer: `yes` or `no`.
pub(super) const ANSWER: &str = "answer";

/// A question that waits for the person at this browser, for a page of the application to ask. The form is
/// posted to `action` with `partial_token`, `answer` (`yes` or `no`), the token against forgery
/// ([`SocialAuth::csrf_token`]) and, if wanted, `next`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenQuestion {
    /// The question.
    pub question: Question,
    /// The backend that the person signed in with when it came up.
    pub backend: String,
    /// Where the form is posted to.
    pub action: String,
    /// For the form field `partial_token`.
    pub partial_token: String,
}

/// What a request means for a run that waits for an answer.
pub(super) enum Said {
    /// The answer.
    Answer(bool),
    /// Nothing: this page asks.
    Nothing(Box<Reply>),
}

/// Whether the request answers the question. Only a form of ours does, in the browser that began, in time.
///
/// # Errors
/// `session_context_missing` in another browser; `attempt_expired`; `cross_site_request`; `invalid_parameter`.
pub(super) fn said(social: &SocialAuth, instance: &Instance, question: &Question, token: Option<&str>, request: &Request) -> Result<Said> {
    let Some(token) = token else {
        return Err(Error::new(Reason::SessionContextMissing).detail("only the browser that was asked can answer"));
    };
    if question.expires_at <= social.clock().now() {
        return Err(Error::new(Reason::AttemptExpired).detail("the question was not answered in time"));
    }
    if request.method != Method::POST {
        return page(social, instance, question, token, request).map(|reply| Said::Nothing(Box::new(reply)));
    }
    csrf::require_own_page(social, request)?;
    match request.form.get(ANSWER) {
        Some("yes") => Ok(Said::Answer(true)),
        Some("no") => Ok(Said::Answer(false)),
        _ => Err(Error::new(Reason::InvalidParameter).parameter(ANSWER).detail("the answer is yes or no")),
    }
}

fn page(social: &SocialAuth, instance: &Instance, question: &Question, token: &str, request: &Request) -> Result<Reply> {
    let (csrf_token, cookie) = csrf::csrf_token(social, request)?;
    let fields = [(csrf::FIELD.to_owned(), csrf_token), (PARTIAL_TOKEN.to_owned(), token.to_owned())];
    let reply = pages::yes_or_no(&action(social, &instance.backend.info().name), &fields, question)?;
    Ok(reply.cookies(cookie))
}

/// Where the answer is posted to.
pub(super) fn action(social: &SocialAuth, backend: &str) -> String {
    format!("{}complete/{backend}/", social.mount())
}
