//! `social-auth`: social sign-in as a server of its own, for applications in any language.

mod app;
mod cli;
mod commands;
mod config;
mod connections;
mod failure;
mod logging;
mod secret_key;
mod server;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let outcome = commands::run(cli::Cli::parse().command);
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}
