//! Starts that must fail: a clear message, exit code 2, nothing written.

use std::path::Path;

use social_auth_testkit::DevProvider;

use super::program::{command, run, said, settings};

/// Starts with these settings, expects a refusal, and answers what was said.
async fn refused(folder: &Path, settings: &str) -> String {
    std::fs::write(folder.join("social-auth.toml"), settings).unwrap();
    let output = run(folder, &["serve"]).await;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{text}");
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["social-auth.toml"], "{text}");
    text
}

#[tokio::test]
async fn everything_wrong_with_the_settings_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = refused(
        folder.path(),
        "listn = \"127.0.0.1:0\"\nlog_format = \"xml\"\nsecret_key = \"short\"\n\n[backends.github]\nsecret = \"s3cret-value\"\nscop = [\"user\"]\n",
    )
    .await;
    for part in ["listn", "social-auth.toml:1", "did you mean listen", "log_format", "social-auth.toml:2", "shorter than", "scop", "KEY"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(!text.contains("s3cret-value"), "{text}");
}

#[tokio::test]
async fn a_misspelt_step_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "secret_key = \"Zk2v9QpL0sXw7RtYb3NcM5fGd8JaE1uQ4iOxTz\"\npipeline = [\"social_detials\", \"create_usr\"]\npublic_url = \"http://localhost:8000\"\n\n[backends.github]\nkey = \"k\"\nsecret = \"s\"\n";
    let text = refused(folder.path(), settings).await;
    for part in ["PIPELINE", "social-auth.toml:2", "did you mean \"social_details\"", "did you mean \"create_user\""] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert_eq!(text.matches("social_detials").count(), 1, "told once: {text}");
}

#[tokio::test]
async fn broken_toml_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = refused(folder.path(), "listen = \"127.0.0.1:0\"\n[backends.github\nkey = 1\n").await;
    assert!(text.contains("social-auth.toml:2"), "{text}");
}

#[tokio::test]
async fn a_settings_file_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["serve", "--config", "elsewhere.toml"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("elsewhere.toml"), "{}", said(&output));
}

#[tokio::test]
async fn an_unreachable_database_is_told_with_its_place() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let unreachable = settings(&idp).replace("sqlite://users.db", "sqlite:///nonexistent/folder/users.db");
    let text = refused(folder.path(), &unreachable).await;
    assert!(text.contains("/nonexistent/folder/users.db") && text.contains("help:"), "{text}");
    let unknown = settings(&idp).replace("sqlite://users.db", "mongodb://user:hunter2@localhost/users");
    let text = refused(folder.path(), &unknown).await;
    assert!(text.contains("mongodb") && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn a_read_only_database_is_told() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("users.db");
    std::fs::write(&database, "").unwrap();
    let read_only = settings(&idp).replace("sqlite://users.db", "sqlite://users.db?mode=ro");
    std::fs::write(folder.path().join("social-auth.toml"), read_only).unwrap();
    let output = run(folder.path(), &["serve"]).await;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("read-only"), "{text}");
    assert_eq!(database.metadata().unwrap().len(), 0);
    assert!(!folder.path().join("social-auth.secret").exists(), "nothing is written for a start that fails");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_and_left_alone() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("users.db");
    std::fs::write(&database, "these are my notes, not a database\n".repeat(50)).unwrap();
    std::fs::write(folder.path().join("social-auth.toml"), settings(&idp)).unwrap();
    let output = run(folder.path(), &["serve"]).await;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("database"), "{}", said(&output));
    assert!(std::fs::read_to_string(&database).unwrap().starts_with("these are my notes"));
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let taken = idp.address().unwrap();
    let text = refused(folder.path(), &settings(&idp).replace("127.0.0.1:0", &taken.to_string())).await;
    assert!(text.contains(&taken.to_string()) && text.contains("another program"), "{text}");
}

#[tokio::test]
async fn a_site_that_others_reach_must_know_its_address() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let text = refused(folder.path(), &settings(&idp).replace("127.0.0.1:0", "0.0.0.0:0")).await;
    assert!(text.contains("PUBLIC_URL") || text.contains("public_url"), "{text}");
    let text = refused(folder.path(), &format!("public_url = \"http://login.example.org\"\n{}", settings(&idp))).await;
    assert!(text.contains("https"), "{text}");
}

#[tokio::test]
async fn settings_from_the_environment_are_checked_as_strictly() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), &["serve"]).env("SOCIAL_AUTH_LISTN", "127.0.0.1:0").output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("SOCIAL_AUTH_LISTN"), "{}", said(&output));
}
