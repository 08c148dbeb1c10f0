//! Replays what Python Social Auth's core sent and concluded, recorded with its providers mocked, against
//! our backends. Those that were handed to us, and their notice, are in `data/`; `recorded/` has those that we
//! made ourselves with `tools/record_vectors`. `VECTORS_DIR` names another folder in their place.
//!
//! Arguments choose cases: a backend's name, or a part of a case's id.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bindings;
mod browser;
mod deviations;
mod difference;
mod metadata;
mod oauth1;
mod oauth1_deviations;
mod openid;
mod openid_deviations;
mod outcome;
mod people;
mod profile_deviations;
mod provider_deviations;
mod replay;
mod request;
mod retired_deviations;
mod signed;
mod signed_deviations;
mod tokens;
mod transport;
mod wire;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use metadata::Known;
use wire::{Case, Recording};

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
    /// Deviation → cases that it touched.
    deviations: BTreeMap<&'static str, usize>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let filters: Vec<String> = arguments.into_iter().filter(|argument| !argument.starts_with('-')).collect();
    let own = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    let folders = std::env::var_os("VECTORS_DIR").map_or_else(|| vec![own("data"), own("recorded")], |folder| vec![PathBuf::from(folder)]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut tally = Tally::default();
    for path in folders.iter().flat_map(|folder| recordings(folder)) {
        let recording = read(&path);
        replay_all(recording, &filters, &runtime, &mut tally);
    }
    for deviation in deviations::every() {
        if let Some(cases) = tally.deviations.get(deviation.name) {
            println!("deviation {} ({cases} cases): {}", deviation.name, deviation.reason);
        }
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a directory entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths
}

/// Reads a recording, for as long as the program runs.
fn read(path: &Path) -> &'static Recording {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let recording: Recording = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(recording.format, "wire-1", "{}", path.display());
    Box::leak(Box::new(recording))
}

fn replay_all(recording: &'static Recording, filters: &[String], runtime: &tokio::runtime::Runtime, tally: &mut Tally) {
    let chosen = |case: &&Case| {
        let name = case.backend.as_deref().unwrap_or(&recording.backend);
        filters.is_empty() || filters.iter().any(|filter| name == filter || recording.backend == *filter || case.id.contains(filter))
    };
    let cases: Vec<&'static Case> = recording.cases.iter().filter(chosen).collect();
    let exists = |name: &str| social_auth::provider::find(name).is_some();
    let (cases, missing): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|case| exists(&recording.backend) || case.backend.as_deref().is_some_and(exists));
    if !missing.is_empty() {
        match social_auth::provider::retired(&recording.backend) {
            Some(retired) => {
                println!("skipped {}: {} cases: {}", recording.backend, missing.len(), retired.sentence());
                tally.skipped += missing.len();
            }
            None => {
                println!("FAILED {}: {} cases, there is no such backend", recording.backend, missing.len());
                tally.failed += missing.len();
            }
        }
    }
    if cases.is_empty() {
        return;
    }
    let known = Arc::new(Known::new(recording));
    for case in cases {
        let known = known.clone();
        let differences = runtime.block_on(async move { tokio::spawn(replay::run(recording, known, case)).await });
        match differences {
            Ok(differences) => judge(recording, case, &differences, tally),
            Err(error) => {
                println!("FAILED {} {}: {error}", recording.backend, case.id);
                tally.failed += 1;
            }
        }
    }
}

fn judge(recording: &Recording, case: &Case, differences: &[difference::Difference], tally: &mut Tally) {
    let (mut wrong, mut touched) = (Vec::new(), Vec::new());
    for difference in differences {
        let scene = deviations::Scene { step: &case.steps[difference.step], all: differences };
        match deviations::find(difference, &scene) {
            Some(deviation) if !touched.contains(&deviation.name) => touched.push(deviation.name),
            Some(_) => {}
            None => wrong.push(difference.to_string()),
        }
    }
    if wrong.is_empty() {
        tally.passed += 1;
        for name in touched {
            *tally.deviations.entry(name).or_default() += 1;
        }
    } else {
        tally.failed += 1;
        println!("FAILED {} {}: {}", recording.backend, case.id, wrong.join("; "));
    }
}
