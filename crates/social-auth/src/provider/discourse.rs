//! Discourse as an identity provider: DiscourseConnect, a signed question and a signed answer.
//! <https://meta.discourse.org/t/use-discourse-as-an-identity-provider-sso-discourseconnect/32974>
//!
//! A forum sends addresses that its members have confirmed, unless it says `require_activation`.

use serde_json::{Map, Value};

use crate::error::{Error, Reason, Result};
use crate::protocol::signed::{
    Departs, Details, Fields, HookSettings, Hooks, Mac, Proof, Signed, Text, UidField, Verified, keep, optional, required,
};

/// A Discourse forum.
pub const DISCOURSE: Signed = Signed {
    name: "discourse",
    title: "Discourse",
    docs: "https://meta.discourse.org/t/use-discourse-as-an-identity-provider-sso-discourseconnect/32974",
    class_paths: &["social_core.backends.discourse.DiscourseAuth"],
    departure: Departs::SignedRequest { url: "{server_url}/session/sso_provider", return_parameter: "return_sso_url" },
    proof: Proof::Mac(Mac { fields: Fields::Payload("sso"), text: Text::Payload, signature: "sig", nonce: "nonce", ..Mac::BASE }),
    uid: UidField::StableOnce("external_id", &["email"]),
    details: Details {
        username: "username",
        email: "email",
        email_verified: Verified::When("email_is_confirmed"),
        fullname: "name",
        extra: &[("name", "name"), ("is_staff", "is_staff"), ("is_superuser", "is_superuser")],
        ..Details::NONE
    },
    groups: "groups",
    extra_data: &[keep("external_id"), keep("username"), keep("name"), keep("avatar_url")],
    settings: &[
        required("SERVER_URL", "The forum's address, such as https://forum.example.com."),
        required("SECRET", "What stands behind our domain in the forum's setting \"discourse connect provider secrets\"."),
        optional("GROUPS_ENABLED", "Whether the groups that the forum tells count, and have to be told."),
        optional("GROUPS_MISSING_AS_EMPTY", "Whether who has no groups told is in none."),
    ],
    hooks: Hooks { answer: Some(rights_and_groups), sign: None },
    ..Signed::BASE
};

/// Who is an administrator there is none here unless a step of the site's own says so.
fn rights_and_groups(settings: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    if answer.get("failed").and_then(Value::as_str) == Some("true") {
        return Err(Error::new(Reason::AuthorizationDeclined).detail("the forum says that the person may not sign in"));
    }
    let unconfirmed = answer.get("require_activation").and_then(Value::as_str).is_some_and(|text| text != "false");
    answer.insert("email_is_confirmed".to_owned(), Value::Bool(!unconfirmed));
    answer.insert("is_staff".to_owned(), Value::Bool(false));
    answer.insert("is_superuser".to_owned(), Value::Bool(false));
    if !settings.is_on("GROUPS_ENABLED") {
        answer.remove("groups");
        return Ok(());
    }
    match answer.get("groups").and_then(Value::as_str) {
        Some(groups) => {
            let groups: Vec<Value> = groups.split(',').filter(|group| !group.is_empty()).map(Value::from).collect();
            answer.insert("groups".to_owned(), Value::Array(groups));
            Ok(())
        }
        None if settings.is_on("GROUPS_MISSING_AS_EMPTY") => Ok(()),
        None => Err(Error::missing_claim("groups")),
    }
}
