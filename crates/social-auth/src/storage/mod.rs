//! Where users, associations and everything one-time are kept.
//!
//! Two object-safe traits: [`UserStorage`] for the application's users, which may be a table of its own,
//! and [`SocialStorage`] for our tables, which are column for column those of Python Social Auth's Django
//! app. A database crate implements both; an application with users of its own implements the first.
//!
//! Every implementation runs the storage kit of `social-auth-testkit`.

mod error;
mod memory;
mod merge;
mod records;
mod sealed;

use std::sync::Arc;

use async_trait::async_trait;
use time::{Duration, OffsetDateTime};

pub use error::{StorageError, StorageResult};
pub use memory::MemoryStorage;
pub use merge::{Leftover, MergeConflict, MergeRecord, MergeReport, MergeUsers, MovedAssociation, merge_elsewhere};
pub use records::{
    Association, AssociationId, Code, NewAssociation, NewPartial, NewSession, NewUser, OpenIdAssociation, OriginKey, OriginKeys, Partial,
    SessionOrigin, StoredSession, User, UserChanges, UserId,
};

pub use sealed::{Rotated, SealedStorage, TOKEN_FIELDS};

use crate::identity::Fields;
use crate::password::PasswordHash;

/// How long a claim is kept after it expired. On a database that Django uses too, `social_auth_nonce`
/// also has rows of Python Social Auth whose `timestamp` is the time of issue: removing those at once
/// would let them be spent again.
pub const CLAIM_GRACE: Duration = Duration::days(1);

/// How long unused codes and partials are kept: Python Social Auth's `clearsocial` has the same.
/// The settings say how long they are good for, which is shorter.
pub const RETENTION: Duration = Duration::days(14);

/// What does not stay for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiring {
    /// What was spent once ([`SocialStorage::claim`]).
    Claims,
    /// E-mail codes that were never used. One that was used proves an address, and stays.
    Codes,
    /// Paused pipelines.
    Partials,
    /// Secrets shared with OpenID servers.
    OpenIdAssociations,
    /// Sessions of browsers, and tokens of ours.
    Sessions,
}

impl Expiring {
    /// Every kind.
    pub const ALL: [Expiring; 5] =
        [Expiring::Claims, Expiring::Codes, Expiring::Partials, Expiring::OpenIdAssociations, Expiring::Sessions];

    /// The `before` for [`SocialStorage::clear`] at this time (Unix seconds), by which nothing goes that is
    /// still good for anything: claims stay [`CLAIM_GRACE`] longer, codes and partials [`RETENTION`].
    #[must_use]
    pub fn over_before(self, now: i64) -> i64 {
        match self {
            Expiring::Claims => now.saturating_sub(CLAIM_GRACE.whole_seconds()),
            Expiring::Codes | Expiring::Partials => now.saturating_sub(RETENTION.whole_seconds()),
            // What ends at this very second is over.
            Expiring::OpenIdAssociations | Expiring::Sessions => now.saturating_add(1),
        }
    }
}

/// What can be written in one transaction: two storages with the same scope are the same database.
/// A clone is the same scope, a new one is unlike any other.
#[derive(Debug, Clone, Default)]
pub struct StorageScope(Arc<()>);

impl PartialEq for StorageScope {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for StorageScope {}

/// The application's users.
#[async_trait]
pub trait UserStorage: Send + Sync + 'static {
    /// What these users can be written together with. A [`SocialStorage`] of the same scope makes a user
    /// and the first association in one transaction, without asking [`create_user`](UserStorage::create_user).
    /// So a type that wraps a storage to make users in its own way must not hand the scope on; leaving
    /// this method alone is always right.
    fn scope(&self) -> Option<&StorageScope> {
        None
    }

    /// The user with this id.
    async fn user(&self, id: &UserId) -> StorageResult<Option<User>>;

    /// Whether a user of exactly this name exists.
    async fn username_exists(&self, username: &str) -> StorageResult<bool>;

    /// All users with this address, compared without regard to ASCII case, in the order of making.
    /// Nobody has the empty address.
    async fn users_by_email(&self, email: &str) -> StorageResult<Vec<User>>;

    /// The user of exactly this name. A storage that does not look users up by name leaves this alone; people
    /// who have a password from elsewhere then cannot sign in by their name.
    async fn user_by_username(&self, _username: &str) -> StorageResult<Option<User>> {
        Ok(None)
    }

