//! Start, log, stop.

use std::time::Duration;

use social_auth_testkit::{DevProvider, Fault};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::program::Program;
use super::visitor::Visitor;

#[tokio::test]
async fn a_request_that_runs_is_finished_before_the_program_ends() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    let url = visitor.begin("dev-oauth2", None).await;
    let callback = idp.approve(&url, "alice").await.unwrap();
    idp.fault("/oauth2/token", Fault::Slow(Duration::from_secs(1)));
    let (page, ()) = tokio::join!(visitor.come_back(&callback), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.terminate().await;
    });
    assert_eq!(page.location(), "/account/");
    assert_eq!(server.rows("social_auth_session").await, 1);
    let (status, log) = server.ended().await;
    assert!(status.success(), "{status}: {log}");
    assert!(log.contains("stopped"), "{log}");
}

#[tokio::test]
async fn the_log_is_json_where_it_should_be_and_holds_no_secret() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "log_format = \"json\"\nlog = \"trace\"").await;
    let visitor = Visitor::new(&server.address);
    let url = visitor.begin("dev-oidc", None).await;
    let callback = idp.approve(&url, "alice").await.unwrap();
    visitor.come_back(&callback).await.location();
    assert_eq!(idp.requests_to("/token").len(), 1);
    // A token that a program hands over, and the one that it gets.
    let offered = idp.issue_tokens(idp.client_id(), "alice", None).unwrap().access_token;
    let program = reqwest::Client::new().post(format!("{}/token/dev-oidc/", server.address));
    let program = program.header("content-type", "application/x-www-form-urlencoded").body(format!("access_token={offered}"));
    let answer: serde_json::Value = serde_json::from_str(&program.send().await.unwrap().text().await.unwrap()).unwrap();
    let ours = answer["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    server.terminate().await;
    let (code, state) = (callback.param("code").unwrap(), callback.param("state").unwrap());
    let secret_file = std::fs::read_to_string(server.folder().join("social-auth.secret")).unwrap();
    let (_, log) = server.ended().await;
    let token_request = idp.requests_to("/token").remove(0);
    let verifier = token_request.field("code_verifier").expect("PKCE").to_owned();
    let authorization = idp.requests_to("/userinfo").remove(0).headers["authorization"].to_str().unwrap().to_owned();
    let access_token = authorization.strip_prefix("Bearer ").expect("the profile is asked for with the token");
    for secret in [code.as_str(), &state, &verifier, access_token, &offered, &ours, idp.client_secret(), secret_file.trim()] {
        assert!(secret.len() > 15 && !log.contains(secret), "{secret} in {log}");
    }
    for line in log.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(event["level"].is_string() && event["timestamp"].is_string(), "{line}");
    }
    let signed_in = log.lines().find(|line| line.contains("\"signed in\"")).expect("a sign-in is logged");
    let event: serde_json::Value = serde_json::from_str(signed_in).unwrap();
    assert_eq!((&event["backend"], &event["span"]["path"]), (&"dev-oidc".into(), &"/complete/dev-oidc/".into()));
}

#[tokio::test]
async fn users_are_still_there_after_a_restart_and_still_signed_in() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("social-auth.toml");
    let database = folder.path().join("users.db");
    let settings = super::program::settings(&idp).replace("sqlite://users.db", &format!("sqlite://{}", database.display()));
    std::fs::write(&config, &settings).unwrap();
    let arguments = ["serve", "--config", config.to_str().unwrap()];
    let server = Program::start(tempfile::tempdir().unwrap(), &arguments).await;
    let address = server.address.clone();
    let visitor = Visitor::new(&address);
    visitor.sign_in(&idp, "dev-oidc", "alice").await.location();
    let before = visitor.me().await;
    server.terminate().await;
    assert!(server.ended().await.0.success());

    let listen = address.trim_start_matches("http://").to_owned();
    let arguments = ["serve", "--config", config.to_str().unwrap(), "--listen", &listen];
    let server = Program::start(tempfile::tempdir().unwrap(), &arguments).await;
    assert_eq!(server.address, address);
    assert_eq!(visitor.me().await, before);
}

