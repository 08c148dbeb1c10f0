//! A browser at a site of ours, with an identity provider elsewhere.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

use super::answer::*;
use crate::clock::Clock;
use crate::flow;
use crate::session::Session;
use crate::settings::{Origin, Settings};
use crate::social_auth::SocialAuth;
use crate::storage::{MemoryStorage, UserId};
use crate::web::{CookieSession, Reply, ReplyBody, Request};

/// A browser in which nobody is signed in yet.
#[derive(Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Asks for an address of the site; from another site a POST comes without cookies.
    pub async fn ask(&mut self, social: &SocialAuth, method: Method, path: &str, form: &[(&str, &str)], site: &'static str) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static(site));
        headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
        if site == "same-origin" || method == Method::GET {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.insert("cookie", HeaderValue::try_from(cookies.join("; ")).unwrap());
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::new(method, path.parse().unwrap(), headers, body.as_bytes(), None).unwrap();
        let mut session = CookieSession::load(social, &request).await.unwrap();
        let mut reply = flow::respond(social, &request, &mut session).await.unwrap();
        reply.cookies.extend(session.commit().await.unwrap());
        for cookie in &reply.cookies {
            self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        reply
    }

    /// What a provider's page posts, and what our own page then posts on.
    pub async fn bring(&mut self, social: &SocialAuth, path: &str, form: &[(&str, &str)]) -> Reply {
        let first = self.ask(social, Method::POST, path, form, "cross-site").await;
        assert!(matches!(first.body, ReplyBody::Html { .. }), "without cookies there is the page that posts on");
        self.bring_back(social, path, form).await
    }

    /// What our own page posts on.
    pub async fn bring_back(&mut self, social: &SocialAuth, path: &str, form: &[(&str, &str)]) -> Reply {
        let mut form = form.to_vec();
        form.push(("social_auth_returned", "1"));
        self.ask(social, Method::POST, path, &form, "same-origin").await
    }

    /// What a provider's page posts that nobody asked for, and what the person says yes to then.
    pub async fn launch(&mut self, social: &SocialAuth, path: &str, form: &[(&str, &str)]) -> Reply {
        let before = self.user(social).await;
        let asked = self.bring(social, path, form).await;
        assert_eq!(self.user(social).await, before, "nobody is signed in before they were asked");
        let ReplyBody::Html { html, .. } = &asked.body else { return asked };
        if asked.error.is_some() {
            return asked;
        }
        assert!(html.contains("Yes, sign me in") && html.contains("alice"), "{html}");
        self.ask(social, Method::POST, path, form, "same-origin").await
    }

    /// Who is signed in.
    pub async fn user(&self, social: &SocialAuth) -> Option<UserId> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::try_from(cookies.join("; ")).unwrap());
        let request = Request::new(Method::GET, "/".parse().unwrap(), headers, b"", None).unwrap();
        CookieSession::load(social, &request).await.unwrap().user_id()
    }

    /// Signs in as this person by the identity provider `acme`, in the session of this name there.
    pub async fn sign_in(&mut self, social: &SocialAuth, person: &str, session: &str) {
        let begun = self.ask(social, Method::GET, &format!("{}?idp=acme", social.login_path("saml")), &[], "same-origin").await;
        let (state, id) = sent(&begun);
        let change = |text: String| {
            text.replace(REQUEST, &id).replace("alice", person).replace("SessionIndex=\"s1\"", &format!("SessionIndex=\"{session}\""))
        };
        let encoded = STANDARD.encode(answer(Signed::Both, change));
        let done = self.bring(social, "/complete/saml/", &[("SAMLResponse", &encoded), ("RelayState", &state)]).await;
        assert!(matches!(done.body, ReplyBody::Redirect(_)), "{:?}", done.status);
    }
}

/// A site of ours with the identity provider `acme`, whose entry has these keys besides.
pub fn site(storage: &Arc<MemoryStorage>, further: Value) -> SocialAuth {
    site_with_entries(storage, &["acme"], &further)
}

/// The same identity provider by several entries.
pub fn site_with_entries(storage: &Arc<MemoryStorage>, names: &[&str], further: &Value) -> SocialAuth {
    let mut settings = Settings::new();
    settings.enable("saml", "saml", Origin::Code);
    settings.set_for("saml", "SP_ENTITY_ID", AUDIENCE);
    settings.set_for("saml", "SP_PRIVATE_KEY", SP_KEY);
    let mut entry = json!({"entity_id": ISSUER, "url": "https://idp.test/sso", "x509cert": IDP_CERTIFICATE});
    entry.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let entries = names.iter().map(|name| ((*name).to_owned(), entry.clone()));
    settings.set_for("saml", "ENABLED_IDPS", Value::Object(entries.collect()));
    SocialAuth::builder()
        .settings(settings)
        .public_url("https://site.test")
        .secret_key("a key for this test, of thirty-two characters at least")
        .users(storage.clone())
        .social(storage.clone())
        .clock(Clock::fixed(NOW))
        .build()
        .unwrap()
}

/// A parameter of the address that the browser was sent to.
pub fn parameter(reply: &Reply, name: &str) -> Option<String> {
    let ReplyBody::Redirect(address) = &reply.body else { panic!("no redirect: {:?} {:?}", reply.status, reply.body) };
    let url = url::Url::parse(address).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The relay state and the id of the request that the browser was sent away with.
pub fn sent(reply: &Reply) -> (String, String) {
    let request = inflated(&parameter(reply, "SAMLRequest").unwrap());
    let id = request.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (parameter(reply, "RelayState").unwrap(), id)
}

/// The XML of a parameter of the Redirect binding.
pub fn inflated(parameter: &str) -> String {
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(STANDARD.decode(parameter).unwrap().as_slice()).read_to_string(&mut text).unwrap();
    text
}
