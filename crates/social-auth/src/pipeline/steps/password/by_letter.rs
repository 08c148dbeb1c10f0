//! Where addresses are proved by letters. Whoever has no password yet, or forgot it, gets to set one by the letter.
//!
//! An address in a form may be anybody's, and so may the password beside it. If it counted for the account that the
//! owner of the address makes by opening the letter, whoever began would have a way into that account (pre-hijacking:
//! Sudhodanan and Paverd, USENIX Security 2022). So a password counts for an account only
//! - after the address was proved in the same run, and
//! - in the browser that it was chosen in: a letter that is opened in another one asks for it anew.
//!
//! Nobody learns before the letter whether there is an account.

use http::StatusCode;

use super::super::{mail_validation, uid_of};
use super::{INTENT, SIGN_IN, count_try, hash_of_new, in_use, owner, rejected, renew, typed};
use crate::error::{Error, Reason, Result};
use crate::form::{Field, Form};
use crate::pipeline::{Context, Outcome};
use crate::secret::Secret;
use crate::settings::EmailPolicy;
use crate::storage::User;
use crate::web::Reply;

const SIGN_UP: &str = "sign_up";
const RESET: &str = "reset";

/// Under this name the wish is kept among the run's values.
const NOTE: &str = "password_by_letter";

/// What only a letter can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// An account.
    Account,
    /// Another password for the account that there is.
    OtherPassword,
}

/// Whether people prove their address by a letter; who is signed in is known already.
pub(super) fn concerns(context: &Context) -> bool {
    context.backend().claim() == Some("email") && context.validates_email() && context.current_user().is_none()
}

/// What the person asked for.
pub(super) fn wish(context: &Context) -> Option<Wish> {
    let noted = context.values.get(NOTE).and_then(|note| note.as_str());
    match noted.or_else(|| context.param(INTENT)).filter(|_| concerns(context)) {
        Some(SIGN_UP) => Some(Wish::Account),
        Some(RESET) => Some(Wish::OtherPassword),
        _ => None,
    }
}

/// Whether the step has something to do now that the address is proved, although it ran before.
pub(super) async fn is_open(context: &Context) -> Result<bool> {
    if context.left_password_behind() || !context.values.contains_key(NOTE) {
        return Ok(context.left_password_behind());
    }
    // Somebody new who chose a password in this browser goes straight on.
    let is_settled = context.association.is_none() && context.new_password().is_some();
    Ok(!is_settled || !context.users().users_by_email(uid_of(context).as_str()).await?.is_empty())
}

pub(super) async fn run(context: &mut Context, stated: &str) -> Result<Outcome> {
    if context.settings().email.passwordless {
        return Ok(Outcome::Continue);
    }
    if mail_validation::has_proved_identifier(context) {
        return proved(context, stated).await;
    }
    match (wish(context), typed(context)) {
        (Some(wish), Some(password)) => {
            count_try(context, None, stated)?;
            begin(context, wish, stated, Some(password)).await
        }
        (Some(wish), None) => begin(context, wish, stated, None).await,
        (None, Some(password)) => compare(context, stated, &password).await,
        (None, None) if context.param("password").is_some() => Err(Error::missing_parameter("password")),
        (None, None) => ask_for_known(context, stated, None),
    }
}

/// The letter comes first. The password, if one was chosen already, waits for it.
async fn begin(context: &mut Context, wish: Wish, stated: &str, password: Option<Secret>) -> Result<Outcome> {
    if let Some(password) = password {
        let hash = hash_of_new(context, stated, &password).await?;
        context.choose_password(hash);
    }
    note(context, wish);
    Ok(Outcome::Continue)
}

fn note(context: &mut Context, wish: Wish) {
    let note = if wish == Wish::Account { SIGN_UP } else { RESET };
    context.values.insert(NOTE.to_owned(), note.into());
}

/// Somebody signs in who has a password. Where no account has it, and the form does not say what is wanted, they are
/// new.
async fn compare(context: &mut Context, stated: &str, password: &Secret) -> Result<Outcome> {
    let owner = owner(context, "email", stated).await?;
    count_try(context, owner.as_ref(), stated)?;
    let stored = match &owner {
        Some(user) => context.users().password(&user.id).await?,
        None => None,
    };
    let fits = context.passwords().verify(password, stored.as_ref()).await?;
    match owner {
        Some(user) if fits => {
            renew(context, &user, password, stored).await?;
            context.know_password_of(user.id.clone());
            context.user = Some(user);
            Ok(Outcome::Continue)
        }
        None if context.param(INTENT).is_none() => begin(context, Wish::Account, stated, Some(password.clone())).await,
        _ => Err(rejected()),
    }
}

