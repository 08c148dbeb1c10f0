//! DiscourseConnect: a signed question in `sso` and `sig`, and a signed answer, by a client's secret.
//! <https://meta.discourse.org/t/32974>

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use url::{Url, form_urlencoded};

use crate::client::Client;
use crate::consent::{self, Decision, Interaction};
use crate::oauth2::see_other;
use crate::page::{Ask, Reader};
use crate::params::Params;
use crate::provider::Shared;

/// A question that was signed by a client.
struct Question {
    client: Arc<Client>,
    nonce: String,
    return_to: Url,
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/session/sso_provider", get(sso_provider))
}

async fn sso_provider(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let reader = Reader::of(&headers);
    match Question::read(&shared, &Params::parse(query.as_deref().unwrap_or_default())) {
        Ok(question) => consent::ask(&shared, Arc::new(question), reader),
        Err(why) => shared.pages.message(reader, StatusCode::FORBIDDEN, "This request cannot be answered", why),
    }
}

impl Question {
    fn read(shared: &Shared, params: &Params) -> Result<Self, &'static str> {
        let (payload, signature) = params.first("sso").zip(params.first("sig")).ok_or("sso or sig is missing.")?;
        let client = shared.clients.all().into_iter().find(|client| is_right(client, payload, signature));
        let client = client.ok_or("sig is not the signature of sso by the secret of a client.")?;
        let decoded = STANDARD.decode(payload).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or("sso is no base64.")?;
        let fields = Params::parse(&decoded);
        let (nonce, address) = fields.first("nonce").zip(fields.first("return_sso_url")).ok_or("nonce or return_sso_url is missing.")?;
        if !client.may_redirect_to(address) {
            return Err("return_sso_url is not registered for this client.");
        }
        let return_to = Url::parse(address).map_err(|_| "return_sso_url is no address.")?;
        Ok(Question { nonce: nonce.to_owned(), return_to, client })
    }
}

fn is_right(client: &Client, payload: &str, signature: &str) -> bool {
    sign(client, payload).is_some_and(|right| verify_slices_are_equal(right.as_bytes(), signature.as_bytes()).is_ok())
}

fn sign(client: &Client, payload: &str) -> Option<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, client.secret.as_ref()?.as_bytes());
    Some(hmac::sign(&key, payload.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Interaction for Question {
    fn ask(&self) -> Ask {
        Ask {
            application: self.client.name.clone(),
            protocol: "DiscourseConnect",
            destination: self.return_to.to_string(),
            wants: Vec::new(),
            details: vec![("return_sso_url", self.return_to.to_string())],
            hint: None,
        }
    }

    fn client_id(&self) -> &str {
        &self.client.id
    }

    fn finish(&self, shared: &Shared, decision: Decision, _: Reader) -> Response {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("nonce", &self.nonce);
        match decision {
            // What a forum says of those who may not come in.
            Decision::Decline => _ = query.append_pair("failed", "true"),
            Decision::SignIn(login) => {
                let person = shared.people.current(&login.person);
                let confirmed = if person.email_verified == Some(false) { Some("true".to_owned()) } else { None };
                let fields = [
                    ("external_id", Some(person.id.clone())),
                    ("username", person.login.clone()),
                    ("email", person.email.clone()),
                    ("name", person.name.clone()),
                    ("require_activation", confirmed),
                ];
                for (name, value) in fields {
                    if let Some(value) = value {
                        query.append_pair(name, &value);
                    }
                }
            }
        }
        let payload = STANDARD.encode(query.finish());
        let mut url = self.return_to.clone();
        let signature = sign(&self.client, &payload).unwrap_or_default();
        url.query_pairs_mut().append_pair("sso", &payload).append_pair("sig", &signature);
        see_other(&url)
    }
}
