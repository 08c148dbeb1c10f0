//! Chooses a user name for a new user.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use super::create_user::RefusedUsernames;
use crate::error::Result;
use crate::username;

/// `get_username`: the provider's wish (or the address, by `USERNAME_IS_FULL_EMAIL`) made fit and unique.
/// A user who is known keeps the name.
pub(super) struct GetUsername;

#[async_trait]
impl Step for GetUsername {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let settings = context.settings().clone();
        if !settings.user.fields.iter().any(|field| field == "username") {
            return Ok(Outcome::Continue);
        }
        if let Some(user) = &context.user {
            context.username = Some(user.username.clone());
            return Ok(Outcome::Continue);
        }
        let address = context.details.email_address().filter(|_| settings.username.is_full_email);
        let wish = match address.filter(|address| !address.is_empty()) {
            Some(address) => Some(super::cased(address, &settings.user)),
            None => context.details.username.clone(),
        };
        let refused = context.value::<RefusedUsernames>().map(|refused| refused.0.clone()).unwrap_or_default();
        let mut random = || uuid::Uuid::new_v4().simple().to_string();
        let name = username::choose(wish.as_deref(), &settings.username, &**context.users(), &refused, &mut random).await?;
        context.username = Some(name);
        Ok(Outcome::Continue)
    }
}