    /// Makes a user, who has no usable password unless `user` brings one.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the name is taken: never answer with the user who has it.
    async fn create_user(&self, user: &NewUser) -> StorageResult<User>;

    /// Changes the named fields of a user and leaves the others alone.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the new name is taken, [`StorageError::Invalid`] for a value of the
    /// wrong type or a field that users do not have, [`StorageError::NotFound`] without such a user. Nothing
    /// was written then.
    async fn update_user(&self, id: &UserId, changes: &UserChanges) -> StorageResult<()>;

    /// Takes back a user who was made a moment ago and has nothing yet. Only called when the
    /// association that the user was made for turned out to be taken.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the user has something by now.
    async fn delete_user(&self, id: &UserId) -> StorageResult<()>;

    /// Notes that the user signed in at this time.
    async fn record_login(&self, id: &UserId, at: OffsetDateTime) -> StorageResult<()>;

    /// Whether this application has seen proof that the user owns this address. `associate_by_email` asks
    /// before it connects anybody; a storage that does not know says no.
    async fn has_verified_email(&self, _id: &UserId, _email: &str) -> StorageResult<bool> {
        Ok(false)
    }

    /// Notes that this application has seen proof that the user owns this address: a provider that we
    /// believe vouched for it, or a code sent to it came back. Called by the flow only; nothing that a client
    /// sends may lead here (CVE-2026-27946). Where the storage keeps no such notes, nothing happens.
    async fn record_verified_email(&self, _id: &UserId, _email: &str, _at: OffsetDateTime) -> StorageResult<()> {
        Ok(())
    }

    /// The names of the groups that the user is a member of.
    async fn groups_of(&self, _id: &UserId) -> StorageResult<Vec<String>> {
        Ok(Vec::new())
    }

    /// Makes the user a member of exactly these groups, for the step `sync_groups`. With `managed` only
    /// memberships in those are a provider's to decide, and all others stay as they are.
    ///
    /// # Errors
    /// [`StorageError::Invalid`] where users have no groups, [`StorageError::NotFound`] without such a user.
    async fn set_groups(&self, _id: &UserId, _groups: &[String], _managed: Option<&[String]>) -> StorageResult<()> {
        Err(StorageError::invalid("groups", "this storage keeps none; implement UserStorage::set_groups or remove the step sync_groups"))
    }

    /// Takes the password away from a user whose account somebody made with an address that another person has
    /// proved to own. Storages without passwords leave this method alone; one that has them also keeps the notes of
    /// [`record_verified_email`](Self::record_verified_email), or the password would go at every sign-in by e-mail.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] without such a user.
    async fn remove_password(&self, _id: &UserId) -> StorageResult<()> {
        Ok(())
    }

    /// Hands the application's own rows of `from` over to `into`, when two accounts become one, and answers
    /// what for and how many. In a dry run it only counts. It is called before the associations go over, by
    /// [`merge_elsewhere`]; a merge that then fails is tried again, so it must be right to call it twice.
    ///
    /// # Errors
    /// Any keeps the two accounts apart.
    async fn merge_own_rows(&self, _merge: &MergeUsers) -> StorageResult<Vec<(String, u64)>> {
        Ok(Vec::new())
    }

    /// The hash of the user's password, if the user has one that this storage keeps. For the step `password`.
    async fn password(&self, _id: &UserId) -> StorageResult<Option<PasswordHash>> {
        Ok(None)
    }

    /// Sets the user's password if it still is `replacing` (`None`: if the user has none). Answers whether it was
    /// written.
    ///
    /// # Errors
    /// [`StorageError::Invalid`] where users have no passwords; [`StorageError::NotFound`] without such a user.
    async fn set_password(&self, _id: &UserId, _new: &PasswordHash, _replacing: Option<&PasswordHash>) -> StorageResult<bool> {
        Err(StorageError::invalid(
            "password",
            "this storage keeps none; implement UserStorage::password and set_password, or remove the step password",
        ))
    }

    /// Whether the user has another way in than a social sign-in, such as a password.
    async fn has_usable_password(&self, id: &UserId) -> StorageResult<bool>;
}

