//! `docs/advisories.md`: each row has an answer, and the tests that it names exist.

use regex::Regex;

use crate::tree;

const PAGE: &str = "docs/advisories.md";
const ROWS: usize = 97;

/// The third column of each row.
fn answers(page: &str) -> Vec<String> {
    let row = Regex::new(r"(?m)^\| (\d+) \| [^|]+ \| (.+) \|$").unwrap();
    let found: Vec<(usize, String)> = row.captures_iter(page).map(|found| (found[1].parse().unwrap(), found[2].to_owned())).collect();
    let numbers: Vec<usize> = found.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=ROWS).collect::<Vec<_>>(), "the rows of {PAGE}");
    found.into_iter().map(|(_, answer)| answer).collect()
}

/// A test function, or a case of a recording whose backend exists, so that it is replayed.
fn exists(file: &str, name: &str) -> bool {
    let Some(backend) = file.strip_suffix(".json").and_then(|path| path.rsplit('/').next()) else {
        return tree::has(&format!("{file}::fn {name}("));
    };
    social_auth::provider::find(backend).is_some() && tree::has(&format!("{file}::\"{name}\""))
}

#[test]
fn every_advisory_has_an_answer_and_the_tests_that_it_names_exist() {
    let named = Regex::new(r"`([^`]+?)::([^`]+)`").unwrap();
    let mut wrong = Vec::new();
    for (number, answer) in (1..).zip(answers(&tree::read(PAGE))) {
        let tests: Vec<(String, String)> = named.captures_iter(&answer).map(|found| (found[1].to_owned(), found[2].to_owned())).collect();
        let says = ["Not applicable: ", "Not yet: "].iter().any(|start| answer.starts_with(start));
        if answer.starts_with("Caught by `") == tests.is_empty() || says != tests.is_empty() {
            wrong.push(format!("{number} neither names a test nor says why there is none"));
        }
        wrong.extend(tests.iter().filter(|(file, name)| !exists(file, name)).map(|(file, name)| format!("{number}: {file} has no {name}")));
    }
    assert!(wrong.is_empty(), "{PAGE}:\n{}", wrong.join("\n"));
}

#[test]
fn the_counts_of_the_advisories_are_right() {
    let page = tree::read(PAGE);
    let answers = answers(&page);
    let count = |start: &str| answers.iter().filter(|answer| answer.starts_with(start)).count();
    let line = format!("Caught: {}. Not applicable: {}. Not yet: {}.", count("Caught by"), count("Not applicable"), count("Not yet"));
    assert!(page.lines().any(|found| found == line), "{PAGE} should say: {line}");
}
