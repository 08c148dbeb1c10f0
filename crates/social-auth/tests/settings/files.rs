//! The TOML file.

use std::path::Path;

use serde_json::json;
use social_auth::settings::{Origin, Settings};

use crate::providers::file;

fn value(settings: &Settings, flat: &str) -> serde_json::Value {
    settings.resolve(None, flat).map(|setting| setting.value.clone()).unwrap_or_default()
}

#[test]
fn people_may_write_settings_flat_or_in_tables() {
    let settings = file(
        r#"
login_redirect_url = "/"
SOCIAL_AUTH_LOGIN_ERROR_URL = "/error"
LOGIN_URL = "/login"

[backends.google-oauth2]
key = "id"
auth_extra_arguments = { hd = "example.org" }
details.username = "login"
scope = ["a", "b"]
"#,
    );
    for (flat, expected) in [
        ("SOCIAL_AUTH_LOGIN_REDIRECT_URL", json!("/")),
        ("SOCIAL_AUTH_LOGIN_ERROR_URL", json!("/error")),
        ("LOGIN_URL", json!("/login")),
        ("SOCIAL_AUTH_GOOGLE_OAUTH2_KEY", json!("id")),
        ("SOCIAL_AUTH_GOOGLE_OAUTH2_AUTH_EXTRA_ARGUMENTS", json!({"hd": "example.org"})),
        ("SOCIAL_AUTH_GOOGLE_OAUTH2_DETAILS", json!({"username": "login"})),
        ("SOCIAL_AUTH_GOOGLE_OAUTH2_SCOPE", json!(["a", "b"])),
    ] {
        assert_eq!(value(&settings, flat), expected, "{flat}");
    }
}

#[test]
fn every_value_knows_its_line() {
    let settings = file("\u{feff}listen = \"127.0.0.1:1\"\n\n[backends.github]\r\n# the id\r\nkey = \"é\"; \n".replace("; ", "").as_str());
    let line = |flat: &str| match &settings.resolve(None, flat).unwrap().origin {
        Origin::File { path, line } => (path.as_path() == Path::new("social-auth.toml"), *line),
        other => panic!("{other}"),
    };
    assert_eq!(line("SOCIAL_AUTH_LISTEN"), (true, 1));
    assert_eq!(line("SOCIAL_AUTH_GITHUB_KEY"), (true, 5));
    assert_eq!(settings.backends()[0].origin.to_string(), "social-auth.toml:3");
}

#[test]
fn tables_switch_backends_on_in_the_order_of_the_file() {
    let settings = file(
        r#"
[backends.zulu]
provider = "github"
[backends.github]
[backends.acme]
protocol = "oauth2"
"#,
    );
    let backends: Vec<_> = settings.backends().iter().map(|entry| (entry.name.as_str(), entry.provider.as_str())).collect();
    assert_eq!(backends, [("zulu", "github"), ("github", "github"), ("acme", "oauth2")]);
}

#[test]
fn a_value_may_stand_in_a_variable_or_a_file() {
    let folder = std::env::temp_dir().join(format!("social-auth-settings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("secret"), "s3cret\n").unwrap();
    std::fs::write(folder.join("windows"), "s3cret\r\n").unwrap();
    std::fs::write(folder.join("two lines"), "a\n\n").unwrap();
    std::fs::write(
        folder.join("settings.toml"),
        r#"
secret_key = [{ file = "secret" }, "older"]
[backends.github]
key = { env = "CARGO_PKG_NAME" }
secret = { file = "windows" }
title = { file = "two lines" }
auth_extra_arguments = { file = "not a reference" }
"#,
    )
    .unwrap();
    let settings = Settings::from_toml_file(folder.join("settings.toml")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(value(&settings, "SOCIAL_AUTH_SECRET_KEY"), json!(["s3cret", "older"]));
    assert_eq!(value(&settings, "SOCIAL_AUTH_GITHUB_KEY"), json!("social-auth"));
    assert_eq!(value(&settings, "SOCIAL_AUTH_GITHUB_SECRET"), json!("s3cret"));
    assert_eq!(value(&settings, "SOCIAL_AUTH_GITHUB_TITLE"), json!("a\n"));
    assert_eq!(value(&settings, "SOCIAL_AUTH_GITHUB_AUTH_EXTRA_ARGUMENTS"), json!({"file": "not a reference"}));
}

#[test]
fn two_files_add_up_and_the_program_wins_over_both() {
    let mut settings = Settings::new();
    settings.set("login_url", "/program").set_for("github", "key", "program");
    settings.merge(file("login_url = \"/file\"\n[backends.github]\nkey = \"file\"\nsecret = \"file\"")).unwrap();
    let github = settings.of_backend("github");
    assert_eq!(github.text("LOGIN_URL").unwrap(), Some("/program"));
    assert_eq!(github.text("KEY").unwrap(), Some("program"));
    assert_eq!(github.text("SECRET").unwrap(), Some("file"));
    let second = Settings::from_toml_str("[backends.github]\nsecret = \"second\"", "second.toml").unwrap();
    let problems = settings.merge(second).unwrap_err();
    let problem = &problems.all()[0];
    assert_eq!(problem.in_one_line(), "[backends.github] secret is set twice (second.toml:2; social-auth.toml:4): keep one of them");
}
