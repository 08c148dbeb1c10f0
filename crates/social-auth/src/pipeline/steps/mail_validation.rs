//! Has people prove that they read their e-mail address, by a link in a letter.

use async_trait::async_trait;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::super::{Context, Outcome, Pipeline, Step};
use super::get_username::GetUsername;
use super::password;
use crate::backend::BackendInfo;
use crate::email::{self, Mailbox};
use crate::error::{Error, Reason, Result};
use crate::form::{Field, Form};
use crate::identity::Email;
use crate::mail::{self, Letter, Mailroom, Proof, Purpose};
use crate::settings::FlowSettings;
use crate::storage::User;
use crate::web::Reply;

/// `mail_validation`: nobody who must prove their address goes on before they have followed the link that
/// was sent there. An address that the provider verified, and that we believe it, is proved.
///
/// What was proved is noted in the run, since the pipeline may begin again: the address, and the identity
/// that it was proved for.
pub(super) struct MailValidation;

/// Under this name the step keeps its notes among the run's values.
const NOTES: &str = "mail_validation";

/// The parameter of the link, as in Python Social Auth.
const CODE: &str = "verification_code";

/// The fields of its pages.
const ADDRESS: &str = "email";
const RESEND: &str = "resend";

/// The key in the session that pages of the application read, as in Python Social Auth.
const SESSION_KEY: &str = "email_validation_address";

/// The longest address that the tables hold.
const LONGEST_ADDRESS: usize = 254;

#[derive(Default, Serialize, Deserialize)]
struct Notes {
    /// Whether the person has seen a page of this step: only then are its forms and links meant for it.
    asked: bool,
    /// The address that a letter was sent to.
    address: Option<String>,
    proved: Option<Proved>,
}

/// What was proved, and for whom.
#[derive(Serialize, Deserialize)]
struct Proved {
    address: String,
    backend: String,
    uid: String,
}

impl Notes {
    fn of(context: &Context) -> Self {
        let kept = context.values.get(NOTES).cloned();
        kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default()
    }

    fn keep(&self, context: &mut Context) {
        if let Ok(notes) = serde_json::to_value(self) {
            context.values.insert(NOTES.to_owned(), notes);
        }
    }
}

#[async_trait]
impl Step for MailValidation {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let mut notes = Notes::of(context);
        if let Some(address) = proved(context, &notes) {
            context.details.email = Some(Email { address, verified: true });
            return Ok(Outcome::Continue);
        }
        if !notes.asked && !is_wanted(context) {
            return Ok(Outcome::Continue);
        }
        if notes.asked {
            return answer(context, notes).await;
        }
        notes.asked = true;
        match context.details.email.clone() {
            Some(email) if email.verified => Ok(Outcome::Continue),
            Some(email) => write_to(context, notes, email.address).await,
            None => ask_for_address(context, &notes, None),
        }
    }

    /// Only an address is proved, and only where nobody gets by without a letter.
    fn proves(&self, backend: &BackendInfo, claim: &str, settings: &FlowSettings) -> bool {
        claim == "email" && settings.email.passwordless && is_required(backend, settings)
    }
}

/// What keeps the backends from validating addresses as the settings say: a site never lets people in unproved
/// by mistake.
pub(crate) fn problems(backends: &[(&BackendInfo, &FlowSettings, &Pipeline)], mailroom: &Mailroom) -> Vec<Error> {
    let mut problems = Vec::new();
    let mut validating = backends.iter().filter(|(info, flow, _)| is_required(info, flow)).peekable();
    if validating.peek().is_some() && mailroom.mailer().is_none() {
        problems.push(mail::no_mailer());
    }
    let of_backends = validating.filter_map(|(info, flow, pipeline)| Some(problem_of(flow, pipeline)?.backend(&info.name)));
    problems.extend(of_backends);
    let mut passwordless = backends.iter().filter(|(_, flow, _)| flow.email.passwordless).peekable();
    if passwordless.peek().is_some() && !passwordless.any(|(info, flow, _)| is_required(info, flow)) {
        let what = "it is on, and no backend validates e-mail addresses: set FORCE_EMAIL_VALIDATION where a letter is to be sent";
        problems.push(Error::invalid_setting("PASSWORDLESS", what));
    }
    problems
}

