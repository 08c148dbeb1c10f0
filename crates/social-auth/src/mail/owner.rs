//! Who has proved to own which address: noted beside the codes, so that no table is needed that Python
//! Social Auth does not have.

use time::OffsetDateTime;

use super::code::keep_mark;
use crate::error::Result;
use crate::seal::sha256_base64url;
use crate::storage::{SocialStorage, UserId};

/// Notes that the user has proved to own the address.
///
/// # Errors
/// `storage_failed`.
pub(crate) async fn note_owner(social: &dyn SocialStorage, user: &UserId, address: &str, now: OffsetDateTime) -> Result<()> {
    keep_mark(social, &address.to_ascii_lowercase(), mark(user), now).await
}

/// Whether the user has ever proved to own the address.
///
/// # Errors
/// `storage_failed`.
pub(crate) async fn is_owner(social: &dyn SocialStorage, user: &UserId, address: &str) -> Result<bool> {
    Ok(social.code(&address.to_ascii_lowercase(), &mark(user)).await?.is_some_and(|kept| kept.verified))
}

/// A colon is in no hash, so no code has this form.
fn mark(user: &UserId) -> String {
    let mut mark = format!("owner:{}", sha256_base64url(user.as_str()));
    mark.truncate(32);
    mark
}
