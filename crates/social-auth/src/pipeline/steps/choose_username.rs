//! Lets a new person choose the user name.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use super::create_user::RefusedUsernames;
use crate::error::Result;
use crate::form::{Field, Form};
use crate::username::Candidates;

/// `choose_username`: asks a new person for the user name, proposing the one that `get_username` found, and
/// asks again while it is taken or unfit. Belongs between `get_username` and `create_user`.
pub(super) struct ChooseUsername;

#[async_trait]
impl Step for ChooseUsername {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let has_names = context.settings().user.fields.iter().any(|field| field == "username");
        if context.user.is_some() || !has_names {
            return Ok(Outcome::Continue);
        }
        let Some(name) = context.answer("username").map(|name| name.trim().to_owned()) else {
            let proposed = context.username.clone().or_else(|| context.details.username.clone()).unwrap_or_default();
            return context.ask(form(context, &proposed));
        };
        if let Some(why) = unfit(context, &name).await? {
            return context.ask(form(context, &name).message(why));
        }
        context.username = Some(name);
        Ok(Outcome::Continue)
    }
}

fn form(context: &Context, proposed: &str) -> Form {
    let limit = context.settings().username.max_length;
    let field = Field::username("username", "User name").value(proposed).max_length(limit).hint("Letters, digits and @ . + - _");
    Form::new("Choose a user name").text("You are new here. Under which name do you want to be known?").field(field)
}

/// What is wrong with a name, in words for the person.
async fn unfit(context: &Context, name: &str) -> Result<Option<&'static str>> {
    let settings = &context.settings().username;
    if name.is_empty() {
        return Ok(Some("Please enter a name."));
    }
    if name.chars().count() > settings.max_length {
        return Ok(Some("This name is too long."));
    }
    if name.chars().any(char::is_control) || Candidates::new(name, settings).plain() != name {
        return Ok(Some("This name has characters that a user name cannot have."));
    }
    let refused = context.value::<RefusedUsernames>().is_some_and(|refused| refused.0.iter().any(|known| known == name));
    if refused || context.users().username_exists(name).await? {
        return Ok(Some("This name is taken. Please choose another one."));
    }
    Ok(None)
}
