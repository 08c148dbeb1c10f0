//! Provider metadata (OpenID Connect Discovery 1.0; RFC 8414).

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use crate::error::{Error, Result};
use crate::http::{Client, Incoming, Outgoing};
use crate::protocol::cached::{Fetched, lifetime};
use crate::protocol::oidc::{DocumentSources, ExpectedIssuer};

const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// What a provider says about itself. Members that are not listed here are ignored; `null` is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its name: what `iss` will be.
    pub issuer: String,
    /// Where the browser is sent to sign in.
    pub authorization_endpoint: Option<String>,
    /// Where codes are exchanged.
    pub token_endpoint: Option<String>,
    /// Where the profile is.
    pub userinfo_endpoint: Option<String>,
    /// Where the keys are.
    pub jwks_uri: Option<String>,
    /// Where tokens are revoked (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// Where tokens are looked up (RFC 7662).
    pub introspection_endpoint: Option<String>,
    /// Where the browser is sent to sign out (RP-Initiated Logout 1.0).
    pub end_session_endpoint: Option<String>,
    /// Where clients are registered (RFC 7591).
    pub registration_endpoint: Option<String>,
    /// Where authorization requests are pushed (RFC 9126).
    pub pushed_authorization_request_endpoint: Option<String>,
    /// Where devices begin (RFC 8628).
    pub device_authorization_endpoint: Option<String>,
    /// Scopes that it knows.
    pub scopes_supported: Option<Vec<String>>,
    /// Response types.
    pub response_types_supported: Option<Vec<String>>,
    /// Response modes.
    pub response_modes_supported: Option<Vec<String>>,
    /// Grant types.
    pub grant_types_supported: Option<Vec<String>>,
    /// Claims.
    pub claims_supported: Option<Vec<String>>,
    /// Ways to authenticate a client at the token endpoint.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Algorithms of `private_key_jwt` and `client_secret_jwt`.
    pub token_endpoint_auth_signing_alg_values_supported: Option<Vec<String>>,
    /// Algorithms of id tokens.
    pub id_token_signing_alg_values_supported: Option<Vec<String>>,
    /// Algorithms of signed userinfo.
    pub userinfo_signing_alg_values_supported: Option<Vec<String>>,
    /// Algorithms of DPoP proofs (RFC 9449).
    pub dpop_signing_alg_values_supported: Option<Vec<String>>,
    /// PKCE methods (RFC 7636). Absent says nothing: many providers that support PKCE do not list it.
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// Whether its answers carry `iss` (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether authorization requests must be pushed (RFC 9126).
    pub require_pushed_authorization_requests: bool,
    /// Where the same endpoints are for clients with a certificate (RFC 8705, section 5), by their names.
    pub mtls_endpoint_aliases: BTreeMap<String, String>,
    /// Whether it calls us when a session ends (Back-Channel Logout 1.0).
    pub backchannel_logout_supported: bool,
    /// Whether logout tokens carry `sid`.
    pub backchannel_logout_session_supported: bool,
    /// Whether it shows our logout page in a frame (Front-Channel Logout 1.0).
    pub frontchannel_logout_supported: bool,
    /// Whether it puts `iss` and `sid` there.
    pub frontchannel_logout_session_supported: bool,
}

