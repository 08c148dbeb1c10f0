//! Begin: an attempt is made and sealed into its cookie, and the browser is sent to the provider.

use cookie::Cookie;
use http::Method;
use serde_json::Value;

use super::{asked, cookies, csrf, pages, where_to};
use crate::attempt::Attempt;
use crate::backend::Departure;
use crate::error::{Error, Reason, Result, Stage};
use crate::form::Form;
use crate::session::Session;
use crate::settings::FlowSettings;
use crate::social_auth::SocialAuth;
use crate::web::{Fetch, Params, Reply, Request};

/// What the caller of begin may decide.
#[derive(Debug, Clone, Default)]
pub struct BeginOptions {
    /// The callback address, where it is not the usual one.
    pub redirect_uri: Option<String>,
    /// Whether the caller has made sure that the person wants this: no rule for methods then.
    pub confirmed: bool,
}

/// The session key of the backend that somebody signed in with last.
pub(crate) const LAST_LOGIN_BACKEND: &str = "social_auth_last_login_backend";

pub(crate) async fn begin(
    social: &SocialAuth,
    name: &str,
    request: &Request,
    session: &mut dyn Session,
    options: &BeginOptions,
) -> Result<Reply> {
    let outcome = try_to_begin(social, name, request, session, options).await;
    outcome.inspect_err(|error| social.0.events.login_failed(name, error))
}

async fn try_to_begin(
    social: &SocialAuth,
    name: &str,
    request: &Request,
    session: &mut dyn Session,
    options: &BeginOptions,
) -> Result<Reply> {
    let instance = social.instance(name)?;
    let signed_in = session.user_id();
    if !options.confirmed && !may_start(social, &instance.flow, request, signed_in.is_some())? {
        return ask_first(social, name, request, signed_in.is_some());
    }
    let params: Params = request.form.iter().chain(request.query.iter()).collect();
    if let Some(question) = instance.backend.question(&params).filter(|_| request.wants_html()) {
        return ask_person(social, name, request, &question);
    }
    let redirect_uri = options.redirect_uri.clone().unwrap_or_else(|| social.callback_url(name));
    let redirect_uri = if instance.flow.redirect_is_https { where_to::with_https(&redirect_uri) } else { redirect_uri };
    let mut attempt = Attempt::new(name, &redirect_uri, social.clock().now(), instance.flow.state_lifetime);
    attempt.user = signed_in;
    attempt.next = next(social, &instance.flow, request);
    for field in instance.flow.fields_stored_in_session.iter().chain(&instance.flow.remember_session_name) {
        attempt.fields.insert(field.clone(), request.param(field).map_or(Value::Null, Value::from));
    }
    let departure = instance.backend.begin(&mut attempt, &params).await.map_err(|error| error.stage_if_unknown(Stage::Begin))?;
    let mut reply = match departure {
        Departure::Ask { form, html } => {
            asked::page(social, instance, request, asked::Page { form, html, attempt: &attempt, error: None })?
        }
        away => depart(away)?,
    };
    reply.cookies.extend(cookies::keep(social, request, &attempt)?);
    Ok(reply)
}

/// Sends the browser on.
///
/// # Errors
/// `invalid_setting` for an address that no form may be posted to.
pub(super) fn depart(departure: Departure) -> Result<Reply> {
    match departure {
        Departure::Redirect(url) => Ok(Reply::redirect(url)),
        Departure::Post { action, fields } => pages::post_onward(&action, &fields),
        Departure::Widget(page) => pages::widget(&page),
        Departure::Ask { .. } => Err(Error::new(Reason::UnsupportedFeature).detail("only a sign-in can ask on a page of ours")),
    }
}

/// Whether the sign-in begins at once. A `GET` that another site may have caused asks first, so that
/// nobody is signed in, or connected to somebody's account, without wanting it (CVE-2015-9284).
fn may_start(social: &SocialAuth, flow: &FlowSettings, request: &Request, signed_in: bool) -> Result<bool> {
    let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
    if !flow.login_methods.iter().any(|allowed| allowed == method.as_str()) {
        let allowed = flow.login_methods.join(", ");
        return Err(Error::new(Reason::InvalidParameter)
            .parameter("method")
            .detail(format!("LOGIN_METHODS allows {allowed}"))
            .stage(Stage::Begin));
    }
    if request.method == Method::POST {
        return Ok(csrf::require_own_page(social, request).is_ok());
    }
    let from_here = matches!(request.fetch_site(social.public_url()), Fetch::SameOrigin | Fetch::AddressBar);
    Ok(from_here && !signed_in)
}

/// A page with one button, which posts what the request asked for.
fn ask_first(social: &SocialAuth, name: &str, request: &Request, signed_in: bool) -> Result<Reply> {
    let (fields, cookie) = repeated(social, request)?;
    let title = &social.backend(name)?.info().title;
    let mut reply = pages::one_button(&social.login_path(name), &fields, title, signed_in)?;
    reply.cookies.extend(cookie);
    Ok(reply)
}

/// A page that asks what the provider cannot be found without, and comes back with what the request asked for.
fn ask_person(social: &SocialAuth, name: &str, request: &Request, question: &Form) -> Result<Reply> {
    let (fields, cookie) = repeated(social, request)?;
    let hidden: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, _)| !question.asks(name)).collect();
    let mut reply = question.reply(&social.login_path(name), &hidden)?;
    reply.cookies.extend(cookie);
    Ok(reply)
}

/// The request's parameters for a form that repeats it, with a token of ours and its cookie.
fn repeated(social: &SocialAuth, request: &Request) -> Result<(Vec<(String, String)>, Option<Cookie<'static>>)> {
    let (token, cookie) = csrf::csrf_token(social, request)?;
    let sent = request.query.iter().chain(request.form.iter()).filter(|(field, _)| *field != csrf::FIELD);
    let mut fields: Vec<(String, String)> = sent.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    fields.push((csrf::FIELD.to_owned(), token));
    Ok((fields, cookie))
}

/// Where the person wants to go afterwards, if we may send them there.
fn next(social: &SocialAuth, flow: &FlowSettings, request: &Request) -> Option<String> {
    let wanted = request.param(where_to::NEXT)?;
    where_to::allowed(flow, social.public_url(), wanted).map(str::to_owned)
}
