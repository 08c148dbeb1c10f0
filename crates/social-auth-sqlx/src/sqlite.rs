//! SQLite: one connection that writes, a few that read, in write-ahead-log mode.
//!
//! SQLite has one writer at a time anyway; queueing for it here, fairly and without a busy thread, is
//! cheaper than in its busy handler, which is left for other processes such as Django. Connections are
//! held directly and not in sqlx's pool, which checks a connection each time that it is given back: a
//! second trip to the connection's thread, about as dear as the statement itself.

mod errors;
mod tables;

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use social_auth::storage::{StorageError, StorageResult};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteQueryResult, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, Sqlite, SqliteConnection, TypeInfo as _, ValueRef as _};
use tokio::sync::{Mutex, MutexGuard};

use crate::database::{Arg, Column, Database, Keep, Outcome, Step, Tables, UserTables, Write, Written};
use crate::datetime;
use crate::row::{Cell, Row};
use errors::{connect_error, storage_error};

/// How long a writer waits for another process, such as Django, to finish writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a call waits for its turn within this process.
const TURN_TIMEOUT: Duration = Duration::from_secs(10);
/// One would do for speed; two let a short read pass a long one. None would make reads wait for a writer
/// that waits for another process.
const READERS: usize = 2;

/// A SQLite database.
pub(crate) struct SqliteDatabase {
    /// `None` once closed.
    writer: Mutex<Option<SqliteConnection>>,
    /// None for a database in memory, which lives in the one connection.
    readers: Vec<Mutex<Option<SqliteConnection>>>,
    next_reader: AtomicUsize,
    users: RwLock<Arc<UserTables>>,
}

impl SqliteDatabase {
    /// Opens `sqlite://path` or `sqlite::memory:`. The file is made if it is missing, unless the address
    /// says otherwise (`?mode=ro`, `?mode=rw`).
    pub(crate) async fn open(url: &str) -> StorageResult<Self> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|error| StorageError::Unreachable(format!("{url} is not an address of a SQLite database: {error}")))?
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("temp_store", "memory");
        let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
        let in_memory = address.ends_with(":memory:") || parameters.contains("mode=memory");
        let read_only = parameters.contains("mode=ro") || parameters.contains("immutable=");
        let options = if parameters.contains("mode=") { options } else { options.create_if_missing(!read_only) };
        let path = options.get_filename().display().to_string();

        let mut writer = options.connect().await.map_err(|error| connect_error(&path, error))?;
        if !in_memory && !read_only {
            use_write_ahead_log(&mut writer, &path).await?;
        }
        let mut readers = Vec::new();
        if !in_memory {
            let options = options.create_if_missing(false).pragma("query_only", "ON");
            for _ in 0..READERS {
                let reader = options.connect().await.map_err(|error| connect_error(&path, error))?;
                readers.push(Mutex::new(Some(reader)));
            }
        }
        Ok(SqliteDatabase {
            writer: Mutex::new(Some(writer)),
            readers,
            next_reader: AtomicUsize::new(0),
            users: RwLock::new(Arc::new(UserTables::djangos())),
        })
    }

    fn users(&self) -> Arc<UserTables> {
        Arc::clone(&self.users.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A connection to read with: an idle one, or else the next in turn.
    async fn reader(&self) -> StorageResult<MutexGuard<'_, Option<SqliteConnection>>> {
        if let Some(idle) = self.readers.iter().find_map(|reader| reader.try_lock().ok()) {
            return Ok(idle);
        }
        let turn = self.next_reader.fetch_add(1, Ordering::Relaxed);
        let next = self.readers.get(turn % self.readers.len().max(1)).unwrap_or(&self.writer);
        turn_of(next).await
    }
}

/// Waits for a connection.
async fn turn_of(connection: &Mutex<Option<SqliteConnection>>) -> StorageResult<MutexGuard<'_, Option<SqliteConnection>>> {
    if let Ok(free) = connection.try_lock() {
        return Ok(free);
    }
    tokio::time::timeout(TURN_TIMEOUT, connection.lock()).await.map_err(|late| StorageError::Busy(Box::new(late)))
}

