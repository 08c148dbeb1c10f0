//! The seam between the storage and a database: everything above it is written once, in SQL that
//! SQLite, PostgreSQL and MySQL share; everything below it is one module a database ([`crate::sqlite`]).
//!
//! Statements are `'static` texts with `$1`-style parameters, so each is prepared once a connection
//! and nothing from outside can become SQL. Only the names of a project's own [`UserTables`] are put into them.

use std::borrow::Cow;

use async_trait::async_trait;
use serde_json::{Map, Value};
use social_auth::storage::{StorageError, StorageResult};
use time::OffsetDateTime;

use crate::row::{Cell, Row};

/// A value for a parameter.
#[derive(Clone, Copy)]
pub(crate) enum Arg<'a> {
    /// SQL's NULL.
    Null,
    /// Text, as it is.
    Text(&'a str),
    /// An integer.
    Int(i64),
    /// A boolean.
    Flag(bool),
    /// A point in time, kept to the microsecond.
    Time(OffsetDateTime),
    /// A JSON object.
    Json(&'a Map<String, Value>),
    /// A value exactly as it was read.
    Same(&'a Cell),
    /// The id of the row that the step before inserted.
    Inserted,
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Arg::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for Arg<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Arg::Null, Arg::Text)
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Arg::Int(number)
    }
}

/// A statement that writes.
#[derive(Clone, Copy)]
pub(crate) struct Write<'a> {
    pub(crate) sql: &'static str,
    pub(crate) args: &'a [Arg<'a>],
}

/// What a [`Write`] did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    /// How many rows it inserted, changed or deleted.
    pub(crate) rows: u64,
    /// The `id` of the row, where it inserted one into a table that has ids.
    pub(crate) id: i64,
}

/// A part of a transaction that also looks.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    /// Reads rows.
    Read(Write<'a>),
    /// Writes, be it nothing.
    Write(Write<'a>),
    /// Writes at least one row; else nothing of the transaction is done.
    MustWrite(Write<'a>),
}

/// What a [`Step`] came to.
#[derive(Clone, Default)]
pub(crate) struct Outcome {
    /// The rows it read.
    pub(crate) rows: Vec<Row>,
    /// How many rows it changed.
    pub(crate) changed: u64,
}

/// Whether a transaction that came to this is to be kept.
pub(crate) type Keep<'k> = &'k (dyn Fn(&[Outcome]) -> bool + Send + Sync);

/// A column as the database describes it.
pub(crate) struct Column {
    pub(crate) name: String,
    /// The declared type, in lower case.
    pub(crate) kind: String,
    /// Whether a row must have a value here, and gets none by itself.
    pub(crate) required: bool,
}

/// The tables of the users, which a project may have named itself. In statements they are `{users}`, `{memberships}`, and
/// `{member}` for the column that names the user in the latter; `'{users}'` is the name as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserTables {
    pub(crate) users: String,
    pub(crate) memberships: String,
    pub(crate) member: String,
}

impl UserTables {
    /// Django's own.
    pub(crate) fn djangos() -> Self {
        UserTables { users: "auth_user".to_owned(), memberships: "auth_user_groups".to_owned(), member: "user_id".to_owned() }
    }

    /// A statement with the names in it.
    pub(crate) fn named_in(&self, sql: &'static str) -> Cow<'static, str> {
        if !sql.contains('{') {
            return Cow::Borrowed(sql);
        }
        let identifier = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let sql = sql.replace("'{users}'", &format!("'{}'", self.users.replace('\'', "''")));
        let sql = sql.replace("{users}", &identifier(&self.users)).replace("{memberships}", &identifier(&self.memberships));
        Cow::Owned(sql.replace("{member}", &identifier(&self.member)))
    }
}

/// One of our tables.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The columns that we cannot do without.
    pub(crate) columns: &'static [&'static str],
    /// The statements that make it.
    pub(crate) create: &'static [&'static str],
    /// Columns that a table of ours got after its first release, each with the statements that add it.
    pub(crate) added: &'static [(&'static str, &'static [&'static str])],
}

/// The tables that a database needs.
pub(crate) struct Tables {
    /// The users.
    pub(crate) users: Table,
    /// The groups of users in `users`.
    pub(crate) groups: &'static [Table],
    /// What else there is about users who are kept here, whatever their table is called.
    pub(crate) of_users: &'static [Table],
    /// The associations of integer user ids that refer to `users`.
    pub(crate) associations: Table,
    /// The associations where users are kept elsewhere: any id, no reference.
    pub(crate) free_associations: Table,
    /// The rest.
    pub(crate) others: &'static [Table],
    /// The statement that has references checked at the end of the transaction, whatever they declare.
    pub(crate) defer_references: &'static str,
    /// The tables with rows that refer to a user who is not there.
    pub(crate) dangling_references: &'static str,
    /// How many rows this connection has changed so far, those changed along with others included.
    pub(crate) total_changes: &'static str,
}

/// A database.
#[async_trait]
pub(crate) trait Database: Send + Sync + 'static {
    /// Reads rows.
    async fn rows(&self, sql: &'static str, args: &[Arg<'_>]) -> StorageResult<Vec<Row>>;

    /// Writes by one statement. A taken unique key is [`StorageError::Conflict`] (see [`Named`]), a
    /// reference to or from a row that forbids it [`StorageError::NotFound`].
    async fn write(&self, sql: &'static str, args: &[Arg<'_>]) -> StorageResult<Written>;

    /// Writes by several statements in one transaction: all or none. An error tells at which.
    async fn write_all(&self, steps: &[Write<'_>]) -> Result<Vec<Written>, (usize, StorageError)>;

    /// Reads and writes in one transaction, which is kept if `keep` says so and else undone. Answers what each
    /// step came to, and whether it was kept. Where a step that must write found nothing to, it ends there.
    async fn try_all(&self, steps: &[Step<'_>], keep: Keep<'_>) -> Result<(Vec<Outcome>, bool), (usize, StorageError)>;

    /// Runs statements that make tables and indexes, in one transaction.
    async fn define(&self, statements: &[&'static str]) -> StorageResult<()>;

    /// The columns of a table; none when there is no such table.
    async fn columns(&self, table: &str) -> StorageResult<Vec<Column>>;

    /// The table that a column's foreign key refers to.
    async fn referenced(&self, table: &'static str, column: &'static str) -> StorageResult<Option<String>>;

    /// Takes the names of these tables from now on.
    fn name_users(&self, tables: UserTables);

    /// The tables in this database's words.
    fn tables(&self) -> &'static Tables;

    /// Waits for running statements and closes all connections.
    async fn close(&self);
}

/// Says in a conflict what is taken: databases tell it in too many ways.
pub(crate) trait Named {
    fn taken(self, what: &'static str) -> Self;
}

impl Named for StorageError {
    fn taken(self, what: &'static str) -> Self {
        if let StorageError::Conflict(_) = self { StorageError::Conflict(what) } else { self }
    }
}

impl<T> Named for StorageResult<T> {
    fn taken(self, what: &'static str) -> Self {
        self.map_err(|error| error.taken(what))
    }
}
