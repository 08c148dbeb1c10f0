//! `whoami --issuer https://login.example.com --client-id …`: says who its user is.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser;
use example_device::{Provider, access_token, sign_in, social_auth};

/// Signs you in by a browser anywhere, and says who you are.
#[derive(Parser)]
struct Arguments {
    /// The provider: the address before /.well-known/openid-configuration.
    #[arg(long, env)]
    issuer: String,
    /// The client id that the provider gave this program.
    #[arg(long, env)]
    client_id: String,
    /// Print an access token for the provider's API, and nothing else, to standard output.
    #[arg(long)]
    token: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("You are not signed in: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let social = social_auth(&Provider { issuer: &arguments.issuer, client_id: &arguments.client_id })?;
    let on_a_terminal = std::io::stderr().is_terminal();
    let user = sign_in(
        &social,
        // What a person reads goes to standard error, so that a program can read the rest.
        |device| {
            eprintln!("Open {} and type in {}", device.verification_uri(), device.user_code());
            if let Some(address) = device.verification_uri_complete() {
                eprintln!("or open {address} and compare the code.");
            }
        },
        |_| {
            if on_a_terminal {
                eprint!(".");
            }
        },
    )
    .await?;
    if arguments.token {
        println!("{}", access_token(&social, &user).await?.expose());
    } else {
        println!("You are {}{}", user.user.username, user.user.email.map(|address| format!(" <{address}>")).unwrap_or_default());
    }
    Ok(())
}
