//! Where the browser comes with a request token (RFC 5849, section 2.2).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::client::Client;
use crate::consent::{self, Decision, Interaction};
use crate::error::Error;
use crate::oauth2::see_other;
use crate::page::{Ask, Reader};
use crate::params::Params;
use crate::provider::Shared;

/// A request token that waits for a person.
struct Waiting {
    token: String,
    client: Arc<Client>,
    callback: Url,
}

pub(super) async fn authorize(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let reader = Reader::of(&headers);
    let params = Params::parse(query.as_deref().unwrap_or_default());
    let token = params.first("oauth_token").unwrap_or_default();
    let found = shared.oauth1.waiting(token, shared.clock.now());
    let waiting = found.and_then(|(client, callback)| {
        Some(Waiting { token: token.to_owned(), client: shared.clients.get(&client)?, callback: Url::parse(&callback).ok()? })
    });
    match waiting {
        Some(waiting) => consent::ask(&shared, Arc::new(waiting), reader),
        None => {
            let explanation = "oauth_token is no request token of this provider, is too old, or was decided on already.";
            shared.pages.message(reader, StatusCode::BAD_REQUEST, "This request cannot be answered", explanation)
        }
    }
}

impl Interaction for Waiting {
    fn ask(&self) -> Ask {
        Ask {
            application: self.client.name.clone(),
            protocol: "OAuth 1.0a",
            destination: self.callback.to_string(),
            wants: Vec::new(),
            details: vec![("oauth_consumer_key", self.client.id.clone()), ("oauth_callback", self.callback.to_string())],
            hint: None,
        }
    }

    fn client_id(&self) -> &str {
        &self.client.id
    }

    fn finish(&self, shared: &Shared, decision: Decision, reader: Reader) -> Response {
        let answer = match decision {
            Decision::Decline => {
                shared.oauth1.decline(&self.token);
                ("oauth_problem", "user_refused".to_owned())
            }
            Decision::SignIn(login) => match shared.oauth1.authorize(&self.token, login) {
                Some(verifier) => ("oauth_verifier", verifier),
                None => return consent::unavailable(shared, reader, &Error::Crypto { what: "a verifier" }),
            },
        };
        let mut url = self.callback.clone();
        url.query_pairs_mut().append_pair("oauth_token", &self.token).append_pair(answer.0, &answer.1);
        see_other(&url)
    }
}
