//! Who asks: client authentication (RFC 6749 section 2.3).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use percent_encoding::percent_decode_str;

use crate::client::{Client, ClientAuth};
use crate::oauth2::Refusal;
use crate::oauth2::signed::client_by_assertion;
use crate::params::Params;
use crate::provider::Shared;

/// Finds and proves the client of a token, revocation or introspection request.
pub(crate) fn authenticate(shared: &Shared, headers: &HeaderMap, params: &Params) -> Result<Arc<Client>, Refusal> {
    if let Some(assertion) = params.first("client_assertion") {
        return client_by_assertion(shared, params, assertion);
    }
    let basic = headers.get(header::AUTHORIZATION).map(basic_credentials).transpose()?;
    let posted = params.first("client_secret");
    let (id, secret, method) = match (&basic, posted) {
        // "The client MUST NOT use more than one authentication method in each request."
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid_request("the client authenticates twice: use the Authorization header or the form"));
        }
        (Some((id, secret)), None) => (Some(id.as_str()), Some(secret.as_str()), ClientAuth::Basic),
        (None, Some(secret)) => (params.first("client_id"), Some(secret), ClientAuth::Post),
        (None, None) => (params.first("client_id"), None, ClientAuth::None),
    };
    let id = id.ok_or_else(|| Refusal::invalid_client("no client_id was given"))?;
    if params.first("client_id").is_some_and(|posted| posted != id) {
        return Err(Refusal::invalid_request("the header and the form name different clients"));
    }
    let client = shared.clients.get(id).ok_or_else(|| Refusal::invalid_client("no client is registered with this client_id"))?;
    if !client.auth_methods.contains(&method) {
        return Err(Refusal::invalid_client(match method {
            ClientAuth::None => "the client gave no secret and is not registered as public",
            ClientAuth::PrivateKeyJwt => "the client is not registered for private_key_jwt",
            ClientAuth::Basic => "the client is not registered for client_secret_basic",
            ClientAuth::Post => "the client is not registered for client_secret_post",
        }));
    }
    if secret.is_some_and(|secret| !client.secret_is(secret)) {
        return Err(Refusal::invalid_client("the client secret is wrong"));
    }
    Ok(client)
}

/// Both parts are form-encoded before they are joined (RFC 6749 section 2.3.1).
fn basic_credentials(value: &http::HeaderValue) -> Result<(String, String), Refusal> {
    let unreadable = || Refusal::invalid_client("the Authorization header is not HTTP Basic");
    let (scheme, encoded) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(unreadable)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(unreadable());
    }
    let bytes = STANDARD.decode(encoded.trim()).map_err(|_| unreadable())?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable())?;
    let (id, secret) = text.split_once(':').ok_or_else(unreadable)?;
    let decode = |part: &str| {
        let spaced = part.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8().map(|text| text.into_owned())
    };
    Ok((decode(id).map_err(|_| unreadable())?, decode(secret).map_err(|_| unreadable())?))
}
