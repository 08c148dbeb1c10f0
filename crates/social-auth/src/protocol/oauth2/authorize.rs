//! The authorization request (RFC 6749, section 4.1.1; RFC 7636, section 4.3).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use super::config::{Challenge, Config};
use crate::attempt::Attempt;
use crate::error::{Error, Result, Stage};
use crate::protocol::arguments::{chosen, last_of_each, with_state};
use crate::seal::random_token;
use crate::web::Params;

/// What a request that is allowed to may add though no setting has it (OpenID Connect Core 1.0, section 3.1.2.1). Of other
/// parameters it may replace what `AUTH_EXTRA_ARGUMENTS` has, as in Python Social Auth.
const ADDED: [&str; 7] = ["acr_values", "display", "id_token_hint", "login_hint", "max_age", "prompt", "ui_locales"];

/// Prepares the attempt and answers the parameters of the request.
pub(super) fn parameters(config: &Config, further: &[(&str, String)], attempt: &mut Attempt, request: &Params) -> Vec<(String, String)> {
    if config.redirect_without_slash {
        attempt.redirect_uri.truncate(attempt.redirect_uri.trim_end_matches('/').len());
    }
    if config.redirect_state {
        attempt.redirect_uri = with_state(&attempt.redirect_uri, &attempt.state);
    }
    let mut params: Vec<(&str, String)> = vec![
        ("client_id", config.key.clone()),
        ("redirect_uri", attempt.redirect_uri.clone()),
        ("response_type", config.response_type.clone()),
        ("response_mode", config.response_mode.clone()),
        ("state", attempt.state.clone()),
    ];
    if let Some(nonce) = &attempt.nonce {
        params.push(("nonce", nonce.clone()));
    }
    if let Some(challenge) = config.challenge {
        let verifier = code_verifier(challenge.verifier_length);
        params.push(("code_challenge", code_challenge(challenge, &verifier)));
        params.push(("code_challenge_method", if challenge.plain { "plain" } else { "S256" }.to_owned()));
        attempt.pkce_verifier = Some(verifier);
    }
    params.push((config.scope_parameter, config.scope.join(config.scope_separator)));
    params.retain(|(_, value)| !value.is_empty());
    for (name, _) in &mut params {
        *name = config.own_name(name);
    }
    let further = further.iter().map(|(name, value)| (*name, chosen(&config.override_allowlist, request, name, value)));
    let allowed = config.override_allowlist.iter().filter(|name| ADDED.contains(&name.as_str()));
    let allowed = allowed.filter_map(|name| Some((name.as_str(), request.get(name)?)));
    let repeated = config.authorize_repeats.iter().filter_map(|name| Some((*name, request.get(name)?)));
    let fixed =
        config.authorize_params.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(further).chain(allowed).chain(repeated);
    let extra =
        config.extra_arguments.iter().map(|(name, value)| (name.as_str(), chosen(&config.override_allowlist, request, name, value)));
    // Ours come last and win: neither a setting nor the browser may change state, challenge or redirect URI.
    let optional: Vec<_> = fixed.chain(extra).filter(|(name, _)| !params.iter().any(|(ours, _)| ours == name)).collect();
    let (fixed_scope, optional): (Vec<_>, Vec<_>) = optional.into_iter().partition(|(name, _)| *name == config.scope_parameter);
    let ours = params.iter().map(|(name, value)| (*name, value.as_str()));
    let all = ours.chain(last_of_each(fixed_scope)).chain(last_of_each(optional));
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The address at the authorization endpoint with these parameters.
///
/// # Errors
/// `invalid_setting` when there is no endpoint.
pub(super) fn address(endpoint: &str, params: &[(String, String)]) -> Result<String> {
    let mut url = parse(endpoint)?;
    url.query_pairs_mut().extend_pairs(params);
    Ok(url.into())
}

fn parse(url: &str) -> Result<Url> {
    Url::parse(url).map_err(|_| {
        Error::invalid_setting(
            "AUTHORIZATION_URL",
            "the backend has no authorization endpoint; set AUTHORIZATION_URL or, for OpenID Connect, OIDC_ENDPOINT",
        )
        .stage(Stage::Begin)
    })
}

/// A verifier of so many characters (RFC 7636, section 4.1).
fn code_verifier(length: usize) -> String {
    let mut verifier = random_token(length * 3 / 4 + 1);
    verifier.truncate(length);
    verifier
}

/// RFC 7636, section 4.2.
fn code_challenge(challenge: Challenge, verifier: &str) -> String {
    if challenge.plain {
        return verifier.to_owned();
    }
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let s256 = Challenge { plain: false, verifier_length: 43 };
        // RFC 7636, appendix B.
        assert_eq!(code_challenge(s256, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_verifier_has_the_length_asked_for_and_differs_each_time() {
        for length in [43, 64, 128] {
            assert_eq!(code_verifier(length).len(), length);
            assert_ne!(code_verifier(length), code_verifier(length));
        }
    }
}
