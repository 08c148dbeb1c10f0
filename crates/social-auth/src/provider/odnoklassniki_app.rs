//! Odnoklassniki: sites that are opened in a frame there. <https://apiok.ru/en/dev/app/web>
//!
//! The launch's signature (`auth_sig`) puts two values together with nothing between them, so it proves little
//! alone: the person is asked for by the session that came along, signed by its secret, and must be the signed
//! one.

use md5::{Digest as _, Md5};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::http::Outgoing;
use crate::protocol::signed::{
    Algorithm, Call, Departs, Details, HookSettings, Hooks, Launches, Mac, Proof, Signed, Text, TokenIn, UidField, keep, optional, required,
};

/// Odnoklassniki, where the site is opened in a frame there.
pub const ODNOKLASSNIKI_APP: Signed = Signed {
    name: "odnoklassniki-app",
    title: "Odnoklassniki",
    icon: "odnoklassniki",
    docs: "https://apiok.ru/en/dev/app/web",
    class_paths: &[
        "social_core.backends.odnoklassniki.OdnoklassnikiApp",
        "social.backends.odnoklassniki.OdnoklassnikiApp",
        "social_auth.backends.contrib.odnoklassniki.OdnoklassnikiAppBackend",
    ],
    departure: Departs::Elsewhere("on the application's page at Odnoklassniki"),
    proof: Proof::Mac(Mac {
        text: Text::Values(&["logged_user_id", "session_key"], ""),
        signature: "auth_sig",
        algorithm: Algorithm::Md5(""),
        ..Mac::BASE
    }),
    launches: Launches::Confirmed { framed_by: &["https://ok.ru", "https://m.ok.ru", "https://www.ok.ru"] },
    profile: &[Call {
        url: "https://api.ok.ru/fb.do",
        token: TokenIn::Nowhere,
        query: &[
            ("application_key", "{public_name}"),
            ("fields", "uid,first_name,last_name,name"),
            ("format", "JSON"),
            ("method", "users.getCurrentUser"),
            ("session_key", "{session_key}"),
        ],
        ..Call::GET
    }],
    profile_of: ("logged_user_id", "uid"),
    uid: UidField::Stable("uid"),
    details: Details { username: "uid", fullname: "name", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[keep("apiconnection"), keep("api_server")],
    settings: &[
        required("SECRET", "The application's secret key."),
        required("PUBLIC_NAME", "The public key of the application."),
        optional("EXTRA_USER_DATA_LIST", "Has no effect: EXTRA_DATA names what to keep."),
        optional("EXTRA_AUTH_DATA_LIST", "Has no effect: EXTRA_DATA names what to keep."),
    ],
    hooks: Hooks { answer: None, sign: Some(sign) },
    ..Signed::BASE
};

/// The parameters but the session in the order of their names, and the session's secret.
/// <https://apiok.ru/en/dev/methods/>
fn sign(_: &HookSettings, delivered: &Map<String, Value>, request: Outgoing) -> Result<Outgoing> {
    let secret = delivered.get("session_secret_key").and_then(Value::as_str).filter(|text| !text.is_empty());
    let secret = secret.ok_or_else(|| Error::missing_parameter("session_secret_key"))?;
    let mut pairs: Vec<_> = request.url.query_pairs().into_owned().filter(|(name, _)| name != "session_key").collect();
    pairs.sort_unstable();
    let text: String = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = hex::encode(Md5::digest(format!("{text}{secret}")));
    Ok(request.query(&[("sig", signature)]))
}