/// What is wrong with the pipeline of a backend that validates addresses.
fn problem_of(flow: &FlowSettings, pipeline: &Pipeline) -> Option<Error> {
    let place = |name: &str| pipeline.names().position(|step| step == name);
    let wrong = |what: &str| {
        let why = if flow.email.force_validation { "FORCE_EMAIL_VALIDATION is on" } else { "this backend requires e-mail validation" };
        Some(Error::invalid_setting("PIPELINE", format!("{why}, and {what}")))
    };
    let Some(own) = place(NOTES) else {
        return wrong("the pipeline has no step mail_validation: put it behind get_username");
    };
    if place("social_user").is_none_or(|before| before > own) {
        return wrong("mail_validation does not stand behind social_user: it could not know who is new");
    }
    if ["create_user", "associate_user"].iter().filter_map(|name| place(name)).any(|behind| behind < own) {
        return wrong("mail_validation stands behind create_user or associate_user: accounts would be made before anything is proved");
    }
    if place("password").is_some_and(|password| password > own) {
        return wrong(
            "password stands behind mail_validation: put it in front, behind social_user, so that it can have a letter sent. What is \
             chosen there counts only once the letter was read",
        );
    }
    None
}

/// Whether people of a backend prove their address by a letter.
pub(crate) fn is_required(info: &BackendInfo, flow: &FlowSettings) -> bool {
    info.requires_email_validation || flow.email.force_validation
}

/// Whether this person must prove an address: whoever is new, whoever connects an account of which the
/// address is all there is, and with `PASSWORDLESS` everybody.
fn is_wanted(context: &Context) -> bool {
    let (info, settings) = (context.backend_info(), context.settings());
    let connects = info.requires_email_validation && context.association.is_none();
    is_required(info, settings) && (context.is_new() || connects || settings.email.passwordless || password::wants_letter(context))
}

/// Whether the address that is the identifier was proved by a letter, in this run.
pub(super) fn has_proved_identifier(context: &Context) -> bool {
    proved(context, &Notes::of(context)).is_some_and(|address| address.eq_ignore_ascii_case(super::uid_of(context).as_str()))
}

/// Whether the request has the code of a letter: what else is in it was said before the proof.
pub(super) fn has_code(context: &Context) -> bool {
    context.param(CODE).is_some()
}

/// The address, if it was proved in this run and for this identity.
fn proved(context: &Context, notes: &Notes) -> Option<String> {
    let proved = notes.proved.as_ref()?;
    let same = proved.backend == context.backend_info().name && proved.uid == super::uid_of(context).as_str();
    same.then(|| proved.address.clone())
}

/// What the person does with the page, or the link.
async fn answer(context: &mut Context, notes: Notes) -> Result<Outcome> {
    let answer = |name: &str| context.answer(name).map(str::to_owned);
    let (code, typed, again) = (answer(CODE), answer(ADDRESS), answer(RESEND).is_some());
    let Some(address) = notes.address.clone() else {
        return match typed {
            Some(typed) => write_to(context, notes, typed.trim().to_owned()).await,
            None => ask_for_address(context, &notes, None),
        };
    };
    match (code, typed) {
        (Some(code), _) => check(context, notes, address, &code).await,
        (None, Some(typed)) if may_choose(context, &address) => write_to(context, notes, typed.trim().to_owned()).await,
        _ if again => write_to(context, notes, address).await,
        _ => ask_to_look(context, &notes, &address, None),
    }
}

