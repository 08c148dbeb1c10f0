//! Where the browser goes at begin.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::config::{Config, DepartsConfig, ProofConfig};
use super::description::Departs;
use super::mac_config::{MacConfig, Source};
use crate::attempt::Attempt;
use crate::backend::{Departure, Widget, WidgetPage};
use crate::error::{Error, Reason, Result, Stage};
use crate::protocol::profile::{fill_pairs, fill_url};
use crate::seal::random_token;
use crate::settings::setting_name;
use crate::template;

/// Where to send the browser. The attempt's redirect URI carries the state already.
pub(super) fn departure(config: &Config, attempt: &mut Attempt) -> Result<Departure> {
    match &config.departs {
        DepartsConfig::Redirect { url, return_parameter } => redirect(config, attempt, url, return_parameter, &[]),
        DepartsConfig::SignedRequest { url, return_parameter } => signed_request(config, attempt, url, return_parameter),
        DepartsConfig::Described(Departs::Redirect { url, return_parameter, params }) => {
            redirect(config, attempt, url, return_parameter, params)
        }
        DepartsConfig::Described(Departs::SignedRequest { url, return_parameter }) => {
            signed_request(config, attempt, url, return_parameter)
        }
        DepartsConfig::Described(Departs::Widget(widget)) => Ok(Departure::Widget(page(config, attempt, widget)?)),
        DepartsConfig::Described(Departs::Elsewhere(where_to)) => {
            let why = format!("sign-ins with {} begin {where_to}", config.info.title);
            Err(Error::new(Reason::UnsupportedFeature).stage(Stage::Begin).detail(why))
        }
    }
}

fn redirect(config: &Config, attempt: &Attempt, url: &str, return_parameter: &str, params: &[(&str, &str)]) -> Result<Departure> {
    let mut url = address(config, url)?;
    for (name, value) in fill_pairs(params, &config.hook_settings)? {
        url.query_pairs_mut().append_pair(&name, &value);
    }
    if !return_parameter.is_empty() {
        url.query_pairs_mut().append_pair(return_parameter, &attempt.redirect_uri);
    }
    Ok(Departure::Redirect(url.into()))
}

/// <https://meta.discourse.org/t/use-discourse-as-an-identity-provider-sso-discourseconnect/32974>
fn signed_request(config: &Config, attempt: &mut Attempt, url: &str, return_parameter: &str) -> Result<Departure> {
    let (ProofConfig::Mac(mac), Some(parameter)) = (&config.proof, payload_parameter(&config.proof)) else {
        return Err(Error::invalid_setting("PAYLOAD_PARAMETER", "a signed request needs a payload").stage(Stage::Begin));
    };
    let mut url = address(config, url)?;
    let nonce = random_token(24);
    let payload = STANDARD.encode(query(mac, &nonce, return_parameter, &attempt.redirect_uri));
    url.query_pairs_mut().append_pair(parameter, &payload).append_pair(&mac.signature, &mac.sign(&payload));
    attempt.nonce = Some(nonce);
    Ok(Departure::Redirect(url.into()))
}

fn query(mac: &MacConfig, nonce: &str, return_parameter: &str, return_to: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(&mac.nonce, nonce).append_pair(return_parameter, return_to).finish()
}

fn payload_parameter(proof: &ProofConfig) -> Option<&str> {
    match proof {
        ProofConfig::Mac(mac) => match &mac.source {
            Source::Payload(parameter) => Some(parameter),
            _ => None,
        },
        _ => None,
    }
}

fn address(config: &Config, url: &str) -> Result<Url> {
    let filled = fill_url(url, &config.hook_settings).map_err(|error| error.stage(Stage::Begin))?;
    Url::parse(&filled).map_err(|_| Error::invalid_setting("AUTHORIZATION_URL", "must be an absolute https:// address").stage(Stage::Begin))
}

/// A widget's page with settings, callback and nonce filled in.
fn page(config: &Config, attempt: &mut Attempt, widget: &'static Widget) -> Result<WidgetPage> {
    if let ProofConfig::IdToken { relying_party, .. } = &config.proof {
        relying_party.prepare(attempt, None);
    }
    let hooks = &config.hook_settings;
    let value = |name: &str| match name {
        "callback" => Some(attempt.redirect_uri.clone()),
        // For providers that compare the whole address, and return the state by other means.
        "registered_callback" => attempt.redirect_uri.split_once('?').map(|(address, _)| address.to_owned()),
        "state" => Some(attempt.state.clone()),
        "nonce" => Some(attempt.nonce.clone().unwrap_or_default()),
        "key" => Some(hooks.client_id.clone()),
        name => hooks.text(&name.to_uppercase()).map(str::to_owned),
    };
    let filled = |text: &str| {
        template::fill(text, &value).map_err(|error| {
            let name = error.facts().parameter.unwrap_or_default().to_owned();
            let place = setting_name(&[&hooks.backend, &name]);
            error.stage(Stage::Begin).detail(format!("the button of {} needs the setting {place}", config.info.title))
        })
    };
    let pairs = |pairs: &[(&'static str, &str)]| pairs.iter().map(|(name, text)| Ok((*name, filled(text)?))).collect::<Result<Vec<_>>>();
    Ok(WidgetPage {
        widget,
        title: format!("Sign in with {}", config.info.title),
        script: pairs(widget.script_attributes)?,
        elements: widget.elements.iter().map(|element| pairs(element)).collect::<Result<_>>()?,
    })
}
