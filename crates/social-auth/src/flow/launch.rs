//! Launches: sign-ins that begin on the provider's pages, with a proof and without any attempt of ours.
//!
//! Anybody can have somebody else's browser open one, so it signs in only whom a page of ours has asked; it
//! never connects an account to who is signed in; and its proof is good once.

use http::Method;

use super::cookies::{self, Found};
use super::run::{self, Journey, Sent};
use super::{complete, csrf, pages, where_to};
use crate::backend::{Callback, Delivery};
use crate::error::{Error, Reason, Result, Stage};
use crate::pipeline::Context;
use crate::seal::sha256_base64url;
use crate::session::Session;
use crate::social_auth::{Instance, SocialAuth};
use crate::web::{Reply, Request};

/// The namespace of proofs among the claims.
const CLAIMS: &str = "social-auth:delivery";

/// Whether the request comes in a frame on the provider's page, where the browser keeps no cookies of ours.
pub(super) fn is_framed(instance: &Instance, request: &Request) -> bool {
    let framed = matches!(request.header("sec-fetch-dest"), Some("iframe" | "frame"));
    framed && !instance.backend.framed_by().is_empty()
}

/// A page whose only button leaves the frame. Nothing is done, so nothing is gained by hiding it under
/// another page.
pub(super) fn way_out(instance: &Instance, request: &Request) -> Result<Reply> {
    let mut fields = delivered(request);
    fields.push((complete::RETURNED.to_owned(), "1".to_owned()));
    pages::way_out(request.uri.path(), &fields, &instance.backend.info().title, instance.backend.framed_by())
}

/// Whether the callback belongs to no attempt of this browser, and the backend takes those.
pub(super) fn is_launch(social: &SocialAuth, instance: &Instance, request: &Request, callback: &Callback) -> bool {
    let begun_here = |state: &str| matches!(cookies::find(social, request, state), Found::Attempt(_) | Found::Used);
    let backend = &instance.backend;
    backend.takes_launches(&callback.params)
        && !backend.state_of(&callback.params).filter(|state| !state.is_empty()).is_some_and(begun_here)
}

/// Asks the person first, or goes on if a page of ours has asked.
///
/// # Errors
/// What the proof is at fault of; `attempt_used`; what a step of the pipeline fails with.
pub(super) async fn launch(
    social: &SocialAuth,
    instance: &Instance,
    request: &Request,
    callback: &Callback,
    session: &mut dyn Session,
) -> Result<Reply> {
    let backend = &instance.backend;
    let delivery = backend.delivery(None, callback).await?.ok_or_else(|| Error::missing_parameter("state"))?;
    if !(delivery.from_our_page || is_from_our_page(social, request)) {
        return ask(social, instance, request, &delivery, session.user_id().is_some());
    }
    // Before the provider is asked for anything: whoever is second has lost.
    spend(social, instance, &delivery).await?;
    let identity = backend.complete_launch(callback).await?;
    let next = delivery.next.as_deref().and_then(|next| where_to::allowed(&instance.flow, social.public_url(), next));
    let journey = Journey { next: next.map(str::to_owned), ..Journey::default() };
    let parts = journey.parts(social, instance, identity, Sent::of(callback)).await;
    let parts = parts.map_err(|error| error.stage_if_unknown(Stage::Pipeline))?;
    run::run(social, instance, &journey, Context::new(parts).at_a_browser(None), 0, session).await
}

fn is_from_our_page(social: &SocialAuth, request: &Request) -> bool {
    request.method == Method::POST && csrf::require_own_page(social, request).is_ok()
}

fn ask(social: &SocialAuth, instance: &Instance, request: &Request, delivery: &Delivery, signed_in: bool) -> Result<Reply> {
    let (token, cookie) = csrf::csrf_token(social, request)?;
    let mut fields = delivered(request);
    fields.push((csrf::FIELD.to_owned(), token));
    let who = delivery.who.as_deref().unwrap_or_default();
    let mut reply = pages::confirm_launch(request.uri.path(), &fields, &instance.backend.info().title, who, signed_in)?;
    reply.cookies.extend(cookie);
    Ok(reply)
}

/// Uses up what is good only once.
///
/// # Errors
/// `attempt_used`; `storage_failed`.
pub(super) async fn spend(social: &SocialAuth, instance: &Instance, delivery: &Delivery) -> Result<()> {
    let Some(key) = &delivery.key else { return Ok(()) };
    let key = sha256_base64url(&format!("{}:{key}", instance.backend.info().name));
    if social.social().claim(CLAIMS, &key, delivery.expires_at).await? {
        return Ok(());
    }
    Err(Error::new(Reason::AttemptUsed).stage(Stage::Callback).detail("what the provider delivered was used already"))
}

/// Everything that was delivered, without fields of ours.
fn delivered(request: &Request) -> Vec<(String, String)> {
    let all = request.form.iter().chain(request.query.iter());
    let theirs = all.filter(|(name, _)| *name != csrf::FIELD && *name != complete::RETURNED);
    theirs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
