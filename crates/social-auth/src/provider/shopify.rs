//! Shopify: OAuth 2.0. <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant>
//!
//! A shop signs in, not a person: `/login/shopify/?shop=example.myshopify.com`. The endpoints are at the shop,
//! whose name comes with the request and with a signature in the callback.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use serde_json::{Map, Value};

use crate::error::{Error, Reason, Result, Stage};
use crate::protocol::oauth2::{Details, HookSettings, Hooks, OAuth2, UidField, keep, optional};
use crate::secret::constant_time_eq;
use crate::web::Params;

/// Shopify.
pub const SHOPIFY: OAuth2 = OAuth2 {
    name: "shopify",
    title: "Shopify",
    docs: "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant",
    class_paths: &["social_core.backends.shopify.ShopifyOAuth2", "social.backends.shopify.ShopifyOAuth2"],
    authorization_url: "https://{shop}/admin/oauth/authorize",
    token_url: "https://{shop}/admin/oauth/access_token",
    token_without: &["grant_type", "redirect_uri"],
    scope_separator: ",",
    response_type: "",
    uid: UidField::Stable("shop"),
    details: Details { username: "shop:before(.myshopify.com)", ..Details::NONE },
    extra_data: &[keep("shop"), keep("website"), keep("expires")],
    settings: &[optional("API_VERSION", "Has no effect on signing in.")],
    hooks: Hooks { places: Some(shop), check_callback: Some(signature_is_good), callback: Some(take_shop), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// The address of the shop gets the client's secret, so it must be one of Shopify's.
fn shop(_: &HookSettings, params: &Params) -> Result<Vec<(&'static str, String)>> {
    let shop = params.get("shop").filter(|shop| !shop.is_empty()).ok_or_else(|| Error::missing_parameter("shop"))?;
    let name = shop.strip_suffix(".myshopify.com").filter(|name| !name.is_empty() && !name.starts_with('-'));
    let is_plain = |name: &str| name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    if name.is_some_and(is_plain) {
        return Ok(vec![("shop", shop.to_owned())]);
    }
    Err(Error::new(Reason::InvalidParameter).parameter("shop").detail("a shop is such as example.myshopify.com"))
}

/// HMAC-SHA256 of the other parameters in the order of their names.
fn signature_is_good(settings: &HookSettings, params: &Params) -> Result<()> {
    let signed: BTreeMap<_, _> = params.iter().filter(|(name, _)| !matches!(*name, "hmac" | "signature")).collect();
    let message = signed.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let key = hmac::Key::new(hmac::HMAC_SHA256, settings.secret.expose().as_bytes());
    let digest = hex::encode(hmac::sign(&key, message.as_bytes()));
    let stated = params.get("hmac").unwrap_or_default();
    if constant_time_eq(digest.as_bytes(), stated.as_bytes()) {
        return Ok(());
    }
    Err(Error::new(Reason::InvalidSignature).stage(Stage::Callback).detail("the callback is not signed with the secret of this client"))
}

fn take_shop(_: &HookSettings, params: &Params, answer: &mut Map<String, Value>) -> Result<()> {
    answer.insert("shop".to_owned(), params.get("shop").map_or(Value::Null, Value::from));
    Ok(())
}
