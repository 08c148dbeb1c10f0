//! An application's own pages: who is signed in, where clients come from, where the routes are.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRef};
use axum::routing::get;
use axum::{Json, Router};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use social_auth::Builder;
use social_auth::SocialAuth;
use social_auth::storage::{MemoryStorage, SocialStorage as _, UserId, UserStorage as _};
use social_auth_axum::CurrentUser;
use social_auth_testkit::login_as;
use tower::ServiceExt as _;

use crate::kit::app;

fn builder(storage: &Arc<MemoryStorage>) -> Builder {
    SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two characters")
        .users(storage.clone())
        .social(storage.clone())
        .backend("github", [("KEY", "k"), ("SECRET", "s")])
}

fn social() -> SocialAuth {
    builder(&Arc::new(MemoryStorage::new())).build().unwrap()
}

async fn ask(app: &Router, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String, http::HeaderMap) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4711))));
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, String::from_utf8(body.to_vec()).unwrap(), parts.headers)
}

#[tokio::test]
async fn the_applications_own_layers_find_the_error_with_the_response() {
    use axum::response::{IntoResponse, Response};
    use social_auth::{Error, Reason};

    async fn errors(response: Response) -> Response {
        match response.extensions().get::<Error>().map(Error::reason) {
            Some(Reason::SessionContextMissing) => "ours".into_response(),
            _ => response,
        }
    }
    let storage = Arc::new(MemoryStorage::new());
    let raising = builder(&storage).set("RAISE_EXCEPTIONS", true).set("LOGIN_ERROR_URL", "/oops").build().unwrap();
    let layered = app(raising.clone()).layer(axum::middleware::map_response(errors));
    assert_eq!(ask(&layered, "/complete/github/?state=x&code=y", &[]).await.1, "ours");
    let (status, _, headers) = ask(&app(raising), "/complete/github/?state=x&code=y", &[]).await;
    assert_eq!((status.as_u16(), headers.get("location")), (400, None), "neither redirect nor page");
}

#[tokio::test]
async fn a_handler_of_the_application_answers_errors_in_its_own_way() {
    use social_auth::Reason;
    use social_auth::web::Reply;

    let storage = Arc::new(MemoryStorage::new());
    let handled = builder(&storage).on_error(|error, request| {
        (error.reason() == Reason::SessionContextMissing).then(|| Reply::redirect(format!("/sorry?for={}", request.uri.path())))
    });
    let app = app(handled.build().unwrap());
    let (status, _, headers) = ask(&app, "/complete/github/?state=x&code=y", &[]).await;
    assert_eq!((status.as_u16(), headers["location"].to_str().unwrap()), (303, "/sorry?for=/complete/github/"));
    assert_eq!(ask(&app, "/complete/nowhere/?state=x", &[]).await.0, 404, "left to us");
}

#[tokio::test]
async fn templates_have_the_backends_by_name_and_by_type() {
    let storage = Arc::new(MemoryStorage::new());
    let social = builder(&storage).backend("gitlab", [("KEY", "k"), ("SECRET", "s")]).build().unwrap();
    let ada = storage.create_user(&social_auth::storage::NewUser { username: "ada".into(), ..Default::default() }).await.unwrap();
    let association = social_auth::storage::NewAssociation {
        provider: "github".into(),
        uid: "7".into(),
        id_key: "id".into(),
        user_id: ada.id.clone(),
        extra_data: social_auth::identity::Fields::default(),
        created: social.clock().date_time(),
    };
    storage.create_association(&association).await.unwrap();
    let backends = serde_json::to_value(social.backends_of(Some(&ada.id)).await.unwrap()).unwrap();
    assert_eq!(backends["by_name"]["github"][0]["uid"], "7");
    assert_eq!(backends["by_name"]["gitlab"], json!([]));
    let of_type: Vec<_> = backends["by_type"]["oauth2"].as_array().unwrap().iter().map(|info| info["name"].clone()).collect();
    assert_eq!(of_type, ["github", "gitlab"]);
}

