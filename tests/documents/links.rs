//! The links of the pages: that they lead to something.

use std::collections::BTreeSet;

use crate::tree;

/// Pages that people read first, besides those of the book.
const OTHERS: &[&str] =
    &["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "crates/social-auth-server/README.md", "examples/axum/README.md"];

/// The pages of `docs/`, from the root of the repository.
fn pages() -> BTreeSet<String> {
    let folder = std::fs::read_dir(tree::path("docs")).expect("there is a folder docs");
    let names = folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")).collect()
}

/// What a page links to, as written.
fn targets(page: &str) -> Vec<String> {
    let text = tree::read(page);
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    links.map(|(target, _)| target.to_owned()).collect()
}

/// From the root of the repository; `None` for an address elsewhere.
fn file(page: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().filter(|target| !target.is_empty() && !target.contains("://"))?;
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => _ = parts.pop(),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[test]
fn every_link_of_the_pages_leads_to_a_file() {
    let pages = pages();
    let all = pages.iter().map(String::as_str).chain(OTHERS.iter().copied());
    let links = all.flat_map(|page| targets(page).into_iter().filter_map(move |target| Some((page.to_owned(), file(page, &target)?))));
    let links: Vec<_> = links.collect();
    assert!(links.len() > 40, "only {} links were found", links.len());
    let dead: Vec<String> =
        links.into_iter().filter(|(_, file)| !tree::path(file).exists()).map(|(page, file)| format!("{page} → {file}")).collect();
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

#[test]
fn every_page_is_in_the_book() {
    let listed: BTreeSet<String> = targets("docs/SUMMARY.md").iter().filter_map(|target| file("docs/SUMMARY.md", target)).collect();
    let missing: Vec<_> = pages().into_iter().filter(|page| page != "docs/SUMMARY.md" && !listed.contains(page)).collect();
    assert!(missing.is_empty(), "docs/SUMMARY.md does not list {}", missing.join(", "));
}

#[test]
fn every_use_case_is_linked_from_the_book() {
    let linked = targets("docs/use-cases.md");
    let folder = std::fs::read_dir(tree::path("crates/social-auth-testkit/tests/use_cases")).expect("there are use cases");
    let files = folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).filter(|name| name != "main.rs");
    let missing: Vec<_> = files.filter(|name| !linked.iter().any(|target| target.ends_with(&format!("use_cases/{name}")))).collect();
    assert!(missing.is_empty(), "docs/use-cases.md does not link {}", missing.join(", "));
}