fn open(connection: &mut Option<SqliteConnection>) -> StorageResult<&mut SqliteConnection> {
    connection.as_mut().ok_or_else(|| StorageError::Unreachable("it was closed".into()))
}

/// The log is a lasting property of the file. Without it we work as well, only slower, so another
/// process that is in the way is no reason to refuse.
async fn use_write_ahead_log(writer: &mut SqliteConnection, path: &str) -> StorageResult<()> {
    match sqlx::query("PRAGMA journal_mode = WAL").execute(writer).await.map_err(|error| connect_error(path, error)) {
        Err(StorageError::Busy(error)) => {
            tracing::warn!(path, %error, "SQLite database stays without write-ahead log: it is in use by another process");
            Ok(())
        }
        other => other.map(|_| ()),
    }
}

#[async_trait]
impl Database for SqliteDatabase {
    async fn rows(&self, sql: &'static str, args: &[Arg<'_>]) -> StorageResult<Vec<Row>> {
        let query = bind(&self.users(), Write { sql, args }, 0)?;
        let mut reader = self.reader().await?;
        let rows = query.fetch_all(open(&mut reader)?).await.map_err(storage_error)?;
        rows.iter().map(row).collect()
    }

    async fn write(&self, sql: &'static str, args: &[Arg<'_>]) -> StorageResult<Written> {
        let query = bind(&self.users(), Write { sql, args }, 0)?;
        let mut writer = turn_of(&self.writer).await?;
        query.execute(open(&mut writer)?).await.map(written).map_err(storage_error)
    }

    async fn write_all(&self, steps: &[Write<'_>]) -> Result<Vec<Written>, (usize, StorageError)> {
        let mut writer = turn_of(&self.writer).await.map_err(|error| (0, error))?;
        let writer = open(&mut writer).map_err(|error| (0, error))?;
        // IMMEDIATE, because a transaction that begins by reading cannot wait for the write lock later.
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(|error| (0, storage_error(error)))?;
        let users = self.users();
        let mut done = Vec::with_capacity(steps.len());
        let mut inserted = 0;
        for (index, step) in steps.iter().enumerate() {
            let query = bind(&users, *step, inserted).map_err(|error| (index, error))?;
            let result = query.execute(&mut *transaction).await.map(written).map_err(|error| (index, storage_error(error)))?;
            inserted = result.id;
            done.push(result);
        }
        transaction.commit().await.map_err(|error| (steps.len(), storage_error(error)))?;
        Ok(done)
    }

    async fn try_all(&self, steps: &[Step<'_>], keep: Keep<'_>) -> Result<(Vec<Outcome>, bool), (usize, StorageError)> {
        let mut writer = turn_of(&self.writer).await.map_err(|error| (0, error))?;
        let writer = open(&mut writer).map_err(|error| (0, error))?;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(|error| (0, storage_error(error)))?;
        let users = self.users();
        let mut outcomes = Vec::with_capacity(steps.len());
        for (index, step) in steps.iter().enumerate() {
            let outcome = try_one(&mut transaction, &users, step).await.map_err(|error| (index, error))?;
            let ends = matches!(step, Step::MustWrite(_)) && outcome.changed == 0;
            outcomes.push(outcome);
            if ends {
                break;
            }
        }
        let failed = |error| (steps.len(), storage_error(error));
        if outcomes.len() == steps.len() && keep(&outcomes) {
            transaction.commit().await.map_err(failed)?;
            return Ok((outcomes, true));
        }
        transaction.rollback().await.map_err(failed)?;
        Ok((outcomes, false))
    }

    async fn define(&self, statements: &[&'static str]) -> StorageResult<()> {
        let steps: Vec<_> = statements.iter().map(|sql| Write { sql, args: &[] }).collect();
        self.write_all(&steps).await.map(|_| ()).map_err(|(_, error)| error)
    }

    async fn columns(&self, table: &str) -> StorageResult<Vec<Column>> {
        let sql = "SELECT name, lower(type), \"notnull\" AND dflt_value IS NULL AND NOT pk FROM pragma_table_info($1)";
        let rows = self.rows(sql, &[table.into()]).await?;
        let column = |mut row: Row| Ok(Column { name: row.text("name")?, kind: row.text("type")?, required: row.flag("notnull")? });
        rows.into_iter().map(column).collect()
    }

    async fn referenced(&self, table: &'static str, column: &'static str) -> StorageResult<Option<String>> {
        let sql = r#"SELECT "table" FROM pragma_foreign_key_list($1) WHERE "from" = $2"#;
        let rows = self.rows(sql, &[table.into(), column.into()]).await?;
        rows.into_iter().next().map(|mut row| row.text("table")).transpose()
    }

    fn name_users(&self, tables: UserTables) {
        *self.users.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tables);
    }

    fn tables(&self) -> &'static Tables {
        &tables::TABLES
    }

    async fn close(&self) {
        for connection in self.readers.iter().chain([&self.writer]) {
            if let Some(connection) = connection.lock().await.take()
                && let Err(error) = connection.close().await
            {
                tracing::warn!(%error, "SQLite database was not closed properly");
            }
        }
    }
}

