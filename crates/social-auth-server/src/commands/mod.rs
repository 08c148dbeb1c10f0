//! The commands, one file each.

mod backends;
mod check;
mod clear;
mod demo;
mod login;
mod migrate;
mod register;
mod rotate_keys;
mod serve;

use std::future::Future;
use std::process::ExitCode;

use crate::cli::Command;
use crate::failure::Failure;

/// Runs a command to its end.
///
/// # Errors
/// Why it could not be run.
pub(crate) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Backends => Ok(backends::run()),
        Command::Serve(arguments) => wait_for(serve::run(arguments)),
        Command::Demo(arguments) => wait_for(demo::run(arguments)),
        Command::Check(arguments) => wait_for(check::run(arguments)),
        Command::Register(arguments) => wait_for(register::run(arguments)),
        Command::Migrate(arguments) => wait_for(migrate::run(arguments)),
        Command::Clear(arguments) => wait_for(clear::run(arguments)),
        Command::Login(arguments) => wait_for(login::run(arguments)),
        Command::RotateKeys(arguments) => wait_for(rotate_keys::run(arguments)),
    }
}

fn wait_for(command: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|source| Failure::System { what: "the program's threads cannot be started", source })?;
    runtime.block_on(command)
}
