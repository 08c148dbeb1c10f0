//! Starting, refusing, misbehaving, recording, and the page itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;

use std::process::Command;
use std::time::{Duration, Instant};

use app::App;
use http::Method;
use social_auth_testkit::{DevProvider, Error, Fault, Person};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn another_address_than_loopback_is_refused() {
    for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let refused = DevProvider::builder().address(address.parse().unwrap()).start().await;
        assert!(matches!(refused, Err(Error::NotLoopback { .. })), "{address}");
    }
    let url = "https://idp.example.com/".parse().unwrap();
    assert!(matches!(DevProvider::builder().mount(&url), Err(Error::NotLoopback { .. })));
    let url = "ftp://localhost/".parse().unwrap();
    assert!(matches!(DevProvider::builder().mount(&url), Err(Error::UnusableUrl { .. })));
}

#[tokio::test]
async fn production_is_refused() {
    let refused = DevProvider::builder().production(true).start().await.unwrap_err();
    assert_eq!(refused.code(), "dev_provider_in_production");
    assert!(refused.to_string().contains("never runs in production"));

    // In a process of its own, because the environment belongs to the whole process.
    const TRIAL: &str = "TESTKIT_PRODUCTION_TRIAL";
    if std::env::var_os(TRIAL).is_some() {
        let refused = DevProvider::start().await.unwrap_err();
        assert!(matches!(refused, Error::Production { .. }));
        return;
    }
    for variable in ["SOCIAL_AUTH_ENV", "RUST_ENV"] {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "production_is_refused"])
            .envs([(TRIAL, "1"), (variable, "production")])
            .status();
        assert!(status.unwrap().success(), "{variable}");
    }
}

#[tokio::test]
async fn a_foreign_host_header_is_not_answered() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let url = format!("{}/jwks", idp.url());
    let answer = app.http.get(&url).header("host", "rebound.example").send().await.unwrap();
    assert_eq!(answer.status(), 421);
    assert_eq!(app.http.get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_mounted_provider_works_below_its_path() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/idp", listener.local_addr().unwrap());
    let idp = DevProvider::builder().mount(&url.parse().unwrap()).unwrap();
    let router = axum::Router::new().nest("/idp", idp.app());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    assert_eq!(idp.issuer(), url);
    let app = App::oidc(&idp);
    let token = app.sign_in("alice").await.text("access_token");
    assert_eq!(app.get("/userinfo", Some(&token)).await.json["sub"], "1001");
    idp.fault("/userinfo", Fault::Status(503));
    assert_eq!(app.get("/userinfo", Some(&token)).await.status, 503);
}

#[tokio::test]
async fn a_dropped_provider_stops_listening() {
    let idp = DevProvider::start().await.unwrap();
    let address = idp.address().unwrap();
    drop(idp);
    let gone = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.unwrap();
}

#[tokio::test]
async fn requests_are_recorded_and_their_secrets_not_printed() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let tokens = app.sign_in("alice").await;
    app.refresh(&tokens.text("refresh_token")).await;
    let requests = idp.requests_to("/token");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].method, Method::POST);
    assert_eq!(requests[0].field("grant_type"), Some("authorization_code"));
    assert_eq!(requests[1].field("refresh_token"), Some(tokens.text("refresh_token").as_str()));
    let printed = format!("{requests:?} {idp:?}");
    assert!(printed.contains("client_secret") && !printed.contains(idp.client_secret()));
    assert!(!printed.contains(&tokens.text("refresh_token")));
    idp.forget_requests();
    assert!(idp.requests().is_empty());
}

