//! `social-auth serve`.

use std::net::SocketAddr;
use std::process::ExitCode;

use social_auth::SocialAuth;
use social_auth::settings::Problem;
use social_auth::storage::{StorageError, UserStorage as _};
use social_auth_sqlx::SqlxStorage;
use tokio::net::TcpListener;

use crate::app::{App, Kind};
use crate::cli::Serve;
use crate::config::{Arguments, Config, local_public_url};
use crate::failure::Failure;
use crate::{secret_key, server};

/// Serves until a signal ends it.
pub(crate) async fn run(arguments: Serve) -> Result<ExitCode, Failure> {
    let Serve { configured, listen, database_url } = arguments;
    let arguments = Arguments { file: configured.config.as_deref(), listen: listen.as_deref(), database_url: database_url.as_deref() };
    let config = Config::load(&arguments)?;
    config.logging.start();
    let read_timeout = config.read_timeout;
    let listener = listener(&config).await?;
    let storage = storage(&config.database_url).await?;
    let app = app(config, &listener, &storage, Kind::Site).await?;
    println!("social-auth listening on {}", server::url_of(&listener)?);
    server::run(listener, app, storage, read_timeout).await?;
    Ok(ExitCode::SUCCESS)
}

/// Listens on the first of the addresses that can be had.
pub(super) async fn listener(config: &Config) -> Result<TcpListener, Failure> {
    let failed = |source| {
        let addresses: Vec<String> = config.listen.iter().map(ToString::to_string).collect();
        Failure::Listen { address: addresses.join(", "), source }
    };
    TcpListener::bind(config.listen.as_slice()).await.map_err(failed)
}

/// The database with all its tables.
pub(super) async fn storage(database_url: &str) -> Result<SqlxStorage, Failure> {
    let storage = SqlxStorage::connect(database_url).await?;
    storage.migrate().await?;
    if storage.scope().is_none() {
        let why = "its users are not like Django's (an integer as id, and the columns of AbstractUser)";
        return Err(
            StorageError::Schema(format!("{why}, and a server has no others; use the library and a UserStorage of your own")).into()
        );
    }
    Ok(storage)
}

/// The application with all its backends.
pub(super) async fn app(config: Config, listener: &TcpListener, storage: &SqlxStorage, kind: Kind) -> Result<App, Failure> {
    let address = listener.local_addr().map_err(|source| Failure::System { what: "the address listened on is unknown", source })?;
    let local = local_public_url(&config.settings, address).is_some();
    Ok(App::new(social(config, address, storage).await?, kind, local))
}

/// The library over the storage, with what a server decides by itself.
pub(super) async fn social(mut config: Config, address: SocketAddr, storage: &SqlxStorage) -> Result<SocialAuth, Failure> {
    let settings = &mut config.settings;
    if settings.of_site().value("SECRET_KEY").is_none() {
        settings.set("secret_key", secret_key::find_or_make(&config.database_url)?);
    }
    if settings.of_site().value("ENCRYPT_TOKENS").is_none() && !storage.is_djangos().await? {
        settings.set("encrypt_tokens", true);
    }
    if let Some(url) = local_public_url(settings, address) {
        settings.set("public_url", url);
    }
    let social = config.builder().storage(storage.clone()).build();
    // The same was built once before, on a storage in memory: an error here is no common one.
    let social = social.map_err(|errors| Problem::error(errors.to_string())).map_err(social_auth::settings::Problems::from)?;
    Ok(social)
}
