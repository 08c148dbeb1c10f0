//! Two accounts of one person become one.

use async_trait::async_trait;
use serde_json::Value;

use super::super::{Context, Outcome, Question, Step};
use crate::error::{Error, Reason, Result};
use crate::event::Event;
use crate::settings::AccountMerge;
use crate::storage::{Association, Leftover, MergeConflict, MergeReport, MergeUsers, StorageError, UserId};
use crate::web::Reply;

/// How long the person has to say yes, in seconds: what both accounts were proved by must be fresh.
const OFFER_LIFETIME: i64 = 600;

/// The name of the step.
pub(super) const NAME: &str = "merge_users";

/// The value that keeps whom the offer named.
const OFFERED: &str = "merge_users_from";

/// `merge_users`: somebody who is signed in has signed in at the provider with an identity that belongs to
/// another account. If `ACCOUNT_MERGE` allows it they are asked whether the two are to be one, and on a yes
/// they are. Without it `social_user` refuses, as it does for clients that sign in with a token.
pub(super) struct MergeUsersStep;

#[async_trait]
impl Step for MergeUsersStep {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let leftover = match context.settings().account_merge {
            AccountMerge::Refuse => return Ok(Outcome::Continue),
            AccountMerge::Deactivate => Leftover::Deactivate,
            AccountMerge::Delete => Leftover::Delete,
        };
        let Some((into, association)) = two_accounts(context).await? else { return Ok(Outcome::Continue) };
        context.backend().is_the_same_person(&association, context.identity())?;
        let merge = MergeUsers::new(into, association.user_id, leftover, context.clock().date_time());
        let offered = context.values.get(OFFERED).and_then(Value::as_str) == Some(merge.from.as_str());
        match context.confirmed(NAME).filter(|_| offered) {
            None => offer(context, &merge).await,
            Some(true) => {
                done(context, &merge).await?;
                Ok(Outcome::Continue)
            }
            Some(false) => Ok(Outcome::Stop(Reply::redirect(context.settings().account_merge_url.as_deref().unwrap_or("/")))),
        }
    }
}

/// Who is signed in, and the association of somebody else that this identity means.
async fn two_accounts(context: &Context) -> Result<Option<(UserId, Association)>> {
    let Some(into) = context.current_user().filter(|_| context.can_ask()) else { return Ok(None) };
    // What never signs anybody in proves nobody's account; nor does what somebody writes into a form.
    if context.backend_info().association_only || context.backend().claim().is_some() {
        return Ok(None);
    }
    let uid = super::uid_of(context);
    let association = context.social().association(&context.backend_info().name, uid.as_str()).await?;
    Ok(association.filter(|association| association.user_id != into.id).map(|association| (into.id.clone(), association)))
}

async fn offer(context: &mut Context, merge: &MergeUsers) -> Result<Outcome> {
    let report = context.social().merge_users(context.users().as_ref(), &merge.tried()).await.map_err(refused)?;
    context.values.insert(OFFERED.to_owned(), Value::from(merge.from.as_str()));
    let provider = context.backend_info().title.clone();
    let question = Question {
        step: NAME.to_owned(),
        title: "Make the two accounts one?".to_owned(),
        text: sentence(&report, &provider),
        yes: "Yes, make them one".to_owned(),
        no: "No, keep both".to_owned(),
        details: serde_json::to_value(&report).unwrap_or_default(),
        expires_at: context.clock().now() + OFFER_LIFETIME,
    };
    let page = context.settings().account_merge_url.clone();
    Ok(context.ask_to_confirm(question, page))
}

async fn done(context: &mut Context, merge: &MergeUsers) -> Result<()> {
    let report = context.social().merge_users(context.users().as_ref(), merge).await.map_err(refused)?;
    tracing::info!(
        target: "social_auth::audit",
        event = "accounts_merged",
        backend = context.backend_info().name,
        into = report.into.as_str(),
        from = report.from.as_str(),
        associations = report.moved.len(),
        sessions_ended = report.sessions_ended,
        leftover = ?report.leftover,
        "two accounts became one"
    );
    let backend = context.backend_info().name.clone();
    context.user = context.users().user(&merge.into).await?;
    context.events().tell(|| Event::AccountsMerged { backend, report });
    Ok(())
}

fn refused(error: StorageError) -> Error {
    match error {
        StorageError::MergeRefused(why) => Error::new(Reason::IdentityInUse).detail(format!("the two accounts stay two: {why}")),
        other => other.into(),
    }
}

/// What the person should know before they say yes.
fn sentence(report: &MergeReport, provider: &str) -> String {
    let count = report.moved.len();
    let ways = if count == 1 { "way to sign in".to_owned() } else { format!("{count} ways to sign in") };
    let fate = match report.leftover {
        Leftover::Deactivate => "is switched off",
        Leftover::Delete => "is deleted",
    };
    let mut text = format!(
        "This {provider} account belongs to another account of yours here, {name}. If you make the two one, its {ways} \
         will lead to the account that you are signed in to now, and {name} {fate}.",
        name = report.from_username
    );
    if report.conflicts.iter().any(|conflict| matches!(conflict, MergeConflict::Field(_))) {
        text.push_str(" Name and address stay those of the account that you are signed in to.");
    }
    if report.conflicts.contains(&MergeConflict::Password) {
        text.push_str(" Its password will no longer work.");
    }
    text
}
