//! `social-auth rotate-keys`: seals stored tokens with the newest key.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use crate::cli::Migrate;
use crate::commands::serve;
use crate::config::{Arguments, Config};
use crate::failure::Failure;
use crate::logging::Logging;

/// Seals them, and says how many.
pub(crate) async fn run(arguments: Migrate) -> Result<ExitCode, Failure> {
    let Migrate { configured, database_url } = arguments;
    let config =
        Config::load(&Arguments { file: configured.config.as_deref(), database_url: database_url.as_deref(), ..Arguments::default() })?;
    Logging::warnings().start();
    let storage = serve::storage(&config.database_url).await?;
    let social = serve::social(config, SocketAddr::from((Ipv4Addr::LOCALHOST, 80)), &storage).await?;
    let rotated = social.rotate_keys().await;
    storage.close().await;
    let rotated = rotated.map_err(Failure::Rotation)?;
    println!("{} associations sealed with the first secret_key", rotated.written);
    if rotated.unreadable > 0 {
        println!(
            "{} have a token that none of the keys opens; they are left as they are, and their owners sign in again",
            rotated.unreadable
        );
    }
    Ok(ExitCode::SUCCESS)
}
