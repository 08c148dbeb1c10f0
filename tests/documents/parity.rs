//! `docs/parity.md`: where each thing of Python Social Auth's documentation is here.

use serde::Deserialize;

use crate::page::{self, Line};
use crate::rules::{self, Answer, Rules};
use crate::{registry, tree};

const PAGE: &str = "docs/parity.md";

#[derive(Deserialize)]
struct Checklist {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    kind: String,
    name: String,
}

fn items() -> Vec<Item> {
    let list: Checklist = serde_json::from_str(&tree::read("docs/parity/seed_checklist.json")).expect("the checklist can be read");
    list.items
}

fn answer(rules: &Rules, item: &Item) -> Option<Answer> {
    let rule = rules.rule.iter().find(|rule| rule.matches(&item.kind, &item.name));
    rule.map(rules::Rule::answer).or_else(|| registry::answer(&item.kind, &item.name, &rules.renamed))
}

#[test]
fn the_page_about_parity_is_complete_and_up_to_date() {
    let rules = rules::read();
    let items = items();
    let (mut lines, mut unknown) = (Vec::new(), Vec::new());
    for item in &items {
        match answer(&rules, item) {
            Some((status, text)) => lines.push(Line { kind: &item.kind, name: &item.name, status, text }),
            None => unknown.push(format!("{} {}", item.kind, item.name)),
        }
    }
    assert!(unknown.is_empty(), "docs/parity.toml has no rule for {} of {} items:\n{}", unknown.len(), items.len(), unknown.join("\n"));
    let page = page::write(&lines);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(tree::path(PAGE), &page).expect("the page can be written");
    }
    assert!(tree::read(PAGE) == page, "{PAGE} is stale: UPDATE_DOCS=1 cargo test -p social-auth-tests --test documents");
}

#[test]
fn every_rule_is_of_use() {
    let items = items();
    let idle: Vec<String> = rules::read()
        .rule
        .iter()
        .filter(|rule| !items.iter().any(|item| rule.matches(&item.kind, &item.name)))
        .map(|rule| format!("{rule:?}"))
        .collect();
    assert!(idle.is_empty(), "rules of docs/parity.toml that match nothing:\n{}", idle.join("\n"));
}
