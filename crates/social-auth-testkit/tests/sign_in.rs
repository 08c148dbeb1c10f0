//! Whole sign-ins at the library's own door: no web framework, the development identity provider behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use async_trait::async_trait;
use http::{HeaderMap, Method};
use serde_json::Value;
use social_auth::pipeline::{Outcome, Pipeline};
use social_auth::session::Session;
use social_auth::storage::{MemoryStorage, User, UserId};
use social_auth::web::{Reply, Request};
use social_auth::{Result, SocialAuth};
use social_auth_testkit::DevProvider;

#[derive(Default)]
struct TestSession {
    user: Option<UserId>,
    values: std::collections::HashMap<String, Value>,
}

#[async_trait]
impl Session for TestSession {
    fn user_id(&self) -> Option<UserId> {
        self.user.clone()
    }
    fn get(&self, key: &str) -> Option<Value> {
        self.values.get(key).cloned()
    }
    fn set(&mut self, key: &str, value: Value) {
        self.values.insert(key.to_owned(), value);
    }
    fn remove(&mut self, key: &str) {
        self.values.remove(key);
    }
    async fn sign_in(&mut self, user: &User, _lifetime: Option<i64>) -> Result<()> {
        self.user = Some(user.id.clone());
        Ok(())
    }
    async fn sign_out(&mut self) -> Result<()> {
        *self = TestSession::default();
        Ok(())
    }
}

/// A browser at our door: it keeps cookies.
#[derive(Default)]
struct Door {
    cookies: std::collections::BTreeMap<String, String>,
    session: TestSession,
}

impl Door {
    async fn get(&mut self, social: &SocialAuth, path: &str) -> Reply {
        self.send(social, Method::GET, path, "none", "").await
    }

    async fn post(&mut self, social: &SocialAuth, path: &str, form: &str) -> Reply {
        self.send(social, Method::POST, path, "same-origin", form).await
    }

    async fn send(&mut self, social: &SocialAuth, method: Method, path: &str, site: &str, form: &str) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", site.parse().unwrap());
        headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.insert("cookie", cookies.join("; ").parse().unwrap());
        let request = Request::new(method, path.parse().unwrap(), headers, form.as_bytes(), None).unwrap();
        let reply = social.respond(&request, &mut self.session).await.expect("an address of ours");
        for cookie in &reply.cookies {
            self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        reply
    }
}

fn path_of(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

async fn set_up() -> (DevProvider, SocialAuth) {
    set_up_with(Pipeline::authentication()).await
}

async fn set_up_with(pipeline: Pipeline) -> (DevProvider, SocialAuth) {
    let idp = DevProvider::start().await.unwrap();
    let url = idp.url().to_string();
    let base = url.trim_end_matches('/');
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .pipeline(pipeline)
        .backend_as("dev-oidc", "oidc", [("KEY", idp.client_id()), ("SECRET", idp.client_secret()), ("OIDC_ENDPOINT", &idp.issuer())])
        .backend_as(
            "dev-oauth2",
            "oauth2",
            [
                ("KEY", idp.client_id()),
                ("SECRET", idp.client_secret()),
                ("AUTHORIZATION_URL", &format!("{base}/oauth2/authorize")),
                ("ACCESS_TOKEN_URL", &format!("{base}/oauth2/token")),
                ("USER_URL", &format!("{base}/oauth2/user")),
                ("USERNAME_KEY", "login"),
                ("EMAIL_KEY", "email"),
            ],
        )
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    (idp, social)
}

#[tokio::test]
async fn a_person_signs_in_and_is_known_the_next_time() {
    let (idp, social) = set_up().await;
    for backend in ["dev-oidc", "dev-oauth2"] {
        let mut users = Vec::new();
        for _ in 0..2 {
            let mut door = Door::default();
            let away = door.get(&social, &format!("/login/{backend}/?next=/there")).await;
            let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
            let back = door.get(&social, &path_of(callback.url.as_ref())).await;
            assert_eq!(back.location(), Some("/there"), "{backend}: {back:?}");
            users.push(door.session.user.clone().expect("somebody is signed in"));
        }
        assert_eq!(users[0], users[1]);
        let user = social.users().user(&users[0]).await.unwrap().unwrap();
        assert_eq!(user.email.as_deref(), Some("alice@example.test"), "{backend}");
        assert!(user.username.starts_with("alice"), "{backend}: {}", user.username);
    }
}

#[tokio::test]
async fn whoever_declines_is_told_so_and_nothing_is_made() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/dev-oidc/").await;
    let callback = idp.decline(away.location().unwrap()).await.unwrap();
    let reply = door.get(&social, &path_of(callback.url.as_ref())).await;
    assert_eq!(reply.status, 403);
    assert!(door.session.user.is_none());
}

