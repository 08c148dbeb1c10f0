//! Signed callbacks: the recorded nonce is put right and what carries it signed anew, as the provider would;
//! and whoever is asked on a page of ours whether it is them says yes.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde_json::{Map, Value};
use social_auth::provider::{self, Provider};
use social_auth::settings::setting_name;
use social_auth::web::{Params, Reply, ReplyBody, Request};

use crate::outcome;
use crate::wire::{Expect, Step};

/// Whether a provider is of this family.
pub fn is_signed(provider: &str) -> bool {
    matches!(provider::find(provider), Some(Provider::Signed(_)))
}

/// What we and the recording sent at begin.
#[derive(Default, Clone)]
pub struct Begun {
    state: Option<String>,
    our_nonce: Option<String>,
    recorded_nonce: Option<String>,
}

impl Begun {
    pub fn new(step: &Step, reply: &Reply) -> Self {
        let sent = match &reply.body {
            ReplyBody::Html { html, .. } => html.clone(),
            _ => reply.location().unwrap_or_default().to_owned(),
        };
        let recorded = match &step.expect {
            Expect::Redirect { query, .. } => query.get("sso").and_then(Value::as_str),
            _ => None,
        };
        let ours = url::Url::parse(&sent).ok().and_then(|url| {
            let sso = url.query_pairs().find(|(name, _)| name == "sso");
            sso.map(|(_, value)| value.into_owned())
        });
        let payload = ours.as_deref().map(fields).unwrap_or_default();
        let address = payload.get("return_sso_url").unwrap_or(&sent);
        let state = Regex::new("redirect_state(?:=|%3D)([A-Za-z0-9_-]+)").unwrap();
        Begun {
            state: state.captures(address).map(|found| found[1].to_owned()),
            our_nonce: payload.get("nonce").map(str::to_owned),
            recorded_nonce: recorded.and_then(|sso| fields(sso).get("nonce").map(str::to_owned)),
        }
    }

    /// Puts our state, and our nonce for the recorded one, into what comes back.
    pub fn answer(&self, params: &mut Map<String, Value>, settings: &Map<String, Value>, backend: &str, unrecorded: bool) {
        let payload = params.get("sso").and_then(Value::as_str).map(str::to_owned);
        if let (Some(state), true) = (&self.state, unrecorded || payload.is_some()) {
            params.entry("redirect_state").or_insert_with(|| Value::from(state.clone()));
        }
        let names = [setting_name(&[backend, "SECRET"]), setting_name(&["SECRET"]), "SECRET".to_owned()];
        let secret = names.iter().find_map(|name| settings.get(name)?.as_str());
        let (Some(payload), Some(secret), Some(ours)) = (payload, secret, &self.our_nonce) else { return };
        let found = fields(&payload);
        let is_recorded = found.get("nonce").is_some() && found.get("nonce") == self.recorded_nonce.as_deref();
        if !is_recorded || params.get("sig").and_then(Value::as_str) != Some(sign(secret, &payload).as_str()) {
            return;
        }
        let pairs = found.iter().map(|(name, value)| (name, if name == "nonce" { ours.as_str() } else { value }));
        let payload = STANDARD.encode(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish());
        params.insert("sig".to_owned(), Value::from(sign(secret, &payload)));
        params.insert("sso".to_owned(), Value::from(payload));
    }
}

/// The fields of a payload: a query in base64.
pub fn fields(payload: &str) -> Params {
    Params::from_urlencoded(&STANDARD.decode(payload).unwrap_or_default())
}

fn sign(secret: &str, payload: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, payload.as_bytes()))
}

/// The answer "yes" to a page that asks whether it is them: the same request, posted from our page.
pub fn confirmed(reply: &Reply, mut request: Request) -> Option<Request> {
    let ReplyBody::Html { html, .. } = &reply.body else { return None };
    let (_, _, inputs) = outcome::forms(html).into_iter().find(|(action, ..)| action.starts_with("/complete/"))?;
    request.method = http::Method::POST;
    request.query = Params::default();
    request.form = inputs.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    request.headers.insert("sec-fetch-site", http::HeaderValue::from_static("same-origin"));
    Some(request)
}
