//! Helmholtz AAI: OpenID Connect. <https://hifis.net/doc/helmholtz-aai/>
//!
//! `ALLOWED_ENTITLEMENTS` lets in only who has one of these entitlements, by its own or a parent's name (AARC-G069):
//! `urn:…:group:lab` lets in `urn:…:group:lab:visitors#…` too.

use serde_json::{Map, Value};

use crate::error::{Error, Reason, Result, Stage};
use crate::protocol::oauth2::{HookSettings, Hooks, OAuth2, OpenId, keep_if_present, optional};

/// Helmholtz AAI.
pub const HELMHOLTZ: OAuth2 = OAuth2 {
    name: "helmholtz",
    title: "Helmholtz AAI",
    docs: "https://hifis.net/doc/helmholtz-aai/",
    class_paths: &[
        "social_core.backends.helmholtz.HelmholtzOpenIdConnect",
        "social_core.backends.nfdi.HelmholtzOpenIdConnect",
        "social_core.backends.nfdi.NFDIOpenIdConnect",
    ],
    scope: &[
        "openid",
        "profile",
        "email",
        "voperson_id",
        "eduperson_entitlement",
        "eduperson_scoped_affiliation",
        "voperson_external_affiliation",
        "eduperson_assurance",
    ],
    extra_data: &[keep_if_present("expires_in"), keep_if_present("refresh_token"), keep_if_present("id_token")],
    openid: Some(OpenId { endpoint: "https://login.helmholtz.de/oauth2", ..OpenId::STANDARD }),
    settings: &[
        optional("ALLOWED_ENTITLEMENTS", "Let in only who has one of these entitlements."),
        optional("ENTITLEMENT_KEY", "The claim with the entitlements.").or("eduperson_entitlement"),
    ],
    hooks: Hooks { answer: Some(has_an_entitlement), ..Hooks::NONE },
    ..OAuth2::OPENID
};

/// Without the claim, nobody is let in where an entitlement is wanted.
pub(super) fn has_an_entitlement(settings: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let allowed = texts(settings.declared.get("ALLOWED_ENTITLEMENTS"));
    if allowed.is_empty() {
        return Ok(());
    }
    let claim = settings.text("ENTITLEMENT_KEY").unwrap_or("eduperson_entitlement");
    let held = texts(answer.get(claim));
    if held.iter().any(|held| allowed.iter().any(|allowed| includes(allowed, held))) {
        return Ok(());
    }
    Err(Error::new(Reason::MembershipRequired).stage(Stage::UserInfo).claim(claim))
}

/// Whether holding one means holding the other: the same, or below it. Who vouches for it stands behind `#`.
fn includes(allowed: &str, held: &str) -> bool {
    let (wanted, authority) = allowed.split_once('#').map_or((allowed, None), |(wanted, authority)| (wanted, Some(authority)));
    let (name, by) = held.split_once('#').map_or((held, None), |(name, by)| (name, Some(by)));
    let below = name.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    below && (authority.is_none() || authority == by)
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()).collect(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::includes;

    #[test]
    fn an_entitlement_includes_those_below_it_and_no_others() {
        let lab = "urn:x:group:lab";
        for held in ["urn:x:group:lab", "urn:x:group:lab:visitors", "urn:x:group:lab#idp.example", "urn:x:group:lab:a:b#y"] {
            assert!(includes(lab, held), "{held}");
        }
        for held in ["urn:x:group:laboratory", "urn:x:group", "", "urn:x:group:other:lab", "xurn:x:group:lab"] {
            assert!(!includes(lab, held), "{held}");
        }
        assert!(includes("urn:x:group:lab#a", "urn:x:group:lab:b#a") && !includes("urn:x:group:lab#a", "urn:x:group:lab#b"));
    }
}