async fn try_one(connection: &mut SqliteConnection, users: &UserTables, step: &Step<'_>) -> StorageResult<Outcome> {
    let (Step::Read(statement) | Step::Write(statement) | Step::MustWrite(statement)) = *step;
    let query = bind(users, statement, 0)?;
    if let Step::Read(_) = step {
        let rows = query.fetch_all(connection).await.map_err(storage_error)?;
        return Ok(Outcome { rows: rows.iter().map(row).collect::<StorageResult<_>>()?, changed: 0 });
    }
    let changed = query.execute(connection).await.map(written).map_err(storage_error)?.rows;
    Ok(Outcome { rows: Vec::new(), changed })
}

fn bind(users: &UserTables, statement: Write<'_>, inserted: i64) -> StorageResult<Query<'static, Sqlite, SqliteArguments>> {
    let query = match users.named_in(statement.sql) {
        Cow::Borrowed(sql) => sqlx::query(sql),
        // The names are those of tables that are there, as quoted identifiers.
        Cow::Owned(sql) => sqlx::query(AssertSqlSafe(sql)),
    };
    statement.args.iter().try_fold(query, |query, arg| {
        Ok(match *arg {
            Arg::Null | Arg::Same(Cell::Null | Cell::Other(_)) => query.bind(None::<i64>),
            Arg::Text(text) => query.bind(text.to_owned()),
            Arg::Same(Cell::Text(text)) => query.bind(text.clone()),
            Arg::Int(number) => query.bind(number),
            Arg::Same(Cell::Int(number)) => query.bind(*number),
            Arg::Flag(flag) => query.bind(flag),
            Arg::Time(at) => query.bind(datetime::format(at).ok_or_else(|| StorageError::invalid("time", "its year has no four digits"))?),
            Arg::Json(object) => {
                query.bind(serde_json::to_string(object).map_err(|error| StorageError::invalid("data", error.to_string()))?)
            }
            Arg::Inserted => query.bind(inserted),
        })
    })
}

fn written(result: SqliteQueryResult) -> Written {
    Written { rows: result.rows_affected(), id: result.last_insert_rowid() }
}

fn row(row: &SqliteRow) -> StorageResult<Row> {
    (0..row.len()).map(|index| cell(row, index).map_err(storage_error)).collect::<StorageResult<Vec<Cell>>>().map(Row::new)
}

/// By what is stored and not by what is declared: on SQLite any column can hold anything.
fn cell(row: &SqliteRow, index: usize) -> sqlx::Result<Cell> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let kind = value.type_info();
    Ok(match kind.name() {
        "INTEGER" => Cell::Int(row.try_get_unchecked(index)?),
        "TEXT" => Cell::Text(row.try_get_unchecked(index)?),
        other => Cell::Other(other.to_owned()),
    })
}
