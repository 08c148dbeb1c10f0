//! CAS 1, 2 and 3: `/cas/login`, `/cas/validate`, `/cas/serviceValidate`, `/cas/p3/serviceValidate`, `/cas/logout`.
//! Sections are those of the CAS Protocol 3.0 Specification.

mod answer;
mod login;
mod tickets;

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::client::is_loopback_uri;
use crate::oauth2::see_other;
use crate::page::Reader;
use crate::params::Params;
use crate::provider::Shared;

pub(crate) use tickets::Tickets;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/cas/login", get(login::login))
        .route("/cas/validate", get(answer::plain))
        .route("/cas/serviceValidate", get(answer::without_attributes))
        .route("/cas/p3/serviceValidate", get(answer::with_attributes))
        .route("/cas/logout", get(logout))
}

/// Section 2.3. Services are told of it by [`tickets`].
async fn logout(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let ended = shared.desk.end(&shared, &headers);
    if let Some(session) = ended {
        shared.tickets.tell_of_logout(&session.login.sid, shared.clock.now());
    }
    let params = Params::parse(query.as_deref().unwrap_or_default());
    match params.first("service").filter(|service| is_loopback_uri(service)).and_then(|service| Url::parse(service).ok()) {
        Some(url) => see_other(&url),
        None => {
            let text = "Your session at the development identity provider has ended.";
            shared.pages.message(Reader::of(&headers), StatusCode::OK, "You are signed out", text)
        }
    }
}
