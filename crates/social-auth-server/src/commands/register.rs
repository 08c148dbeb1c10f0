//! `social-auth register`: the application becomes a client of a provider (RFC 7591).

use std::process::ExitCode;

use serde_json::Value;
use social_auth::protocol::oidc::Registered;
use social_auth::settings::{Problem, Problems};
use social_auth::storage::MemoryStorage;

use crate::cli::Register;
use crate::config::{Arguments, Config, make_ready};
use crate::failure::Failure;
use crate::logging::Logging;

/// Registers and prints what belongs into the settings. Nothing is written: where secrets are kept is the
/// owner's to decide.
pub(crate) async fn run(arguments: Register) -> Result<ExitCode, Failure> {
    let Register { backend, configured } = arguments;
    let mut config = Config::load_unregistered(&Arguments { file: configured.config.as_deref(), ..Arguments::default() }, &backend)?;
    Logging::warnings().start();
    make_ready(&mut config.settings, config.listen.first().copied());
    let social = config.builder().storage(MemoryStorage::new()).build();
    let social = social.map_err(|errors| Problems::from(Problem::error(errors.to_string())))?;
    match social.register_client(&backend).await {
        Ok(registered) => {
            print(&backend, &registered);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("The provider did not register this application: {error}");
            Ok(ExitCode::from(1))
        }
    }
}

fn print(backend: &str, registered: &Registered) {
    // A JSON string is a TOML string.
    let line = |name: &str, value: &str| println!("{name} = {}", Value::from(value));
    println!("[backends.{backend}]  # registered: add these lines to its table");
    line("key", &registered.client_id);
    if let Some(secret) = &registered.client_secret {
        line("secret", secret.expose());
    }
    if let Some(at) = registered.client_secret_expires_at {
        println!("# The secret expires at {at} (Unix seconds).");
    }
    if let Some(uri) = &registered.registration_client_uri {
        println!("# To change or delete the registration (RFC 7592), keep:");
        println!("# {uri}");
    }
    if let Some(token) = &registered.registration_access_token {
        println!("# Authorization: Bearer {}", token.expose());
    }
}
