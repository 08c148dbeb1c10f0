//! Whole sign-ins over OpenID 2.0 at the library's own door, the development identity provider behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::Arc;

use door::{Door, path_of};
use social_auth::storage::{MemoryStorage, OpenIdAssociation, SocialStorage as _};
use social_auth::web::{Reply, ReplyBody};
use social_auth::{Secret, SocialAuth};
use social_auth_testkit::{Callback, DevProvider};
use url::Url;

async fn set_up() -> (DevProvider, SocialAuth) {
    let idp = DevProvider::start().await.unwrap();
    let social = process(&idp, &Arc::new(MemoryStorage::new()));
    (idp, social)
}

/// A process of the site, which shares its tables with others.
fn process(idp: &DevProvider, storage: &Arc<MemoryStorage>) -> SocialAuth {
    let fixed = idp.openid_identifier();
    SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .users(storage.clone())
        .social(storage.clone())
        .backend_as("any", "openid", [("OPENID_ALLOW_LOOPBACK", "true")])
        .backend_as("dev", "openid", [("OPENID_ALLOW_LOOPBACK", "true"), ("OPENID_IDENTIFIER", &fixed)])
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The address that the page's form would go to, with its fields: the provider takes both.
fn form_address(reply: &Reply) -> String {
    let ReplyBody::Html { html: page, .. } = &reply.body else { panic!("no page: {reply:?}") };
    let unescaped = |text: &str| text.replace("&#x2f;", "/").replace("&amp;", "&").replace("&quot;", "\"");
    let between = |text: &str, before: &str| text.split_once(before).map(|(_, rest)| unescaped(rest.split_once('"').unwrap().0));
    let site = Url::parse("http://localhost:8000").unwrap();
    let mut url = site.join(&between(page, "action=\"").unwrap()).unwrap();
    for input in page.split("<input ").skip(1) {
        if let (Some(name), Some(value)) = (between(input, "name=\""), between(input, "value=\"")) {
            url.query_pairs_mut().append_pair(&name, &value);
        }
    }
    url.into()
}

async fn approved(idp: &DevProvider, social: &SocialAuth, door: &mut Door, begin: &str, person: &str) -> Callback {
    let away = door.get(social, begin).await;
    assert_eq!(away.status, 200, "{away:?}");
    idp.approve(&form_address(&away), person).await.unwrap()
}

async fn bring_back(social: &SocialAuth, door: &mut Door, callback: &Callback) -> Reply {
    let address = path_of(callback.url.as_ref());
    match &callback.form {
        None => door.get(social, &address).await,
        Some(fields) => {
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            door.post(social, &address, &form).await
        }
    }
}

#[tokio::test]
async fn a_person_chooses_at_the_provider_who_signs_in() {
    let (idp, social) = set_up().await;
    for _ in 0..2 {
        let mut door = Door::default();
        let callback = approved(&idp, &social, &mut door, "/login/dev/?next=/there", "alice").await;
        let back = bring_back(&social, &mut door, &callback).await;
        assert_eq!(back.location(), Some("/there"), "{back:?}");
        let user = social.users().user(&door.session.user.expect("somebody is signed in")).await.unwrap().unwrap();
        assert_eq!(user.email.as_deref(), Some("alice@example.test"));
        let association = social.social().associations_of(&user.id).await.unwrap().remove(0);
        assert!(association.uid.starts_with(&format!("{}/openid/id/", idp.url())), "{}", association.uid);
    }
    assert_eq!(asked(&idp, "associate"), 1, "one key serves both");
}

/// How often the provider was asked in this mode.
fn asked(idp: &DevProvider, mode: &str) -> usize {
    idp.requests_to("/openid/op").iter().filter(|request| request.form.iter().any(|(_, value)| value == mode)).count()
}

#[tokio::test]
async fn processes_share_the_key_by_the_table_of_python_social_auth() {
    let (idp, storage) = (DevProvider::start().await.unwrap(), Arc::new(MemoryStorage::new()));
    for _ in 0..3 {
        signs_in(&idp, &process(&idp, &storage)).await;
    }
    assert_eq!((asked(&idp, "associate"), asked(&idp, "check_authentication")), (1, 0));
    let endpoint = format!("{}/openid/op", idp.url());
    let [row] = &storage.openid_associations(&endpoint, None).await.unwrap()[..] else { panic!("one row") };
    assert_eq!(row.assoc_type, "HMAC-SHA256");

    // As Python writes it.
    let python = OpenIdAssociation { secret: Secret::from(format!("{}\n", row.secret.expose())), ..row.clone() };
    storage.store_openid_association(&python).await.unwrap();
    signs_in(&idp, &process(&idp, &storage)).await;
    assert_eq!((asked(&idp, "associate"), asked(&idp, "check_authentication")), (1, 0));
}

#[tokio::test]
async fn a_key_that_the_provider_has_forgotten_is_given_up() {
    let (idp, storage) = (DevProvider::start().await.unwrap(), Arc::new(MemoryStorage::new()));
    let social = process(&idp, &storage);
    let endpoint = format!("{}/openid/op", idp.url());
    let forgotten = OpenIdAssociation {
        server_url: endpoint.clone(),
        handle: "from another life".to_owned(),
        secret: Secret::from("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        issued: social.clock().now(),
        lifetime: 86_400,
        assoc_type: "HMAC-SHA256".to_owned(),
    };
    storage.store_openid_association(&forgotten).await.unwrap();
    signs_in(&idp, &social).await;
    assert_eq!((asked(&idp, "associate"), asked(&idp, "check_authentication")), (0, 1));
    assert!(storage.openid_associations(&endpoint, None).await.unwrap().is_empty());
}

async fn signs_in(idp: &DevProvider, social: &SocialAuth) {
    let mut door = Door::default();
    let callback = approved(idp, social, &mut door, "/login/dev/", "alice").await;
    bring_back(social, &mut door, &callback).await;
    assert!(door.session.user.is_some());
}

#[tokio::test]
async fn whoever_names_no_identifier_is_asked_for_one_and_comes_to_the_same_place() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let mut request = door.request(http::Method::GET, "/login/any/?next=/there", "none", "");
    assert_eq!(door.respond(&social, &request).await.status, 400, "a program is told what is missing");
    request.headers.insert("accept", "text/html,*/*;q=0.8".parse().unwrap());
    let page = door.respond(&social, &request).await;
    let form = Url::parse(&form_address(&page)).unwrap();
    assert_eq!(form.path(), "/login/any/");
    let ReplyBody::Html { html, .. } = &page.body else { panic!("{page:?}") };
    assert!(html.contains("<label for=\"openid_identifier\">"), "{html}");
    assert!(door.cookies.keys().all(|name| !name.contains("attempt")), "nothing has begun: {:?}", door.cookies.keys());

    let mut fields: Vec<(String, String)> = form.query_pairs().into_owned().filter(|(name, _)| name != "openid_identifier").collect();
    fields.push(("openid_identifier".to_owned(), idp.openid_identifier()));
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let away = door.post(&social, form.path(), &encoded).await;
    let callback = idp.approve(&form_address(&away), "alice").await.unwrap();
    assert_eq!(bring_back(&social, &mut door, &callback).await.location(), Some("/there"));
}

#[tokio::test]
async fn only_who_was_named_can_answer_for_an_identifier() {
    let (idp, social) = set_up().await;
    let id = |key: &str| idp.people().into_iter().find(|person| person.key == key).unwrap().id;
    let begin = format!("/login/any/?openid_identifier={}/openid/id/{}", idp.url(), id("alice"));
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, &begin, "bob").await;
    assert_eq!(bring_back(&social, &mut door, &callback).await.status, 403);
    assert!(door.session.user.is_none());
    let callback = approved(&idp, &social, &mut door, &begin, "alice").await;
    bring_back(&social, &mut door, &callback).await;
    assert!(door.session.user.is_some());
}

#[tokio::test]
async fn an_answer_is_good_once_in_the_browser_that_asked() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, "/login/dev/", "alice").await;
    let mut other = Door::default();
    assert_eq!(bring_back(&social, &mut other, &callback).await.status, 400);
    bring_back(&social, &mut door, &callback).await;
    assert!(door.session.user.take().is_some());
    assert_eq!(bring_back(&social, &mut door, &callback).await.status, 400);
    assert!(door.session.user.is_none() && other.session.user.is_none());
}

#[tokio::test]
async fn whoever_declines_is_not_signed_in() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/dev/").await;
    let callback = idp.decline(&form_address(&away)).await.unwrap();
    assert_eq!(bring_back(&social, &mut door, &callback).await.status, 403);
}
