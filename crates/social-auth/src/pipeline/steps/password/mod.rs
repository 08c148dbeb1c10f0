//! Has people who only state who they are prove it by a password.

mod by_letter;

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use super::uid_of;
use crate::backend::BackendInfo;
use crate::email::Mailbox;
use crate::error::{Error, Reason, Result};
use crate::form::{Field, Form};
use crate::password::{AccountKey, PasswordHash};
use crate::secret::Secret;
use crate::settings::FlowSettings;
use crate::storage::User;

/// `password`: for a backend whose form proves nothing (`email`, `username`) compares the password of the
/// account, or has a new person choose one. Where a provider vouches it does nothing. Belongs behind
/// `social_user`, before `create_user`.
///
/// The account is the one that the address or name is connected to, or else the one of a user who has that
/// address or name and a password, such as from Django: knowing it is the proof that the account is theirs.
///
/// Where the backend validates addresses, a password counts once the address is proved, and for the browser it was
/// chosen in: see [`by_letter`].
pub(super) struct Password;

/// What a form asks for besides the name: to sign in only, to make an account, or to set another password. Absent,
/// it is for the step to find out.
const INTENT: &str = "intent";
const SIGN_IN: &str = "sign_in";

/// Whether the person asked for what only a letter can give: an account, or another password.
pub(super) fn wants_letter(context: &Context) -> bool {
    by_letter::wish(context).is_some()
}

/// Whether the step has to run again, now that the address is proved.
pub(super) async fn is_open(context: &Context) -> Result<bool> {
    by_letter::is_open(context).await
}

#[async_trait]
impl Step for Password {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let Some(claim) = context.backend().claim().filter(|_| !context.created_user) else { return Ok(Outcome::Continue) };
        let stated = uid_of(context).as_str().to_owned();
        if by_letter::concerns(context) {
            return by_letter::run(context, &stated).await;
        }
        let owner = owner(context, claim, &stated).await?;
        if owner.is_none() && context.new_password().is_some() {
            return Ok(Outcome::Continue);
        }
        if let Some(user) = owner.clone().filter(|user| context.knows_password_of() == Some(&user.id)) {
            context.user = Some(user);
            return Ok(Outcome::Continue);
        }
        let Some(password) = typed(context) else { return missing(context, &stated) };
        count_try(context, owner.as_ref(), &stated)?;
        match owner {
            Some(user) => known(context, user, claim, &password).await,
            None => new(context, &stated, &password).await,
        }
    }

    fn proves(&self, _backend: &BackendInfo, _claim: &str, _settings: &FlowSettings) -> bool {
        true
    }
}

/// Whose account it is that the person states: that of the association, or else of a user of this name or
/// address.
async fn owner(context: &Context, claim: &str, stated: &str) -> Result<Option<User>> {
    if context.association.is_some() {
        return Ok(context.user.clone());
    }
    let found = match claim {
        "username" => context.users().user_by_username(stated).await?,
        // An address that programs read differently, or that several users have, is nobody's.
        _ if Mailbox::parse(stated).is_none() => None,
        _ => {
            let mut users = context.users().users_by_email(stated).await?;
            if users.len() > 1 {
                return Err(in_use(claim));
            }
            users.pop()
        }
    };
    match (context.current_user(), found) {
        // Whoever is signed in connects their own name or one that is free, never another user's.
        (Some(current), Some(found)) if found.id != current.id => Err(in_use(claim)),
        (Some(current), _) => Ok(Some(current.clone())),
        (None, found) => Ok(found),
    }
}

async fn known(context: &mut Context, user: User, claim: &str, password: &Secret) -> Result<Outcome> {
    let stored = context.users().password(&user.id).await?;
    let is_current = context.current_user().is_some_and(|current| current.id == user.id);
    if stored.is_none() && is_current {
        return first_password(context, &user, password).await;
    }
    if !context.passwords().verify(password, stored.as_ref()).await? {
        // Who wants a new account learns that the name is taken; who wants to sign in learns nothing.
        let wants_account = context.param(INTENT).is_some_and(|intent| intent != SIGN_IN);
        return Err(if stored.is_none() && wants_account { in_use(claim) } else { rejected() });
    }
    renew(context, &user, password, stored).await?;
    context.know_password_of(user.id.clone());
    context.user = Some(user);
    Ok(Outcome::Continue)
}

fn typed(context: &Context) -> Option<Secret> {
    context.param("password").filter(|text| !text.is_empty()).map(Secret::from)
}

fn count_try(context: &Context, owner: Option<&User>, stated: &str) -> Result<()> {
    let account = owner.map_or_else(|| AccountKey::of_name(stated), |user| AccountKey::of_user(&user.id));
    context.passwords().count_try(context.client(), &account)
}

/// Somebody who signed in by other means, and has no password yet, gets this one.
async fn first_password(context: &mut Context, user: &User, password: &Secret) -> Result<Outcome> {
    let hash = hash(context, password, &[&user.username, user.email.as_deref().unwrap_or_default()]).await?;
    if context.users().set_password(&user.id, &hash, None).await? { Ok(Outcome::Continue) } else { Ok(Outcome::Restart) }
}

/// The account is made by a later step, which takes the password along.
async fn new(context: &mut Context, stated: &str, password: &Secret) -> Result<Outcome> {
    if context.param(INTENT) == Some(SIGN_IN) {
        context.passwords().verify(password, None).await?;
        return Err(rejected());
    }
    let hash = hash_of_new(context, stated, password).await?;
    context.choose_password(hash);
    Ok(Outcome::Continue)
}

async fn hash_of_new(context: &Context, stated: &str, password: &Secret) -> Result<PasswordHash> {
    let names = [context.details.username.as_deref(), context.details.email_address(), Some(stated)];
    hash(context, password, &names.into_iter().flatten().collect::<Vec<_>>()).await
}

async fn hash(context: &Context, password: &Secret, names: &[&str]) -> Result<PasswordHash> {
    if let Some(why) = context.passwords().unfit(password, names) {
        return Err(Error::new(Reason::PasswordUnfit).parameter("password").detail(why));
    }
    context.passwords().hash(password).await
}

/// Keeps the password as new ones are kept, now that it is known. Whoever changes it meanwhile wins.
async fn renew(context: &Context, user: &User, password: &Secret, stored: Option<PasswordHash>) -> Result<()> {
    if let Some(old) = stored.filter(|stored| context.passwords().is_outdated(stored)) {
        let new = context.passwords().hash(password).await?;
        context.users().set_password(&user.id, &new, Some(&old)).await?;
    }
    Ok(())
}

/// A form that asked for the name alone, or a run that goes on after a pause: now the password is asked for.
fn missing(context: &mut Context, stated: &str) -> Result<Outcome> {
    if context.param("password").is_some() {
        return Err(Error::missing_parameter("password"));
    }
    let least = context.passwords().min_length();
    let field = Field::password("password", "Password").hint(format!("At least {least} characters, if you are new here."));
    context.ask(Form::new("Your password").text(stated).field(field))
}

fn rejected() -> Error {
    Error::new(Reason::PasswordRejected).parameter("password")
}

fn in_use(claim: &str) -> Error {
    Error::new(if claim == "username" { Reason::UsernameInUse } else { Reason::EmailInUse })
}
