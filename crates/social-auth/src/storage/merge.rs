//! Two accounts of one person become one: what a storage is asked for, and what it answers.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{AssociationId, SocialStorage, StorageError, StorageResult, User, UserChanges, UserId, UserStorage};

/// What becomes of the account that nothing is left in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leftover {
    /// It is switched off. Rows of other tables that refer to it stay as they are.
    Deactivate,
    /// It is deleted. Where rows of other tables refer to it nothing at all is changed.
    Delete,
}

/// The order to make two users one. Associations go over; name, address, password, groups and rights of the
/// one who goes do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeUsers {
    /// Who stays.
    pub into: UserId,
    /// Whose associations go over, and who then is switched off or deleted.
    pub from: UserId,
    /// What becomes of `from`.
    pub leftover: Leftover,
    /// Whether it is only tried: the answer is the same, and nothing is changed.
    pub dry_run: bool,
    /// The time of it.
    pub at: OffsetDateTime,
}

impl MergeUsers {
    /// An order to merge `from` into `into`, in earnest.
    #[must_use]
    pub fn new(into: UserId, from: UserId, leftover: Leftover, at: OffsetDateTime) -> Self {
        MergeUsers { into, from, leftover, dry_run: false, at }
    }

    /// The same as a dry run.
    #[must_use]
    pub fn tried(&self) -> Self {
        MergeUsers { dry_run: true, ..self.clone() }
    }

    /// Checks that the two are two, both there and both active: a user who was switched off must not come
    /// back in by another account.
    ///
    /// # Errors
    /// [`StorageError::MergeRefused`] for a user and themselves, and for one who is switched off, be it by a
    /// merge a moment ago; [`StorageError::NotFound`] for one who is not there.
    pub fn check(&self, into: Option<&User>, from: Option<&User>) -> StorageResult<()> {
        if self.into == self.from {
            return Err(refused("they are one account already"));
        }
        for user in [into, from] {
            if !user.ok_or(StorageError::NotFound("user"))?.is_active {
                return Err(refused("one of them is switched off"));
            }
        }
        Ok(())
    }
}

/// An association that goes over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedAssociation {
    /// The id, which it keeps.
    pub id: AssociationId,
    /// The backend instance's name.
    pub provider: String,
    /// The identifier at the provider.
    pub uid: String,
}

/// Where the two accounts differ, so that somebody may want to know before they become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum MergeConflict {
    /// Both are connected with this backend; both associations are kept.
    Provider(String),
    /// Both have a value in this field of the user, and another one each; that of `into` is kept.
    Field(String),
    /// `from` has a password, which opens nothing any more.
    Password,
}

/// What a merge did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeReport {
    /// Who stays.
    pub into: UserId,
    /// Who went.
    pub from: UserId,
    /// The user name of who went.
    pub from_username: String,
    /// What became of `from`.
    pub leftover: Leftover,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// What went over.
    pub moved: Vec<MovedAssociation>,
    /// Where the two differed.
    pub conflicts: Vec<MergeConflict>,
    /// How many sessions and tokens of ours `from` had, which ended.
    pub sessions_ended: u64,
    /// Rows of the application that went over: what for, and how many.
    pub own_rows: Vec<(String, u64)>,
}

/// The audit entry of a merge, as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergeRecord {
    /// When it was.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What was done.
    pub report: MergeReport,
}