#[tokio::test]
async fn what_expired_is_removed() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("social-auth.toml"), super::program::settings(&idp)).unwrap();
    assert!(super::program::run(folder.path(), &["migrate"]).await.status.success());
    let path = format!("sqlite://{}", folder.path().join("users.db").display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&path).await.unwrap();
    for (key, expires_at) in [("old", 1_i64), ("live", i64::MAX)] {
        let sql = "INSERT INTO social_auth_session (key_hash, user_id, data, last_seen_at, expires_at, user_agent, ip_address, \
                   public_id, created_at) VALUES ($1, NULL, '{}', 1, $2, '', '', $1, 1)";
        sqlx::query(sql).bind(key).bind(expires_at).execute(&mut database).await.unwrap();
    }
    for (days, token) in [(20, "old"), (3, "live")] {
        let age = format!("-{days} days");
        let partial =
            "INSERT INTO social_auth_partial (token, next_step, backend, timestamp, data) VALUES ($1, 0, 'dev', datetime('now', $2), '{}')";
        sqlx::query(partial).bind(token).bind(&age).execute(&mut database).await.unwrap();
        let code = "INSERT INTO social_auth_code (email, code, verified, timestamp) VALUES ('a@b.c', $1, 0, datetime('now', $2))";
        sqlx::query(code).bind(token).bind(&age).execute(&mut database).await.unwrap();
    }
    let server = Program::start(folder, &["serve"]).await;
    let left = "SELECT key_hash FROM social_auth_session UNION ALL SELECT token FROM social_auth_partial UNION ALL SELECT code FROM social_auth_code";
    let mut rows: Vec<String> = Vec::new();
    for _ in 0..100 {
        rows = sqlx::query_scalar(left).fetch_all(&mut database).await.unwrap();
        if rows == ["live"; 3] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("what expired is still there: {rows:?} {}", server.log());
}

#[tokio::test]
async fn the_demo_serves_both_protocols_and_says_what_it_is() {
    let demo = Program::demo().await;
    let page = Visitor::new(&demo.address).get("/login/").await;
    page.shows("Development OAuth 2.0");
    page.shows("Development OpenID Connect");
    page.shows("for development only");
}

#[tokio::test]
async fn the_walk_in_the_readme_works_as_it_is_written() {
    let readme = include_str!("../../README.md");
    let (_, walk) = readme.split_once("## A sign-in by hand").unwrap();
    let (_, script) = walk.split_once("```sh\n").unwrap();
    let (script, _) = script.split_once("```").unwrap();
    let demo = Program::demo().await;
    let script = script.replace("http://127.0.0.1:8000", &demo.address);
    let output = tokio::process::Command::new("bash").args(["-ec", &script]).output().await.expect("bash and curl are installed");
    let said = super::program::said(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.starts_with("{\"user\":null}") && said.contains("303") && said.contains("alice@example.test"), "{said}");
}

/// What a server sends, until it closes the connection, to a client that says only this and waits.
async fn answer_to(address: &str, said: &str) -> String {
    let mut connection = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    connection.write_all(said.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), connection.read_to_end(&mut answer)).await;
    closed.unwrap_or_else(|_| panic!("still connected after {said:?}")).unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn whoever_is_slow_to_say_what_it_wants_is_let_go_but_whoever_waits_for_a_slow_provider_is_not() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "read_timeout = 1").await;
    let half_a_head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
    let whole = format!("{half_a_head}\r\n");
    let half_a_body = "POST /login/dev-oidc/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nnext=";
    let ((), head, idle, body) = tokio::join!(
        async {
            let visitor = Visitor::new(&server.address);
            let url = visitor.begin("dev-oauth2", None).await;
            let callback = idp.approve(&url, "alice").await.unwrap();
            idp.fault("/oauth2/token", Fault::Slow(Duration::from_millis(1500)));
            assert_eq!(visitor.come_back(&callback).await.location(), "/account/");
        },
        answer_to(&server.address, half_a_head),
        answer_to(&server.address, &whole),
        answer_to(&server.address, half_a_body),
    );
    assert!(!head.contains(" 200 "), "{head}");
    assert!(idle.starts_with("HTTP/1.1 200 "), "one answer, and the connection is closed: {idle}");
    assert!(body.starts_with("HTTP/1.1 400 "), "{body}");
}
