//! Lightspeed Retail (X-Series): OAuth 2.0. <https://x-series-api.lightspeedhq.com/docs/authorization>
//!
//! Once Vend. Shops number their people by themselves, so the identifier has the prefix of the shop, which the
//! callback tells.

use serde_json::{Map, Value};

use crate::error::{Error, Result, Stage};
use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, UidField, keep};
use crate::web::Params;

/// Lightspeed Retail (X-Series).
pub const VEND: OAuth2 = OAuth2 {
    name: "vend",
    title: "Lightspeed Retail (X-Series)",
    icon: "vend",
    docs: "https://x-series-api.lightspeedhq.com/docs/authorization",
    class_paths: &["social_core.backends.vend.VendOAuth2", "social.backends.vend.VendOAuth2"],
    authorization_url: "https://secure.vendhq.com/connect",
    token_url: "https://{domain_prefix}.vendhq.com/api/1.0/token",
    profile: &[Call { url: "https://{domain_prefix}.vendhq.com/api/users", root: "users[0]", ..Call::GET }],
    uid: UidField::Joined("id", "{domain_prefix}:{id}"),
    details: Details { username: "username | email:before(@)", email: "email", ..Details::NONE },
    extra_data: &[keep("refresh_token"), keep("domain_prefix")],
    hooks: Hooks { places: Some(domain_prefix), callback: Some(take_prefix), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// The address gets the client's secret, so it must be one of the provider's.
fn domain_prefix(_: &HookSettings, params: &Params) -> Result<Vec<(&'static str, String)>> {
    let prefix = params.get("domain_prefix").filter(|prefix| !prefix.is_empty());
    let prefix = prefix.ok_or_else(|| Error::missing_parameter("domain_prefix").stage(Stage::Callback))?;
    let is_plain = prefix.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    if is_plain && !prefix.starts_with('-') && prefix.len() <= 63 {
        return Ok(vec![("domain_prefix", prefix.to_owned())]);
    }
    Err(Error::invalid_claim("domain_prefix").stage(Stage::Callback))
}

fn take_prefix(_: &HookSettings, params: &Params, answer: &mut Map<String, Value>) -> Result<()> {
    answer.insert("domain_prefix".to_owned(), params.get("domain_prefix").map_or(Value::Null, Value::from));
    Ok(())
}
