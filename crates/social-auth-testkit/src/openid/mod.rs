//! OpenID 2.0: discovery, associations, authentication, verification by asking, Simple Registration and
//! Attribute Exchange.
//!
//! `/openid` is the provider's own identifier, by which a person chooses there who signs in;
//! `/openid/id/<id>` is that of one person. Keys and signatures are computed by code of its own, not by the
//! library's, so that neither can be wrong unnoticed.

mod associate;
mod authenticate;
mod message;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

pub(crate) use associate::Books;
use message::{Message, key_values};

use crate::page::Reader;
use crate::params::Params;
use crate::provider::Shared;

const ENDPOINT: &str = "/openid/op";
const NS: &str = "http://specs.openid.net/auth/2.0";
const NS_AX: &str = "http://openid.net/srv/ax/1.0";
const NS_SREG: &str = "http://openid.net/extensions/sreg/1.1";
const IDENTIFIER_SELECT: &str = "http://specs.openid.net/auth/2.0/identifier_select";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/openid", get(own)).route("/openid/id/{id}", get(somebodys)).route(ENDPOINT, get(by_query).post(by_form))
}

fn endpoint(shared: &Shared) -> String {
    format!("{}{ENDPOINT}", shared.url)
}

fn identifier(shared: &Shared, id: &str) -> String {
    format!("{}/openid/id/{id}", shared.url)
}

/// OpenID 2.0, section 7.3.2.1.1.
async fn own(State(shared): State<Arc<Shared>>) -> Response {
    xrds(&shared, "http://specs.openid.net/auth/2.0/server")
}

/// OpenID 2.0, section 7.3.2.1.2.
async fn somebodys(State(shared): State<Arc<Shared>>, Path(_): Path<String>) -> Response {
    xrds(&shared, "http://specs.openid.net/auth/2.0/signon")
}

fn xrds(shared: &Shared, kind: &str) -> Response {
    let endpoint = endpoint(shared);
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD>
<Service priority="0"><Type>{kind}</Type><Type>{NS_AX}</Type><Type>{NS_SREG}</Type><URI>{endpoint}</URI></Service>
</XRD></xrds:XRDS>"#
    );
    ([(header::CONTENT_TYPE, "application/xrds+xml")], document).into_response()
}

async fn by_query(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    answer(&shared, query.as_deref().unwrap_or_default(), &headers)
}

async fn by_form(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    answer(&shared, &body, &headers)
}

fn answer(shared: &Shared, encoded: &str, headers: &HeaderMap) -> Response {
    let message = Message::read(&Params::parse(encoded));
    let reader = Reader::of(headers);
    match message.get("mode") {
        _ if message.get("ns") != Some(NS) => direct_error("this provider speaks OpenID 2.0 only"),
        Some("associate") => associate::associate(shared, &message),
        Some("check_authentication") => associate::check_authentication(shared, &message),
        Some("checkid_setup" | "checkid_immediate") => authenticate::authenticate(shared, &message, reader),
        _ => direct_error("openid.mode is none that this provider knows"),
    }
}

/// Section 5.1.2.2.
fn direct_error(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, key_values(&[("ns", NS), ("error", why)])).into_response()
}
