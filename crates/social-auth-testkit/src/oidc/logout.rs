//! RP-Initiated Logout 1.0; the other applications hear of it by the back channel or in frames of the page.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::oauth2::see_other;
use crate::oidc::id_token::audience_of_hint;
use crate::oidc::{backchannel, frontchannel};
use crate::page::Reader;
use crate::params::Params;
use crate::provider::Shared;

pub(crate) async fn by_query(State(shared): State<Arc<Shared>>, query: RawQuery, headers: HeaderMap) -> Response {
    end_session(&shared, &headers, &Params::parse(&query.0.unwrap_or_default()))
}

pub(crate) async fn by_form(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    end_session(&shared, &headers, &Params::parse(&body))
}

/// Ends the browser's session here, then sends it back where the client registered to.
fn end_session(shared: &Shared, headers: &HeaderMap, params: &Params) -> Response {
    let reader = Reader::of(headers);
    let ended = shared.desk.end(shared, headers);
    if let Some(session) = &ended {
        backchannel::announce(shared, session);
    }
    let frames = ended.map(|session| frontchannel::frames(shared, &session)).unwrap_or_default();
    match destination(shared, params) {
        Ok(back) if !frames.is_empty() => shared.pages.signed_out(reader, &frames, back.as_ref()),
        Ok(Some(url)) => see_other(&url),
        Ok(None) => shared.pages.message(
            reader,
            StatusCode::OK,
            "You are signed out",
            "Your session at the development identity provider has ended.",
        ),
        Err(why) => shared.pages.message(reader, StatusCode::BAD_REQUEST, "You are signed out, but cannot be sent back", why),
    }
}

fn destination(shared: &Shared, params: &Params) -> Result<Option<Url>, &'static str> {
    let Some(uri) = params.first("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let hinted = match params.first("id_token_hint") {
        None => None,
        Some(hint) => Some(audience_of_hint(shared, hint).ok_or("The id_token_hint is not of this provider.")?),
    };
    let named = params.first("client_id").map(str::to_owned);
    if hinted.is_some() && named.is_some() && hinted != named {
        return Err("The id_token_hint belongs to another client_id.");
    }
    // Section 2: without either, nobody could tell whose redirect URI it is.
    let id = hinted.or(named).ok_or("The request has neither id_token_hint nor client_id.")?;
    let client = shared.clients.get(&id).ok_or("No client is registered with this client_id.")?;
    if !client.may_log_out_to(uri) {
        return Err("The post_logout_redirect_uri is not registered for this client.");
    }
    let mut url = Url::parse(uri).map_err(|_| "The post_logout_redirect_uri is not a URL.")?;
    if let Some(state) = params.first("state") {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(Some(url))
}