#[tokio::test]
async fn each_fault_is_what_it_says() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let ask = async |fault: Fault| {
        idp.fault("/jwks", fault);
        app.http.get(format!("{}/jwks", idp.url())).send().await.unwrap()
    };
    let html = ask(Fault::Html).await;
    assert_eq!(html.headers()["content-type"], "text/html");
    assert_eq!(ask(Fault::Status(503)).await.status(), 503);
    let huge = ask(Fault::HugeBody(10_000_001)).await;
    assert_eq!(huge.content_length(), None);
    assert_eq!(huge.bytes().await.unwrap().len(), 10_000_001);
    assert_eq!(ask(Fault::Empty).await.bytes().await.unwrap().len(), 0);
    let bytes = ask(Fault::InvalidUtf8).await.bytes().await.unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());
    let redirect = ask(Fault::RedirectTo("https://elsewhere.example/".into())).await;
    assert_eq!(redirect.status(), 307);
    assert_eq!(redirect.headers()["location"], "https://elsewhere.example/");
    let text = ask(Fault::NotJson).await.text().await.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
    let error = ask(Fault::ErrorIn200).await;
    assert_eq!(error.status(), 200);
    assert!(error.text().await.unwrap().contains("bad_verification_code"));
    let truncated = ask(Fault::Truncated).await;
    assert!(truncated.bytes().await.is_err());
    let altered = ask(Fault::alter(|body| body["keys"] = 7.into())).await;
    assert_eq!(altered.text().await.unwrap(), r#"{"keys":7}"#);
    let begin = Instant::now();
    let slow = ask(Fault::Slow(Duration::from_millis(200))).await;
    assert_eq!(slow.status(), 200);
    assert!(begin.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_dropped_connection_brings_no_byte() {
    let idp = DevProvider::start().await.unwrap();
    idp.fault("/jwks", Fault::DropConnection);
    let mut stream = TcpStream::connect(idp.address().unwrap()).await.unwrap();
    stream.write_all(b"GET /jwks HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    assert_eq!(String::from_utf8_lossy(&bytes), "");
}

#[tokio::test]
async fn faults_end_after_their_number_or_when_healed() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    idp.fault_times("/jwks", Fault::Status(500), 2);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(app.get("/jwks", None).await.status.as_u16());
    }
    assert_eq!(statuses, [500, 500, 200]);
    idp.fault("/jwks", Fault::Status(500));
    idp.heal();
    assert_eq!(app.get("/jwks", None).await.status, 200);
}

#[tokio::test]
async fn the_page_offers_everybody_and_escapes_what_it_shows() {
    let mut client = social_auth_testkit::Client::confidential("shop", "secret");
    client.name = "<b>Shop & Co</b>".to_owned();
    client.redirect_uris = vec!["https://shop.example/callback".to_owned()];
    let idp = DevProvider::builder().client(client).person(Person::new("zed", "9").note("\"quoted\"")).start().await.unwrap();
    let app = App::oidc(&idp);
    let url = app.authorize_url(&[("redirect_uri", "https://shop.example/callback"), ("login_hint", "\"><script>"), ("state", "<i>")]);
    let page = app.http.get(url).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains(" https://shop.example;"));
    let html = page.text().await.unwrap();
    assert!(html.contains("not for production"));
    for key in ["alice", "bob", "carol", "dave", "erin", "zed", "new"] {
        assert!(html.contains(&format!("name=\"person\" value=\"{key}\"")), "{key}");
    }
    assert!(html.contains("name=\"decision\" value=\"decline\""));
    assert!(html.contains("&lt;b&gt;Shop &amp; Co&lt;"));
    for raw in ["<b>", "<i>", "<script>"] {
        assert!(!html.contains(raw), "{raw}");
    }
    for asset in ["/assets/page.css", "/assets/form_post.js"] {
        assert_eq!(app.get(asset, None).await.status, 200, "{asset}");
    }
}

#[tokio::test]
async fn a_page_answers_once() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let request = app.http.get(app.authorize_url(&[])).header("accept", "application/json");
    let page: serde_json::Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    let transaction = page["consent"]["transaction"].as_str().unwrap();
    let fields = [("transaction", transaction), ("typed", "Zoë")];
    let statuses = [
        app.form("/consent", &fields).send().await.unwrap().status().as_u16(),
        app.form("/consent", &fields).send().await.unwrap().status().as_u16(),
    ];
    assert_eq!(statuses, [303, 400]);
}

#[tokio::test]
async fn a_headless_login_stays_at_its_provider() {
    let idp = DevProvider::start().await.unwrap();
    for url in ["https://elsewhere.example/authorize", &format!("{}.evil/", idp.url())] {
        let refused = idp.approve(url, "alice").await;
        assert!(matches!(refused, Err(Error::ForeignUrl { .. })), "{url}");
    }
}
