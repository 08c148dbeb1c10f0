//! The request that sends the browser to the provider (section 9).

use url::Url;

use super::association::Association;
use super::config::Config;
use super::discovery::{Service, Version};
use super::{IDENTIFIER_SELECT, NS_2_0, extension};
use crate::backend::Departure;
use crate::error::{Error, Result};

/// The parameter of `return_to` that ties the answer to the attempt.
pub(super) const STATE: &str = "redirect_state";

/// Where the provider sends the browser back: the callback with the attempt's state in it.
///
/// # Errors
/// `invalid_setting` when the callback is no address.
pub(super) fn return_to(callback: &str, state: &str) -> Result<String> {
    let mut url = Url::parse(callback).map_err(|_| Error::invalid_setting("PUBLIC_URL", "the callback's address is none"))?;
    url.query_pairs_mut().append_pair(STATE, state);
    Ok(url.into())
}

/// Sends the browser off: by a form in version 2, whose requests may be long; by address in version 1.
///
/// # Errors
/// `malformed_response` when the endpoint is no address.
pub(super) fn departure(config: &Config, service: &Service, association: Option<&Association>, return_to: &str) -> Result<Departure> {
    let fields = fields(config, service, association, return_to);
    match service.version {
        Version::V2 => Ok(Departure::Post { action: service.endpoint.clone(), fields }),
        Version::V1 => {
            let mut url = Url::parse(&service.endpoint).map_err(|_| Error::malformed("the provider's endpoint is no address"))?;
            url.query_pairs_mut().extend_pairs(&fields);
            Ok(Departure::Redirect(url.into()))
        }
    }
}

fn fields(config: &Config, service: &Service, association: Option<&Association>, return_to: &str) -> Vec<(String, String)> {
    let mode = if config.immediate { "checkid_immediate" } else { "checkid_setup" };
    let realm = config.trust_root.clone().unwrap_or_else(|| origin(return_to));
    let mut fields = vec![
        ("openid.mode".to_owned(), mode.to_owned()),
        ("openid.identity".to_owned(), service.local().unwrap_or(IDENTIFIER_SELECT).to_owned()),
        ("openid.return_to".to_owned(), return_to.to_owned()),
        (service.version.realm_field().to_owned(), realm),
    ];
    if service.version == Version::V2 {
        let claimed = service.claimed_id.as_deref().unwrap_or(IDENTIFIER_SELECT);
        fields.push(("openid.ns".to_owned(), NS_2_0.to_owned()));
        fields.push(("openid.claimed_id".to_owned(), claimed.to_owned()));
    }
    fields.extend(association.map(|association| ("openid.assoc_handle".to_owned(), association.handle.clone())));
    fields.extend(extension::request(config, service));
    fields
}

fn origin(url: &str) -> String {
    Url::parse(url).map(|url| format!("{}/", url.origin().ascii_serialization())).unwrap_or_default()
}
