//! `social-auth login <backend>`: a sign-in without a browser on this machine (RFC 8628).

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use serde_json::json;
use social_auth::SocialAuth;
use social_auth::error::Error;
use social_auth::flow::DeviceUser;

use crate::cli::Login;
use crate::commands::serve;
use crate::config::{Arguments, Config};
use crate::failure::Failure;
use crate::logging::Logging;

/// Shows a code and where to type it in, waits, and prints who signed in with a token for `/api/*`, as JSON.
pub(crate) async fn run(arguments: Login) -> Result<ExitCode, Failure> {
    let Login { backend, configured, database_url } = arguments;
    let config =
        Config::load(&Arguments { file: configured.config.as_deref(), database_url: database_url.as_deref(), ..Arguments::default() })?;
    Logging::warnings().start();
    let storage = serve::storage(&config.database_url).await?;
    let social = serve::social(config, SocketAddr::from((Ipv4Addr::LOCALHOST, 80)), &storage).await?;
    let outcome = sign_in(&social, &backend).await;
    storage.close().await;
    let signed_in = outcome.map_err(Failure::Login)?;
    let answer = json!({
        "user": signed_in.user,
        "is_new": signed_in.is_new,
        "token": signed_in.token.token.expose(),
        "token_type": "Bearer",
        "expires_in": signed_in.token.expires_in,
    });
    println!("{answer:#}");
    Ok(ExitCode::SUCCESS)
}

async fn sign_in(social: &SocialAuth, backend: &str) -> Result<DeviceUser, Error> {
    let mut device = social.begin_device(backend, None).await?;
    // What a person reads goes to standard error, so that a program can read the rest.
    eprintln!("Open {} and type in the code {}", device.verification_uri(), device.user_code());
    if let Some(address) = device.verification_uri_complete() {
        eprintln!("or open {address} and compare the code.");
    }
    social.wait_for_device(&mut device).await
}
