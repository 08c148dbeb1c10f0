//! Back-Channel Logout 1.0: the provider tells applications that a session has ended.

use serde_json::{Map, json};

use crate::client::{Client, is_loopback_uri};
use crate::consent::Session;
use crate::error::Error;
use crate::oidc::id_token::IdToken;
use crate::provider::Shared;
use crate::random;

/// The event that makes a JWT a logout token (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds that a logout token is good for; section 2.4 recommends two minutes at most.
const LOGOUT_TOKEN_SECONDS: i64 = 120;

/// A signed logout token for a client, of a person (`sub`), a session (`sid`), or both.
pub(crate) fn logout_token(shared: &Shared, client: &Client, subject: Option<&str>, session: Option<&str>) -> Result<String, Error> {
    let now = shared.clock.now();
    let mut claims = Map::new();
    for (name, value) in [
        ("iss", Some(json!(shared.url))),
        ("aud", Some(json!(client.id))),
        ("iat", Some(json!(now))),
        ("exp", Some(json!(now.saturating_add(LOGOUT_TOKEN_SECONDS)))),
        ("jti", Some(json!(random::token()?))),
        ("sub", subject.map(|subject| json!(subject))),
        ("sid", session.map(|session| json!(session))),
        ("events", Some(json!({ EVENT: {} }))),
    ] {
        claims.extend(value.map(|value| (name.to_owned(), value)));
    }
    let mut token = IdToken::new(shared, client.id_token_signing, claims);
    token.header.insert("typ".to_owned(), "logout+jwt".into());
    shared.id_token_edit.apply(&mut token);
    token.sign(shared, client.id_token_signing, client)
}

/// Posts a logout token to every application that the session was used for (section 2.5), in the
/// background: the browser does not wait.
pub(super) fn announce(shared: &Shared, session: &Session) {
    for client in session.approved.iter().filter_map(|id| shared.clients.get(id)) {
        let Some(uri) = client.backchannel_logout_uri.clone().filter(|uri| is_loopback_uri(uri)) else {
            continue;
        };
        let subject = &session.login.person.id;
        match logout_token(shared, &client, Some(subject), Some(&session.login.sid)) {
            Ok(token) => drop(tokio::spawn(post(uri, token))),
            Err(error) => tracing::warn!(%error, client = client.id, "no logout token could be made"),
        }
    }
}

async fn post(uri: String, token: String) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
    let Ok(client) = client else { return };
    let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
    let request = client.post(&uri).header("content-type", "application/x-www-form-urlencoded").body(body);
    match request.send().await {
        Ok(response) => tracing::debug!(uri, status = %response.status(), "logout token sent"),
        Err(error) => tracing::warn!(uri, %error, "logout token not delivered"),
    }
}
