//! `social-auth migrate`: the tables that the database lacks.

use std::process::ExitCode;

use social_auth_sqlx::SqlxStorage;

use crate::cli::Migrate;
use crate::config::{Arguments, Config};
use crate::failure::Failure;
use crate::logging::Logging;

/// Makes them, and says which.
pub(crate) async fn run(arguments: Migrate) -> Result<ExitCode, Failure> {
    let Migrate { configured, database_url } = arguments;
    let config =
        Config::load(&Arguments { file: configured.config.as_deref(), database_url: database_url.as_deref(), ..Arguments::default() })?;
    Logging::warnings().start();
    let storage = SqlxStorage::connect(&config.database_url).await?;
    let made = storage.migrate().await?;
    storage.close().await;
    for table in &made {
        println!("made {table}");
    }
    println!("{}", if made.is_empty() { "nothing to do: all tables are there" } else { "done" });
    Ok(ExitCode::SUCCESS)
}