#[tokio::test]
async fn a_test_signs_somebody_in_with_one_line() {
    let social = social();
    let app = app(social.clone());
    let cookie = login_as(&social, "alice").await.unwrap();
    assert_eq!(ask(&app, "/private", &[("cookie", &cookie)]).await.1, "alice");
    let again = login_as(&social, "alice").await.unwrap();
    assert_ne!(cookie, again);
    assert_eq!(ask(&app, "/who", &[("cookie", &again)]).await.1, "alice");
    let other = login_as(&social, "Zoë Zimmer").await.unwrap();
    assert_eq!(ask(&app, "/who", &[("cookie", &other)]).await.1, "Zoë Zimmer");
}

#[tokio::test]
async fn fifty_tests_that_sign_in_as_one_person_get_one_user() {
    let storage = Arc::new(MemoryStorage::new());
    let social = builder(&storage).build().unwrap();
    let logins = (0..50).map(|_| {
        let social = social.clone();
        tokio::spawn(async move { login_as(&social, "alice").await.unwrap() })
    });
    for login in logins.collect::<Vec<_>>() {
        login.await.unwrap();
    }
    let user = storage.association("github", "1001").await.unwrap().unwrap().user_id;
    assert_eq!(storage.associations_of(&user).await.unwrap().len(), 1);
    assert_eq!(storage.sessions_of(&user, 0).await.unwrap().len(), 50);
}