async fn check(context: &mut Context, mut notes: Notes, address: String, code: &str) -> Result<Outcome> {
    let uid = super::uid_of(context).as_str().to_owned();
    let backend = context.backend_info().name.clone();
    let proof = Proof { address: &address, backend: &backend, uid: &uid };
    let lifetime = context.settings().email.code_lifetime;
    let checked = proof.validate(&**context.social(), code, context.clock().date_time(), lifetime).await;
    match checked {
        Ok(()) => {}
        Err(error) if error.reason() == Reason::EmailVerificationRejected => return ask_to_look(context, &notes, &address, Some(error)),
        Err(error) => return Err(error),
    }
    let changed = context.details.email_address() != Some(&address);
    context.details.email = Some(Email { address: address.clone(), verified: true });
    if changed && context.user.is_none() && context.username.is_some() && context.settings().username.is_full_email {
        GetUsername.run(context).await?;
    }
    context.remove_from_session(SESSION_KEY);
    welcome_owner(context, &address).await?;
    notes.proved = Some(Proved { address, backend, uid });
    notes.keep(context);
    // Whoever began may be somebody else than who has the letter, and must not go on with what this one has proved.
    context.close_to_others();
    Ok(if password::is_open(context).await? { Outcome::Restart } else { Outcome::Continue })
}

/// Somebody proves that they own the address of an account that was there. Whoever made it without that
/// proof, maybe to wait for its owner, must not keep a way in: neither a password nor a session; and where the
/// address is all that leads to the account, no other connected account either.
async fn welcome_owner(context: &Context, address: &str) -> Result<()> {
    let (Some(user), users) = (&context.user, context.users()) else { return Ok(()) };
    if users.has_verified_email(&user.id, address).await? {
        return Ok(());
    }
    let is_owners_own = context.current_user().is_some() || context.knows_password_of() == Some(&user.id);
    let had_password = !is_owners_own && users.has_usable_password(&user.id).await?;
    if had_password {
        users.remove_password(&user.id).await?;
    }
    users.record_verified_email(&user.id, address, context.clock().date_time()).await?;
    // A storage without notes would say so at every sign-in, which must not end all others.
    if !is_owners_own && (had_password || users.has_verified_email(&user.id, address).await?) {
        let sessions = context.social().delete_sessions_of(&user.id, None).await?;
        if context.backend().claim() == Some(ADDRESS) {
            disconnect_others(context, user).await?;
        }
        tracing::info!(
            user = user.id.as_str(),
            had_password,
            sessions,
            "proved to own the address for the first time: other ways in are gone"
        );
    }
    Ok(())
}

/// Removes what a stranger may have connected to the account, to come back by it.
async fn disconnect_others(context: &Context, user: &User) -> Result<()> {
    let own = context.association.as_ref().map(|association| association.id);
    for other in context.social().associations_of(&user.id).await?.into_iter().filter(|other| Some(other.id) != own) {
        if context.social().delete_association(other.id).await? {
            context.events().association_removed(&other);
        }
    }
    Ok(())
}

/// Sends the link, and shows the page that says so.
async fn write_to(context: &mut Context, mut notes: Notes, address: String) -> Result<Outcome> {
    if let Err(error) = check_address(context, &address) {
        return match notes.address.clone() {
            Some(before) => ask_to_look(context, &notes, &before, Some(error)),
            None => ask_for_address(context, &notes, Some(error)),
        };
    }
    notes.address = Some(address.clone());
    match send(context, &address).await {
        Ok(()) => {}
        Err(error) if matches!(error.reason(), Reason::MailFailed | Reason::RateLimited) => {
            tracing::warn!(code = error.reason().code(), "no letter was sent: {error}");
            return ask_to_look(context, &notes, &address, Some(error));
        }
        Err(error) => return Err(error),
    }
    context.set_in_session(SESSION_KEY, address.as_str());
    match context.settings().email.validation_url.clone() {
        Some(page) => {
            notes.keep(context);
            Ok(Outcome::Pause(Reply::redirect(page)))
        }
        None => ask_to_look(context, &notes, &address, None),
    }
}