/// The person reads the letters to this address.
async fn proved(context: &mut Context, stated: &str) -> Result<Outcome> {
    if let Some(wish) = wish(context) {
        note(context, wish);
    }
    if context.association.is_some() {
        let Some(user) = context.user.clone() else { return Err(rejected()) };
        return set(context, user, stated).await;
    }
    if context.knows_password_of().is_some() {
        return Ok(Outcome::Continue);
    }
    let users = context.users().users_by_email(stated).await?;
    let mut proved = None;
    for user in &users {
        if context.users().has_verified_email(&user.id, stated).await? {
            proved = Some(user.clone());
            break;
        }
    }
    match (wish(context), proved) {
        // Both have proved the address, so they are one person; whether that is enough is for the site to say.
        (Some(_), Some(user)) if context.settings().associate_by_email == EmailPolicy::Verified => {
            context.user = Some(user.clone());
            set(context, user, stated).await
        }
        (Some(_), Some(_)) => Err(in_use("email")),
        // Whoever made an account with this address and never proved it keeps the account, and the owner of the
        // address gets one of their own: neither has the other's.
        (Some(Wish::OtherPassword), None) if !users.is_empty() => Err(in_use("email")),
        (Some(_), None) => choose(context, stated).await,
        (None, _) if users.is_empty() => choose(context, stated).await,
        (None, _) => show_known(context, stated).await,
    }
}

/// The password of an account that is there is replaced, and all who are signed in to it are signed out.
async fn set(context: &mut Context, user: User, stated: &str) -> Result<Outcome> {
    let outcome = choose(context, stated).await?;
    let Some(hash) = context.new_password().cloned().filter(|_| matches!(outcome, Outcome::Continue)) else { return Ok(outcome) };
    let stored = context.users().password(&user.id).await?;
    if !context.users().set_password(&user.id, &hash, stored.as_ref()).await? {
        return Ok(Outcome::Restart);
    }
    let sessions = context.social().delete_sessions_of(&user.id, None).await?;
    tracing::info!(user = user.id.as_str(), sessions, "a new password was set by a letter");
    context.know_password_of(user.id);
    Ok(Outcome::Continue)
}

/// The new password: the one that was chosen in this browser before, or one that is asked for now.
async fn choose(context: &mut Context, stated: &str) -> Result<Outcome> {
    if context.new_password().is_some() {
        return Ok(Outcome::Continue);
    }
    let Some(password) = answered(context) else { return ask_for_new(context, stated, None) };
    match hash_of_new(context, stated, &password).await {
        Ok(hash) => {
            context.choose_password(hash);
            Ok(Outcome::Continue)
        }
        Err(error) if error.reason() == Reason::PasswordUnfit => {
            let why = error.explanation().unwrap_or_default().to_owned();
            ask_for_new(context, stated, Some(&why))
        }
        Err(error) => Err(error),
    }
}

/// A user of this address has a password, and it was not shown in this browser.
async fn show_known(context: &mut Context, stated: &str) -> Result<Outcome> {
    let Some(password) = answered(context) else { return ask_for_known(context, stated, None) };
    match compare(context, stated, &password).await {
        Err(error) if matches!(error.reason(), Reason::PasswordRejected | Reason::RateLimited) => {
            ask_for_known(context, stated, Some(&error))
        }
        outcome => outcome,
    }
}

/// What was answered to a form of this step: not what came along with the letter's code.
fn answered(context: &Context) -> Option<Secret> {
    typed(context).filter(|_| context.answer("password").is_some() && !mail_validation::has_code(context))
}

fn ask_for_new(context: &mut Context, stated: &str, problem: Option<&str>) -> Result<Outcome> {
    let least = context.passwords().min_length();
    let field = Field::new_password("password", "Password").min_length(least).hint(format!("At least {least} characters."));
    let form = Form::new("Choose a password").text(format!("You have shown that {stated} is yours.")).field(field).button("Go on");
    context.ask(match problem {
        Some(why) => form.message(why),
        None => form,
    })
}

fn ask_for_known(context: &mut Context, stated: &str, problem: Option<&Error>) -> Result<Outcome> {
    let form = Form::new("Your password").text(stated).field(Field::password("password", "Password"));
    let form = form.choice("Sign in", INTENT, SIGN_IN).other_choice("Create an account", INTENT, SIGN_UP);
    let form = form.other_choice("Forgot the password?", INTENT, RESET);
    let Some(error) = problem else { return context.ask(form) };
    let status = if error.reason() == Reason::RateLimited { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNAUTHORIZED };
    let outcome = context.ask(form.message(error.reason().message()).status(status))?;
    Ok(match outcome {
        Outcome::Pause(reply) => Outcome::Pause(Reply { retry_after: error.facts().retry_after, ..reply }),
        other => other,
    })
}