#[tokio::test]
async fn a_page_for_users_tells_others_401() {
    async fn name(CurrentUser(user): CurrentUser) -> String {
        user.username
    }
    let social = social();
    let app = Router::new().route("/name", get(name)).with_state(social.clone());
    let (status, page, headers) = ask(&app, "/name", &[("accept", "text/html")]).await;
    assert_eq!((status, headers["content-type"].as_bytes()), (StatusCode::UNAUTHORIZED, b"text/html; charset=utf-8".as_slice()));
    assert!(page.contains("Please sign in first."), "{page}");
    let (status, problem, _) = ask(&app, "/name", &[("accept", "application/json")]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(serde_json::from_str::<Value>(&problem).unwrap()["code"], "login_required");
    let cookie = login_as(&social, "bob").await.unwrap();
    assert_eq!(ask(&app, "/name", &[("cookie", &cookie)]).await.1, "bob");
}

#[tokio::test]
async fn a_token_of_ours_says_who_it_is() {
    let storage = Arc::new(MemoryStorage::new());
    let social = builder(&storage).build().unwrap();
    login_as(&social, "alice").await.unwrap();
    let alice = storage.user(&UserId::new(1)).await.unwrap().unwrap();
    let issuing = social_auth::web::Request::new(http::Method::POST, "/".parse().unwrap(), http::HeaderMap::new(), &[], None).unwrap();
    let token = social.issue_api_token(&alice, "github", &issuing).await.unwrap().token;
    let app = app(social);
    let bearer = format!("Bearer {}", token.expose());
    assert_eq!(ask(&app, "/private", &[("authorization", &bearer)]).await.1, "alice");
    assert_eq!(ask(&app, "/who", &[("authorization", "Bearer sat_unknown")]).await.1, "");
    let as_cookie = format!("social_auth_session={}", token.expose());
    assert_eq!(ask(&app, "/who", &[("cookie", &as_cookie)]).await.1, "", "a token is no session");
}

#[tokio::test]
async fn a_part_of_the_state_will_do() {
    #[derive(Clone, FromRef)]
    struct App {
        social: SocialAuth,
        greeting: &'static str,
    }
    async fn hello(axum::extract::State(greeting): axum::extract::State<&'static str>, user: Option<CurrentUser>) -> String {
        format!("{greeting}, {}", user.map_or("stranger".into(), |CurrentUser(user)| user.username))
    }
    let social = social();
    let state = App { social: social.clone(), greeting: "Hello" };
    let app = Router::new().route("/", get(hello)).merge(social_auth_axum::routes(social.clone())).with_state(state);
    assert_eq!(ask(&app, "/", &[]).await.1, "Hello, stranger");
    let cookie = login_as(&social, "carol").await.unwrap();
    assert_eq!(ask(&app, "/", &[("cookie", &cookie)]).await.1, "Hello, carol");
    assert_eq!(ask(&app, "/login/github/", &[("sec-fetch-site", "none")]).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_broken_json_request_to_a_page_of_the_application_is_its_own_matter() {
    let social = social();
    let cookie = login_as(&social, "alice").await.unwrap();
    let (status, name, _) = ask(&app(social), "/who", &[("cookie", &cookie), ("content-type", "application/json")]).await;
    assert_eq!((status, name.as_str()), (StatusCode::OK, "alice"));
}

#[tokio::test]
async fn routes_are_mounted_where_the_setting_says() {
    let storage = Arc::new(MemoryStorage::new());
    let app = app(builder(&storage).mount("/auth").build().unwrap());
    assert_eq!(ask(&app, "/login/github/", &[("sec-fetch-site", "none")]).await.0, StatusCode::NOT_FOUND);
    let (status, _, headers) = ask(&app, "/auth/login/github/", &[("sec-fetch-site", "none")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(headers["location"].to_str().unwrap().contains("%2Fauth%2Fcomplete%2Fgithub%2F"), "{headers:?}");
    assert!(headers["set-cookie"].to_str().unwrap().contains("Path=/auth/"), "{headers:?}");
}

/// Where the last use of the user's only session came from.
async fn address(trusted: &[&str], forwarded: &str) -> String {
    let storage = Arc::new(MemoryStorage::new());
    let clock = social_auth::clock::Clock::fixed(1_800_000_000);
    let social = builder(&storage).set("TRUSTED_PROXIES", json!(trusted)).clock(clock.clone()).build().unwrap();
    let cookie = login_as(&social, "alice").await.unwrap();
    clock.set(clock.now() + 600);
    ask(&app(social), "/who", &[("cookie", &cookie), ("x-forwarded-for", forwarded)]).await;
    storage.sessions_of(&UserId::new(1), clock.now()).await.unwrap().remove(0).ip_address
}

#[tokio::test]
async fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
    assert_eq!(address(&[], "203.0.113.9").await, "10.0.0.1");
    assert_eq!(address(&["10.0.0.2"], "203.0.113.9").await, "10.0.0.1");
    assert_eq!(address(&["10.0.0.0/8"], "198.51.100.1, 203.0.113.9").await, "203.0.113.9");
}

#[tokio::test]
async fn templates_get_the_backends_and_no_token() {
    let storage = Arc::new(MemoryStorage::new());
    let social = builder(&storage).backend_as("work", "github", [("KEY", "k"), ("SECRET", "s")]).build().unwrap();
    let Json(nobody) = Json(json!(social.backends_of(None).await.unwrap()));
    assert_eq!((&nobody["associated"], nobody["not_associated"].as_array().unwrap().len()), (&json!([]), 2));
    login_as(&social, "alice").await.unwrap();
    let association = storage.association("github", "1001").await.unwrap().unwrap();
    let mut extra_data = association.extra_data.clone();
    extra_data.0.insert("access_token".into(), "gho_secret".into());
    storage.update_extra_data(association.id, &extra_data, association.created, None).await.unwrap();
    let seen = json!(social.backends_of(Some(&association.user_id)).await.unwrap());
    assert_eq!((&seen["associated"][0]["provider"], &seen["associated"][0]["title"]), (&json!("github"), &json!("GitHub")));
    assert_eq!(seen["not_associated"][0]["name"], "work");
    assert_eq!(seen["backends"].as_array().unwrap().len(), 2);
    assert!(!seen.to_string().contains("gho_secret"));
}
