//! How the page about parity is written.

use std::fmt::Write as _;

use crate::rules::Status;

/// An item and what there is to say about it.
pub struct Line<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    pub status: Status,
    pub text: String,
}

const HEAD: &str = "<!-- Written by the program: UPDATE_DOCS=1 cargo test -p social-auth-tests --test documents -->

# Python Social Auth, item by item

Everything that the documentation of Python Social Auth and of django-social-auth names, and where it is here.
Settings and backends are answered by the program's own registry, the rest by `docs/parity.toml`, whose proofs are
looked up in the source. What works is described in `docs/settings.md` and in the documentation of the crates.
";

pub fn write(lines: &[Line<'_>]) -> String {
    let mut page = HEAD.to_owned();
    let count = |status: Status| lines.iter().filter(|line| line.status == status).count();
    let (works, other, missing) = (count(Status::Works), count(Status::NotApplicable), count(Status::NotYet));
    let unknown = lines.len() - works - other - missing;
    _ = write!(
        page,
        "\n{} items: {works} work, {other} are not applicable, {missing} are not there yet, {unknown} are unknown.\n",
        lines.len()
    );
    let mut kinds: Vec<&str> = Vec::new();
    for line in lines {
        if !kinds.contains(&line.kind) {
            kinds.push(line.kind);
        }
    }
    for kind in kinds {
        _ = write!(page, "\n## {}\n\n| name | | where, or what instead |\n| --- | --- | --- |\n", capitalised(kind));
        for line in lines.iter().filter(|line| line.kind == kind) {
            _ = writeln!(page, "| `{}` | {} | {} |", cell(line.name), word(line.status), cell(&line.text));
        }
    }
    page
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Works => "works",
        Status::NotApplicable => "not applicable",
        Status::NotYet => "not yet",
    }
}

/// A text that ends no cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