impl Metadata {
    /// Reads a discovery document.
    ///
    /// # Errors
    /// `missing_claim` without an issuer; `malformed_response`, naming the member, when one is of a wrong
    /// type or an endpoint is no absolute http(s) URL.
    pub fn parse(document: &Value) -> Result<Self> {
        let members = Members(document.as_object().ok_or_else(|| Error::malformed("the discovery document is no JSON object"))?);
        Ok(Metadata {
            issuer: members.text("issuer")?.filter(|issuer| !issuer.is_empty()).ok_or_else(|| Error::missing_claim("issuer"))?,
            authorization_endpoint: members.url("authorization_endpoint")?,
            token_endpoint: members.url("token_endpoint")?,
            userinfo_endpoint: members.url("userinfo_endpoint")?,
            jwks_uri: members.url("jwks_uri")?,
            revocation_endpoint: members.url("revocation_endpoint")?,
            introspection_endpoint: members.url("introspection_endpoint")?,
            end_session_endpoint: members.url("end_session_endpoint")?,
            registration_endpoint: members.url("registration_endpoint")?,
            pushed_authorization_request_endpoint: members.url("pushed_authorization_request_endpoint")?,
            device_authorization_endpoint: members.url("device_authorization_endpoint")?,
            scopes_supported: members.texts("scopes_supported")?,
            response_types_supported: members.texts("response_types_supported")?,
            response_modes_supported: members.texts("response_modes_supported")?,
            grant_types_supported: members.texts("grant_types_supported")?,
            claims_supported: members.texts("claims_supported")?,
            token_endpoint_auth_methods_supported: members.texts("token_endpoint_auth_methods_supported")?,
            token_endpoint_auth_signing_alg_values_supported: members.texts("token_endpoint_auth_signing_alg_values_supported")?,
            id_token_signing_alg_values_supported: members.texts("id_token_signing_alg_values_supported")?,
            userinfo_signing_alg_values_supported: members.texts("userinfo_signing_alg_values_supported")?,
            dpop_signing_alg_values_supported: members.texts("dpop_signing_alg_values_supported")?,
            code_challenge_methods_supported: members.texts("code_challenge_methods_supported")?,
            authorization_response_iss_parameter_supported: members.flag("authorization_response_iss_parameter_supported")?,
            require_pushed_authorization_requests: members.flag("require_pushed_authorization_requests")?,
            mtls_endpoint_aliases: members.aliases()?,
            backchannel_logout_supported: members.flag("backchannel_logout_supported")?,
            backchannel_logout_session_supported: members.flag("backchannel_logout_session_supported")?,
            frontchannel_logout_supported: members.flag("frontchannel_logout_supported")?,
            frontchannel_logout_session_supported: members.flag("frontchannel_logout_session_supported")?,
        })
    }

    /// Puts the addresses for clients with a certificate in the place of the others.
    pub(super) fn prefer_mtls_aliases(&mut self) {
        for (name, url) in &self.mtls_endpoint_aliases {
            let endpoint = match name.as_str() {
                "token_endpoint" => &mut self.token_endpoint,
                "userinfo_endpoint" => &mut self.userinfo_endpoint,
                "revocation_endpoint" => &mut self.revocation_endpoint,
                "introspection_endpoint" => &mut self.introspection_endpoint,
                "registration_endpoint" => &mut self.registration_endpoint,
                "pushed_authorization_request_endpoint" => &mut self.pushed_authorization_request_endpoint,
                "device_authorization_endpoint" => &mut self.device_authorization_endpoint,
                _ => continue,
            };
            *endpoint = Some(url.clone());
        }
    }