#[tokio::test]
async fn keys_may_rotate_between_two_sign_ins() {
    let (idp, social) = set_up().await;
    for _ in 0..2 {
        let mut door = Door::default();
        let away = door.get(&social, "/login/dev-oidc/").await;
        let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
        door.get(&social, &path_of(callback.url.as_ref())).await;
        assert!(door.session.user.is_some());
        idp.rotate_keys(social_auth_testkit::OldKeys::Drop).unwrap();
    }
}

/// Asks for a user name before the account is made.
fn asks_for_a_name() -> Pipeline {
    let pipeline = Pipeline::authentication().after("get_username", "choose_username", |context| {
        Box::pin(async move {
            if context.user.is_some() {
                return Ok(Outcome::Continue);
            }
            match context.param("username").map(str::to_owned) {
                Some(chosen) => context.username = Some(chosen),
                None => return Ok(Outcome::Pause(Reply::redirect(format!("/choose?go_on={}", context.resume_url())))),
            }
            Ok(Outcome::Continue)
        })
    });
    pipeline.unwrap()
}

async fn paused(idp: &DevProvider, social: &SocialAuth, door: &mut Door) -> String {
    let away = door.get(social, "/login/dev-oidc/?next=/there").await;
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    let reply = door.get(social, &path_of(callback.url.as_ref())).await;
    assert!(door.session.user.is_none());
    path_of(reply.location().unwrap().strip_prefix("/choose?go_on=").unwrap())
}

#[tokio::test]
async fn a_paused_sign_in_goes_on_with_what_the_person_chose() {
    let (idp, social) = set_up_with(asks_for_a_name()).await;
    let mut door = Door::default();
    paused(&idp, &social, &mut door).await;
    let reply = door.post(&social, "/complete/dev-oidc/", "username=queen").await;
    assert_eq!(reply.location(), Some("/there"), "{reply:?}");
    let user = social.users().user(&door.session.user.unwrap()).await.unwrap().unwrap();
    assert_eq!(user.username, "queen");
}

#[tokio::test]
async fn a_link_asks_first_goes_on_once_and_only_for_who_may() {
    let (idp, social) = set_up_with(asks_for_a_name()).await;
    let mut door = Door::default();
    let link = paused(&idp, &social, &mut door).await;

    let mut elsewhere = Door::default();
    let asked = elsewhere.get(&social, &link).await;
    assert_eq!(asked.status, 200, "a link is a question");
    assert!(elsewhere.session.user.is_none());

    let foreign = elsewhere.send(&social, Method::POST, &link, "cross-site", "confirm=1&username=mallory").await;
    assert_eq!(foreign.status, 200, "another site cannot say yes");

    let mut somebody = Door { session: TestSession { user: Some(UserId::new(77)), ..TestSession::default() }, ..Door::default() };
    assert_eq!(somebody.post(&social, &link, "confirm=1&username=mallory").await.status, 400, "nobody else may go on");

    let done = elsewhere.post(&social, &link, "confirm=1&username=queen").await;
    assert_eq!(done.location(), Some("/there"), "{done:?}");
    let again = Door::default().post(&social, &link, "confirm=1&username=queen").await;
    assert_eq!(again.status, 400, "a link is used once");
}

#[tokio::test]
async fn fifty_refreshes_at_once_ask_the_provider_once_and_all_get_the_good_token() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/dev-oidc/").await;
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    door.get(&social, &path_of(callback.url.as_ref())).await;
    let association = social.social().associations_of(&door.session.user.unwrap()).await.unwrap().remove(0);
    idp.forget_requests();

    let refreshes = (0..50).map(|_| {
        let (social, association) = (social.clone(), association.clone());
        tokio::spawn(async move { social.refresh(&association).await.map(|data| data.text("access_token").unwrap().to_owned()) })
    });
    let mut tokens = std::collections::BTreeSet::new();
    for refresh in refreshes.collect::<Vec<_>>() {
        tokens.insert(refresh.await.unwrap().unwrap());
    }
    let refreshed = idp.requests_to("/token").iter().filter(|request| request.field("grant_type") == Some("refresh_token")).count();
    assert_eq!((refreshed, tokens.len()), (1, 1));
    let stored = social.social().association_by_id(association.id).await.unwrap().unwrap();
    assert_ne!(stored.extra_data.text("access_token"), association.extra_data.text("access_token"));
    assert!(stored.extra_data.get("_refreshing_until").is_none());
}