/// Our own tables.
#[async_trait]
pub trait SocialStorage: Send + Sync + 'static {
    /// The association of exactly this provider and uid. Byte-exact on every database.
    async fn association(&self, provider: &str, uid: &str) -> StorageResult<Option<Association>>;

    /// The association with this id.
    async fn association_by_id(&self, id: AssociationId) -> StorageResult<Option<Association>>;

    /// All associations of a user, oldest first.
    async fn associations_of(&self, user: &UserId) -> StorageResult<Vec<Association>>;

    /// Up to `limit` associations with ids above `after`, by id: to go through them all.
    async fn associations_after(&self, after: AssociationId, limit: u32) -> StorageResult<Vec<Association>>;

    /// Connects a uid to a user.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the uid is connected already, to whomever;
    /// [`StorageError::Invalid`] for an empty uid.
    async fn create_association(&self, association: &NewAssociation) -> StorageResult<Association>;

    /// Replaces the extra data if the row still is as it was when `seen_modified` was read (or in any
    /// case without one). Answers whether it was written. The row's `modified` always moves forward, also
    /// when `now` does not.
    async fn update_extra_data(
        &self,
        id: AssociationId,
        extra_data: &Fields,
        now: OffsetDateTime,
        seen_modified: Option<OffsetDateTime>,
    ) -> StorageResult<bool>;

    /// Moves an association to another identifier of the same person (`LEGACY_ID_KEYS`).
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the new uid is connected already.
    async fn update_uid(&self, id: AssociationId, uid: &str, id_key: &str) -> StorageResult<()>;

    /// Removes an association. Answers whether it was there.
    async fn delete_association(&self, id: AssociationId) -> StorageResult<bool>;

    /// Makes a user and the first association in one step: both or neither. The `user_id` of
    /// `association` is not looked at.
    ///
    /// As written here the user is made first and taken back when the uid is taken; a storage that has the
    /// users too ([`UserStorage::scope`]) does it in one transaction.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] names what is taken: `"username"` or `"uid"`.
    async fn create_user_with_association(
        &self,
        users: &dyn UserStorage,
        user: &NewUser,
        association: &NewAssociation,
    ) -> StorageResult<(User, Association)> {
        create_then_connect(self, users, user, association).await
    }

    /// Hands all associations of a user over to another, at once. Answers which.
    async fn move_associations(&self, from: &UserId, into: &UserId, now: OffsetDateTime) -> StorageResult<Vec<AssociationId>>;

    /// Makes two users one: the associations of `from` go over to `into`, the sessions and tokens of `from`
    /// end, `from` is switched off or deleted, and it is recorded; or, in a dry run, nothing but the report.
    ///
    /// As written here it is done step by step ([`merge_elsewhere`]); a storage that has the users too
    /// ([`UserStorage::scope`]) does it in one transaction, and fails as a whole where rows that it knows
    /// nothing of refer to a user to be deleted.
    ///
    /// # Errors
    /// [`StorageError::MergeRefused`] for a user and themselves, when one of the two was switched off, be it by
    /// another merge, and naming the tables whose rows are in the way; [`StorageError::NotFound`] when one is
    /// not there. Nothing was changed then.
    async fn merge_users(&self, users: &dyn UserStorage, merge: &MergeUsers) -> StorageResult<MergeReport> {
        merge_elsewhere(self, users, merge).await
    }

    /// Keeps the audit entry of a merge.
    async fn record_merge(&self, record: &MergeRecord) -> StorageResult<()>;

    /// The merges that a user took part in, on either side, oldest first.
    async fn merges_of(&self, user: &UserId) -> StorageResult<Vec<MergeRecord>>;

    /// Spends something that may be spent only once, atomically: `true` for exactly one caller.
    ///
    /// `expires_at` (Unix seconds) must come from the thing itself, such as the time sealed in the
    /// attempt, and not from the clock of the claim: it is part of the row's unique key on the Django
    /// tables. The row may be forgotten after it.
    async fn claim(&self, namespace: &str, key: &str, expires_at: i64) -> StorageResult<bool>;

    /// Forgets what is over before this time (Unix seconds), of one kind: claims, OpenID associations and
    /// sessions that ended before it; partials, and codes that were never used, that were made before it.
    /// Answers how many rows went.
    async fn clear(&self, what: Expiring, before: i64) -> StorageResult<u64>;

    /// Forgets all that is over: see [`Expiring::over_before`]. Answers how many rows went.
    async fn clear_expired(&self, now: i64) -> StorageResult<u64> {
        let mut gone = 0;
        // One kind after the other, so that sign-ins get their turn between them.
        for what in Expiring::ALL {
            gone += self.clear(what, what.over_before(now)).await?;
        }
        Ok(gone)
    }

    /// Keeps a paused pipeline.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the token exists.
    async fn create_partial(&self, partial: &NewPartial) -> StorageResult<()>;
    /// The paused pipeline with this token.
    async fn partial(&self, token: &str) -> StorageResult<Option<Partial>>;
    /// Takes the paused pipeline out: `Some` for exactly one caller.
    async fn take_partial(&self, token: &str) -> StorageResult<Option<Partial>>;

    /// Keeps an e-mail validation code.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when this address has this code already.
    async fn create_code(&self, code: &Code) -> StorageResult<()>;
    /// The code for this address; both must match exactly.
    async fn code(&self, email: &str, code: &str) -> StorageResult<Option<Code>>;
    /// Marks a code as used: `true` for exactly one caller.
    async fn verify_code(&self, email: &str, code: &str) -> StorageResult<bool>;

    /// Keeps an association with an OpenID server, replacing one of the same handle.
    async fn store_openid_association(&self, association: &OpenIdAssociation) -> StorageResult<()>;
    /// The OpenID associations with a server (and this handle), newest first.
    async fn openid_associations(&self, server_url: &str, handle: Option<&str>) -> StorageResult<Vec<OpenIdAssociation>>;
    /// Forgets an OpenID association.
    async fn remove_openid_association(&self, server_url: &str, handle: &str) -> StorageResult<()>;

    /// Makes a session.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the key hash exists: a session is never adopted.
    async fn create_session(&self, session: &NewSession) -> StorageResult<()>;
    /// The session with this key hash, unless it expired before `now` (Unix seconds).
    async fn session(&self, key_hash: &str, now: i64) -> StorageResult<Option<StoredSession>>;
    /// Replaces a session that exists: all but `key_hash`, `public_id` and `created_at`.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when it was revoked meanwhile: it is not made again.
    async fn update_session(&self, session: &StoredSession) -> StorageResult<()>;
    /// Revokes a session. Answers whether it was there.
    async fn delete_session(&self, key_hash: &str) -> StorageResult<bool>;
    /// The live sessions of a user, latest use first.
    async fn sessions_of(&self, user: &UserId, now: i64) -> StorageResult<Vec<StoredSession>>;
    /// Revokes all sessions of a user but the one given. Answers how many.
    async fn delete_sessions_of(&self, user: &UserId, except: Option<&str>) -> StorageResult<u64>;
    /// Revokes all sessions, and tokens of ours, that began with this session or person at a provider: those
    /// one of whose [keys](SessionOrigin::keys) it is. Answers the live ones.
    async fn delete_sessions_from(&self, origin: &OriginKey, now: i64) -> StorageResult<Vec<StoredSession>>;

    /// Reaches the database and finds the tables, for health checks.
    async fn ping(&self) -> StorageResult<()>;
}

/// Makes a user, then the association, and takes the user back when the association cannot be made.
///
/// # Errors
/// Those of both calls.
pub async fn create_then_connect<S: SocialStorage + ?Sized>(
    social: &S,
    users: &dyn UserStorage,
    user: &NewUser,
    association: &NewAssociation,
) -> StorageResult<(User, Association)> {
    let user = users.create_user(user).await?;
    let association = NewAssociation { user_id: user.id.clone(), ..association.clone() };
    match social.create_association(&association).await {
        Ok(association) => Ok((user, association)),
        Err(error) => {
            users.delete_user(&user.id).await?;
            Err(error)
        }
    }
}

/// The `modified` of a row that is changed `now` (cut to microseconds, as databases keep it) and was
/// changed before at `previous`: always later than that, so that a compare-and-swap sees every change.
#[must_use]
pub fn modified_after(previous: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
    let now = now.replace_microsecond(now.microsecond()).unwrap_or(now);
    now.max(previous.saturating_add(Duration::MICROSECOND))
}
