//! OpenID: what a person's page says (Yadis, XRDS, HTML), and what a provider answers.

use std::cell::RefCell;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::world::{NOW, Visitor, World, answer};
use crate::error::{Error, Reason};
use crate::http::Guard;
use crate::secret::Secret;
use crate::storage::OpenIdAssociation;

const ME: &str = "https://me.example.com/";
const ENDPOINT: &str = "https://op.example.com/auth";
const KEY: [u8; 32] = [4; 32];

thread_local! {
    static ANSWERS: RefCell<Option<World>> = const { RefCell::new(None) };
    static DISCOVERY: RefCell<Option<World>> = const { RefCell::new(None) };
}

/// A site that shares a key with the provider.
fn site() -> World {
    let world = World::new(&[("openid", &[])]);
    let shared = OpenIdAssociation {
        server_url: ENDPOINT.to_owned(),
        handle: "shared".to_owned(),
        secret: Secret::from(STANDARD.encode(KEY)),
        issued: NOW,
        lifetime: 3600,
        assoc_type: "HMAC-SHA256".to_owned(),
    };
    world.wait(world.social.social().store_openid_association(&shared)).unwrap();
    world
}

/// The fields of an answer, as in an address; `RETURN_TO` is ours. By the first byte's lowest bit the provider signs them.
pub fn openid_answer(data: &[u8]) -> bool {
    let Some((way, rest)) = data.split_first() else { return false };
    World::with(&ANSWERS, site, |world| {
        world.providers_answer(|request| {
            let page = format!("<head><link rel='openid2.provider' href='{ENDPOINT}'></head>");
            match request.url.as_str() {
                ME => Ok(answer(200, &[("content-type", "text/html")], page.as_bytes())),
                ENDPOINT => Ok(answer(200, &[], b"is_valid:false\n")),
                _ => Err(Error::new(Reason::ConnectionFailed)),
            }
        });
        let mut visitor = Visitor::default();
        let Ok(begun) = world.begin(&mut visitor, "openid", "openid_identifier=https%3A%2F%2Fme.example.com%2F") else { return false };
        let state = begun.state();
        let return_to = format!("https://site.example/complete/openid/?redirect_state={state}");
        let mut fields: Vec<(String, String)> = form_urlencoded::parse(rest).into_owned().collect();
        for (_, value) in &mut fields {
            *value = value.replace("RETURN_TO", &return_to);
        }
        if way & 1 == 1 {
            sign(&mut fields);
        }
        fields.push(("redirect_state".to_owned(), state));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let Ok(taken) = world.complete(&mut visitor, "openid", &query) else { return false };
        let uid = taken.expect("somebody is signed in");
        assert!(way & 1 == 1, "what nobody signed was taken: {fields:?}");
        assert_eq!(uid.split('#').next(), Some(ME), "the provider may not speak for others: {fields:?}");
        true
    })
}

fn sign(fields: &mut Vec<(String, String)>) {
    let value = |name: &str| fields.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str());
    let line = |name: &str| format!("{name}:{}\n", value(&format!("openid.{name}")));
    let text: String = value("openid.signed").split(',').map(line).collect();
    let sig = STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &KEY), text.as_bytes()));
    fields.retain(|(name, _)| name != "openid.sig");
    fields.push(("openid.sig".to_owned(), sig));
}

/// What stands at a person's address. The first byte: 1 the bytes are what the person entered instead, 2 XRDS, 4 the first
/// line is the address of the document, 8 the first line is where to go instead.
pub fn openid_discovery(data: &[u8]) -> bool {
    let Some((way, rest)) = data.split_first() else { return false };
    let (way, rest) = (*way, rest.to_vec());
    World::with(&DISCOVERY, site, |world| {
        let entered = if way & 1 == 1 { rest.clone() } else { ME.as_bytes().to_vec() };
        let mut asked = 0;
        world.providers_answer(move |request| {
            asked += 1;
            assert!(asked <= 20, "discovery has no end");
            assert!(Guard::default().check(&request.url).is_ok(), "discovery reached inside: {}", request.url);
            let kind = if way & 2 == 2 { "application/xrds+xml" } else { "text/html" };
            let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let line = String::from_utf8_lossy(line).into_owned();
            let body = rest.get(line.len() + 1..).unwrap_or(&rest);
            match way & 12 {
                4 if asked == 1 => Ok(answer(200, &[("content-type", kind), ("x-xrds-location", &line)], body)),
                8 if asked < 10 => Ok(answer(302, &[("location", &line)], body)),
                4 | 8 => Ok(answer(200, &[("content-type", kind)], body)),
                _ => Ok(answer(200, &[("content-type", kind)], &rest)),
            }
        });
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("openid_identifier", &String::from_utf8_lossy(&entered)).finish();
        world.begin(&mut Visitor::default(), "openid", &query).is_ok()
    })
}
