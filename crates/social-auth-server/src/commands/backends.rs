//! `social-auth backends`: the providers that there are.

use std::io::Write as _;
use std::process::ExitCode;

use social_auth::provider;

/// Prints a line a provider: name, title, protocol, and whether it is retired.
pub(crate) fn run() -> ExitCode {
    let mut lines: Vec<[&str; 3]> = provider::ALL.iter().map(|known| [known.name(), known.title(), known.protocol()]).collect();
    lines.sort_unstable();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default();
    let (names, titles) = (width(0), width(1));
    let mut out = std::io::stdout().lock();
    for [name, title, protocol] in &lines {
        // `social-auth backends | head` closes the pipe: that is no failure.
        let retired = match provider::find(name).and_then(provider::Provider::retired) {
            None => String::new(),
            Some(retired) => format!("  retired: {}", retired.sentence()),
        };
        if writeln!(out, "{name:names$}  {title:titles$}  {protocol}{retired}").is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}
