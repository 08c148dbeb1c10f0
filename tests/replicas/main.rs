//! Two replicas of an application, each with its own connections to one SQLite file: they share nothing else
//! but the key, and races are decided between them as within one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests may fail loudly")]

use std::net::SocketAddr;

use axum::Router;
use http::StatusCode;
use http::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use social_auth::SocialAuth;
use social_auth::storage::{SocialStorage as _, UserStorage as _};
use social_auth_sqlx::SqlxStorage;
use social_auth_testkit::DevProvider;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

mod processes;

const RACERS: usize = 50;
const WELCOME: &str = "/welcome";

/// Replicas behind one public address, of which only the database knows.
struct Site {
    idp: DevProvider,
    storage: SqlxStorage,
    replicas: Vec<SocketAddr>,
    http: reqwest::Client,
    folder: tempfile::TempDir,
    url: String,
}

/// What a browser brings back from the provider.
#[derive(Clone)]
struct Callback {
    path: String,
    cookies: String,
}

/// What a replica answered.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    status: StatusCode,
    location: String,
    cookies: String,
    body: String,
}

impl Site {
    async fn start() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("shared.db").display());
        let idp = DevProvider::start().await.unwrap();
        let mut replicas = Vec::new();
        for _ in 0..2 {
            // Each migrates, as replicas that start at the same time do.
            let storage = SqlxStorage::connect(&url).await.unwrap();
            storage.migrate().await.unwrap();
            let social = SocialAuth::builder()
                .public_url("http://localhost:8000")
                .secret_key("a key of at least thirty-two random characters")
                .set("SOCIAL_AUTH_LOGIN_REDIRECT_URL", WELCOME)
                .storage(storage)
                .backend("oidc", [("KEY", idp.client_id()), ("SECRET", idp.client_secret()), ("OIDC_ENDPOINT", &idp.issuer())])
                .build()
                .unwrap_or_else(|error| panic!("{error}"));
            let app: Router = social_auth_axum::routes(social);
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            replicas.push(listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, app).await });
        }
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Site { idp, storage: SqlxStorage::connect(&url).await.unwrap(), replicas, http, folder, url }
    }

    /// Begins at the first replica and signs in at the provider.
    async fn callback(&self, person: &str) -> Callback {
        let begun = get(&self.http, self.replicas[0], "/login/oidc/", "").await;
        let callback = self.idp.approve(&begun.location, person).await.unwrap().url;
        Callback { path: format!("{}?{}", callback.path(), callback.query().unwrap()), cookies: begun.cookies }
    }

    /// Sends callbacks to the replicas in turn, all at once.
    async fn race(&self, callbacks: impl IntoIterator<Item = Callback>) -> Vec<Answer> {
        let mut running = JoinSet::new();
        for (callback, replica) in callbacks.into_iter().zip(self.replicas.iter().copied().cycle()) {
            let http = self.http.clone();
            running.spawn(async move { get(&http, replica, &callback.path, &callback.cookies).await });
        }
        running.join_all().await
    }
}

async fn get(http: &reqwest::Client, replica: SocketAddr, path: &str, cookies: &str) -> Answer {
    let request = http.get(format!("http://{replica}{path}")).header("sec-fetch-site", "none");
    let answer = request.header(ACCEPT, "application/json").header(COOKIE, cookies).send().await.unwrap();
    let headers = answer.headers();
    let cookies: Vec<_> = headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap()).collect();
    let location = headers.get(LOCATION).map_or("", |location| location.to_str().unwrap());
    Answer { status: answer.status(), location: location.to_owned(), cookies: cookies.join("; "), body: answer.text().await.unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_callbacks_with_one_state_exactly_one_signs_in() {
    let site = Site::start().await;
    let callback = site.callback("alice").await;
    let answers = site.race(std::iter::repeat_n(callback, RACERS)).await;
    let (signed_in, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.location == WELCOME);
    assert_eq!(signed_in.len(), 1);
    for answer in refused {
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains("attempt_used") && !answer.cookies.contains("session"), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_logins_of_one_person_make_one_user() {
    let site = Site::start().await;
    let mut callbacks = Vec::new();
    for _ in 0..RACERS {
        callbacks.push(site.callback("alice").await);
    }
    let answers = site.race(callbacks).await;
    let failed: Vec<_> = answers.iter().filter(|answer| answer.location != WELCOME).collect();
    assert!(failed.is_empty(), "{} failed, the first with {:?}", failed.len(), failed[0]);
    let users = site.storage.users_by_email("alice@example.test").await.unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!(site.storage.associations_of(&users[0].id).await.unwrap().len(), 1);
    assert_eq!(site.storage.sessions_of(&users[0].id, 0).await.unwrap().len(), RACERS);
}
