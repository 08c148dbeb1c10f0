//! Databases to test on.

use std::path::PathBuf;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};
use tempfile::TempDir;

/// A database file in a directory that goes away with it.
pub(crate) struct File {
    directory: TempDir,
}

impl File {
    /// A file that is not there yet.
    pub(crate) fn missing() -> Self {
        File { directory: tempfile::tempdir().unwrap() }
    }

    /// A file that Django made: `generation` 5, 6 or 8 of social-app-django.
    pub(crate) async fn made_by_django(generation: u8) -> Self {
        let file = File::missing();
        let schema = match generation {
            5 => include_str!("../schema/schema.5.sqlite.sql"),
            6 => include_str!("../schema/schema.6.sqlite.sql"),
            _ => include_str!("../schema/schema.8.sqlite.sql"),
        };
        // SQLite makes this table itself and lets nobody else.
        let schema: String = schema.lines().filter(|line| !line.contains("sqlite_sequence(")).map(|line| format!("{line}\n")).collect();
        file.run(&format!("BEGIN; {schema} COMMIT;")).await;
        file
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("db.sqlite3")
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    /// A connection of somebody else's.
    pub(crate) async fn connection(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.path()).create_if_missing(true).connect().await.unwrap()
    }

    /// Runs statements as somebody else.
    pub(crate) async fn run(&self, sql: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut self.connection().await).await.unwrap();
    }

    /// Reads one column of text as somebody else.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        sqlx::query_scalar(sql).fetch_all(&mut self.connection().await).await.unwrap()
    }
}
