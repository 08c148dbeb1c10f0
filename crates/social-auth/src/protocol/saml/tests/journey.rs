//! A whole sign-in: from the button, by the identity provider, back through the page that posts its answer
//! on, to an account; and the same answer a second time.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

use super::answer::*;
use crate::clock::Clock;
use crate::error::Result;
use crate::flow;
use crate::session::{Session, SessionLifetime};
use crate::settings::{Origin, Settings};
use crate::social_auth::SocialAuth;
use crate::storage::{MemoryStorage, SocialStorage, User, UserId};
use crate::web::{Reply, ReplyBody, Request};

/// A browser in which nobody is signed in yet.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
    values: BTreeMap<String, Value>,
    user: Option<UserId>,
}

#[async_trait]
impl Session for Browser {
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
    async fn sign_in(&mut self, user: &User, _lifetime: SessionLifetime) -> Result<()> {
        self.user = Some(user.id.clone());
        Ok(())
    }
    async fn sign_out(&mut self) -> Result<()> {
        self.user = None;
        Ok(())
    }
}

impl Browser {
    async fn ask(&mut self, social: &SocialAuth, method: Method, path: &str, form: &[(&str, &str)], site: &'static str) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static(site));
        headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
        if site == "same-origin" || method == Method::GET {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.insert("cookie", HeaderValue::try_from(cookies.join("; ")).unwrap());
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::new(method, path.parse().unwrap(), headers, body.as_bytes(), None).unwrap();
        let reply = flow::respond(social, &request, self).await.unwrap();
        for cookie in &reply.cookies {
            self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        reply
    }
}

fn site(storage: &Arc<MemoryStorage>) -> SocialAuth {
    let mut settings = Settings::new();
    settings.enable("saml", "saml", Origin::Code);
    settings.set_for("saml", "SP_ENTITY_ID", AUDIENCE);
    let entry = json!({"entity_id": ISSUER, "url": "https://idp.test/sso", "x509cert": IDP_CERTIFICATE});
    settings.set_for("saml", "ENABLED_IDPS", json!({"acme": entry}));
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

/// The relay state and the id of the request that the browser was sent away with.
fn sent(reply: &Reply) -> (String, String) {
    let ReplyBody::Redirect(address) = &reply.body else { panic!("no redirect: {:?}", reply.status) };
    let url = url::Url::parse(address).unwrap();
    let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let mut request = String::new();
    let deflated = STANDARD.decode(parameter("SAMLRequest")).unwrap();
    flate2::read::DeflateDecoder::new(deflated.as_slice()).read_to_string(&mut request).unwrap();
    let id = request.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (parameter("RelayState"), id)
}

async fn whole_sign_in() {
    let storage = Arc::new(MemoryStorage::new());
    let social = site(&storage);
    let callback = social.callback_url("saml");
    let path = |address: &str| url::Url::parse(address).unwrap().path().to_owned();
    let mut browser = Browser::default();
    let begun = browser.ask(&social, Method::GET, &format!("{}?idp=acme", social.login_path("saml")), &[], "same-origin").await;
    let (state, id) = sent(&begun);
    let text = answer(Signed::Both, |text| text.replace(REQUEST, &id).replace(RECIPIENT, &callback));
    let encoded = STANDARD.encode(text);
    let form = [("SAMLResponse", encoded.as_str()), ("RelayState", state.as_str())];
    let from_elsewhere = browser.ask(&social, Method::POST, &path(&callback), &form, "cross-site").await;
    assert!(matches!(from_elsewhere.body, ReplyBody::Html { .. }), "without cookies there is the page that posts on");
    assert_eq!(browser.user, None);
    let posted_on = [form[0], form[1], ("social_auth_returned", "1")];
    let done = browser.ask(&social, Method::POST, &path(&callback), &posted_on, "same-origin").await;
    assert!(matches!(done.body, ReplyBody::Redirect(_)), "{:?}", done.status);
    let user = browser.user.clone().expect("somebody is signed in");
    assert_eq!(storage.associations_of(&user).await.unwrap()[0].uid, "acme:alice");

    browser.user = None;
    browser.ask(&social, Method::POST, &path(&callback), &posted_on, "same-origin").await;
    assert_eq!(browser.user, None, "an answer is good once");
    let mut thief = Browser::default();
    thief.ask(&social, Method::POST, &path(&callback), &posted_on, "same-origin").await;
    assert_eq!(thief.user, None, "and only in the browser that asked");
    let metadata_path = path(&callback).replace("complete/saml/", "saml/metadata.xml");
    let metadata = browser.ask(&social, Method::GET, &metadata_path, &[], "none").await;
    assert!(matches!(metadata.body, ReplyBody::Document { text, .. } if text.contains(&callback)));
}

#[test]
fn a_person_signs_in_once_by_one_answer_in_one_browser() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(whole_sign_in());
}
