//! What our own work costs at each journey, without network and database:
//! `cargo bench -p social-auth --bench journeys`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a bench, like a test, may fail loudly")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::header::COOKIE;
use http::{HeaderMap, Method};
use social_auth::SocialAuth;
use social_auth::session::Session as _;
use social_auth::storage::MemoryStorage;
use social_auth::web::{CookieSession, Reply, Request};
use tokio::runtime::Runtime;
use url::Url;

#[path = "journeys/provider.rs"]
mod provider;
#[path = "../tests/oidc/signing.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod signing;

use provider::Provider;

const BACKENDS: [&str; 2] = ["oauth2", "oidc"];

fn set_up() -> (Arc<Provider>, SocialAuth) {
    let provider = Arc::new(Provider::default());
    let social = SocialAuth::builder()
        .public_url("https://app.example")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .transport(provider.clone())
        .backend(
            "oidc",
            [("KEY", provider::CLIENT), ("SECRET", "a-secret"), ("OIDC_ENDPOINT", provider::ISSUER), ("JWT_ALGORITHMS", "ES256")],
        )
        .backend(
            "oauth2",
            [
                ("KEY", provider::CLIENT),
                ("SECRET", "a-secret"),
                ("AUTHORIZATION_URL", "https://op.example/authorize"),
                ("ACCESS_TOKEN_URL", "https://op.example/token"),
                ("USER_URL", "https://op.example/userinfo"),
                ("ID_KEY", "sub"),
                ("USERNAME_KEY", "preferred_username"),
                ("EMAIL_KEY", "email"),
            ],
        )
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    (provider, social)
}

/// A request as a browser sends it.
fn request(path: &str, cookies: &str) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
    headers.insert("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".parse().unwrap());
    headers.insert(COOKIE, cookies.parse().unwrap());
    Request::new(Method::GET, path.parse().unwrap(), headers, b"", None).unwrap()
}

/// What an adapter does with a request.
async fn answer(social: &SocialAuth, request: &Request) -> Reply {
    let mut session = CookieSession::load(social, request).await.unwrap();
    let mut reply = social.respond(request, &mut session).await.unwrap();
    reply.cookies.extend(session.commit().await.unwrap());
    reply
}

/// Begins a sign-in and lets the provider approve it: the callback.
async fn callback(social: &SocialAuth, provider: &Provider, backend: &str, person: &str) -> Request {
    let reply = answer(social, &request(&format!("/login/{backend}/?next=/there"), "")).await;
    let cookies: Vec<_> = reply.cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
    let query = provider.approve(&Url::parse(reply.location().unwrap()).unwrap(), person);
    request(&format!("/complete/{backend}/?{query}"), &cookies.join("; "))
}

async fn signs_in(social: &SocialAuth, callback: &Request) -> Reply {
    let reply = answer(social, callback).await;
    assert_eq!(reply.location(), Some("/there"), "{reply:?}");
    reply
}

fn begin(criterion: &mut Criterion) {
    let (runtime, (_, social)) = (Runtime::new().unwrap(), set_up());
    let mut group = criterion.benchmark_group("begin");
    for backend in BACKENDS {
        let request = request(&format!("/login/{backend}/?next=/there"), "");
        group.bench_function(backend, |bencher| bencher.iter(|| runtime.block_on(answer(&social, &request))));
    }
    group.finish();
}

fn complete(criterion: &mut Criterion) {
    let (runtime, (provider, social)) = (Runtime::new().unwrap(), set_up());
    let strangers = AtomicU64::new(0);
    let mut group = criterion.benchmark_group("complete");
    for backend in BACKENDS {
        let known = || runtime.block_on(callback(&social, &provider, backend, backend));
        runtime.block_on(signs_in(&social, &known()));
        let bench = |callback: Request| runtime.block_on(signs_in(&social, &callback));
        group.bench_function(format!("{backend}/existing user"), |bencher| bencher.iter_batched(known, bench, BatchSize::SmallInput));
        let new = || {
            let person = format!("{backend}-{}", strangers.fetch_add(1, Ordering::Relaxed));
            runtime.block_on(callback(&social, &provider, backend, &person))
        };
        group.bench_function(format!("{backend}/new user"), |bencher| bencher.iter_batched(new, bench, BatchSize::SmallInput));
    }
    group.finish();
}

criterion_group!(benches, begin, complete);
criterion_main!(benches);
