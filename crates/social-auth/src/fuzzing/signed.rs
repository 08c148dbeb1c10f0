//! Callbacks that carry their own proof.

use std::cell::RefCell;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use url::form_urlencoded;

use super::world::{Begun, Visitor, World, answer};

const SECRET: &str = "a-client-secret-of-fifty-characters-and-not-fewer!";

const BACKENDS: &[&str] = &[
    "telegram",
    "discourse",
    "facebook-app",
    "vk-app",
    "odnoklassniki-app",
    "vk-openapi",
    "telegram-mini-app",
    "vk-mini-app",
    "lastfm",
    "loginradius",
    "google-onetap",
    "twilio",
];

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

fn site() -> World {
    const CLIENT: [(&str, &str); 2] = [("KEY", "1"), ("SECRET", SECRET)];
    World::new(&[
        ("telegram", &[("BOT_TOKEN", SECRET), ("BOT_NAME", "a_bot")]),
        ("discourse", &[("SERVER_URL", "https://forum.example"), ("SECRET", SECRET)]),
        ("facebook-app", &[CLIENT[0], CLIENT[1], ("NAMESPACE", "an-app")]),
        ("vk-app", &CLIENT),
        ("odnoklassniki-app", &[CLIENT[0], CLIENT[1], ("PUBLIC_NAME", "P")]),
        ("vk-openapi", &[("APP_ID", "1"), ("SECRET", SECRET)]),
        ("telegram-mini-app", &[("BOT_TOKEN", SECRET)]),
        ("vk-mini-app", &CLIENT),
        ("lastfm", &CLIENT),
        ("loginradius", &CLIENT),
        ("google-onetap", &[("KEY", "1")]),
        ("twilio", &CLIENT),
    ])
}

/// A callback: the fields as in an address, in a cookie, or the payload. The first byte says whose, with 0x80 that the
/// provider signs it. `NONCE` is ours.
pub fn signed_callback(data: &[u8]) -> bool {
    let Some((way, rest)) = data.split_first() else { return false };
    let backend = BACKENDS[usize::from(way & 0x7f) % BACKENDS.len()];
    World::with(&WORLD, site, |world| {
        let profile = br#"{"id":"42","uid":"42","response":[{"id":42}],"session":{"name":"ada","key":"k"},"Uid":"42","name":"Ada"}"#;
        world.providers_answer(|_| Ok(answer(200, &[("content-type", "application/json")], profile)));
        let mut visitor = Visitor::default();
        // Some can begin at the provider only.
        let begun = world.begin(&mut visitor, backend, "").ok();
        let payload = begun.as_ref().and_then(sent_payload).unwrap_or_default();
        let in_payload =
            |name: &str| form_urlencoded::parse(payload.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let nonce = in_payload("nonce").unwrap_or_default();
        let begun = in_payload("return_sso_url").map(|sent| Begun { sent }).or(begun);
        let state = begun.as_ref().map(Begun::state).unwrap_or_default();
        let text = String::from_utf8_lossy(rest).replace("NONCE", &nonce);
        let query = if way & 0x80 == 0 { text.clone() } else { signed(backend, &text) };
        if backend == "vk-openapi" {
            visitor.cookies.insert("vk_app_1".to_owned(), text.chars().filter(|c| !matches!(c, ';' | ' ')).collect());
        }
        let query = sendable(&format!("{query}&redirect_state={state}"));
        let Ok(taken) = world.complete(&mut visitor, backend, &query) else { return false };
        if let Some(uid) = taken {
            assert!(way & 0x80 != 0 || uid == "42" || uid == "1:42", "what nobody signed was taken: {backend} {query}");
        }
        true
    })
}

/// What was sent to a forum.
fn sent_payload(begun: &Begun) -> Option<String> {
    let url = url::Url::parse(&begun.sent).ok()?;
    let (_, sso) = url.query_pairs().find(|(name, _)| name == "sso")?;
    String::from_utf8(STANDARD.decode(&*sso).ok()?).ok()
}

/// What a provider makes of these fields.
fn signed(backend: &str, text: &str) -> String {
    let mac = |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
    let query = |pairs: &[(&str, &str)]| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    match backend {
        "telegram" => {
            let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            let mut lines: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            lines.sort();
            let key = digest::digest(&digest::SHA256, SECRET.as_bytes());
            format!("{text}&{}", query(&[("hash", &hex::encode(mac(key.as_ref(), lines.join("\n").as_bytes())))]))
        }
        "discourse" => {
            let sso = STANDARD.encode(text);
            query(&[("sso", &sso), ("sig", &hex::encode(mac(SECRET.as_bytes(), sso.as_bytes())))])
        }
        "facebook-app" => {
            let payload = URL_SAFE_NO_PAD.encode(text);
            let signature = URL_SAFE_NO_PAD.encode(mac(SECRET.as_bytes(), payload.as_bytes()));
            query(&[("signed_request", &format!("{signature}.{payload}"))])
        }
        _ => text.to_owned(),
    }
}

/// The same query without what cannot stand in an address.
fn sendable(query: &str) -> String {
    let encode = |c: char| {
        if c.is_ascii_graphic() && !matches!(c, '#' | '"' | '<' | '>') {
            c.to_string()
        } else {
            form_urlencoded::byte_serialize(c.to_string().as_bytes()).collect()
        }
    };
    query.chars().map(encode).collect()
}
