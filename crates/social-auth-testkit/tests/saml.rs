//! Whole sign-ins and logouts over SAML at the library's own door, the development identity provider behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::OnceLock;

use door::{Door, path_of};
use serde_json::{Value, json};
use social_auth::SocialAuth;
use social_auth::storage::MemoryStorage;
use social_auth::web::{Reply, ReplyBody};
use social_auth_testkit::{Browser, Callback, DevProvider, OldKeys, SamlCredential, SamlEncrypted, SamlSigned, ServiceProvider};
use url::form_urlencoded::Serializer;

const SITE: &str = "urn:example:site";

/// Making a key is slow.
fn credential() -> &'static SamlCredential {
    static MADE: OnceLock<SamlCredential> = OnceLock::new();
    MADE.get_or_init(|| SamlCredential::generate().unwrap())
}

/// A site with these identity providers, and further settings.
fn site(idps: Value, further: &[(&'static str, Value)]) -> SocialAuth {
    let mut settings = vec![
        ("SP_ENTITY_ID", json!(SITE)),
        ("SP_PUBLIC_CERT", json!(credential().certificate)),
        ("SP_PRIVATE_KEY", json!(credential().private_key)),
        ("LOGOUT_AT_PROVIDER", json!(true)),
        ("ENABLED_IDPS", idps),
    ];
    settings.extend(further.iter().cloned());
    SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as("campus", "saml", settings)
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn entry(idp: &DevProvider) -> Value {
    json!({"metadata_url": idp.saml_metadata_url(), "attr_user_permanent_id": "name_id"})
}

async fn metadata(social: &SocialAuth) -> String {
    let ReplyBody::Document { text, .. } = Door::default().get(social, "/saml/metadata.xml").await.body else { panic!("no metadata") };
    text
}

/// A provider and a site that know each other; `further` is put into the site's entry and settings.
async fn set_up(in_entry: Value, further: &[(&'static str, Value)]) -> (DevProvider, SocialAuth) {
    let idp = DevProvider::start().await.unwrap();
    let mut entry = entry(&idp);
    entry.as_object_mut().unwrap().extend(in_entry.as_object().unwrap().clone());
    let social = site(json!({"dev": entry}), further);
    idp.register_service_provider(ServiceProvider::described(SITE, metadata(&social).await));
    (idp, social)
}

/// Where a page with a form leads, and the form's fields.
fn form_of(reply: &Reply) -> (String, Vec<(String, String)>) {
    let ReplyBody::Html { html, .. } = &reply.body else { panic!("no page: {reply:?}") };
    let attribute =
        |text: &str, name: &str| text.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().replace("&#x2f;", "/");
    let form = html.split("<form").nth(1).unwrap();
    let fields = form.split("<input").skip(1).map(|input| (attribute(input, "name"), attribute(input, "value")));
    (attribute(form, "action"), fields.collect())
}

/// What the provider's page posts, and our return page posts on.
async fn bring(door: &mut Door, social: &SocialAuth, callback: &Callback) -> Reply {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(callback.form.as_ref().expect("answers are posted"));
    form.append_pair("social_auth_returned", "1");
    door.post(social, callback.url.path(), &form.finish()).await
}

/// Goes where the site sends the browser, by whichever binding.
async fn follow(browser: &Browser, away: &Reply, person: &str) -> Callback {
    match away.location() {
        Some(location) => browser.approve(location, person).await.unwrap(),
        None => {
            let (action, fields) = form_of(away);
            browser.approve_form(&action, &fields, person).await.unwrap()
        }
    }
}

async fn sign_in(door: &mut Door, idp: &DevProvider, social: &SocialAuth, person: &str) -> Reply {
    let away = door.get(social, "/login/campus/?idp=dev&next=/there").await;
    let callback = follow(&idp.browser().unwrap(), &away, person).await;
    bring(door, social, &callback).await
}

fn why(reply: &Reply) -> &'static str {
    reply.error.as_ref().map_or("", |error| error.reason().code())
}

#[tokio::test]
async fn a_person_signs_in_however_it_is_asked_signed_and_encrypted() {
    for (sign, by_post) in [(false, false), (true, false), (false, true), (true, true)] {
        let binding = json!({"authnRequestsSigned": sign});
        let (idp, social) = set_up(json!({}), &[("SECURITY_CONFIG", binding.clone())]).await;
        let social = if by_post { site(json!({"dev": written_out(&idp).await}), &[("SECURITY_CONFIG", binding)]) } else { social };
        for signed in [SamlSigned::Response, SamlSigned::Assertion, SamlSigned::Both] {
            for encrypted in [SamlEncrypted::Nothing, SamlEncrypted::NameId, SamlEncrypted::Assertion] {
                let mut service = ServiceProvider::described(SITE, metadata(&social).await);
                (service.signed, service.encrypted) = (signed, encrypted);
                idp.register_service_provider(service);
                let mut door = Door::default();
                let back = sign_in(&mut door, &idp, &social, "alice").await;
                assert_eq!(back.location(), Some("/there"), "{sign} {by_post} {signed:?} {encrypted:?}: {back:?}");
                let user = social.users().user(door.session.user.as_ref().unwrap()).await.unwrap().unwrap();
                assert_eq!((user.username.as_str(), user.email.as_deref()), ("alice", Some("alice@example.test")));
                assert_eq!((user.first_name.as_deref(), user.last_name.as_deref()), (Some("Alice"), Some("Archer")));
                let kept = social.social().associations_of(&user.id).await.unwrap().remove(0);
                assert_eq!(kept.uid, "dev:1001");
            }
        }
        assert_eq!(idp.requests_to("/saml/sso").iter().all(|one| one.field("SigAlg").is_some()), sign && !by_post);
    }
}

/// The provider as it stands in settings without metadata, spoken to by forms.
async fn written_out(idp: &DevProvider) -> Value {
    let text = reqwest::get(idp.saml_metadata_url()).await.unwrap().text().await.unwrap();
    let certificate = text.split("X509Certificate>").nth(1).unwrap().split('<').next().unwrap();
    json!({
        "entity_id": idp.saml_metadata_url(), "url": format!("{}/saml/sso", idp.url()), "binding": "post",
        "slo_url": format!("{}/saml/slo", idp.url()), "slo_binding": "post", "x509cert": certificate, "attr_user_permanent_id": "name_id",
    })
}

#[tokio::test]
async fn what_is_not_signed_or_says_something_else_signs_nobody_in() {
    let (idp, social) = set_up(json!({}), &[]).await;
    let edits: [(&str, fn(&str) -> String); 6] = [
        ("invalid_claim", |text| text.replace(SITE, "urn:example:other")),
        ("invalid_claim", |text| text.replace("/complete/campus/", "/complete/other/")),
        ("invalid_claim", |text| text.replace("InResponseTo=\"_", "InResponseTo=\"_x")),
        ("missing_claim", |text| text.replace("AudienceRestriction", "OneTimeUse")),
        ("missing_claim", |text| text.replace("SubjectConfirmationData", "Other")),
        ("response_expired", |text| text.replace("NotOnOrAfter=\"20", "NotOnOrAfter=\"19")),
    ];
    for (code, edit) in edits {
        idp.edit_assertions(move |text| *text = edit(text));
        let mut door = Door::default();
        assert_eq!(why(&sign_in(&mut door, &idp, &social, "alice").await), code);
        assert!(door.session.user.is_none());
    }
    idp.heal();
    let mut unsigned = ServiceProvider::described(SITE, metadata(&social).await);
    unsigned.signed = SamlSigned::Nothing;
    idp.register_service_provider(unsigned);
    let mut door = Door::default();
    assert_eq!(why(&sign_in(&mut door, &idp, &social, "alice").await), "invalid_signature");
    assert!(door.session.user.is_none());
}

#[tokio::test]
async fn an_answer_changed_on_its_way_signs_nobody_in() {
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD;
    let (idp, social) = set_up(json!({}), &[]).await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/campus/").await;
    let mut callback = follow(&idp.browser().unwrap(), &away, "bob").await;
    let field = &mut callback.form.as_mut().unwrap()[0].1;
    let changed = String::from_utf8(engine.decode(&*field).unwrap()).unwrap().replace(">1002<", ">1001<");
    *field = engine.encode(changed);
    assert_eq!(why(&bring(&mut door, &social, &callback).await), "invalid_signature");
    assert!(door.session.user.is_none());
}

#[tokio::test]
async fn whoever_declines_reads_so_and_people_without_email_or_login_sign_in() {
    let (idp, social) = set_up(json!({}), &[]).await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/campus/").await;
    let declined = idp.decline(away.location().unwrap()).await.unwrap();
    assert_eq!(why(&bring(&mut door, &social, &declined).await), "authorization_declined");
    for (person, email) in [("carol", None), ("erin", None), ("dave", Some("dave@example.test"))] {
        let mut door = Door::default();
        sign_in(&mut door, &idp, &social, person).await;
        let user = social.users().user(door.session.user.as_ref().unwrap()).await.unwrap().unwrap();
        assert_eq!(user.email.as_deref(), email, "{person}");
    }
}

#[tokio::test]
async fn an_answer_is_good_once_in_one_browser_and_relay_state_is_a_handle_that_names_nothing() {
    let (idp, social) = set_up(json!({}), &[]).await;
    let (mut alice, mut eve) = (Door::default(), Door::default());
    let away = alice.get(&social, "/login/campus/?next=/secret/plans").await;
    let callback = follow(&idp.browser().unwrap(), &away, "alice").await;
    let relay_state = callback.param("RelayState").unwrap();
    // Bindings 3.4.3: 80 bytes at most.
    assert!(relay_state.len() <= 80 && !relay_state.contains("secret") && !relay_state.contains("campus"), "{relay_state}");
    assert_eq!(why(&bring(&mut eve, &social, &callback).await), "session_context_missing", "another browser");

    // Eve's answer with Alice's handle, and an answer whose handle is another or has gone.
    let hers = eve.get(&social, "/login/campus/").await;
    let mut mixed = follow(&idp.browser().unwrap(), &hers, "bob").await;
    let own = mixed.param("RelayState").unwrap();
    for state in [relay_state.as_str(), "", "/account/", "https://evil.test/"] {
        mixed.form.as_mut().unwrap()[1].1 = state.to_owned();
        let reply = bring(&mut eve, &social, &mixed).await;
        assert!(eve.session.user.is_none() && reply.location().is_none(), "{state}: {reply:?}");
    }
    mixed.form.as_mut().unwrap()[1].1 = relay_state;
    assert!(bring(&mut alice, &social, &mixed).await.error.is_some(), "the handle finds the attempt, the answer belongs to another");
    assert!(alice.session.user.is_none());
    mixed.form.as_mut().unwrap()[1].1 = own;
    assert_eq!(bring(&mut eve, &social, &mixed).await.location(), Some("/"));
    assert!(eve.session.user.take().is_some());
    assert_eq!(why(&bring(&mut eve, &social, &mixed).await), "attempt_used");
    assert!(eve.session.user.is_none());
}

#[tokio::test]
async fn the_provider_answers_only_what_the_metadata_allow() {
    let (idp, social) = set_up(json!({}), &[("SECURITY_CONFIG", json!({"authnRequestsSigned": true}))]).await;
    let good = Door::default().get(&social, "/login/campus/").await.location().unwrap().to_owned();
    let without = |name: &str| {
        let mut url = url::Url::parse(&good).unwrap();
        let kept: Vec<_> = url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
        url.query_pairs_mut().clear().extend_pairs(kept);
        url.to_string()
    };
    for (url, what) in [
        (good.replace("RelayState=", "RelayState=x"), "signature fits no certificate"),
        (without("Signature"), "is not signed"),
        (without("SAMLRequest"), "neither SAMLRequest nor SAMLResponse"),
    ] {
        let refused = idp.approve(&url, "alice").await.unwrap_err().to_string();
        assert!(refused.contains(what), "{refused}");
    }
    assert!(idp.approve(&good, "alice").await.is_ok());

    idp.register_service_provider(ServiceProvider::described(SITE, metadata(&social).await.replace("/complete/campus/", "/elsewhere/")));
    let refused = idp.approve(&good, "alice").await.unwrap_err().to_string();
    assert!(refused.contains("it may go to http://localhost:8000/elsewhere/ only"), "{refused}");
    idp.register_service_provider(ServiceProvider::described(
        SITE,
        metadata(&social).await.replace("http://localhost:8000/complete", "https://site.test/complete"),
    ));
    assert!(idp.approve(&good, "alice").await.is_err(), "answers go to this machine only");
    idp.register_service_provider(ServiceProvider::at(SITE, "https://site.test/metadata"));
    assert!(idp.approve(&good, "alice").await.unwrap_err().to_string().contains("not on this machine"));
}

#[tokio::test]
async fn the_providers_keys_roll_over_while_people_sign_in() {
    for old in [OldKeys::Keep, OldKeys::Drop] {
        let (idp, social) = set_up(json!({}), &[]).await;
        sign_in(&mut Door::default(), &idp, &social, "alice").await;
        assert_eq!(idp.requests_to("/saml/metadata").len(), 1);
        idp.rotate_keys(old).unwrap();
        for _ in 0..2 {
            let mut door = Door::default();
            sign_in(&mut door, &idp, &social, "alice").await;
            assert!(door.session.user.is_some(), "{old:?}");
        }
        assert_eq!(idp.requests_to("/saml/metadata").len(), 2, "{old:?}: fetched once more, when the signature did not fit");
    }
}

#[tokio::test]
async fn several_identity_providers_each_know_their_own_people() {
    let (one, two) = (DevProvider::start().await.unwrap(), DevProvider::start().await.unwrap());
    let social = site(json!({"one": entry(&one), "two": entry(&two)}), &[]);
    let description = metadata(&social).await;
    one.register_service_provider(ServiceProvider::described(SITE, description.clone()));
    two.register_service_provider(ServiceProvider::described(SITE, description));
    let mut users = Vec::new();
    for (name, idp) in [("one", &one), ("two", &two), ("one", &one)] {
        let mut door = Door::default();
        let away = door.get(&social, &format!("/login/campus/?idp={name}")).await;
        let callback = follow(&idp.browser().unwrap(), &away, "alice").await;
        bring(&mut door, &social, &callback).await;
        let user = door.session.user.clone().unwrap();
        assert_eq!(social.social().associations_of(&user).await.unwrap()[0].uid, format!("{name}:1001"));
        users.push(user);
    }
    assert_eq!(users[0], users[2]);
    assert_ne!(users[0], users[1], "the same name elsewhere is another person");
    for (path, code) in [("/login/campus/", "missing_parameter"), ("/login/campus/?idp=three", "invalid_parameter")] {
        assert_eq!(why(&Door::default().get(&social, path).await), code, "{path}");
    }
    // What one provider answers does not pass for the other's.
    let mut door = Door::default();
    let away = door.get(&social, "/login/campus/?idp=one").await;
    let question = away.location().unwrap().replace(one.url(), two.url());
    assert!(two.approve(&question, "alice").await.is_err(), "the question names its addressee");
}

#[tokio::test]
async fn a_logout_that_begins_here_ends_the_session_there_and_comes_back() {
    for by_post in [false, true] {
        let (idp, social) = set_up(json!({}), &[]).await;
        let social = if by_post { site(json!({"dev": written_out(&idp).await}), &[]) } else { social };
        let (mut door, browser) = (Door::default(), idp.browser().unwrap());
        let away = door.get(&social, "/login/campus/").await;
        let callback = follow(&browser, &away, "alice").await;
        bring(&mut door, &social, &callback).await;
        assert!(door.session.user.is_some());
        let away = door.post(&social, "/logout/", "next=/bye").await;
        assert!(door.session.user.is_none(), "our session ends first");
        let answer = match away.location() {
            Some(location) => browser.visit(location).await.unwrap(),
            None => {
                let (action, fields) = form_of(&away);
                browser.visit_form(&action, &fields).await.unwrap()
            }
        };
        assert_eq!(idp.requests_to("/saml/slo").len(), 1);
        let back = door.get(&social, &path_of(answer.url.as_ref())).await;
        assert_eq!(back.location(), Some("/bye"), "by post {by_post}: {back:?}");
        assert_eq!(idp.requests_to("/saml/slo").len(), 1, "what is answered is not asked again");
    }
}

#[tokio::test]
async fn a_logout_that_begins_there_ends_the_sessions_of_all_service_providers() {
    for without_redirect in [false, true] {
        let idp = DevProvider::start().await.unwrap();
        let browser = idp.browser().unwrap();
        let mut sites = Vec::new();
        for entity in ["urn:example:a", "urn:example:b"] {
            let social = site(json!({"dev": entry(&idp)}), &[("SP_ENTITY_ID", json!(entity))]);
            let mut description = metadata(&social).await;
            if without_redirect {
                description = description.replace("bindings:HTTP-Redirect", "bindings:SOAP");
            }
            idp.register_service_provider(ServiceProvider::described(entity, description));
            let mut door = Door::default();
            let away = door.get(&social, "/login/campus/").await;
            let callback = follow(&browser, &away, "alice").await;
            bring(&mut door, &social, &callback).await;
            assert!(door.session.user.is_some());
            sites.push((social, door));
        }
        // The last one is asked first; it answers, and the provider asks the next.
        let mut asked = browser.visit(&idp.saml_logout_url()).await;
        for (social, door) in sites.iter_mut().rev() {
            let message = asked.unwrap();
            assert_eq!(message.form.is_some(), without_redirect);
            let answer = match &message.form {
                Some(_) => bring(door, social, &message).await,
                None => door.get(social, &path_of(message.url.as_ref())).await,
            };
            assert!(door.session.user.is_none());
            asked = browser.visit(answer.location().unwrap()).await;
        }
        let page = asked.unwrap_err().to_string();
        assert!(page.contains("status 200") && page.contains("session at the development identity provider has ended"), "{page}");
    }
}

#[tokio::test]
async fn a_service_provider_on_this_machine_needs_no_registration_only_its_address() {
    let idp = DevProvider::start().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let entity = format!("http://{}/saml/metadata.xml", listener.local_addr().unwrap());
    let social = site(json!({"dev": entry(&idp)}), &[("SP_ENTITY_ID", json!(entity))]);
    let text = metadata(&social).await;
    let app = axum::Router::new().route("/saml/metadata.xml", axum::routing::get(move || async move { text }));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let mut door = Door::default();
    sign_in(&mut door, &idp, &social, "alice").await;
    assert!(door.session.user.is_some());
}

#[tokio::test]
async fn a_sign_in_that_begins_there_needs_leave_and_a_yes_here() {
    for leave in [false, true] {
        let (idp, social) = set_up(json!({"allow_idp_initiated": leave}), &[]).await;
        let callback = idp.approve(&idp.saml_initiate_url(SITE, Some("/reports/")), "alice").await.unwrap();
        let mut door = Door::default();
        let asked = bring(&mut door, &social, &callback).await;
        assert!(door.session.user.is_none());
        if !leave {
            assert_eq!(why(&asked), "session_context_missing");
            continue;
        }
        let (action, fields) = form_of(&asked);
        let yes = Serializer::new(String::new()).extend_pairs(fields).finish();
        assert_eq!(door.send(&social, http::Method::POST, &action, "cross-site", &yes).await.status, 200, "another site is asked again");
        assert!(door.session.user.is_none());
        assert_eq!(door.post(&social, &action, &yes).await.location(), Some("/reports/"));
        assert!(door.session.user.take().is_some());
        assert_eq!(why(&door.post(&social, &action, &yes).await), "attempt_used");
        assert!(door.session.user.is_none());
    }
}
