//! [social-auth](social_auth) storage on SQLite through sqlx, in the tables of Python Social Auth's
//! Django application: an empty database gets them, and one that Django made is used as it is.
//!
//! ```
//! # async fn example() -> Result<(), social_auth::storage::StorageError> {
//! use social_auth::storage::{NewUser, UserStorage};
//! use social_auth_sqlx::SqlxStorage;
//!
//! let storage = SqlxStorage::connect("sqlite::memory:").await?; // or "sqlite://social-auth.db"
//! storage.migrate().await?;
//! let ada = storage.create_user(&NewUser { username: "ada".into(), ..NewUser::default() }).await?;
//! assert_eq!(storage.user(&ada.id).await?, Some(ada));
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```
//!
//! - **With Django.** Rows that either writes are read by the other, and both may run at once. New users
//!   get an unusable password of Django's kind. Tables that exist are never changed. Before
//!   social-app-django 8 associations have no `id_key`; it is then neither kept nor read. After Django's
//!   migrations ran, restart whatever uses this storage.
//! - **A user model of the project's own** (`AUTH_USER_MODEL`): the table that associations refer to is used, whatever it
//!   is called, if it has the columns of Django's `AbstractUser` and an integer as id. Further columns need a default in
//!   the database (`db_default`), or else nobody new can be made.
//! - **Users of your own.** Implement [`UserStorage`](social_auth::storage::UserStorage) and call
//!   [`SqlxStorage::migrate_without_users`]; user ids may then be any text.
//! - **SQLite.** The file is switched to a write-ahead log, with `synchronous = NORMAL`: a crash of the
//!   process loses nothing, and one of the machine may lose the last moments, never more.

mod associations;
mod database;
mod datetime;
mod groups;
mod layout;
mod limits;
mod merge;
mod row;
mod social;
mod social_rows;
#[cfg(feature = "sqlite")]
mod sqlite;
mod users;

use std::sync::{Arc, PoisonError, RwLock};

use social_auth::storage::{StorageError, StorageResult, StorageScope};

use database::Database;
use layout::Layout;

/// Users and associations in a database. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct SqlxStorage {
    scope: StorageScope,
    database: Arc<dyn Database>,
    layout: Arc<RwLock<Layout>>,
    own_rows: Arc<[OwnRows]>,
}

/// A statement of the application that hands rows of its own over from one user to another.
#[derive(Debug, Clone, Copy)]
struct OwnRows {
    what: &'static str,
    sql: &'static str,
}

impl SqlxStorage {
    /// Connects to `sqlite://path` (relative), `sqlite:///path` (absolute) or `sqlite::memory:`. A missing
    /// file is made; `?mode=ro` opens one to read only. Tables are made by [`migrate`](Self::migrate).
    ///
    /// # Errors
    /// `Unreachable` with the reason, `ReadOnly` when the file cannot be written and the address does not
    /// say that it need not be, `Schema` when there are tables that we cannot work with.
    pub async fn connect(url: &str) -> StorageResult<Self> {
        let database = open(url).await?;
        let layout = Layout::of(database.as_ref()).await?;
        Ok(SqlxStorage { scope: StorageScope::default(), database, layout: Arc::new(RwLock::new(layout)), own_rows: Arc::new([]) })
    }

    /// Makes the tables that are missing and answers their names. Changes none that exists; any number of
    /// processes may call it at once.
    ///
    /// # Errors
    /// `ReadOnly` when something is missing and cannot be made.
    pub async fn migrate(&self) -> StorageResult<Vec<&'static str>> {
        self.create_missing(true).await
    }

    /// As [`migrate`](Self::migrate), for an application that keeps its users elsewhere: there will be no
    /// `auth_user`, and associations take user ids of any kind.
    ///
    /// # Errors
    /// As [`migrate`](Self::migrate).
    pub async fn migrate_without_users(&self) -> StorageResult<Vec<&'static str>> {
        self.create_missing(false).await
    }

    /// Hands rows of the application over too when two accounts become one, in the same transaction: `sql` is
    /// a statement with `$1` for the user who stays and `$2` for the one who goes. How many rows it changes
    /// stands in the report, of a dry run too, under the name `what`.
    ///
    /// ```
    /// # async fn example() -> Result<(), social_auth::storage::StorageError> {
    /// # use social_auth_sqlx::SqlxStorage;
    /// let storage = SqlxStorage::connect("sqlite::memory:").await?
    ///     .merging("orders", "UPDATE shop_order SET customer_id = $1 WHERE customer_id = $2");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn merging(mut self, what: &'static str, sql: &'static str) -> Self {
        self.own_rows = self.own_rows.iter().copied().chain([OwnRows { what, sql }]).collect();
        self
    }

    /// Whether a Django application has its migrations in this database, so that it may read our rows too.
    ///
    /// # Errors
    /// What the database fails with.
    pub async fn is_djangos(&self) -> StorageResult<bool> {
        Ok(!self.database.columns("django_migrations").await?.is_empty())
    }

    /// Waits for what is running and closes the connections, also for all clones.
    pub async fn close(&self) {
        self.database.close().await;
    }

    async fn create_missing(&self, keep_users: bool) -> StorageResult<Vec<&'static str>> {
        let made = layout::create_missing(self.database.as_ref(), keep_users).await?;
        let layout = Layout::of(self.database.as_ref()).await?;
        *self.layout.write().unwrap_or_else(PoisonError::into_inner) = layout;
        if !made.is_empty() {
            tracing::info!(tables = made.join(", "), "tables made");
        }
        Ok(made)
    }

    fn layout(&self) -> Layout {
        *self.layout.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for SqlxStorage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlxStorage").field("layout", &self.layout()).finish_non_exhaustive()
    }
}

async fn open(url: &str) -> StorageResult<Arc<dyn Database>> {
    // Only the scheme is ever shown: the rest of an address may hold a password.
    match url.split_once(':') {
        #[cfg(feature = "sqlite")]
        Some(("sqlite", _)) => Ok(Arc::new(sqlite::SqliteDatabase::open(url).await?)),
        Some((scheme, _)) => {
            Err(StorageError::Unreachable(format!("there is no storage for {scheme}: addresses here; use sqlite://path/to/file.db")))
        }
        None => Err(StorageError::Unreachable("the address has no scheme; use sqlite://path/to/file.db".into())),
    }
}
