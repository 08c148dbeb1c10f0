//! `docs/parity.toml`: what is where, by kind and name.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::tree;

/// What there is to say about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Works,
    NotApplicable,
    NotYet,
}

pub type Answer = (Status, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Backends by the prefix of their settings, where it is misspelt or begins with the name of another.
    pub renamed: BTreeMap<String, String>,
    pub rule: Vec<Rule>,
}

/// Everything of a kind and a name; `*` at an end stands for anything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    kind: Vec<String>,
    #[serde(default = "anything")]
    name: Vec<String>,
    works: Option<String>,
    /// `file::text` that is there if it works. Where one is missing, it does not work yet.
    #[serde(default)]
    proof: Vec<String>,
    not_applicable: Option<String>,
    not_yet: Option<String>,
}

fn anything() -> Vec<String> {
    vec!["*".to_owned()]
}

pub fn read() -> Rules {
    toml::from_str(&tree::read("docs/parity.toml")).expect("docs/parity.toml can be read")
}

impl Rule {
    pub fn matches(&self, kind: &str, name: &str) -> bool {
        self.kind.iter().any(|pattern| fits(pattern, kind)) && self.name.iter().any(|pattern| fits(pattern, name))
    }

    pub fn answer(&self) -> Answer {
        match (&self.works, &self.not_applicable, &self.not_yet) {
            (Some(works), None, not_yet) => {
                assert!(!self.proof.is_empty(), "what works needs a proof: {self:?}");
                match self.proof.iter().find(|proof| !tree::has(proof)) {
                    None => (Status::Works, works.clone()),
                    Some(_) if not_yet.is_some() => (Status::NotYet, not_yet.clone().unwrap_or_default()),
                    Some(missing) => panic!("there is no {missing}, and no word of what is missing then: {self:?}"),
                }
            }
            (None, Some(why), None) => (Status::NotApplicable, why.clone()),
            (None, None, Some(missing)) => (Status::NotYet, missing.clone()),
            _ => panic!("one of works, not_applicable and not_yet: {self:?}"),
        }
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        _ if pattern == "*" => true,
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (Some(_), Some(_)) => text.contains(pattern.trim_matches('*')),
        (None, None) => text == pattern,
    }
}
