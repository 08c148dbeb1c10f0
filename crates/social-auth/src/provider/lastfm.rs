//! Last.fm: a token comes back, which a signed call turns into a session. <https://www.last.fm/api/webauth>
//!
//! A user name is all there is to know, and names can change, so it can only be connected to an account.

use md5::{Digest as _, Md5};
use serde_json::{Map, Value};

use crate::error::Result;
use crate::http::Outgoing;
use crate::protocol::signed::{Call, Departs, Details, HookSettings, Hooks, Proof, Signed, TokenIn, UidField, keep_as, required};

/// Last.fm.
pub const LASTFM: Signed = Signed {
    name: "lastfm",
    title: "Last.fm",
    docs: "https://www.last.fm/api/webauth",
    class_paths: &["social_core.backends.lastfm.LastFmAuth", "social.backends.lastfm.LastFmAuth"],
    client_id_setting: "KEY",
    departure: Departs::Redirect { url: "https://www.last.fm/api/auth/", return_parameter: "cb", params: &[("api_key", "{key}")] },
    proof: Proof::Token("token"),
    profile: &[Call {
        url: "https://ws.audioscrobbler.com/2.0/",
        token: TokenIn::Nowhere,
        query: &[("method", "auth.getSession"), ("api_key", "{key}"), ("token", "{token}"), ("format", "json")],
        root: "session",
        ..Call::GET
    }],
    uid: UidField::Stable("name"),
    details: Details { username: "name", fullname: "name", ..Details::NONE },
    extra_data: &[keep_as("key", "session_key")],
    settings: &[required("SECRET", "The shared secret of the API account.")],
    association_only: true,
    hooks: Hooks { answer: None, sign: Some(sign) },
    ..Signed::BASE
};

/// Names and values in the order of the names, without `format`, and the secret behind them.
/// <https://www.last.fm/api/authspec#_8-signing-calls>
fn sign(settings: &HookSettings, _: &Map<String, Value>, request: Outgoing) -> Result<Outgoing> {
    let mut pairs: Vec<_> = request.url.query_pairs().into_owned().filter(|(name, _)| name != "format").collect();
    pairs.sort_unstable();
    let text: String = pairs.into_iter().flat_map(|(name, value)| [name, value]).collect();
    let signature = hex::encode(Md5::digest(format!("{text}{}", settings.secret.expose())));
    Ok(request.query(&[("api_sig", signature)]))
}
