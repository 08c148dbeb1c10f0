//! The library's own door: requests and replies without a web framework, the development identity
//! provider behind.
#![allow(dead_code, reason = "each test crate uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use http::{HeaderMap, Method};
use serde_json::Value;
use social_auth::pipeline::Pipeline;
pub use social_auth::session::MemorySession;
use social_auth::storage::MemoryStorage;
use social_auth::web::{Reply, Request};
use social_auth::{Builder, SocialAuth};
use social_auth_testkit::DevProvider;

/// A browser at our door: it keeps cookies.
#[derive(Default)]
pub struct Door {
    pub cookies: std::collections::BTreeMap<String, String>,
    pub session: MemorySession,
    pub bearer: Option<String>,
    pub client: Option<std::net::IpAddr>,
}

impl Door {
    pub async fn get(&mut self, social: &SocialAuth, path: &str) -> Reply {
        self.send(social, Method::GET, path, "none", "").await
    }

    pub async fn post(&mut self, social: &SocialAuth, path: &str, form: &str) -> Reply {
        self.send(social, Method::POST, path, "same-origin", form).await
    }

    pub async fn send(&mut self, social: &SocialAuth, method: Method, path: &str, site: &str, form: &str) -> Reply {
        let request = self.request(method, path, site, form);
        self.respond(social, &request).await
    }

    pub async fn send_json(&mut self, social: &SocialAuth, method: Method, path: &str, site: &str, body: &Value) -> Reply {
        let mut headers = self.headers(site);
        headers.insert("content-type", "application/json".parse().unwrap());
        let request = Request::new(method, path.parse().unwrap(), headers, body.to_string().as_bytes(), None).unwrap();
        self.respond(social, &request).await
    }

    /// Signs in as a person of the development provider.
    pub async fn sign_in(&mut self, idp: &DevProvider, social: &SocialAuth, backend: &str, person: &str) -> Reply {
        self.sign_in_by(idp, social, &format!("/login/{backend}/"), person).await
    }

    /// The same by an address with parameters.
    pub async fn sign_in_by(&mut self, idp: &DevProvider, social: &SocialAuth, path: &str, person: &str) -> Reply {
        let away = self.get(social, path).await;
        let callback = idp.approve(away.location().unwrap(), person).await.unwrap();
        self.get(social, &path_of(callback.url.as_ref())).await
    }

    /// Connects another account to that of whoever is signed in: such a sign-in begins with a POST.
    pub async fn connect(&mut self, idp: &DevProvider, social: &SocialAuth, backend: &str, person: &str) -> Reply {
        let away = self.post(social, &format!("/login/{backend}/"), "").await;
        let callback = idp.approve(away.location().unwrap(), person).await.unwrap();
        self.get(social, &path_of(callback.url.as_ref())).await
    }

    /// A client that brings a token of ours and no cookies.
    pub fn with_bearer(token: &str) -> Self {
        Door { bearer: Some(token.to_owned()), ..Door::default() }
    }

    pub fn request(&self, method: Method, path: &str, site: &str, form: &str) -> Request {
        let mut headers = self.headers(site);
        headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        Request::new(method, path.parse().unwrap(), headers, form.as_bytes(), self.client).unwrap()
    }

    fn headers(&self, site: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !site.is_empty() {
            headers.insert("sec-fetch-site", site.parse().unwrap());
        }
        if let Some(token) = &self.bearer {
            headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.insert("cookie", cookies.join("; ").parse().unwrap());
        headers
    }

    pub async fn respond(&mut self, social: &SocialAuth, request: &Request) -> Reply {
        let reply = social.respond(request, &mut self.session).await.expect("an address of ours");
        for cookie in &reply.cookies {
            self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        reply
    }
}

pub fn path_of(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

pub async fn set_up() -> (DevProvider, SocialAuth) {
    set_up_with(Pipeline::authentication()).await
}

pub async fn set_up_with(pipeline: Pipeline) -> (DevProvider, SocialAuth) {
    set_up_by(|builder| builder.pipeline(pipeline)).await
}

/// With what the test changes at the builder.
pub async fn set_up_by(change: impl FnOnce(Builder) -> Builder) -> (DevProvider, SocialAuth) {
    let idp = DevProvider::start().await.unwrap();
    let url = idp.url().to_string();
    let base = url.trim_end_matches('/');
    let builder = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as(
            "dev-oidc",
            "oidc",
            [
                ("KEY", idp.client_id()),
                ("SECRET", idp.client_secret()),
                ("OIDC_ENDPOINT", &idp.issuer()),
                ("INTROSPECTION_URL", &format!("{base}/oauth2/introspect")),
            ],
        )
        .backend_as(
            "dev-oauth2",
            "oauth2",
            [
                ("KEY", idp.client_id()),
                ("SECRET", idp.client_secret()),
                ("AUTHORIZATION_URL", &format!("{base}/oauth2/authorize")),
                ("ACCESS_TOKEN_URL", &format!("{base}/oauth2/token")),
                ("USER_URL", &format!("{base}/oauth2/user")),
                ("INTROSPECTION_URL", &format!("{base}/oauth2/introspect")),
                ("USERNAME_KEY", "login"),
                ("EMAIL_KEY", "email"),
            ],
        );
    let social = change(builder).build().unwrap_or_else(|error| panic!("{error}"));
    (idp, social)
}
