//! What OAuth and CAS servers answer at any step: JSON, forms, XML, and nonsense.

use std::cell::RefCell;

use serde_json::json;

use super::world::{Visitor, World, answer};
use crate::http::{Incoming, Outgoing};
use crate::protocol::oidc::Metadata;

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

/// Which backend, and which of its provider's answers the bytes are: that from the address with this in it. The rest of
/// its answers are good.
const STEPS: &[(&str, &str)] = &[
    ("github", "access_token"),
    ("github", "/user"),
    ("twitter", "request_token"),
    ("twitter", "access_token"),
    ("twitter", "verify_credentials"),
    ("openstreetmap", "user/details"),
    ("oidc", "/token"),
    ("oidc", "/userinfo"),
    ("oidc", "/par"),
    ("oidc", "/register"),
    ("cas-ticket", "erviceValidate"),
    ("qq", "/me"),
    ("shopify", "access_token"),
];

/// The kinds of content that an answer may claim to be.
const KINDS: [&str; 5] =
    ["application/json", "application/x-www-form-urlencoded", "text/html; charset=utf-8", "application/xml", "application/jwt"];

fn site() -> World {
    const CLIENT: [(&str, &str); 2] = [("KEY", "a-client"), ("SECRET", "a-client-secret-of-fifty-characters-and-not-fewer!")];
    let oidc: &[(&str, &str)] =
        &[CLIENT[0], CLIENT[1], ("OIDC_ENDPOINT", "https://id.example"), ("REQUIRE_PUSHED_AUTHORIZATION_REQUESTS", "true")];
    World::new(&[
        ("github", &CLIENT),
        ("twitter", &CLIENT),
        ("openstreetmap", &CLIENT),
        ("oidc", oidc),
        ("cas-ticket", &[("SERVER_URL", "https://cas.example/cas")]),
        ("qq", &CLIENT),
        ("shopify", &CLIENT),
    ])
}

/// An answer of a provider. The first byte says which, the second what it claims to be and with which status.
pub fn oauth_answer(data: &[u8]) -> bool {
    let [step, kind, rest @ ..] = data else { return false };
    let (backend, place) = STEPS[usize::from(*step) % STEPS.len()];
    let (status, kind) = (if kind & 0x80 == 0 { 200 } else { 400 }, KINDS[usize::from(*kind & 0x7f) % KINDS.len()]);
    let body = rest.to_vec();
    if backend == "oidc"
        && let Ok(document) = serde_json::from_slice(rest)
    {
        drop(Metadata::parse(&document));
    }
    World::with(&WORLD, site, |world| {
        world.providers_answer(move |request| {
            let is_it = request.url.path().contains(place);
            Ok(if is_it { answer(status, &[("content-type", kind)], &body) } else { good(request) })
        });
        if place == "/register" {
            return world.wait(world.social.register_client(backend)).is_ok();
        }
        let mut visitor = Visitor::default();
        let Ok(begun) = world.begin(&mut visitor, backend, "shop=kit.myshopify.com") else { return false };
        let (state, token) = (begun.state(), begun.after(&["oauth_token="]));
        let query = format!("code=c&state={state}&redirect_state={state}&oauth_token={token}&oauth_verifier=v&ticket=ST-1");
        world.complete(&mut visitor, backend, &query).is_ok()
    })
}

/// What a provider answers that has nothing to hide.
fn good(request: &Outgoing) -> Incoming {
    let path = request.url.path();
    let host = request.url.host_str().unwrap_or_default();
    let body = if path.contains("request_token") {
        return answer(200, &[], b"oauth_token=asked&oauth_token_secret=s&oauth_callback_confirmed=true");
    } else if path.contains("access_token") && (host.contains("twitter") || host.contains("openstreetmap")) {
        return answer(200, &[], b"oauth_token=t&oauth_token_secret=s&user_id=1&screen_name=ada");
    } else if path.contains("openid-configuration") {
        json!({
            "issuer": "https://id.example", "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": "https://id.example/token", "userinfo_endpoint": "https://id.example/userinfo",
            "jwks_uri": "https://id.example/jwks", "registration_endpoint": "https://id.example/register",
            "pushed_authorization_request_endpoint": "https://id.example/par",
        })
    } else if path.contains("jwks") {
        json!({"keys": []})
    } else if path.contains("/par") {
        json!({"request_uri": "urn:one", "expires_in": 60})
    } else {
        json!({"access_token": "t", "token_type": "bearer", "id": 1, "id_str": "1", "login": "ada", "openid": "1", "client_id": "a-client"})
    };
    answer(200, &[("content-type", "application/json")], body.to_string().as_bytes())
}
