//! Decides what it means that a user with the same address exists.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::email::Mailbox;
use crate::error::{Error, Reason, Result};
use crate::settings::EmailPolicy;
use crate::storage::User;
use crate::web::Reply;

/// `associate_by_email`: what `ASSOCIATE_BY_EMAIL` says about somebody whose address a user has already.
/// Nobody is ever connected because of an address that either side has not verified (advisories 7, 8
/// and 10: CVE-2024-21632, CVE-2023-3128, GHSA-g38m-r43w-p2q7).
pub(super) struct AssociateByEmail;

#[async_trait]
impl Step for AssociateByEmail {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let Some(address) = context.details.email_address().filter(|_| context.user.is_none()).map(str::to_owned) else {
            return Ok(Outcome::Continue);
        };
        // An address that programs read differently is nobody's proof of anything.
        if Mailbox::parse(&address).is_none() {
            return Ok(Outcome::Continue);
        }
        let mut users = context.users().users_by_email(&address).await?;
        let (Some(user), others) = (users.pop(), users.len()) else { return Ok(Outcome::Continue) };
        if others > 0 {
            return Err(in_use("several users have this address"));
        }
        match context.settings().associate_by_email {
            EmailPolicy::Refuse => Err(in_use("ASSOCIATE_BY_EMAIL is \"refuse\": the person signs in to the account first, then connects")),
            EmailPolicy::Confirm => confirm(context, user),
            EmailPolicy::Verified => {
                both_verified(context, &user, &address).await?;
                context.user = Some(user);
                Ok(Outcome::Continue)
            }
        }
    }
}

/// The person shows that the account is theirs by signing in to it; the pipeline goes on when they come
/// back.
fn confirm(context: &mut Context, user: User) -> Result<Outcome> {
    if context.current_user().is_some_and(|current| current.id == user.id) {
        context.user = Some(user);
        return Ok(Outcome::Continue);
    }
    let page = context.settings().login_url.clone().ok_or_else(|| {
        Error::invalid_setting("LOGIN_URL", "ASSOCIATE_BY_EMAIL is \"confirm\", which needs a page where people sign in to their account")
    })?;
    context.await_user(user.id);
    Ok(Outcome::Pause(Reply::redirect(page)))
}

async fn both_verified(context: &Context, user: &User, address: &str) -> Result<()> {
    if !context.details.email.as_ref().is_some_and(|email| email.verified) {
        return Err(in_use("the provider does not vouch for the address"));
    }
    if !context.users().has_verified_email(&user.id, address).await? {
        return Err(in_use("the user's own address was never verified here: whoever made the account may not own it"));
    }
    Ok(())
}

fn in_use(detail: &str) -> Error {
    Error::new(Reason::EmailInUse).detail(detail)
}
