//! An application under test: its server, its storage and its clock.

use std::net::TcpListener;
use std::sync::Arc;

use serde_json::{Value, json};
use social_auth::SocialAuth;
use social_auth::clock::Clock;
use time::OffsetDateTime;
use tokio::task::JoinHandle;

use super::{Answer, Parts, Visitor};
use crate::provider::DevProvider;
use crate::storage_kit::Both;

/// An application that serves until it is dropped. Its backends `dev` and `other` (OAuth 2.0) and `oidc`
/// (OpenID Connect) all lead to one [`DevProvider`].
pub struct Site {
    /// What it was made of.
    pub social: SocialAuth,
    /// Where it keeps users and everything else.
    pub storage: Arc<dyn Both>,
    /// The provider.
    pub idp: Arc<DevProvider>,
    /// Its time, which stands still until a check moves it.
    pub clock: Clock,
    url: String,
    server: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Site {
    /// Starts an application with these settings besides the usual ones.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start(parts: &Parts, settings: &[(&str, Value)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("the port"));
        let clock = Clock::fixed(OffsetDateTime::now_utc().unix_timestamp());
        let storage = (parts.storage)().await;
        let mut builder = SocialAuth::builder()
            .public_url(&url)
            .secret_key("the adapter kit's key, not for production")
            .users(storage.clone())
            .social(storage.clone())
            .clock(clock.clone())
            .set("SOCIAL_AUTH_LOGIN_REDIRECT_URL", "/welcome")
            .set("SOCIAL_AUTH_LOGIN_URL", "/please-sign-in")
            .backend_as("dev", "oauth2", provider_settings(&parts.idp))
            .backend_as("other", "oauth2", provider_settings(&parts.idp))
            .backend(
                "oidc",
                [
                    ("KEY", parts.idp.client_id().to_owned()),
                    ("SECRET", parts.idp.client_secret().to_owned()),
                    ("OIDC_ENDPOINT", parts.idp.issuer()),
                ],
            );
        for (name, value) in settings {
            builder = builder.set(name, value.clone());
        }
        let social = builder.build().expect("the kit's settings are right");
        let server = tokio::spawn((parts.app)(social.clone(), listener));
        Site { social, storage, idp: parts.idp.clone(), clock, url, server }
    }

    /// A browser that has not been here before.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.url)
    }

    /// Begins a sign-in from the address bar; answers where the provider would send the browser once the
    /// person has agreed there.
    pub async fn callback(&self, visitor: &mut Visitor, backend: &str, person: &str) -> String {
        let answer = visitor.visit(&format!("/login/{backend}/")).await;
        self.approve(&answer, person).await
    }

    /// Lets a person agree at the provider; answers where the browser goes then.
    pub async fn approve(&self, begun: &Answer, person: &str) -> String {
        assert_eq!(begun.status, 303, "{}", begun.text);
        self.idp.approve(begun.location(), person).await.expect("the provider agrees").url.into()
    }

    /// Signs a person in with the backend `dev`.
    pub async fn sign_in(&self, visitor: &mut Visitor, person: &str) -> Answer {
        let callback = self.callback(visitor, "dev", person).await;
        visitor.follow(&callback).await
    }

    /// Connects a further account of the signed-in user, by the backend `other`.
    pub async fn connect(&self, visitor: &mut Visitor, person: &str) -> Answer {
        let begun = visitor.submit("/login/other/", &[]).await;
        let callback = self.approve(&begun, person).await;
        visitor.follow(&callback).await
    }
}

fn provider_settings(idp: &DevProvider) -> Vec<(&'static str, Value)> {
    let url = idp.url();
    vec![
        ("KEY", idp.client_id().into()),
        ("SECRET", idp.client_secret().into()),
        ("AUTHORIZATION_URL", format!("{url}/oauth2/authorize").into()),
        ("ACCESS_TOKEN_URL", format!("{url}/oauth2/token").into()),
        ("USER_URL", format!("{url}/oauth2/user").into()),
        ("ID_KEY", "id".into()),
        ("SCOPE", json!(["profile", "email"])),
        ("DETAILS", json!({"username": "login", "email": "email", "fullname": "name"})),
    ]
}
