//! `docs/settings.md` is written from the registry, and says what is true.

use std::collections::BTreeSet;
use std::path::Path;

use social_auth::settings::names::{GROUPS, UNSUPPORTED};
use social_auth::settings::settings_page;

#[test]
fn the_page_about_settings_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, settings_page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == settings_page(), "docs/settings.md is stale: UPDATE_DOCS=1 cargo test -p social-auth --test settings");
}

#[test]
fn every_name_is_there_once_and_in_capitals() {
    let names = GROUPS.iter().flat_map(|group| group.settings).map(|decl| decl.name).chain(UNSUPPORTED.iter().map(|entry| entry.name));
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'), "{name}");
        assert!(seen.insert(name), "{name} is there twice");
    }
}

#[test]
fn every_setting_that_the_page_promises_is_read_by_some_code() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut code = String::new();
    for name in ["social-auth", "social-auth-server", "social-auth-testkit"] {
        read_code(&crates.join(name).join("src"), &mut code);
    }
    let names = GROUPS.iter().flat_map(|group| group.settings).map(|decl| decl.name);
    let unread: Vec<_> =
        names.filter(|name| !code.contains(&format!("\"{name}\"")) && !code.contains(&format!("\"SOCIAL_AUTH_{name}\""))).collect();
    assert_eq!(unread, Vec::<&str>::new(), "nobody reads these: let the code do it, or move them to settings/names/unsupported.rs");
}

/// All code in a folder but the registry itself, and what only checks its names.
fn read_code(folder: &Path, code: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "names" {
            read_code(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "rules.rs" && name != "suggest.rs" {
            code.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}
