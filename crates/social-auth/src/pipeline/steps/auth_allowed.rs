//! Lets in only whom the site's owner allows.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::email;
use crate::error::{Error, Reason, Result};

/// `auth_allowed`: `WHITELISTED_EMAILS`, `WHITELISTED_DOMAINS`, `ALLOW_GROUPS` and `REQUIRED_CLAIMS`. A rule that
/// cannot be checked refuses.
pub(super) struct AuthAllowed;

#[async_trait]
impl Step for AuthAllowed {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let allowed = &context.settings().allowed;
        if !email::is_allowed(context.details.email_address(), allowed) {
            return Err(Error::new(Reason::AuthenticationDisallowed)
                .detail("the e-mail address is missing, malformed, or not in WHITELISTED_EMAILS or WHITELISTED_DOMAINS"));
        }
        let wanted = allowed.groups.as_deref().unwrap_or_default();
        if !wanted.is_empty() {
            in_a_group(context.identity().groups.as_deref(), wanted)?;
        }
        match allowed.claims.iter().find(|claim| !claim.is_met(&context.identity().response)) {
            Some(unmet) => Err(Error::new(Reason::AuthenticationDisallowed).parameter(unmet.name()).detail(format!(
                "what the provider says under \"{}\" is missing, or is not one of the values in REQUIRED_CLAIMS",
                unmet.name()
            ))),
            None => Ok(Outcome::Continue),
        }
    }
}

fn in_a_group(groups: Option<&[String]>, wanted: &[String]) -> Result<()> {
    let groups = groups.ok_or_else(|| {
        Error::new(Reason::MissingSetting).parameter("ALLOW_GROUPS").detail(
            "ALLOW_GROUPS is set, but this backend does not say in which groups a person is: configure its groups or remove the rule",
        )
    })?;
    if groups.iter().any(|group| wanted.contains(group)) {
        return Ok(());
    }
    Err(Error::new(Reason::MembershipRequired).detail("the person is in none of the groups in ALLOW_GROUPS"))
}