/// One mailbox exactly (CVE-2022-35924), and one that may sign in here.
fn check_address(context: &Context, address: &str) -> Result<()> {
    if Mailbox::parse(address).is_none() || address.len() > LONGEST_ADDRESS {
        return Err(Error::new(Reason::InvalidParameter).parameter("email").detail("not one mailbox exactly"));
    }
    if !email::is_allowed(Some(address), &context.settings().allowed) {
        return Err(Error::new(Reason::AuthenticationDisallowed).parameter("email"));
    }
    Ok(())
}

async fn send(context: &mut Context, address: &str) -> Result<()> {
    let (social, now) = (context.social().clone(), context.clock().now());
    context.mailroom().count(&*social, context.client(), address, now).await?;
    let (uid, info) = (super::uid_of(context), context.backend_info().clone());
    let proof = Proof { address, backend: &info.name, uid: uid.as_str() };
    let code = proof.issue(&*social, context.clock().date_time()).await?;
    // The code is base64url, and needs no escaping.
    let link = format!("{}&{CODE}={code}", context.resume_url());
    let settings = context.settings().clone();
    let purpose = if settings.email.passwordless { Purpose::SignIn } else { Purpose::Validation };
    let letter = Letter { purpose, to: address, link: &link, backend: &info.title, lifetime: settings.email.code_lifetime };
    context.mailroom().send(&letter).await
}

/// An address that is the identifier itself cannot be another one.
fn may_choose(context: &Context, address: &str) -> bool {
    !address.eq_ignore_ascii_case(super::uid_of(context).as_str())
}

/// The page that says that a letter was sent, or why not.
fn ask_to_look(context: &mut Context, notes: &Notes, address: &str, problem: Option<Error>) -> Result<Outcome> {
    notes.keep(context);
    let wait = problem.as_ref().and_then(|error| error.facts().retry_after);
    let form = match problem {
        None => Form::new("Look into your mail").text(format!(
            "We have sent a link to {address}. Open it to go on; this page may be closed. If nothing comes within a few minutes, look \
             among the spam."
        )),
        Some(error) => with_problem(Form::new("Confirm your e-mail address"), &error),
    };
    let again = "Send another link";
    let form = if may_choose(context, address) {
        form.field(address_field("Nothing came? Correct the address, or try it again").value(address)).button(again)
    } else {
        form.choice(again, RESEND, "1")
    };
    let outcome = context.ask(form)?;
    Ok(match outcome {
        Outcome::Pause(reply) => Outcome::Pause(Reply { retry_after: wait, ..reply }),
        other => other,
    })
}

fn ask_for_address(context: &mut Context, notes: &Notes, problem: Option<Error>) -> Result<Outcome> {
    notes.keep(context);
    let form = Form::new("What is your e-mail address?").field(address_field("E-mail address")).button("Send me a link");
    context.ask(match problem {
        Some(error) => with_problem(form, &error),
        None => form.text(format!("{} did not tell us. We will send you a link to go on with.", context.backend_info().title)),
    })
}

fn address_field(label: &str) -> Field {
    Field::email(ADDRESS, label).max_length(LONGEST_ADDRESS)
}

fn with_problem(form: Form, error: &Error) -> Form {
    let (words, status) = match error.reason() {
        Reason::EmailVerificationRejected => {
            ("This link is not valid, or not any more. Have another one sent to you.", StatusCode::BAD_REQUEST)
        }
        Reason::AuthenticationDisallowed => ("People with this address may not sign in here.", StatusCode::FORBIDDEN),
        Reason::RateLimited => {
            ("We have sent several letters already. Please look for them, or try again later.", StatusCode::TOO_MANY_REQUESTS)
        }
        Reason::MailFailed => (error.reason().message(), StatusCode::SERVICE_UNAVAILABLE),
        _ => ("This is not an e-mail address that we can write to.", StatusCode::UNPROCESSABLE_ENTITY),
    };
    form.message(words).status(status)
}
