//! An error that a provider states: `oauth_problem` (the OAuth Problem Reporting extension) in an answer
//! or a callback, `denied` in a callback.

use url::form_urlencoded;

use crate::error::{Error, Reason, Recovery, Result, Stage};
use crate::http::Incoming;
use crate::protocol::oauth2::answer_error;
use crate::web::Params;

/// The fields of an answer of a token endpoint (RFC 5849, sections 2.1 and 2.3).
///
/// # Errors
/// What the provider states, or else what its status means.
pub(super) fn fields_of(answer: &Incoming, stage: Stage) -> Result<Vec<(String, String)>> {
    let fields: Vec<(String, String)> = form_urlencoded::parse(&answer.body).into_owned().collect();
    let problem = fields.iter().find(|(name, _)| name == "oauth_problem");
    match problem {
        Some((_, code)) if answer.is_success() => Err(stated(code, stage)),
        Some((_, code)) if answer.status < 500 => Err(stated(code, stage).status(answer.status)),
        // Many say no more than this about a client that they do not know or a signature that is wrong.
        _ if answer.status == 401 && stage == Stage::Begin => {
            Err(answer_error(answer, stage).detail("the provider refuses our signature: check KEY, SECRET and SIGNATURE_METHOD"))
        }
        _ if !answer.is_success() => Err(answer_error(answer, stage)),
        _ => Ok(fields),
    }
}

/// Refuses a callback in which the provider says that there will be no verifier.
///
/// # Errors
/// `authorization_declined` when the person said no; `http_error` for everything else.
pub(super) fn refuse_stated(callback: &Params) -> Result<()> {
    if let Some(code) = callback.get("oauth_problem") {
        return Err(stated(code, Stage::Callback));
    }
    if callback.get("denied").is_some() {
        return Err(Error::new(Reason::AuthorizationDeclined).stage(Stage::Callback));
    }
    Ok(())
}

fn stated(code: &str, stage: Stage) -> Error {
    if code == "user_refused" {
        return Error::new(Reason::AuthorizationDeclined).stage(stage).provider_code(code);
    }
    let error = Error::new(Reason::HttpError).stage(stage).provider_code(code);
    match code {
        "consumer_key_unknown" | "consumer_key_rejected" | "consumer_key_refused" => {
            error.detail("the provider does not accept this client: check KEY, and whether the application is active there")
        }
        "signature_invalid" | "signature_method_rejected" => {
            error.detail("the provider computes another signature: check SECRET and SIGNATURE_METHOD")
        }
        "timestamp_refused" => error.detail("the provider's clock and ours differ: set the clock of this machine"),
        "token_expired" | "token_used" | "token_revoked" | "token_rejected" | "verifier_invalid" => {
            error.recovery_by(Recovery::RestartLogin)
        }
        _ => error,
    }
}
