//! Twilio Connect: an account lets us act for it. <https://www.twilio.com/docs/iam/connect>
//!
//! What comes back is an account's number and no proof of who brings it, so it can only be connected, and only
//! when our own token works for that account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::error::Result;
use crate::http::Outgoing;
use crate::protocol::signed::{Call, Departs, Details, HookSettings, Hooks, Proof, Signed, TokenIn, UidField, keep, required};

/// Twilio.
pub const TWILIO: Signed = Signed {
    name: "twilio",
    title: "Twilio",
    docs: "https://www.twilio.com/docs/iam/connect",
    class_paths: &["social_core.backends.twilio.TwilioAuth", "social.backends.twilio.TwilioAuth"],
    client_id_setting: "KEY",
    departure: Departs::Redirect { url: "https://www.twilio.com/authorize/{key}", return_parameter: "cb", params: &[] },
    proof: Proof::Token("AccountSid"),
    profile: &[Call { url: "https://api.twilio.com/2010-04-01/Accounts/{AccountSid}.json", token: TokenIn::Nowhere, ..Call::GET }],
    profile_of: ("AccountSid", "sid"),
    uid: UidField::Stable("AccountSid"),
    details: Details { username: "AccountSid", ..Details::NONE },
    extra_data: &[keep("AccountSid")],
    settings: &[required("SECRET", "The auth token of our own account.")],
    association_only: true,
    hooks: Hooks { answer: None, sign: Some(as_the_account) },
    ..Signed::BASE
};

/// The account's number with our own token, which Twilio takes where the account has let us in.
fn as_the_account(settings: &HookSettings, delivered: &Map<String, Value>, request: Outgoing) -> Result<Outgoing> {
    let account = delivered.get("AccountSid").and_then(Value::as_str).unwrap_or_default();
    let credentials = STANDARD.encode(format!("{account}:{}", settings.secret.expose()));
    Ok(request.authorization("Basic", &credentials))
}
