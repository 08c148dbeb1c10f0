//! Fifty processes of the operating system that refresh one expired token at the same moment. They share a file.

use std::path::Path;
use std::process::Stdio;

use social_auth::SocialAuth;
use social_auth::storage::{SocialStorage as _, UserStorage as _};
use social_auth_sqlx::SqlxStorage;
use tokio::process::Command;

use super::{RACERS, Site, WELCOME};

/// What a process is told in its environment: the database, the provider, the client, and when to begin.
const TOLD: [&str; 6] = ["REPLICA_DATABASE", "REPLICA_ISSUER", "REPLICA_KEY", "REPLICA_SECRET", "REPLICA_ASSOCIATION", "REPLICA_GATE"];

/// What a process says before the token that it got.
const SAYS: &str = "the token is ";

#[tokio::test(flavor = "multi_thread")]
async fn fifty_processes_refresh_once_and_all_get_the_good_token() {
    let site = Site::start().await;
    let callback = site.callback("alice").await;
    assert_eq!(site.race([callback]).await[0].location, WELCOME);
    let alice = site.storage.users_by_email("alice@example.test").await.unwrap().remove(0);
    let association = site.storage.associations_of(&alice.id).await.unwrap().remove(0);
    site.idp.forget_requests();

    // They begin when this file is there, so that none is ahead.
    let gate = site.folder.path().join("gate");
    let told = [
        site.url.clone(),
        site.idp.issuer(),
        site.idp.client_id().to_owned(),
        site.idp.client_secret().to_owned(),
        association.id.to_string(),
        gate.display().to_string(),
    ];
    let start = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "processes::one_of_the_processes", "--nocapture"]).envs(TOLD.into_iter().zip(&told));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
    };
    let processes: Vec<_> = (0..RACERS).map(|_| start()).collect();
    let ids: std::collections::BTreeSet<_> = processes.iter().map(|process| process.id().unwrap()).collect();
    assert_eq!(ids.len(), RACERS);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    std::fs::write(&gate, "").unwrap();

    let mut tokens = Vec::new();
    for process in processes {
        let output = process.wait_with_output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        let token = said.lines().find_map(|line| line.split_once(SAYS)).map(|(_, token)| token.to_owned());
        tokens.push(token.unwrap_or_else(|| panic!("no token: {said}")));
    }
    let stored = site.storage.association_by_id(association.id).await.unwrap().unwrap();
    let good = stored.extra_data.text("access_token").unwrap();
    assert_ne!(Some(good), association.extra_data.text("access_token"));
    assert_eq!(tokens.iter().filter(|token| *token == good).count(), RACERS, "all have the token that is stored");
    let refreshes = site.idp.requests_to("/token").iter().filter(|request| request.field("grant_type") == Some("refresh_token")).count();
    assert_eq!(refreshes, 1, "the provider was asked once");
    let user = reqwest::Client::new().get(format!("{}/userinfo", site.idp.url())).bearer_auth(good).send().await.unwrap();
    assert!(user.status().is_success(), "and the provider takes it");
}

/// What each of the processes does. Run by itself it has nothing to do: [`TOLD`] is for those that the test starts.
#[tokio::test]
async fn one_of_the_processes() {
    let told = TOLD.map(|name| std::env::var(name).ok());
    let [Some(database), Some(issuer), Some(key), Some(secret), Some(association), Some(gate)] = told else { return };
    let storage = SqlxStorage::connect(&database).await.unwrap();
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(storage)
        .backend("oidc", [("KEY", key), ("SECRET", secret), ("OIDC_ENDPOINT", issuer)])
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let association = social.social().association_by_id(association.parse().unwrap()).await.unwrap().unwrap();
    while !Path::new(&gate).exists() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let fresh = social.refresh(&association).await.unwrap();
    println!("{SAYS}{}", fresh.text("access_token").unwrap());
}