impl MergeReport {
    /// A report from what is read before anything is changed.
    #[must_use]
    pub fn of(merge: &MergeUsers, into: (&User, &[MovedAssociation]), from: (&User, &[MovedAssociation])) -> Self {
        let of_both = |one: &&MovedAssociation| into.1.iter().any(|other| other.provider == one.provider);
        let mut providers: Vec<&str> = from.1.iter().filter(of_both).map(|one| one.provider.as_str()).collect();
        providers.dedup();
        let fields = [
            ("username", Some(&into.0.username), Some(&from.0.username)),
            ("email", into.0.email.as_ref(), from.0.email.as_ref()),
            ("first_name", into.0.first_name.as_ref(), from.0.first_name.as_ref()),
            ("last_name", into.0.last_name.as_ref(), from.0.last_name.as_ref()),
        ];
        let differ = fields.into_iter().filter(|(_, into, from)| into.is_some() && from.is_some() && into != from);
        let providers = providers.into_iter().map(|name| MergeConflict::Provider(name.to_owned()));
        MergeReport {
            into: merge.into.clone(),
            from: merge.from.clone(),
            from_username: from.0.username.clone(),
            leftover: merge.leftover,
            dry_run: merge.dry_run,
            moved: from.1.to_vec(),
            conflicts: providers.chain(differ.map(|(name, ..)| MergeConflict::Field(name.to_owned()))).collect(),
            sessions_ended: 0,
            own_rows: Vec::new(),
        }
    }
}

/// How long a user who takes part in a merge takes part in no other, in seconds, where users are kept
/// elsewhere than associations.
const TURN: i64 = 60;

/// Merges users who are kept elsewhere than the associations, so that no transaction holds both. Each user
/// is claimed for a minute first: of two merges that share a user one is refused, so that no two users can
/// each be merged into the other. Then the associations go over, all at once; then the old user is switched
/// off. Whatever fails on the way, nobody has lost a way in.
///
/// # Errors
/// As [`SocialStorage::merge_users`].
pub async fn merge_elsewhere<S: SocialStorage + ?Sized>(
    social: &S,
    users: &dyn UserStorage,
    merge: &MergeUsers,
) -> StorageResult<MergeReport> {
    if merge.leftover == Leftover::Delete {
        return Err(refused("users who are kept elsewhere can only be switched off: ACCOUNT_MERGE = \"deactivate\""));
    }
    if !merge.dry_run {
        take_turn(social, merge).await?;
    }
    let (into, from) = (users.user(&merge.into).await?, users.user(&merge.from).await?);
    merge.check(into.as_ref(), from.as_ref())?;
    let (Some(into), Some(from)) = (into, from) else { return Err(StorageError::NotFound("user")) };
    let mut report = MergeReport::of(merge, (&into, &brief(social, &into.id).await?), (&from, &brief(social, &from.id).await?));
    report.sessions_ended = social.sessions_of(&from.id, merge.at.unix_timestamp()).await?.len() as u64;
    if users.has_usable_password(&from.id).await? {
        report.conflicts.push(MergeConflict::Password);
    }
    report.own_rows = users.merge_own_rows(merge).await?;
    if merge.dry_run {
        return Ok(report);
    }
    let moved = social.move_associations(&merge.from, &merge.into, merge.at).await?;
    report.moved.retain(|one| moved.contains(&one.id));
    let off = UserChanges([("is_active".to_owned(), false.into())].into_iter().collect());
    users.update_user(&merge.from, &off).await?;
    report.sessions_ended = social.delete_sessions_of(&merge.from, None).await?;
    social.record_merge(&MergeRecord { at: merge.at, report: report.clone() }).await?;
    Ok(report)
}

async fn take_turn<S: SocialStorage + ?Sized>(social: &S, merge: &MergeUsers) -> StorageResult<()> {
    // A claim's expiry is part of its key, so turns are those of the clock; the next is claimed too, lest
    // two merges meet where one turn ends.
    let turn = merge.at.unix_timestamp().div_euclid(TURN);
    let mut both = [&merge.into, &merge.from];
    both.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    for user in both {
        for turn in [turn, turn + 1] {
            if !social.claim("social-auth:merge", &format!("{}:{turn}", user.as_str()), (turn + 1) * TURN).await? {
                return Err(refused("one of them takes part in another merge; try again in two minutes"));
            }
        }
    }
    Ok(())
}

async fn brief<S: SocialStorage + ?Sized>(social: &S, user: &UserId) -> StorageResult<Vec<MovedAssociation>> {
    let associations = social.associations_of(user).await?;
    Ok(associations.into_iter().map(|one| MovedAssociation { id: one.id, provider: one.provider, uid: one.uid }).collect())
}

fn refused(why: &str) -> StorageError {
    StorageError::MergeRefused(why.to_owned())
}
