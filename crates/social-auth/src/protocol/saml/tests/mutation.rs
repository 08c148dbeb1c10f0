//! Answers changed at random, by what the fuzzing target `saml_response` runs: none stops the program, none lets anybody
//! else in. A few thousand with each test run, since this needs no fuzzer; as many as wished by
//! `SAML_MUTATIONS=1000000 cargo test --release -p social-auth --features saml --lib saml::tests::mutation`.

use std::time::{Duration, Instant};

use super::answer::*;
use super::random::Random;
use crate::protocol::saml::fuzzing;

const USUAL: u64 = 4_000;

/// No input may take longer.
const PATIENCE: Duration = Duration::from_secs(5);

const WORDS: &[&str] = &[
    "<",
    ">",
    "\"",
    "'",
    "&",
    "&#0;",
    "&amp;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE",
    "<?",
    "?>",
    "xmlns=\"\"",
    "xmlns:saml=\"x\"",
    "ID=\"_assertion\"",
    "saml:",
    "ds:",
    "<saml:Assertion>",
    "</saml:Assertion>",
    "URI=\"\"",
    "\0",
    "\u{feff}",
    "\u{10ffff}",
    "2026",
    "Z",
    "=",
    "==",
    "AAAA",
    "_assertion",
    "_response",
    "/>",
    " ",
];

fn mutate(random: &mut Random, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let length = random.below(60).min(bytes.len() - at);
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(7),
            1 => drop(bytes.drain(at..at + length)),
            2 => {
                let copy = bytes[at..at + length].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            3 => drop(bytes.splice(at..at, random.pick(WORDS).bytes())),
            4 => drop(bytes.splice(at..at + length, random.pick(WORDS).bytes())),
            _ => {
                let other = random.below(bytes.len());
                bytes.swap(at, other);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_changed_input_stops_the_program_or_lets_anybody_else_in() {
    let seeds: Vec<String> = [Signed::Assertion, Signed::Response, Signed::Both]
        .into_iter()
        .map(good)
        .chain(["aes128-cbc", "aes256-gcm"].map(super::encryption::sealed))
        .collect();
    let count: u64 = std::env::var("SAML_MUTATIONS").map_or(USUAL, |text| text.parse().unwrap());
    let mut random = Random::new(count);
    let (mut taken, mut slowest) = (0_u64, Duration::ZERO);
    for _ in 0..count {
        let changed = {
            let seed = random.pick(&seeds).clone();
            mutate(&mut random, &seed)
        };
        let begun = Instant::now();
        taken += u64::from(fuzzing::response(changed.as_bytes()));
        slowest = slowest.max(begun.elapsed());
        assert!(slowest < PATIENCE, "{changed}");
    }
    println!("{count} changed inputs, {taken} of them still good; the slowest took {slowest:?}");
}
