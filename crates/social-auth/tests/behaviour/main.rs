//! Replays what Python Social Auth's pure functions answered to given input, and compares.
//!
//! `data/` holds one file a function: cases of `input` and `output`, or what it `raises`. A file with an
//! adapter in [`adapters`] is replayed; one without is counted as skipped. Where we differ on purpose,
//! [`deviations`] says so and why; any other difference fails, and so does a deviation that no longer
//! occurs. `BEHAVIOUR_DIR` names another directory of the same form.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop at what it cannot read")]

mod adapters;
mod attribute_deviations;
mod case;
mod deviations;
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use case::{Case, CaseFile};

#[derive(Default)]
struct Tally {
    passed: usize,
    deviating: usize,
    failed: usize,
    skipped: usize,
    /// How many cases each deviation explained.
    explained: Vec<usize>,
}

fn main() -> ExitCode {
    let directory = std::env::var_os("BEHAVIOUR_DIR")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/behaviour/data")), PathBuf::from);
    let mut tally = Tally { explained: vec![0; deviations::all().count()], ..Tally::default() };
    let files = case::read_all(&directory);
    for file in &files {
        match adapters::ADAPTERS.iter().find(|(name, _)| *name == file.name) {
            Some((_, adapter)) => replay(file, *adapter, &mut tally),
            None => {
                println!("skipped {}: {} cases", file.name, file.cases.len());
                tally.skipped += file.cases.len();
            }
        }
    }
    let stale = report_stale(&files, &tally);
    println!("{} of the passed cases deviate deliberately", tally.deviating);
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed + stale, tally.skipped);
    if tally.failed + stale == 0 && tally.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn replay(file: &CaseFile, adapter: adapters::Adapter, tally: &mut Tally) {
    for case in &file.cases {
        let ours = adapter(case);
        let mut differing = case::parts(case, &ours);
        differing.retain(|(part, ours)| !part.agrees_with(ours));
        let (mut explained, mut wrong) = (BTreeSet::new(), Vec::new());
        for (part, ours) in &differing {
            match deviations::all().position(|deviation| deviation.explains(&file.name, part, ours)) {
                Some(index) => _ = explained.insert(index),
                None => wrong.push(difference(part, ours)),
            }
        }
        if wrong.is_empty() {
            tally.passed += 1;
            tally.deviating += usize::from(!explained.is_empty());
            explained.into_iter().for_each(|index| tally.explained[index] += 1);
        } else {
            tally.failed += 1;
            wrong.iter().for_each(|difference| println!("FAILED {} #{}: {difference}", file.name, case.id));
        }
    }
}

fn difference(case: &Case, ours: &case::Answer) -> String {
    let ours = match ours {
        Ok(output) => format!("output {output}"),
        Err(facts) => format!("raises {facts}"),
    };
    let expected = match &case.expected {
        Ok(output) => format!("output {output}"),
        Err(facts) => format!("raises {facts}"),
    };
    format!("input {}\n    expected {expected}\n    got      {ours}", case.input)
}

/// A deviation that explains nothing hides the next one.
fn report_stale(files: &[CaseFile], tally: &Tally) -> usize {
    let mut stale = 0;
    for (deviation, explained) in deviations::all().zip(&tally.explained) {
        if *explained == 0 && files.iter().any(|file| file.name == deviation.file) {
            println!("FAILED {}: no case deviates any more: {}", deviation.file, deviation.reason);
            stale += 1;
        }
    }
    stale
}
