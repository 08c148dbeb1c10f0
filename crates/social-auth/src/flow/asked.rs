//! Backends that ask the person on a page of this site: the page, and the page again with what was wrong.

use http::StatusCode;

use super::{cookies, csrf, failure};
use crate::attempt::Attempt;
use crate::backend::Departure;
use crate::error::{Error, Reason, Result, Source};
use crate::form::{Field, Form, FormTemplate};
use crate::page::FormValues;
use crate::social_auth::{Instance, SocialAuth};
use crate::web::{Params, Reply, Request};

/// The field by which a form carries the attempt's state.
const STATE: &str = "state";

/// A page of the site's own may have pictures and styles; its scripts come from the site itself.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Refuses what no form of this site sent: a link, whose address would hold the password, and another site, which
/// would sign the person in as somebody else.
///
/// # Errors
/// `invalid_parameter` for another method than `POST`; `cross_site_request`.
pub(super) fn require_own_form(social: &SocialAuth, request: &Request) -> Result<()> {
    if request.method != http::Method::POST || request.query.get("password").is_some() {
        return Err(Error::new(Reason::InvalidParameter).parameter("method").detail("a form is sent by POST, and never in the address"));
    }
    csrf::require_own_page(social, request)
}

/// What goes onto the page besides the backend's own question.
pub(super) struct Page<'a> {
    pub(super) form: Box<Form>,
    pub(super) html: Option<FormTemplate>,
    pub(super) attempt: &'a Attempt,
    pub(super) error: Option<&'a Error>,
}

/// The page that asks.
///
/// # Errors
/// `unknown_error` when it cannot be made; `invalid_setting` for a template that fails.
pub(super) fn page(social: &SocialAuth, instance: &Instance, request: &Request, page: Page<'_>) -> Result<Reply> {
    let (token, cookie) = csrf::csrf_token(social, request)?;
    let action = social.callback_url(&instance.backend.info().name);
    let hidden = [(STATE, page.attempt.state.as_str()), (csrf::FIELD, token.as_str())];
    let status = page.error.map_or(StatusCode::OK, failure::status);
    let message = page.error.map(words);
    let mut reply = match &page.html {
        Some(html) => {
            let claim = instance.backend.claim().unwrap_or_default();
            let value = request.param(claim).unwrap_or_default();
            let values = FormValues { action: &action, hidden: &hidden, message: message.as_deref(), value };
            Reply::html(status, html.render(&values)?, POLICY)
        }
        None => {
            let mut form = complete_form(instance, *page.form, page.attempt.user.is_some()).status(status);
            if let Some(message) = message {
                form = form.message(message);
            }
            form.reply(&action, &hidden)?
        }
    };
    reply.retry_after = page.error.and_then(|error| error.facts().retry_after);
    reply.cookies.extend(cookie);
    Ok(reply)
}

/// The same page once more, with what was wrong, for a new attempt. `None` where the page is not shown by us, or
/// where another answer would not help.
pub(super) async fn again(
    social: &SocialAuth,
    instance: &Instance,
    request: &Request,
    failed: &Attempt,
    error: &Error,
) -> Option<Result<Reply>> {
    let helps = error.facts().source == Source::Request || matches!(error.reason(), Reason::EmailInUse | Reason::UsernameInUse);
    if instance.backend.claim().is_none() || request.wants_json() || !helps {
        return None;
    }
    let name = &instance.backend.info().name;
    let mut attempt = Attempt::new(name, &social.callback_url(name), social.clock().now(), instance.flow.state_lifetime);
    (attempt.next, attempt.user, attempt.fields) = (failed.next.clone(), failed.user.clone(), failed.fields.clone());
    let params: Params = request.form.iter().collect();
    let Ok(Departure::Ask { form, html }) = instance.backend.begin(&mut attempt, &params).await else { return None };
    failure::log(error);
    Some(page(social, instance, request, Page { form, html, attempt: &attempt, error: Some(error) }).and_then(|mut reply| {
        reply.cookies.extend(cookies::keep(social, request, &attempt)?);
        Ok(reply)
    }))
}

/// The question of the backend, and a password where the pipeline asks for one.
fn complete_form(instance: &Instance, form: Form, signed_in: bool) -> Form {
    let by_letter = instance.pipeline.validates_email(instance.backend.info(), &instance.flow) && instance.backend.claim() == Some("email");
    if !instance.pipeline.contains("password") || by_letter && instance.flow.email.passwordless {
        return form;
    }
    let form = form.field(Field::password("password", "Password"));
    if signed_in {
        form.button("Connect")
    } else if by_letter {
        let form = form.choice("Sign in", "intent", "sign_in");
        let form = if instance.pipeline.contains("create_user") { form.choice("Create an account", "intent", "sign_up") } else { form };
        form.other_choice("Forgot the password?", "intent", "reset")
    } else if instance.pipeline.contains("create_user") {
        form.choice("Sign in", "intent", "sign_in").choice("Create an account", "intent", "sign_up")
    } else {
        form.choice("Sign in", "intent", "sign_in")
    }
}

fn words(error: &Error) -> String {
    match (error.reason(), error.facts().parameter, error.explanation()) {
        (Reason::MissingParameter, ..) => "Please fill in all fields.".to_owned(),
        (Reason::InvalidParameter, Some("email"), _) => "Please enter an e-mail address, such as ada@example.org.".to_owned(),
        (Reason::PasswordUnfit, _, Some(why)) => why.to_owned(),
        (reason, ..) => reason.message().to_owned(),
    }
}
