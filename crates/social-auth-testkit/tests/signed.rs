//! Callbacks that carry their own proof, as people and attackers see them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use door::{Door, path_of};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use social_auth::clock::Clock;
use social_auth::error::Result;
use social_auth::http::{Incoming, Outgoing, Transport};
use social_auth::storage::MemoryStorage;
use social_auth::web::{Reply, ReplyBody};
use social_auth::{BuildError, SocialAuth};
use social_auth_testkit::{Client, DevProvider};

const NOW: i64 = 1_767_960_000;
const BOT_TOKEN: &str = "12345:a-token";

/// A provider's API that answers everything with one profile, but for one method.
#[derive(Default)]
struct Api {
    answer: Mutex<Value>,
    method: Mutex<(&'static str, Value)>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Transport for Api {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        self.asked.lock().unwrap().push(request.url.to_string());
        let (method, other) = self.method.lock().unwrap().clone();
        let is_other = !method.is_empty() && request.url.path().ends_with(method);
        let body = Bytes::from(if is_other { other } else { self.answer.lock().unwrap().clone() }.to_string());
        Ok(Incoming { status: 200, headers: HeaderMap::new(), body })
    }
}

fn build(backend: &str, settings: &[(&'static str, &str)], api: &Arc<Api>) -> std::result::Result<SocialAuth, BuildError> {
    SocialAuth::builder()
        .public_url("https://site.example")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .clock(Clock::fixed(NOW))
        .transport(api.clone())
        .backend_as(backend, backend, settings.iter().copied())
        .build()
}

fn site(backend: &str, settings: &[(&'static str, &str)]) -> (SocialAuth, Arc<Api>) {
    let api = Arc::new(Api::default());
    (build(backend, settings, &api).unwrap_or_else(|error| panic!("{error}")), api)
}

fn telegram() -> SocialAuth {
    site("telegram", &[("BOT_TOKEN", BOT_TOKEN), ("BOT_NAME", "a_bot")]).0
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What Telegram's widget puts into an address.
fn signed_by_telegram(pairs: &[(&str, &str)]) -> String {
    let mut lines: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort();
    let key = hmac::Key::new(hmac::HMAC_SHA256, digest::digest(&digest::SHA256, BOT_TOKEN.as_bytes()).as_ref());
    let hash = hex(hmac::sign(&key, lines.join("\n").as_bytes()));
    query(&[pairs, &[("hash", hash.as_str())]].concat())
}

fn html(reply: &Reply) -> &str {
    match &reply.body {
        ReplyBody::Html { html, .. } => html,
        _ => "",
    }
}

/// Presses the only button of a page of ours.
async fn press(social: &SocialAuth, door: &mut Door, page: &Reply) -> Reply {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        Some(rest.split_once('"')?.0.replace("&#x2f;", "/").replace("&amp;", "&").replace("&quot;", "\"").replace("&#x27;", "'"))
    };
    let form: Vec<&str> = html(page).split('<').filter(|tag| tag.starts_with("input ")).collect();
    let pairs: Vec<(String, String)> = form.iter().filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?))).collect();
    let action = html(page).split('<').find(|tag| tag.starts_with("form ")).and_then(|tag| attribute(tag, "action")).expect("a form");
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    door.post(social, &action, &body).await
}

#[tokio::test]
async fn a_launch_signs_in_only_after_a_page_of_ours_has_asked() {
    let social = telegram();
    let callback =
        format!("/complete/telegram/?{}", signed_by_telegram(&[("id", "42"), ("first_name", "Ada"), ("auth_date", "1767960000")]));
    let mut door = Door::default();
    let page = door.send(&social, Method::GET, &callback, "cross-site", "").await;
    assert!(page.location().is_none() && html(&page).contains("Ada"), "{page:?}");
    assert!(door.session.user.is_none());
    // Another site can neither press the button nor send what it sends.
    let (_, fields) = callback.split_once('?').unwrap();
    let forged = door.send(&social, Method::POST, "/complete/telegram/", "cross-site", fields).await;
    assert!(forged.location().is_none());
    let relayed = door.post(&social, "/complete/telegram/", &format!("{fields}&social_auth_returned=1")).await;
    assert!(relayed.location().is_none() && door.session.user.is_none(), "what our return page posts on was not confirmed");
    let back = press(&social, &mut door, &page).await;
    assert!(back.location().is_some(), "{back:?}");
    assert!(door.session.user.take().is_some());
    // Good once, in whatever browser.
    for mut door in [door, Door::default()] {
        let page = door.get(&social, &callback).await;
        assert_eq!(press(&social, &mut door, &page).await.status, 400);
        assert!(door.session.user.is_none());
    }
}

#[tokio::test]
async fn a_launch_connects_nothing_to_who_is_signed_in() {
    let social = telegram();
    let mut door = Door::default();
    let sign_in = |id: &str| format!("/complete/telegram/?{}", signed_by_telegram(&[("id", id), ("auth_date", "1767960000")]));
    let page = door.get(&social, &sign_in("1")).await;
    press(&social, &mut door, &page).await;
    let first = door.session.user.clone().expect("somebody is signed in");
    let page = door.get(&social, &sign_in("2")).await;
    assert!(html(&page).contains("signed in here already"));
    press(&social, &mut door, &page).await;
    let second = door.session.user.clone().expect("somebody is signed in");
    assert_ne!(first, second);
    assert_eq!(social.social().associations_of(&first).await.unwrap().len(), 1);
}

#[tokio::test]
async fn fields_of_somebody_else_do_not_end_a_sign_in_of_ones_own() {
    // What Telegram signed says nothing of our attempt: taken from a log, it is good for nobody once it was used.
    let social = telegram();
    let fields = signed_by_telegram(&[("id", "42"), ("auth_date", "1767959000")]);
    let state = |page: &Reply| html(page).split_once("redirect_state=").map(|(_, rest)| rest.split('"').next().unwrap().to_owned());
    let (mut victim, mut thief) = (Door::default(), Door::default());
    let page = victim.get(&social, "/login/telegram/").await;
    let callback = format!("/complete/telegram/?redirect_state={}&{fields}", state(&page).expect("a widget"));
    assert_eq!(thief.get(&social, &callback).await.status, 400, "the attempt is another browser's");
    assert!(victim.get(&social, &callback).await.location().is_some());
    assert!(victim.session.user.is_some());
    let page = thief.get(&social, "/login/telegram/").await;
    let replay = format!("/complete/telegram/?redirect_state={}&{fields}", state(&page).unwrap());
    assert_eq!(thief.get(&social, &replay).await.status, 400);
    assert!(thief.session.user.is_none());
}

#[tokio::test]
async fn a_line_feed_or_a_second_value_is_refused_before_anything_is_asked() {
    let social = telegram();
    for fields in [
        // As a signature over "first_name=a" and "id=1" would have it (social-core 6.2).
        signed_by_telegram(&[("id", "42"), ("first_name", "a\nid=1"), ("auth_date", "1767960000")]),
        format!("{}&id=1", signed_by_telegram(&[("id", "42"), ("auth_date", "1767960000")])),
        format!("{}&id=42", signed_by_telegram(&[("id", "42"), ("auth_date", "1767960000")])),
        signed_by_telegram(&[("id", "42"), ("auth_date", "1767800000")]),
        signed_by_telegram(&[("id", "42")]),
        query(&[("id", "42"), ("auth_date", "1767960000"), ("hash", &"0".repeat(64))]),
        query(&[("id", "42"), ("auth_date", "1767960000")]),
    ] {
        let mut door = Door::default();
        let page = door.get(&social, &format!("/complete/telegram/?{fields}")).await;
        assert!(page.status.as_u16() >= 400, "{fields}: {page:?}");
    }
}

#[tokio::test]
async fn a_frame_on_the_providers_page_is_only_left() {
    let (social, _) = site("vk-app", &[("KEY", "7"), ("SECRET", "s")]);
    let mut request = Door::default().request(Method::GET, "/complete/vk-app/?viewer_id=1&auth_key=x", "cross-site", "");
    request.headers.insert("sec-fetch-dest", "iframe".parse().unwrap());
    let mut door = Door::default();
    let page = social.respond(&request, &mut door.session).await.unwrap();
    let ReplyBody::Html { csp, .. } = &page.body else { panic!("{page:?}") };
    assert!(csp.contains("frame-ancestors https://vk.com") && html(&page).contains("_top"), "{csp}");
    assert!(page.cookies.is_empty());
    // Where no frame is expected there is none.
    let social = telegram();
    let page = door.get(&social, &format!("/complete/telegram/?{}", signed_by_telegram(&[("id", "4"), ("auth_date", "1767960000")]))).await;
    let ReplyBody::Html { csp, .. } = &page.body else { panic!("{page:?}") };
    assert!(csp.contains("frame-ancestors 'none'"), "{csp}");
}

/// Advisory row 16.
#[tokio::test]
async fn signed_launch_uid_must_equal_profile_uid() {
    use md5::{Digest as _, Md5};
    let md5 = |text: &str| hex(Md5::digest(text));
    let signed_request = |user: &str| {
        let payload = URL_SAFE_NO_PAD
            .encode(json!({"algorithm": "HMAC-SHA256", "issued_at": NOW, "user_id": user, "oauth_token": "live"}).to_string());
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"s");
        query(&[("signed_request", &format!("{}.{payload}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, payload.as_bytes()))))])
    };
    let vk = |viewer: &str| {
        query(&[("api_id", "7"), ("viewer_id", viewer), ("auth_key", &md5(&format!("7_{viewer}_s"))), ("access_token", "live")])
    };
    let ok = |user: &str| {
        let auth_sig = md5(&format!("{user}sks"));
        query(&[("logged_user_id", user), ("session_key", "sk"), ("session_secret_key", "x"), ("auth_sig", &auth_sig)])
    };
    type Launch<'l> = &'l dyn Fn(&str) -> String;
    let cases: [(&str, &[(&'static str, &str)], Launch<'_>, Value); 3] = [
        ("vk-app", &[("KEY", "7"), ("SECRET", "s")], &vk, json!({"response": [{"id": 1, "screen_name": "ada"}]})),
        ("odnoklassniki-app", &[("SECRET", "s"), ("PUBLIC_NAME", "p")], &ok, json!({"uid": "1", "name": "Ada"})),
        ("facebook-app", &[("KEY", "7"), ("SECRET", "s")], &signed_request, json!({"id": "1", "name": "Ada"})),
    ];
    for (backend, settings, launch, profile) in cases {
        for (user, comes_in) in [("1", true), ("2", false)] {
            let (social, api) = site(backend, settings);
            *api.answer.lock().unwrap() = profile.clone();
            let mut door = Door::default();
            let page = door.get(&social, &format!("/complete/{backend}/?{}", launch(user))).await;
            assert!(api.asked.lock().unwrap().is_empty(), "{backend}: nothing is asked before the person has said so");
            let back = press(&social, &mut door, &page).await;
            assert_eq!(door.session.user.is_some(), comes_in, "{backend} {user}: {back:?}");
            assert_eq!(api.asked.lock().unwrap().len(), 1);
            assert_eq!(back.location().is_some(), comes_in);
        }
        // The identifier beside the signed one counts for nothing.
        let (social, _) = site(backend, settings);
        let forged = launch("1").replace("viewer_id=1", "viewer_id=2").replace("logged_user_id=1", "logged_user_id=2");
        if forged != launch("1") {
            let page = Door::default().get(&social, &format!("/complete/{backend}/?{forged}")).await;
            assert!(page.status.as_u16() >= 400, "{backend}: {page:?}");
        }
    }
}

#[tokio::test]
async fn only_who_has_installed_the_application_comes_in_from_vk_where_that_is_asked_for() {
    use md5::{Digest as _, Md5};
    let auth_key = hex(Md5::digest("7_1_s"));
    let launch = query(&[("api_id", "7"), ("viewer_id", "1"), ("auth_key", auth_key.as_str()), ("access_token", "live")]);
    for mode in [("USER_MODE", "1"), ("USER_MODE", "2"), ("USERMODE", "1")] {
        for (told, comes_in) in [(json!({"response": 1}), true), (json!({"response": 0}), false), (json!({}), false)] {
            let (social, api) = site("vk-app", &[("KEY", "7"), ("SECRET", "s"), mode]);
            *api.answer.lock().unwrap() = json!({"response": [{"id": 1, "screen_name": "ada"}]});
            *api.method.lock().unwrap() = ("users.isAppUser", told);
            let mut door = Door::default();
            // What the address says about it is signed by nobody.
            let page = door.get(&social, &format!("/complete/vk-app/?{launch}&is_app_user=1")).await;
            let back = press(&social, &mut door, &page).await;
            assert_eq!(door.session.user.is_some(), comes_in, "{mode:?}: {back:?}");
            let first = api.asked.lock().unwrap()[0].clone();
            assert!(first.starts_with("https://api.vk.ru/method/users.isAppUser?user_id=1&"), "{first}");
        }
    }
    let (social, api) = site("vk-app", &[("KEY", "7"), ("SECRET", "s"), ("USER_MODE", "0")]);
    *api.answer.lock().unwrap() = json!({"response": [{"id": 1, "screen_name": "ada"}]});
    let mut door = Door::default();
    let page = door.get(&social, &format!("/complete/vk-app/?{launch}")).await;
    press(&social, &mut door, &page).await;
    assert!(door.session.user.is_some(), "everybody comes in where nobody asks");
}

/// Advisory row 74.
#[test]
fn missing_client_id_is_a_start_error() {
    let api = Arc::new(Api::default());
    let others = ["google-openidconnect", "google-oauth2", "facebook"];
    for backend in ["google-onetap", "facebook-app", "vk-app", "lastfm", "loginradius", "twilio"].into_iter().chain(others) {
        for settings in [&[("SECRET", "s")][..], &[("SECRET", "s"), ("KEY", "")]] {
            let told = build(backend, settings, &api).err().unwrap_or_else(|| panic!("{backend} starts")).to_string();
            assert!(told.contains("KEY is missing"), "{backend}: {told}");
        }
    }
    assert!(build("google-onetap", &[("KEY", "an-id")], &api).is_ok());
}

#[tokio::test]
async fn one_tap_wants_the_cookie_of_its_script_or_asks() {
    let mut client = Client::confidential("one-tap", "a-secret");
    client.claims_in_id_token = true;
    let idp = DevProvider::builder().client(client).start().await.unwrap();
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as(
            "google-onetap",
            "google-onetap",
            [("KEY", idp.client_id()), ("OIDC_ENDPOINT", &idp.issuer()), ("ID_TOKEN_ISSUER", &idp.issuer())],
        )
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let credential = |person: &str| idp.issue_tokens(idp.client_id(), person, None).unwrap().id_token;
    let form = |token: &str, csrf: &str| query(&[("credential", token), ("g_csrf_token", csrf)]);
    let post =
        async |door: &mut Door, site: &str, form: &str| door.send(&social, Method::POST, "/complete/google-onetap/", site, form).await;

    let mut stranger = Door::default();
    for csrf in ["", "made-up"] {
        let reply = post(&mut stranger, "cross-site", &form(&credential("alice"), csrf)).await;
        assert!(reply.location().is_none() && stranger.session.user.is_none(), "{reply:?}");
    }
    let mut other = Door::default();
    other.cookies.insert("g_csrf_token".to_owned(), "of-the-script".to_owned());
    let reply = post(&mut other, "same-origin", &format!("{}&social_auth_returned=1", form(&credential("alice"), "another"))).await;
    assert!(reply.location().is_none() && other.session.user.is_none(), "{reply:?}");
    for token in ["", "no-token", "a.b.c"] {
        let reply = post(&mut other, "same-origin", &form(token, "of-the-script")).await;
        assert!(reply.status.as_u16() >= 400 && other.session.user.is_none(), "{reply:?}");
    }
    // The script's cookie and field, from wherever Google posts; or a page of ours that got the token (FedCM).
    let token = credential("alice");
    let page = post(&mut other, "cross-site", &form(&token, "of-the-script")).await;
    let reply = press(&social, &mut other, &page).await;
    assert!(other.session.user.take().is_some(), "{reply:?}");
    let reply = press(&social, &mut other, &page).await;
    assert!(reply.status == 400 && other.session.user.is_none(), "a token is good once: {reply:?}");
    let mut ours = Door::default();
    let reply = post(&mut ours, "same-origin", &query(&[("credential", &credential("alice"))])).await;
    assert!(ours.session.user.is_some(), "{reply:?}");
    // Google has not verified Dave's address.
    let reply = post(&mut Door::default(), "same-origin", &query(&[("credential", &credential("dave"))])).await;
    assert!(reply.status.as_u16() >= 400, "{reply:?}");
}

#[tokio::test]
async fn a_signed_question_is_answered_for_this_attempt_only() {
    let idp = DevProvider::start().await.unwrap();
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as("discourse", "discourse", [("SERVER_URL", idp.url()), ("SECRET", idp.client_secret())])
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let (mut alice, mut eve) = (Door::default(), Door::default());
    let begin = async |door: &mut Door, person: &str| {
        let away = door.get(&social, "/login/discourse/?next=/there").await;
        path_of(idp.approve(away.location().unwrap(), person).await.unwrap().url.as_ref())
    };
    let of_alice = begin(&mut alice, "alice").await;
    let of_eve = begin(&mut eve, "bob").await;
    // Eve's answer in Alice's sign-in.
    let (address, _) = of_alice.split_once("&sso=").unwrap();
    let (_, answer) = of_eve.split_once("&sso=").unwrap();
    assert_eq!(alice.get(&social, &format!("{address}&sso={answer}")).await.status, 400);
    assert!(alice.session.user.is_none());
    // Without the state there is no sign-in to belong to: a forum launches nothing.
    assert_eq!(eve.get(&social, &format!("/complete/discourse/?sso={answer}")).await.status, 400);
    let back = eve.get(&social, &of_eve).await;
    assert_eq!(back.location(), Some("/there"), "{back:?}");
    let user = eve.session.user.clone().unwrap();
    assert_eq!(social.users().user(&user).await.unwrap().unwrap().email.as_deref(), Some("bob@example.test"));
    let declined = begin(&mut alice, "alice").await;
    let (address, _) = declined.split_once("&sso=").unwrap();
    let sso = STANDARD.encode("nonce=guessed&external_id=1");
    assert!(alice.get(&social, &format!("{address}&{}", query(&[("sso", &sso), ("sig", "00")]))).await.status.as_u16() >= 400);
    assert!(alice.session.user.is_none());
}

#[tokio::test]
async fn a_provider_that_nobody_heard_of_works_from_settings_alone() {
    let settings = [
        ("SECRET", "shared"),
        ("ID_KEY", "member"),
        ("SIGNED_TEXT", "values"),
        ("SIGNED_FIELDS", "member at"),
        ("SIGNED_SEPARATOR", "|"),
        ("SIGNATURE_PARAMETER", "mac"),
        ("SIGNATURE_ALGORITHM", "hmac-sha512"),
        ("SIGNATURE_ENCODING", "base64url"),
        ("SIGNATURE_TIME_FIELD", "at"),
        ("AUTHORIZATION_URL", "https://club.example/sign-in"),
        ("RETURN_PARAMETER", "back"),
    ];
    let (social, _) = site("signed", &settings);
    let mut door = Door::default();
    let away = door.get(&social, "/login/signed/").await;
    let url = url::Url::parse(away.location().unwrap()).unwrap();
    let back = url.query_pairs().find(|(name, _)| name == "back").expect("our callback").1.into_owned();
    let key = hmac::Key::new(hmac::HMAC_SHA512, b"shared");
    let mac = URL_SAFE_NO_PAD.encode(hmac::sign(&key, b"m-7|1767960000"));
    let wrong = format!("{}&{}", path_of(&back), query(&[("member", "m-8"), ("at", "1767960000"), ("mac", &mac)]));
    assert!(door.get(&social, &wrong).await.status.as_u16() >= 400);
    let away = door.get(&social, "/login/signed/").await;
    let url = url::Url::parse(away.location().unwrap()).unwrap();
    let back = url.query_pairs().find(|(name, _)| name == "back").expect("our callback").1.into_owned();
    let right = format!("{}&{}", path_of(&back), query(&[("member", "m-7"), ("at", "1767960000"), ("mac", &mac)]));
    assert!(door.get(&social, &right).await.location().is_some());
    assert!(door.session.user.is_some());
    // Launches are off unless asked for.
    let launch = format!("/complete/signed/?{}", query(&[("member", "m-7"), ("at", "1767960000"), ("mac", &mac)]));
    assert_eq!(Door::default().get(&social, &launch).await.status, 400);
}

#[test]
fn settings_that_would_let_an_old_or_ambiguous_signature_in_are_refused_at_start() {
    let api = Arc::new(Api::default());
    let base = [("SECRET", "shared"), ("ID_KEY", "id")];
    let with = |further: &[(&'static str, &'static str)]| {
        let settings: Vec<_> = base.iter().chain(further).copied().collect();
        build("signed", &settings, &api).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(with(&[("SIGNATURE_TIME_FIELD", "at")]), Ok(()));
    for (further, about) in [
        (&[][..], "SIGNATURE_TIME_FIELD"),
        (&[("SIGNATURE_TIME_FIELD", "at"), ("SIGNATURE_MAX_AGE", "90000")], "SIGNATURE_MAX_AGE"),
        (&[("SIGNATURE_TIME_FIELD", "at"), ("SIGNED_TEXT", "values")], "SIGNED_FIELDS"),
        (
            &[("SIGNATURE_TIME_FIELD", "at"), ("SIGNED_TEXT", "values"), ("SIGNED_FIELDS", "a b"), ("SIGNED_SEPARATOR", "--")],
            "SIGNED_SEPARATOR",
        ),
        (&[("SIGNATURE_TIME_FIELD", "at"), ("SIGNED_TEXT", "payload")], "SIGNED_TEXT"),
        (&[("SIGNATURE_TIME_FIELD", "at"), ("SIGNATURE_ALGORITHM", "md5")], "SIGNATURE_ALGORITHM"),
    ] {
        let told = with(further).expect_err("it starts");
        assert!(told.contains(about), "{told}");
    }
}
