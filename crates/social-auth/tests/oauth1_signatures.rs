//! Signatures of OAuth 1.0a, bit for bit as Python Social Auth made them: every one of the recorded traffic
//! is made again from its parameters, its nonce and time, and the secrets of its case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::Path;

use http::Method;
use serde_json::{Map, Value};
use social_auth::Secret;
use social_auth::protocol::oauth1::{SignatureMethod, base_string};
use url::Url;

/// A signature that was recorded.
struct Signed {
    place: String,
    method: Method,
    url: Url,
    params: Map<String, Value>,
    signature: String,
}

#[test]
fn every_recorded_signature_is_made_again_bit_for_bit() {
    let (mut same, mut without_parameters) = (0, 0);
    for recording in recordings() {
        for case in recording["cases"].as_array().unwrap() {
            let client_secret = client_secret(case);
            let mut token_secrets = vec![Secret::default()];
            for step in case["steps"].as_array().unwrap() {
                for signed in signed_of(step, case["id"].as_str().unwrap(), &mut token_secrets) {
                    if signed.params.values().any(|value| text(value).contains("<random:")) {
                        // The random state of the callback was not recorded, so nobody can sign this again.
                        without_parameters += 1;
                        continue;
                    }
                    let params: Vec<_> = signed.params.iter().map(|(name, value)| (name.clone(), text(value))).collect();
                    let base = base_string(&signed.method, &signed.url, &params);
                    let ours = |secret: &Secret| SignatureMethod::HmacSha1.sign(&base, &client_secret, secret);
                    assert!(
                        token_secrets.iter().any(|secret| ours(secret).as_deref() == Some(signed.signature.as_str())),
                        "{}: {base}",
                        signed.place
                    );
                    same += 1;
                }
            }
        }
    }
    assert!(same >= 150 && without_parameters < 40, "{same} signatures, {without_parameters} that lack parameters");
}

fn recordings() -> impl Iterator<Item = Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/data");
    let texts = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some());
    let recordings = texts.filter_map(|path| serde_json::from_slice::<Value>(&std::fs::read(path).ok()?).ok());
    recordings.filter(|recording| recording["protocol"] == "oauth1")
}

fn client_secret(case: &Value) -> Secret {
    let settings = case["settings"].as_object().unwrap();
    let secret = settings.iter().find(|(name, _)| name.ends_with("_SECRET")).and_then(|(_, value)| value.as_str());
    // Google let everybody in as "anonymous".
    Secret::from(secret.unwrap_or("anonymous"))
}

/// The signed requests of a step; the secrets of the tokens that their answers bring are added.
fn signed_of(step: &Value, case: &str, token_secrets: &mut Vec<Secret>) -> Vec<Signed> {
    let mut found = Vec::new();
    for exchange in step["http"].as_array().into_iter().flatten() {
        let request = &exchange["request"];
        if let Some(actual) = request["authorization"]["actual"].as_object() {
            let mut params = request["authorization"]["params"].as_object().unwrap().clone();
            params.extend(actual.clone());
            let mut url = Url::parse(request["url"].as_str().unwrap()).unwrap();
            for (name, value) in request["query"].as_object().into_iter().flatten() {
                url.query_pairs_mut().append_pair(name, &text(value));
            }
            let signature = text(&params.remove("oauth_signature").unwrap());
            let method = request["method"].as_str().unwrap().parse().unwrap();
            found.push(Signed { place: format!("{case} {url}"), method, url, params, signature });
        }
        let body = exchange["response"]["body"].as_str().unwrap_or_default();
        let secrets = url::form_urlencoded::parse(body.as_bytes()).filter(|(name, _)| name == "oauth_token_secret");
        token_secrets.extend(secrets.map(|(_, secret)| Secret::from(secret.as_ref())));
    }
    // Khan Academy has the browser ask for the request token, so the address is signed.
    let redirect = &step["expect"]["redirect"];
    if let Some(mut params) = redirect["query"].as_object().cloned().filter(|query| query.contains_key("oauth_signature")) {
        let signature = text(&params.remove("oauth_signature").unwrap());
        let url = Url::parse(redirect["base"].as_str().unwrap()).unwrap();
        found.push(Signed { place: format!("{case} {url}"), method: Method::GET, url, params, signature });
    }
    found
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
