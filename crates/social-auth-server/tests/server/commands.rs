//! Commands that end by themselves.

use std::path::Path;
use std::process::Stdio;

use social_auth_testkit::{DevProvider, Fault};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::program::{command, run, said, settings};

#[tokio::test]
async fn backends_has_a_name_a_line_first() {
    let output = run(Path::new("/"), &["backends"]).await;
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names.len(), social_auth::provider::ALL.len());
    for name in ["github", "oauth2", "oidc"] {
        assert!(names.contains(&name), "{text}");
    }
    assert!(text.lines().any(|line| line.starts_with("github ") && line.contains("GitHub") && line.ends_with("oauth2")), "{text}");
}

#[tokio::test]
async fn without_arguments_help_is_shown() {
    let text = said(&run(Path::new("/"), &[]).await);
    for command in ["serve", "demo", "check", "backends", "migrate"] {
        assert!(text.contains(command), "{text}");
    }
    let version = run(Path::new("/"), &["--version"]).await;
    assert_eq!(said(&version).trim(), concat!("social-auth ", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn check_prints_callback_addresses_and_reaches_providers() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let public = format!("public_url = \"https://login.example.org\"\n{}", settings(&idp));
    std::fs::write(folder.path().join("site.toml"), public).unwrap();
    let output = run(folder.path(), &["check", "--config", "site.toml"]).await;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for backend in ["dev-oauth2", "dev-oidc"] {
        assert!(text.contains(&format!("https://login.example.org/complete/{backend}/")), "{text}");
    }
    assert_eq!(idp.requests_to("/.well-known/openid-configuration").len(), 1);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "checking writes nothing");
}

#[tokio::test]
async fn check_says_what_is_wrong_with_a_provider_and_exits_with_1() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("social-auth.toml"), settings(&idp)).unwrap();
    for fault in [Fault::Html, Fault::Status(503), Fault::Empty, Fault::HugeBody(10 << 20), Fault::InvalidUtf8] {
        let name = format!("{fault:?}");
        idp.fault("/.well-known/openid-configuration", fault);
        let output = run(folder.path(), &["check"]).await;
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {text}");
        assert!(text.contains("dev-oidc") && text.contains("1 of 2 backends"), "{name}: {text}");
        assert!(!text.contains("panicked"), "{name}: {text}");
    }
}

#[tokio::test]
async fn register_says_what_keeps_it_from_registering() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("social-auth.toml"), settings(&idp)).unwrap();
    let output = run(folder.path(), &["register", "dev-oidc"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("registered already"), "{}", said(&output));
    let unregistered = format!("[backends.new]\nprovider = \"oidc\"\noidc_endpoint = \"{}\"\n", idp.issuer());
    std::fs::write(folder.path().join("social-auth.toml"), unregistered).unwrap();
    let output = run(folder.path(), &["register", "new"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("registration_endpoint"), "{}", said(&output));
}

#[tokio::test]
async fn migrate_makes_the_tables_once() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("social-auth.toml"), settings(&idp)).unwrap();
    let text = said(&run(folder.path(), &["migrate"]).await);
    assert!(text.contains("made auth_user") && text.contains("made social_auth_usersocialauth"), "{text}");
    let text = said(&run(folder.path(), &["migrate"]).await);
    assert!(text.contains("nothing to do"), "{text}");
}

#[tokio::test]
async fn the_demo_refuses_production_and_other_machines() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]).env("SOCIAL_AUTH_ENV", "production").output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("SOCIAL_AUTH_ENV=production"), "{}", said(&output));
    let output = run(folder.path(), &["demo", "--listen", "0.0.0.0:0"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("this machine only"), "{}", said(&output));
}

#[tokio::test]
async fn clear_removes_what_is_over_by_kind_and_age() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("social-auth.toml"), settings(&idp)).unwrap();
    run(folder.path(), &["migrate"]).await;
    let url = format!("sqlite://{}", folder.path().join("users.db").display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    for (days, used) in [(3, "0"), (20, "0"), (20, "1")] {
        let sql = "INSERT INTO social_auth_code (email, code, verified, timestamp) VALUES ('a@b.c', $1, $2, datetime('now', $3))";
        let code = format!("{days}-{used}");
        sqlx::query(sql).bind(code).bind(used == "1").bind(format!("-{days} days")).execute(&mut database).await.unwrap();
    }
    let partial = "INSERT INTO social_auth_partial (token, next_step, backend, timestamp, data) VALUES ('t', 0, 'dev', datetime('now', '-20 days'), '{}')";
    sqlx::query(partial).execute(&mut database).await.unwrap();
    for (key, expires_at) in [("over", 1_i64), ("live", i64::MAX)] {
        let sql = "INSERT INTO social_auth_session (key_hash, user_id, data, last_seen_at, expires_at, user_agent, ip_address, \
                   public_id, created_at) VALUES ($1, NULL, '{}', 1, $2, '', '', $1, 1)";
        sqlx::query(sql).bind(key).bind(expires_at).execute(&mut database).await.unwrap();
    }
    let clear = async |arguments: &[&str]| {
        let output = run(folder.path(), &[&["clear"], arguments].concat()).await;
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(clear(&["--codes", "--age", "30"]).await, "0 unused e-mail codes removed\n");
    assert_eq!(clear(&["--codes"]).await, "1 unused e-mail codes removed\n");
    let left: Vec<String> = sqlx::query_scalar("SELECT code FROM social_auth_code ORDER BY code").fetch_all(&mut database).await.unwrap();
    assert_eq!(left, ["20-1", "3-0"], "what proves an address stays, and what is young");
    assert_eq!(clear(&["--partials", "--sessions"]).await, "1 paused sign-ins removed\n1 sessions removed\n");
    let left: Vec<String> = sqlx::query_scalar("SELECT key_hash FROM social_auth_session").fetch_all(&mut database).await.unwrap();
    assert_eq!(left, ["live"]);
    assert!(clear(&[]).await.contains("0 used states and nonces removed"));
    assert!(clear(&["--age", "1"]).await.contains("1 unused e-mail codes removed"));
}

#[tokio::test]
async fn login_shows_a_code_waits_for_the_person_and_prints_who_it_is() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("social-auth.toml"), settings(&idp)).unwrap();
    let mut running = command(folder.path(), &["login", "dev-oidc"]);
    let mut running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut shown = BufReader::new(running.stderr.take().unwrap()).lines();
    let code = loop {
        let line = shown.next_line().await.unwrap().expect("a line with the code");
        if let Some((_, code)) = line.split_once("type in the code ") {
            break code.to_owned();
        }
    };
    assert!(idp.approve_device(&code, "alice").unwrap(), "{code}");
    let output = running.wait_with_output().await.unwrap();
    assert!(output.status.success());
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["user"]["username"], &answer["token_type"]), (&"alice".into(), &"Bearer".into()));

    let refused = run(folder.path(), &["login", "dev-oauth2"]).await;
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("DEVICE_AUTHORIZATION_URL"), "{}", said(&refused));
}
