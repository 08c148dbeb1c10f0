//! The seeds of `fuzz/seeds`, and in `fuzz/found` what once found something: no fuzzer is needed to run them.
//! `UPDATE_FUZZ_SEEDS=1 cargo test -p social-auth --features saml --lib fuzzing` writes the seeds.

mod large;
mod seeds;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::TARGETS;

/// No input may take longer, also in a build for debugging on a busy machine. What grows as the square of its input takes
/// minutes there.
const PATIENCE: Duration = Duration::from_secs(30);

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(name)
}

/// The files for a target: names and contents.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let file = |path: PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
    let mut files: Vec<_> = entries.map(|entry| file(entry.unwrap().path())).collect();
    files.sort();
    files
}

#[test]
fn the_seeds_are_what_they_are_called() {
    if std::env::var_os("UPDATE_FUZZ_SEEDS").is_some() {
        seeds::write(&folder("seeds"));
    }
    for (name, target) in TARGETS {
        let seeds = files(&folder("seeds").join(name));
        assert!(seeds.iter().any(|(seed, _)| seed.starts_with("good")), "{name} has no good seed");
        let wrong: Vec<_> = seeds.iter().filter(|(seed, input)| target(input) != seed.starts_with("good")).map(|(seed, _)| seed).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

#[test]
fn what_once_found_something_finds_nothing_now() {
    for (name, target) in TARGETS {
        for (found, input) in files(&folder("found").join(name)) {
            let begun = Instant::now();
            target(&input);
            assert!(begun.elapsed() < PATIENCE, "{name}/{found} takes {:?}", begun.elapsed());
        }
    }
}

/// Nothing that somebody can send costs much: neither by its size nor by how it is built.
#[test]
fn large_inputs_cost_little() {
    let mut slow = Vec::new();
    for (name, target) in TARGETS {
        for (what, input) in large::of(name) {
            let begun = Instant::now();
            target(&input);
            if begun.elapsed() > PATIENCE {
                slow.push(format!("{name}: {what} ({} bytes) takes {:?}", input.len(), begun.elapsed()));
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
