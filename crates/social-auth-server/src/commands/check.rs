//! `social-auth check`: the settings, the providers, the callback addresses.

use std::process::ExitCode;
use std::sync::Arc;

use social_auth::SocialAuth;
use social_auth::backend::Backend;
use social_auth::error::{Error, Reason};
use social_auth::settings::{Problem, Problems};
use social_auth::storage::MemoryStorage;

use crate::cli::Configured;
use crate::config::{Arguments, Config, make_ready};
use crate::failure::Failure;
use crate::logging::Logging;

/// Checks, prints what it found, and says by its exit code how it is: 0 well, 1 something could not be
/// reached, 2 the settings are wrong.
pub(crate) async fn run(arguments: Configured) -> Result<ExitCode, Failure> {
    let config = Config::load(&Arguments { file: arguments.config.as_deref(), ..Arguments::default() })?;
    Logging::warnings().start();
    for warning in &config.warnings {
        eprintln!("{warning}\n");
    }
    let social = social_auth(config)?;
    let backends: Vec<Arc<dyn Backend>> = social.backends().cloned().collect();
    if backends.is_empty() {
        println!("The settings are fine, but nobody can sign in: there is no [backends.…] yet.");
        println!("`social-auth backends` lists the providers that there are.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("The settings are fine. Register these callback addresses with the providers:\n");
    let checks: Vec<_> = backends
        .iter()
        .map(|backend| {
            let backend = backend.clone();
            tokio::spawn(async move { backend.check().await })
        })
        .collect();
    let mut unreached = 0;
    for (backend, check) in backends.iter().zip(checks) {
        let info = backend.info();
        println!("{} ({}, {})", info.name, info.title, info.protocol);
        println!("  callback  {}", social.callback_url(&info.name));
        match check.await {
            Ok(Ok(lines)) if lines.is_empty() => println!("  ok        nothing to reach before somebody signs in"),
            Ok(Ok(lines)) => lines.iter().for_each(|line| println!("  ok        {line}")),
            Ok(Err(error)) => {
                unreached += 1;
                print_failure(&error);
            }
            Err(_) => {
                unreached += 1;
                println!("  error     the check was broken off");
            }
        }
    }
    let letters = check_letters(&social).await;
    Ok(conclusion(backends.len(), unreached, letters))
}

/// Reaches what sends letters. Answers whether it is well, or not there.
async fn check_letters(social: &SocialAuth) -> bool {
    let Some(mailer) = social.mailroom().mailer() else { return true };
    println!("e-mail");
    match mailer.check().await {
        Ok(line) => println!("  ok        {line}"),
        Err(error) => {
            print_failure(&error);
            return false;
        }
    }
    true
}

fn social_auth(mut config: Config) -> Result<SocialAuth, Problems> {
    make_ready(&mut config.settings, config.listen.first().copied());
    let social = config.builder().storage(MemoryStorage::new()).build();
    social.map_err(|errors| Problem::error(errors.to_string()).into())
}

fn print_failure(error: &Error) {
    println!("  error     {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        println!("            because {inner}");
        cause = inner.source();
    }
    println!("  fix       {}", remedy(error.reason()));
}

fn remedy(reason: Reason) -> &'static str {
    match reason {
        Reason::ConnectionFailed | Reason::Timeout | Reason::Unavailable | Reason::RateLimited => {
            "see that the address is right, that the provider runs, and that this machine may reach it (proxies?)"
        }
        Reason::TlsError => "set ca_bundle to the authority that the provider's certificate is from",
        Reason::MalformedResponse | Reason::HttpError | Reason::MissingClaim => {
            "open the address in a browser: it must show a JSON document; if it does not, correct the address in the settings"
        }
        Reason::MailFailed => "see that EMAIL_HOST, EMAIL_PORT, the name and the password are right, and that this machine may reach it",
        _ => "correct what is named above in the settings of this backend",
    }
}

fn conclusion(all: usize, unreached: usize, letters: bool) -> ExitCode {
    if unreached == 0 && letters {
        println!("\nAll is well.");
        return ExitCode::SUCCESS;
    }
    match (unreached, letters) {
        (0, _) => println!("\nE-mail has a problem."),
        (_, true) => println!("\n{unreached} of {all} backends have a problem."),
        (_, false) => println!("\n{unreached} of {all} backends and e-mail have problems."),
    }
    ExitCode::from(1)
}
