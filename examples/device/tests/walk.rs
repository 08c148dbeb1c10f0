//! The program as people use it: a process of its own, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Stdio;
use std::time::Duration;

use social_auth_testkit::{Client, DevProvider};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(60);

/// The program, and the address with the code that it showed.
async fn begun(provider: &DevProvider, more: &[&str]) -> (Child, String) {
    provider.register(Client::public("whoami"));
    let mut program = Command::new(env!("CARGO_BIN_EXE_example-device"))
        .args(["--issuer", &provider.issuer(), "--client-id", "whoami"])
        .args(more)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stderr.as_mut().unwrap()).lines();
    let mut line = async || tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    let first = line().await;
    let code = first.rsplit(' ').next().unwrap().to_owned();
    assert_eq!(first, format!("Open {}/device and type in {code}", provider.url()));
    let second = line().await;
    let address = second.strip_prefix("or open ").and_then(|rest| rest.strip_suffix(" and compare the code.")).unwrap().to_owned();
    assert!(address.ends_with(&code), "{address}");
    (program, address)
}

/// What the person does in a browser: opens the address and chooses.
async fn decide(address: &str, choice: (&str, &str)) -> String {
    let http = reqwest::Client::new();
    let asked = http.get(address).header("accept", "application/json").send().await.unwrap().text().await.unwrap();
    let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
    let page = &asked["consent"];
    assert_eq!(page["ask"]["application"], "whoami");
    let action = url::Url::parse(address).unwrap().join(page["action"].as_str().unwrap()).unwrap();
    let transaction = page["transaction"].as_str().unwrap();
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("transaction", transaction)
        .append_pair(choice.0, choice.1)
        .finish();
    let request = http.post(action).header("content-type", "application/x-www-form-urlencoded").body(form);
    request.send().await.unwrap().text().await.unwrap()
}

/// How the program ended, and what it printed for programs and for people.
async fn ended(mut program: Child) -> (bool, String, String) {
    let status = tokio::time::timeout(PATIENCE, program.wait()).await.expect("the program ends").unwrap();
    let (mut out, mut err) = (String::new(), String::new());
    program.stdout.take().unwrap().read_to_string(&mut out).await.unwrap();
    program.stderr.take().unwrap().read_to_string(&mut err).await.unwrap();
    (status.success(), out, err)
}

#[tokio::test]
async fn a_person_approves_in_a_browser_and_the_program_knows_who_it_is() {
    let provider = DevProvider::start().await.unwrap();
    let (program, address) = begun(&provider, &[]).await;
    assert!(decide(&address, ("person", "alice")).await.contains("The device is signed in"));
    let (succeeded, out, _) = ended(program).await;
    assert_eq!((succeeded, out.as_str()), (true, "You are alice <alice@example.test>\n"));
    let again = reqwest::get(&address).await.unwrap().text().await.unwrap();
    assert!(again.contains("No device waits for this code"), "{again}");
}

#[tokio::test]
async fn the_token_that_it_prints_opens_the_providers_api() {
    let provider = DevProvider::start().await.unwrap();
    let (program, address) = begun(&provider, &["--token"]).await;
    decide(&address, ("person", "bob")).await;
    let (succeeded, token, _) = ended(program).await;
    assert!(succeeded);
    let answer = reqwest::Client::new().get(format!("{}/userinfo", provider.url())).bearer_auth(token.trim_end()).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("bob@example.test"));
}

#[tokio::test]
async fn whoever_declines_is_told_so_and_nobody_is_signed_in() {
    let provider = DevProvider::start().await.unwrap();
    let (program, address) = begun(&provider, &[]).await;
    assert!(decide(&address, ("decision", "decline")).await.contains("You declined"));
    let (succeeded, out, err) = ended(program).await;
    assert!(!succeeded && out.is_empty(), "{out}");
    assert!(err.contains("You are not signed in"), "{err}");
}
