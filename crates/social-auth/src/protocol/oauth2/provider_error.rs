//! An error that a provider states, in our words (RFC 6749, sections 4.1.2.1 and 5.2, and what
//! providers send in its place).

use serde_json::Value;

use crate::error::{Error, Reason, Recovery, Source, Stage};
use crate::http::Incoming;

/// Where errors are stated, besides `error` of the specification.
const MEMBERS: [&str; 3] = ["error", "errcode", "errorCode"];

/// The error that this data states, if it states one: in an answer's body (with its HTTP `status`) or a
/// callback's parameters.
#[must_use]
pub fn stated_error(data: &Value, stage: Stage, status: Option<u16>) -> Option<Error> {
    let code = MEMBERS.iter().find_map(|name| error_code(data.get(*name)?))?;
    let error = match code.as_str() {
        "access_denied" | "user_denied" | "cancelled" | "canceled" => Error::new(Reason::AuthorizationDeclined),
        "invalid_request"
        | "invalid_client"
        | "unauthorized_client"
        | "unsupported_grant_type"
        | "invalid_scope"
        | "unsupported_response_type"
        | "unsupported_response_mode"
        | "invalid_request_object"
        | "request_not_supported"
        | "request_uri_not_supported" => Error::new(Reason::InvalidSetting).from_source(Source::Configuration).detail(advice(&code)),
        "invalid_grant" | "bad_verification_code" | "bad_refresh_token" if stage == Stage::Refresh => {
            Error::new(Reason::ReauthenticationRequired).from_source(Source::ProviderResponse)
        }
        "invalid_grant" | "bad_verification_code" | "bad_refresh_token" => Error::new(Reason::AuthorizationCodeRejected),
        // OpenID Connect Core 1.0, section 3.1.2.6: what a silent sign-in may end with, in the browser.
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" if stage == Stage::Callback => {
            Error::new(Reason::LoginRequired).from_source(Source::ProviderResponse).detail(advice(&code))
        }
        "unmet_authentication_requirements" => {
            Error::new(Reason::AuthenticationDisallowed).from_source(Source::ProviderResponse).detail(advice(&code))
        }
        "invalid_request_uri" => Error::new(Reason::AuthorizationCodeRejected).detail(advice(&code)),
        "invalid_token" => Error::new(Reason::CredentialRejected),
        "server_error" | "temporarily_unavailable" => Error::new(Reason::Unavailable),
        _ => by_status(status),
    };
    let error = error.stage(stage).provider_code(&code);
    Some(match status {
        Some(status) => error.status(status),
        None => error,
    })
}

/// The error of an answer outside 2xx: what its body states, or else what its status means.
#[must_use]
pub(crate) fn answer_error(answer: &Incoming, stage: Stage) -> Error {
    let stated = answer.json().ok().and_then(|body| stated_error(&body, stage, Some(answer.status)));
    let error = stated.or_else(|| answer.require_success().err()).unwrap_or_else(|| by_status(Some(answer.status)));
    match answer.retry_after() {
        Some(seconds) => error.stage(stage).retry_after(seconds),
        None => error.stage(stage),
    }
}

/// Providers put a code into `error`, or an object with the code in it (Facebook, VK).
fn error_code(error: &Value) -> Option<String> {
    match error {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()).filter(|text| text != "0"),
        Value::Bool(true) => Some("true".to_owned()),
        Value::Object(members) => ["code", "error_code"].iter().find_map(|name| error_code(members.get(*name)?)),
        _ => None,
    }
}

fn by_status(status: Option<u16>) -> Error {
    let reason = match status {
        Some(429) => Reason::RateLimited,
        Some(500..=599) => Reason::Unavailable,
        _ => Reason::HttpError,
    };
    Error::new(reason).recovery_by(if reason == Reason::HttpError { Recovery::ContactAdministrator } else { Recovery::RetryLater })
}

fn advice(code: &str) -> &'static str {
    match code {
        "invalid_client" => "the provider does not know this client: check KEY and SECRET, and how the client authenticates",
        "unauthorized_client" => {
            "the provider does not let this client sign people in: check the application's type and grants at the provider"
        }
        "invalid_scope" => "the provider does not know a scope that is asked for: check SCOPE",
        "login_required" => "nobody is signed in at the provider, and PROMPT (none) kept it from asking",
        "interaction_required" | "consent_required" | "account_selection_required" => {
            "the provider has to ask the person something, and PROMPT (none) kept it from asking"
        }
        "unmet_authentication_requirements" => "the provider could not authenticate the person as ACR_VALUES or CLAIMS demand",
        "invalid_request_uri" => "the provider does not know, or no longer knows, the request that was pushed to it",
        "invalid_request_object" | "request_not_supported" => {
            "the provider does not take the signed request: check REQUEST_OBJECT_SIGNING_ALG and the keys at the provider"
        }
        "request_uri_not_supported" => "the provider takes no pushed requests: check REQUIRE_PUSHED_AUTHORIZATION_REQUESTS",
        "unsupported_response_type" => "the provider does not let this client ask for this answer: check RESPONSE_TYPE",
        "unsupported_response_mode" => "the provider cannot answer in this way: check RESPONSE_MODE",
        "invalid_request" => "the provider did not like the request: check the redirect URI and the settings of this backend",
        _ => "the provider does not let this client use the authorization code flow",
    }
}
