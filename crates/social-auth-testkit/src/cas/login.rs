//! Where the browser comes with a service (section 2.1).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::client::is_loopback_uri;
use crate::consent::{self, Decision, Interaction};
use crate::oauth2::see_other;
use crate::page::{Ask, Reader};
use crate::params::Params;
use crate::provider::Shared;

/// A service that waits for a ticket.
struct Waiting {
    service: String,
    url: Url,
    /// Whether the ticket is posted (`method=POST`).
    posts: bool,
}

pub(super) async fn login(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let reader = Reader::of(&headers);
    let params = Params::parse(query.as_deref().unwrap_or_default());
    let service = params.first("service").filter(|service| is_loopback_uri(service));
    let Some((service, url)) = service.and_then(|service| Some((service.to_owned(), Url::parse(service).ok()?))) else {
        let text = "The parameter service must be an address on this machine.";
        return shared.pages.message(reader, StatusCode::BAD_REQUEST, "This request cannot be answered", text);
    };
    let posts = params.first("method").is_some_and(|method| method.eq_ignore_ascii_case("POST"));
    let waiting = Waiting { service, url, posts };
    // Section 2.1.1: renew wins over gateway.
    if params.first("gateway") == Some("true") && params.first("renew") != Some("true") {
        return match shared.desk.session(&shared, &headers) {
            Some(session) => waiting.answer(&shared, session.login, false, reader),
            None => see_other(&waiting.url),
        };
    }
    consent::ask(&shared, Arc::new(waiting), reader)
}

impl Waiting {
    fn answer(&self, shared: &Shared, login: consent::Login, is_new: bool, reader: Reader) -> Response {
        let ticket = match shared.tickets.issue(&self.service, login, is_new, shared.clock.now()) {
            Ok(ticket) => ticket,
            Err(error) => return consent::unavailable(shared, reader, &error),
        };
        if self.posts {
            return shared.pages.form_post(reader, self.url.as_str(), &[("ticket", ticket)]);
        }
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("ticket", &ticket);
        see_other(&url)
    }
}

impl Interaction for Waiting {
    fn ask(&self) -> Ask {
        Ask {
            application: self.url.host_str().unwrap_or_default().to_owned(),
            protocol: "CAS",
            destination: self.service.clone(),
            wants: Vec::new(),
            details: vec![("service", self.service.clone())],
            hint: None,
        }
    }

    fn client_id(&self) -> &str {
        &self.service
    }

    fn finish(&self, shared: &Shared, decision: Decision, reader: Reader) -> Response {
        match decision {
            Decision::SignIn(login) => self.answer(shared, login, true, reader),
            // CAS has no word for it: the browser comes back without a ticket.
            Decision::Decline => see_other(&self.url),
        }
    }
}
