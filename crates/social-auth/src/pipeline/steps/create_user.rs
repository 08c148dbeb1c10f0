//! Makes a user for somebody who signs in for the first time.

use async_trait::async_trait;
use serde_json::Value;

use super::super::{Context, Outcome, Step};
use crate::error::{Error, Reason, Result};
use crate::event::Event;
use crate::storage::{Association, NewUser, StorageError, StorageResult, User, UserId};

/// `create_user`: makes the user from `USER_FIELDS`, together with the association if a later step makes
/// one, so that there is never a user whom nobody can sign in as.
///
/// A conflict never leads to the user who is there already (CVE-2025-61783): the pipeline begins again.
pub(super) struct CreateUser;

/// Names that the database refused although they looked free: its comparison may be wider than ours.
pub(super) struct RefusedUsernames(pub Vec<String>);

#[async_trait]
impl Step for CreateUser {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        if context.user.is_some() || context.settings().user.fields.is_empty() {
            return Ok(Outcome::Continue);
        }
        if context.backend_info().association_only {
            return Err(super::association_only());
        }
        let mut new = new_user(context)?;
        loop {
            match make(context, &new).await {
                Ok((user, association)) => {
                    context.events().tell(|| Event::UserCreated { backend: context.backend_info().name.clone(), user: user.clone() });
                    if let Some(association) = &association {
                        context.events().association_made(association);
                    }
                    context.new_association = association.is_some();
                    (context.user, context.association) = (Some(user), association);
                    context.created_user = true;
                    return Ok(Outcome::Continue);
                }
                // Beginning again would meet the same address again.
                Err(StorageError::Conflict("email")) => return Err(Error::new(Reason::EmailInUse)),
                Err(StorageError::Conflict(what)) => {
                    if what == "username" {
                        refuse(context, new.username);
                    }
                    return Ok(Outcome::Restart);
                }
                Err(StorageError::TooLong { what, .. } | StorageError::Invalid { what, .. }) if leave_out(&mut new, what) => {
                    tracing::warn!(field = what, "the profile has a value that cannot be stored: left out");
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

async fn make(context: &Context, new: &NewUser) -> StorageResult<(User, Option<Association>)> {
    if !context.associates() {
        return Ok((context.users().create_user(new).await?, None));
    }
    // The storage puts the id of the user it makes in the place of this one.
    let association = super::new_association(context, UserId::new(""));
    let (user, association) = context.social().create_user_with_association(&**context.users(), new, &association).await?;
    Ok((user, Some(association)))
}

/// Takes out a field that a user can do without. Answers whether there was one.
fn leave_out(user: &mut NewUser, field: &str) -> bool {
    match field {
        "first_name" => user.first_name.take().is_some(),
        "last_name" => user.last_name.take().is_some(),
        other => user.attributes.remove(other).is_some(),
    }
}

fn refuse(context: &mut Context, name: String) {
    let mut refused = context.value::<RefusedUsernames>().map(|refused| refused.0.clone()).unwrap_or_default();
    refused.push(name);
    context.put(RefusedUsernames(refused));
}

/// The fields of `USER_FIELDS`: what earlier steps handed on comes before the details.
fn new_user(context: &Context) -> Result<NewUser> {
    let settings = context.settings();
    let mut user = NewUser { password: context.new_password().cloned(), ..NewUser::default() };
    for field in &settings.user.fields {
        let value = context.values.get(field).cloned().or_else(|| context.details.get(field)).filter(|value| !value.is_null());
        let text = || value.as_ref().and_then(Value::as_str).map(str::to_owned).filter(|text| !text.is_empty());
        match field.as_str() {
            "username" => user.username = context.username.clone().or_else(text).ok_or_else(no_username)?,
            "email" => user.email = text().map(|address| super::cased(&address, &settings.user)),
            "first_name" => user.first_name = text(),
            "last_name" => user.last_name = text(),
            other => {
                if let Some(value) = value {
                    user.attributes.insert(other.to_owned(), value);
                }
            }
        }
    }
    Ok(user)
}

fn no_username() -> Error {
    Error::invalid_setting("PIPELINE", "create_user has no user name: put get_username before it, or take username out of USER_FIELDS")
}