    /// The endpoints, by name.
    fn endpoints(&self) -> [(&'static str, Option<&String>); 10] {
        [
            ("authorization_endpoint", self.authorization_endpoint.as_ref()),
            ("token_endpoint", self.token_endpoint.as_ref()),
            ("userinfo_endpoint", self.userinfo_endpoint.as_ref()),
            ("jwks_uri", self.jwks_uri.as_ref()),
            ("revocation_endpoint", self.revocation_endpoint.as_ref()),
            ("introspection_endpoint", self.introspection_endpoint.as_ref()),
            ("end_session_endpoint", self.end_session_endpoint.as_ref()),
            ("registration_endpoint", self.registration_endpoint.as_ref()),
            ("pushed_authorization_request_endpoint", self.pushed_authorization_request_endpoint.as_ref()),
            ("device_authorization_endpoint", self.device_authorization_endpoint.as_ref()),
        ]
    }
}

/// Where the discovery document of a provider is (OpenID Connect Discovery 1.0, section 4.1). `endpoint`
/// (the setting `OIDC_ENDPOINT`) may end with a slash, or be the document's own address already.
///
/// # Errors
/// `invalid_setting` when `endpoint` is no absolute http(s) URL.
pub fn discovery_url(endpoint: &str) -> Result<Url> {
    let url = Url::parse(endpoint).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let mut url = url.ok_or_else(|| {
        Error::invalid_setting("OIDC_ENDPOINT", "it must be the provider's issuer, an absolute URL such as https://login.example.com/realm")
    })?;
    let path = url.path().trim_end_matches('/');
    if !path.ends_with(WELL_KNOWN) {
        let path = format!("{path}{WELL_KNOWN}");
        url.set_path(&path);
    }
    url.set_fragment(None);
    Ok(url)
}

/// Fetches a provider's metadata and checks that it is that provider's.
pub(super) async fn fetch(client: &Client, endpoint: &str, sources: &DocumentSources) -> Result<Fetched<Metadata>> {
    let url = discovery_url(endpoint)?;
    let (answer, value) = read(client, "the discovery document", url.as_str()).await?;
    let mut metadata = Metadata::parse(&value)?;
    issuer_is_the_expected_one(&metadata.issuer, &url, &sources.issuer)?;
    nothing_is_less_secure(&metadata, &url)?;
    if sources.mutual_tls {
        metadata.prefer_mtls_aliases();
    }
    Ok(Fetched { document: metadata, lifetime: lifetime(&answer) })
}

/// Fetches a JSON document. An error tells the address: whoever set it can see whether it is the right one.
pub(super) async fn read(client: &Client, what: &str, url: &str) -> Result<(Incoming, Value)> {
    let request = Outgoing::get(url)?.header("accept", "application/json");
    let place = format!("{what} is expected at {}", shown(&request.url));
    let placed = |error: Error| match error.explanation().map(|why| format!("{why}; {place}")) {
        Some(detail) => error.detail(detail),
        None => error.detail(&place),
    };
    let answer = client.send(request).await.map_err(placed)?;
    answer.require_success().map_err(placed)?;
    let value = answer.json().map_err(placed)?;
    Ok((answer, value))
}

// OpenID Connect Discovery 1.0, section 4.3: the issuer is the URL that the document was found under, else
// whoever controls the document could speak for anyone. A slash at the end makes no difference.
fn issuer_is_the_expected_one(issuer: &str, found_at: &Url, expected: &ExpectedIssuer) -> Result<()> {
    let (expected, is_named) = match expected {
        ExpectedIssuer::AsPublished => return Ok(()),
        ExpectedIssuer::Named(named) => (named.clone(), true),
        ExpectedIssuer::Endpoint => (shown(found_at).trim_end_matches(WELL_KNOWN).to_owned(), false),
    };
    if issuer == expected || !is_named && issuer.trim_end_matches('/') == expected.trim_end_matches('/') {
        return Ok(());
    }
    let hint = if is_named { "" } else { "; if the provider is right, set ID_TOKEN_ISSUER to what it names" };
    Err(Error::invalid_setting(
        "ID_TOKEN_ISSUER",
        format!("the provider's metadata at {} names the issuer \"{issuer}\", expected is \"{expected}\"{hint}", shown(found_at)),
    ))
}

/// A document that came over https must not send codes and tokens over http.
fn nothing_is_less_secure(metadata: &Metadata, found_at: &Url) -> Result<()> {
    if found_at.scheme() != "https" {
        return Ok(());
    }
    let has_scheme = |url: &str| Url::parse(url).is_ok_and(|url| url.scheme() == "https");
    let aliases = metadata.mtls_endpoint_aliases.values().map(|url| ("mtls_endpoint_aliases", Some(url)));
    match metadata.endpoints().into_iter().chain(aliases).find(|(_, url)| url.is_some_and(|url| !has_scheme(url))) {
        None => Ok(()),
        Some((name, _)) => Err(wrong(name, "must be an https URL, as the document itself")),
    }
}

/// An address without its query, for messages.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn wrong(name: &str, wanted: &str) -> Error {
    Error::malformed(format!("\"{name}\" in the discovery document {wanted}")).claim(name)
}

struct Members<'v>(&'v Map<String, Value>);

impl Members<'_> {
    fn text(&self, name: &str) -> Result<Option<String>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(name, "must be a text")),
        }
    }

    fn url(&self, name: &str) -> Result<Option<String>> {
        let Some(text) = self.text(name)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        let is_web = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if is_web { Ok(Some(text)) } else { Err(wrong(name, "must be an absolute http or https URL")) }
    }

    fn aliases(&self) -> Result<BTreeMap<String, String>> {
        let name = "mtls_endpoint_aliases";
        let members = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(BTreeMap::new()),
            Some(Value::Object(members)) => Members(members),
            Some(_) => return Err(wrong(name, "must be an object")),
        };
        let urls = members.0.keys().filter(|member| member.ends_with("_endpoint"));
        urls.filter_map(|member| members.url(member).map(|url| Some((member.clone(), url?))).transpose()).collect()
    }

    fn texts(&self, name: &str) -> Result<Option<Vec<String>>> {
        let items = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(wrong(name, "must be a list of texts")),
        };
        let texts: Option<Vec<_>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
        texts.map(Some).ok_or_else(|| wrong(name, "must be a list of texts"))
    }

    fn flag(&self, name: &str) -> Result<bool> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(wrong(name, "must be true or false")),
        }
    }
}
