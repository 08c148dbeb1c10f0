//! Rows of our own tables, read into records; each beside the columns that it reads.

use social_auth::Secret;
use social_auth::identity::Fields;
use social_auth::storage::{Association, Code, OpenIdAssociation, Partial, StorageError, StorageResult, StoredSession};

use crate::layout::Layout;
use crate::row::Row;

/// A query on tables that have `id_key`, and the same on those of before.
pub(crate) struct Associations {
    pub(crate) with_id_key: &'static str,
    pub(crate) without: &'static str,
}

impl Associations {
    pub(crate) fn on(&self, layout: Layout) -> &'static str {
        if layout.id_key { self.with_id_key } else { self.without }
    }
}

/// The columns of [`association`].
macro_rules! associations_where {
    ($condition:literal) => {
        $crate::social_rows::Associations {
            with_id_key: concat!(
                "SELECT id, provider, uid, user_id, created, modified, extra_data, id_key FROM social_auth_usersocialauth WHERE ",
                $condition
            ),
            without: concat!(
                "SELECT id, provider, uid, user_id, created, modified, extra_data, '' FROM social_auth_usersocialauth WHERE ",
                $condition
            ),
        }
    };
}
pub(crate) use associations_where;

pub(crate) fn association(mut row: Row) -> StorageResult<Association> {
    Ok(Association {
        id: row.int("id")?,
        provider: row.text("provider")?,
        uid: row.text("uid")?,
        user_id: row.user_id("user_id")?,
        created: row.time("created")?,
        modified: row.time("modified")?,
        extra_data: Fields(row.object("extra_data")?),
        id_key: row.text("id_key")?,
    })
}

pub(crate) fn partial(mut row: Row) -> StorageResult<Partial> {
    let next_step = row.int("next_step")?;
    Ok(Partial {
        token: row.text("token")?,
        backend: row.text("backend")?,
        next_step: u16::try_from(next_step)
            .map_err(|_| StorageError::Corrupt { what: "next_step", why: "it is not a step's index".into() })?,
        data: row.object("data")?,
        timestamp: row.time("timestamp")?,
    })
}

pub(crate) fn code(mut row: Row) -> StorageResult<Code> {
    Ok(Code { email: row.text("email")?, code: row.text("code")?, verified: row.flag("verified")?, timestamp: row.time("timestamp")? })
}

pub(crate) fn openid_association(mut row: Row) -> StorageResult<OpenIdAssociation> {
    Ok(OpenIdAssociation {
        server_url: row.text("server_url")?,
        handle: row.text("handle")?,
        secret: Secret::new(row.text("secret")?),
        issued: row.int("issued")?,
        lifetime: row.int("lifetime")?,
        assoc_type: row.text("assoc_type")?,
    })
}

/// The columns of [`session`].
macro_rules! sessions_where {
    ($condition:literal) => {
        concat!(
            "SELECT key_hash, public_id, user_id, data, created_at, last_seen_at, expires_at, user_agent, ip_address \
             FROM social_auth_session WHERE ",
            $condition
        )
    };
}
pub(crate) use sessions_where;

pub(crate) fn session(mut row: Row) -> StorageResult<StoredSession> {
    Ok(StoredSession {
        key_hash: row.text("key_hash")?,
        public_id: row.text("public_id")?,
        user_id: row.optional_user_id("user_id")?,
        data: Fields(row.object("data")?),
        created_at: row.int("created_at")?,
        last_seen_at: row.int("last_seen_at")?,
        expires_at: row.int("expires_at")?,
        user_agent: row.text("user_agent")?,
        ip_address: row.text("ip_address")?,
    })
}
