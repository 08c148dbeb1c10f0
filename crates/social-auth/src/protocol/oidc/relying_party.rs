//! OpenID Connect on top of an OAuth 2.0 client: endpoints from discovery, the nonce, the id token's
//! check, userinfo.

use std::borrow::Cow;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::demands::Demands;
use super::envelope::Envelopes;
use super::logout::session_of;
use super::registration::{ClientAddresses, Registered, Registration};
use super::{
    DEFAULT_LEEWAY, DocumentSources, ExpectedIssuer, FurtherAudiences, IdTokenRules, IssuerRule, Metadata, ProviderDocuments,
    RefreshContext, TENANT_PLACEHOLDER, Tenants, UserInfoRules, authorization_response,
};
use crate::attempt::Attempt;
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Outgoing};
use crate::identity::{Fields, ProviderSession, Tokens};
use crate::jose::{Algorithm, Claims, HmacKey};
use crate::protocol::oauth2::{HookSettings, IdentityFrom, IssuerFrom, Nonce, OpenId, Proving, algorithm, answer_error, fill_url};
use crate::seal::random_token;
use crate::secret::{Secret, constant_time_eq};
use crate::settings::BackendSettings;
use crate::web::Params;

/// What one backend instance expects of id tokens, and its provider's documents.
pub(crate) struct RelyingParty {
    pub(super) documents: ProviderDocuments,
    http: Client,
    clock: Clock,
    discovers: bool,
    issuers: Option<IssuerRule>,
    tenants: Tenants,
    audiences: Vec<String>,
    further_audiences: Option<Vec<String>>,
    algorithms: Vec<Algorithm>,
    secret: Option<HmacKey>,
    sends_nonce: bool,
    nonce_is_optional: bool,
    identity: IdentityFrom,
    token_max_age: i64,
    leeway: i64,
    max_age: Option<i64>,
    userinfo_url: Option<String>,
    pub(super) end_session_url: Option<String>,
    params: Vec<(&'static str, String)>,
    demands: Demands,
    pub(super) envelopes: Envelopes,
    registration: Registration,
    user_info_algorithm: Option<Algorithm>,
    authorization_algorithm: Option<Algorithm>,
}

/// What a token answer must be bound to, besides the client.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bindings<'a> {
    /// The nonce of the attempt.
    pub(crate) nonce: Option<&'a str>,
    /// The id token that the browser brought (hybrid flow).
    pub(crate) front: Option<&'a Claims>,
    /// The key that the access token is bound to.
    pub(crate) proving: Option<Proving<'a>>,
}

/// Parameters of the authentication request that settings of the same name give (Core, section 3.1.2.1).
const REQUEST_SETTINGS: [(&str, &str); 7] = [
    ("PROMPT", "prompt"),
    ("DISPLAY", "display"),
    ("MAX_AGE", "max_age"),
    ("UI_LOCALES", "ui_locales"),
    ("ID_TOKEN_HINT", "id_token_hint"),
    ("LOGIN_HINT", "login_hint"),
    ("ACR_VALUES", "acr_values"),
];

/// What a verified id token and userinfo told.
pub(crate) struct Told {
    /// Claims of the id token, overlaid by those of userinfo.
    pub(crate) claims: Map<String, Value>,
    /// What a refreshed id token must repeat, for the extra data.
    pub(crate) context: Value,
    /// The session at the provider.
    pub(crate) session: ProviderSession,
}

impl RelyingParty {
    pub(crate) fn new(openid: &OpenId, settings: &BackendSettings<'_>, hooks: &HookSettings, http: Client, clock: Clock) -> Result<Self> {
        let algorithms = algorithms(openid, settings)?;
        let user_info_algorithm = algorithm(settings, "USERINFO_SIGNED_RESPONSE_ALG")?;
        let authorization_algorithm = algorithm(settings, "AUTHORIZATION_SIGNED_RESPONSE_ALG")?;
        let mut every = algorithms.iter().chain(&user_info_algorithm).chain(&authorization_algorithm);
        let symmetric = every.any(|algorithm| algorithm.is_symmetric());
        let secret =
            if symmetric { Some(HmacKey::from_client_secret(&hooks.secret).map_err(|error| error.stage(Stage::Start))?) } else { None };
        let mut audiences = vec![hooks.client_id.clone()];
        for setting in ["ACCEPTED_AUDIENCES", openid.audience_setting] {
            audiences.extend(settings.list(setting)?.unwrap_or_default());
        }
        let tenants = match hooks.text(openid.tenant_setting).filter(|tenant| is_single_tenant(tenant)) {
            Some(tenant) => Tenants::Only(vec![tenant.to_owned()]),
            None => Tenants::Any,
        };
        Ok(RelyingParty {
            documents: ProviderDocuments::new(http.clone(), clock.clone(), sources(openid, settings, hooks)?),
            http,
            clock,
            discovers: openid.discovers,
            issuers: issuers(openid, settings, hooks, &tenants)?,
            tenants,
            audiences,
            further_audiences: settings.list("TRUSTED_AUDIENCES")?,
            algorithms,
            secret,
            nonce_is_optional: settings.boolean("TOKEN_NONCE_OPTIONAL", false)?,
            sends_nonce: settings.boolean("USE_NONCE", openid.nonce == Nonce::Sent)?,
            identity: openid.identity,
            token_max_age: settings.integer("ID_TOKEN_MAX_AGE")?.unwrap_or(openid.token_max_age),
            leeway: settings.integer("JWT_LEEWAY")?.unwrap_or(DEFAULT_LEEWAY),
            max_age: settings.integer("MAX_AGE")?,
            userinfo_url: settings.text("USERINFO_URL")?.map(str::to_owned),
            end_session_url: settings.text("END_SESSION_URL")?.map(str::to_owned),
            params: request_params(settings)?,
            demands: Demands::resolve(settings)?,
            envelopes: Envelopes::resolve(settings)?,
            registration: Registration::resolve(settings)?,
            user_info_algorithm,
            authorization_algorithm,
        })
    }

    /// The metadata, where the provider publishes it.
    pub(crate) async fn metadata(&self) -> Result<Option<Arc<Metadata>>> {
        if self.discovers { self.documents.metadata().await.map(Some) } else { Ok(None) }
    }

    /// Puts into the attempt what the answer must repeat. Answers further parameters of the request.
    pub(crate) fn prepare(&self, attempt: &mut Attempt, metadata: Option<&Metadata>) -> &[(&'static str, String)] {
        if self.sends_nonce {
            attempt.nonce = Some(random_token(32));
        }
        attempt.issuer = metadata.map(|metadata| metadata.issuer.clone()).filter(|issuer| !issuer.contains(TENANT_PLACEHOLDER));
        &self.params
    }

    /// Verifies the id token of a token answer and, where the identity comes from there, asks userinfo.
    ///
    /// # Errors
    /// Stage `token_validation` or `user_info`.
    pub(crate) async fn identify(&self, tokens: &Tokens, bindings: &Bindings<'_>) -> Result<Told> {
        let token = tokens.id_token.as_ref().ok_or_else(|| Error::missing_claim("id_token").stage(Stage::TokenValidation))?;
        let nonce = bindings.nonce.filter(|_| self.sends_nonce);
        let verified = self.verify(token, tokens.access_token.as_ref(), nonce).await?;
        if let Some(front) = bindings.front {
            both_are_about_one_person(front, &verified).map_err(|error| error.stage(Stage::TokenValidation))?;
        }
        self.demands.check(&verified).map_err(|error| error.stage(Stage::TokenValidation))?;
        let context = RefreshContext::of(&verified).to_value();
        let session = session_of(&verified, token);
        let subject = verified.require_text("sub")?.to_owned();
        let mut claims = verified.into_map();
        if self.identity == IdentityFrom::UserInfo
            && let Some(access_token) = &tokens.access_token
        {
            claims.extend(
                self.userinfo(access_token, Some(&subject), bindings.proving)
                    .await
                    .map_err(|error| error.stage_if_unknown(Stage::UserInfo))?,
            );
        }
        Ok(Told { claims, context, session })
    }

    /// Verifies an id token that a client got by itself and hands over, with the nonce that we gave it.
    /// The token holds the nonce, or its SHA-256 as the SDKs of Apple and others put it there.
    ///
    /// # Errors
    /// Stage `token_validation`; `nonce_mismatch` when it was not made for this sign-in.
    pub(crate) async fn identify_alone(&self, tokens: &Tokens, issued: Option<&str>) -> Result<Told> {
        let token = tokens.id_token.as_ref().ok_or_else(|| Error::missing_claim("id_token").stage(Stage::TokenValidation))?;
        let issuer = self.issuer().await?;
        // Without an attempt of ours, nothing but the audience keeps somebody else's token out.
        let further_audiences = FurtherAudiences::Only(self.further_audiences.as_deref().unwrap_or_default());
        let access_token = tokens.access_token.as_ref().map(Secret::expose);
        let rules = IdTokenRules { further_audiences, access_token, ..self.rules(&issuer) };
        let opened = self.envelopes.open("id token", token.expose(), self.envelopes.id_token)?;
        let claims = self.documents.verify_id_token(&opened, &rules).await?;
        self.demands.check(&claims).map_err(|error| error.stage(Stage::TokenValidation))?;
        let right = match (claims.text("nonce"), issued) {
            (Some(found), Some(issued)) => nonce_forms(issued).iter().any(|form| constant_time_eq(form.as_bytes(), found.as_bytes())),
            (None, None) => self.nonce_is_optional,
            _ => false,
        };
        if !right {
            let detail = "the id token must carry a nonce that we gave out (POST token/<backend>/nonce/) and the request must name it; TOKEN_NONCE_OPTIONAL lets tokens without one in";
            return Err(Error::new(Reason::NonceMismatch).stage(Stage::TokenValidation).detail(detail));
        }
        Ok(Told { context: RefreshContext::of(&claims).to_value(), session: session_of(&claims, token), claims: claims.into_map() })
    }

    /// Userinfo for an access token whose audience was checked; there is no id token to compare with.
    ///
    /// # Errors
    /// Stage `user_info`.
    pub(crate) async fn userinfo_alone(&self, access_token: &Secret) -> Result<Map<String, Value>> {
        self.userinfo(access_token, None, None).await.map_err(|error| error.stage_if_unknown(Stage::UserInfo))
    }

    /// Verifies an id token that came with refreshed tokens; answers the context to keep.
    ///
    /// # Errors
    /// Stage `refresh`.
    pub(crate) async fn check_refreshed(&self, tokens: &Tokens, stored: &Fields) -> Result<Option<Value>> {
        let Some(token) = &tokens.id_token else { return Ok(None) };
        let refreshed = self.verify(token, tokens.access_token.as_ref(), None).await.map_err(|error| error.stage(Stage::Refresh))?;
        let Some(first) = stored.get(RefreshContext::FIELD).and_then(RefreshContext::from_value) else {
            return Ok(Some(RefreshContext::of(&refreshed).to_value()));
        };
        first.check(&refreshed).map_err(|error| error.stage(Stage::Refresh))?;
        Ok(None)
    }

    async fn verify(&self, token: &Secret, access_token: Option<&Secret>, nonce: Option<&str>) -> Result<Claims> {
        let issuer = self.issuer().await?;
        let rules = IdTokenRules { nonce, access_token: access_token.map(Secret::expose), ..self.rules(&issuer) };
        let token = self.envelopes.open("id token", token.expose(), self.envelopes.id_token);
        let token = token.map_err(|error| error.stage_if_unknown(Stage::TokenValidation))?;
        self.documents.verify_id_token(&token, &rules).await
    }

    /// Verifies the id token that the browser brought with a code (OpenID Connect Core 1.0, section 3.3.2.12).
    ///
    /// # Errors
    /// Stage `callback`: as for other id tokens; `missing_claim` without `c_hash`, by which the code is bound to
    /// it, or without a nonce.
    pub(crate) async fn front_channel(&self, token: &str, nonce: Option<&str>, code: &str) -> Result<Claims> {
        let issuer = self.issuer().await?;
        let rules = IdTokenRules { nonce, code: Some(code), ..self.rules(&issuer) };
        let stage = |error: Error| error.stage(Stage::Callback);
        let token = self.envelopes.open("id token", token, self.envelopes.id_token).map_err(stage)?;
        let claims = self.documents.verify_id_token(&token, &rules).await.map_err(stage)?;
        // Section 3.3.2.11: here neither is optional.
        claims.require_text("c_hash").map_err(stage)?;
        if nonce.is_none() {
            return Err(stage(Error::new(Reason::NonceMismatch).detail("the sign-in was begun without a nonce (setting USE_NONCE)")));
        }
        Ok(claims)
    }

    /// The parameters of an authorization response that came as a JWT (JARM).
    ///
    /// # Errors
    /// Stage `callback`: as for id tokens.
    pub(crate) async fn open_answer(&self, response: &str) -> Result<Params> {
        let issuer = self.issuer().await?;
        let algorithms = self.authorization_algorithm.as_ref().map_or(self.algorithms.as_slice(), std::slice::from_ref);
        let rules = IdTokenRules { algorithms, ..self.rules(&issuer) };
        let stage = |error: Error| error.stage_if_unknown(Stage::Callback);
        let token = self.envelopes.open("authorization response", response, self.envelopes.authorization).map_err(stage)?;
        let claims = self.documents.verify_authorization_response(&token, &rules).await?;
        Ok(authorization_response::parameters(&claims).collect())
    }

    /// Registers the client with the provider.
    ///
    /// # Errors
    /// `unsupported_feature` where it takes no registrations; what it answers.
    pub(crate) async fn register(&self, addresses: &ClientAddresses) -> Result<Registered> {
        let metadata = self.metadata().await?;
        let published = metadata.as_deref().and_then(|metadata| metadata.registration_endpoint.as_deref());
        self.registration.register(&self.http, published, addresses).await
    }

    /// Whether anything comes encrypted to us.
    pub(crate) fn decrypts(&self) -> bool {
        self.envelopes.any()
    }

    async fn userinfo(&self, access_token: &Secret, subject: Option<&str>, proving: Option<Proving<'_>>) -> Result<Map<String, Value>> {
        let published = match &self.userinfo_url {
            Some(url) => Some(url.clone()),
            None => self.metadata().await?.and_then(|metadata| metadata.userinfo_endpoint.clone()),
        };
        let Some(url) = published else { return Ok(Map::new()) };
        let request = Outgoing::get(&url)?;
        let answer = match proving {
            Some(proving) => proving.send(&self.http, request, access_token).await?,
            None => self.http.send(request.bearer(access_token.expose())).await?,
        };
        if !answer.is_success() {
            return Err(answer_error(&answer, Stage::UserInfo));
        }
        let issuer = self.issuer().await?;
        let algorithms = self.user_info_algorithm.as_ref().map_or(self.algorithms.as_slice(), std::slice::from_ref);
        let token = IdTokenRules { algorithms, ..self.rules(&issuer) };
        let rules = UserInfoRules { subject, signed: self.user_info_algorithm.is_some(), token };
        let answer = self.envelopes.open_user_info(answer)?;
        self.documents.read_user_info(&answer, &rules).await
    }

    pub(super) async fn issuer(&self) -> Result<Cow<'_, IssuerRule>> {
        match &self.issuers {
            Some(rule) => Ok(Cow::Borrowed(rule)),
            None => Ok(Cow::Owned(rule(&self.documents.metadata().await?.issuer, &self.tenants))),
        }
    }

    pub(super) fn rules<'r>(&'r self, issuer: &'r IssuerRule) -> IdTokenRules<'r> {
        IdTokenRules {
            further_audiences: match &self.further_audiences {
                Some(trusted) => FurtherAudiences::Only(trusted),
                None => FurtherAudiences::AnyWhenIssuedToUs,
            },
            algorithms: &self.algorithms,
            secret: self.secret.as_ref(),
            max_age: self.max_age,
            token_max_age: self.token_max_age,
            leeway: self.leeway,
            ..IdTokenRules::new(issuer, &self.audiences, self.clock.now())
        }
    }

    /// Reaches metadata and keys and tells what it saw.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) async fn check(&self) -> Result<Vec<String>> {
        let mut seen = Vec::new();
        if let Some(metadata) = self.metadata().await? {
            seen.push(format!("issuer {}", metadata.issuer));
        }
        let keys = self.documents.keys().await?;
        seen.push(format!("{} signing keys", keys.keys().len()));
        Ok(seen)
    }
}

/// OpenID Connect Core 1.0, section 3.3.3.6.
fn both_are_about_one_person(front: &Claims, back: &Claims) -> Result<()> {
    for name in ["iss", "sub"] {
        if !constant_time_eq(front.require_text(name)?.as_bytes(), back.require_text(name)?.as_bytes()) {
            return Err(Error::invalid_claim(name).detail("the id token that the browser brought names another one"));
        }
    }
    Ok(())
}

/// A nonce as it may stand in an id token: plain, or its SHA-256 in hexadecimal or base64url (Apple's,
/// Google's and others' SDKs differ).
fn nonce_forms(nonce: &str) -> [String; 3] {
    let digest = digest(&SHA256, nonce.as_bytes());
    let hex = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    [nonce.to_owned(), hex, URL_SAFE_NO_PAD.encode(digest)]
}

/// `common`, `organizations` and `consumers` are no tenants but names for many.
fn is_single_tenant(tenant: &str) -> bool {
    !matches!(tenant, "" | "common" | "organizations" | "consumers")
}

fn rule(issuer: &str, tenants: &Tenants) -> IssuerRule {
    if issuer.contains(TENANT_PLACEHOLDER) {
        IssuerRule::Template { template: issuer.to_owned(), tenants: tenants.clone() }
    } else {
        IssuerRule::exact(issuer)
    }
}

fn issuers(openid: &OpenId, settings: &BackendSettings<'_>, hooks: &HookSettings, tenants: &Tenants) -> Result<Option<IssuerRule>> {
    let named = match settings.list("ID_TOKEN_ISSUER")? {
        Some(named) if !named.is_empty() => named,
        _ => openid.issuers.iter().map(|issuer| fill_url(issuer, hooks)).collect::<Result<_>>()?,
    };
    Ok(match named.as_slice() {
        [] => None,
        [one] => Some(rule(one, tenants)),
        _ => Some(IssuerRule::OneOf(named)),
    })
}

fn sources(openid: &OpenId, settings: &BackendSettings<'_>, hooks: &HookSettings) -> Result<DocumentSources> {
    let configured = settings.text("OIDC_ENDPOINT")?.or(settings.text("OPENID_CONFIGURATION_URL")?);
    let declared = if openid.configuration_url.is_empty() { openid.endpoint } else { openid.configuration_url };
    let endpoint = match configured {
        Some(endpoint) => endpoint.to_owned(),
        None => fill_url(declared, hooks)?,
    };
    if endpoint.is_empty() && openid.discovers {
        return Err(settings.missing("OIDC_ENDPOINT", "It is the issuer, below which /.well-known/openid-configuration stands."));
    }
    let mut named = settings.list("ID_TOKEN_ISSUER")?.unwrap_or_default();
    let jwks_uri = match settings.text("JWKS_URI")? {
        Some(url) => url.to_owned(),
        None => fill_url(openid.jwks_url, hooks)?,
    };
    Ok(DocumentSources {
        endpoint: Some(endpoint).filter(|endpoint| !endpoint.is_empty()),
        issuer: match (named.pop(), openid.issuer) {
            (Some(issuer), _) if named.is_empty() => ExpectedIssuer::Named(issuer),
            // Several are named: the id token's own issuer is compared with them.
            (Some(_), _) | (None, IssuerFrom::Document(_)) => ExpectedIssuer::AsPublished,
            (None, IssuerFrom::Endpoint) => ExpectedIssuer::Endpoint,
        },
        jwks_uri: Some(jwks_uri).filter(|url| !url.is_empty()),
        mutual_tls: settings.value("TLS_CLIENT_CERTIFICATE").is_some(),
    })
}

fn algorithms(openid: &OpenId, settings: &BackendSettings<'_>) -> Result<Vec<Algorithm>> {
    let Some(names) = settings.list("JWT_ALGORITHMS")? else {
        return Ok(openid.algorithms.iter().filter_map(|name| Algorithm::from_name(name)).collect());
    };
    let unknown = || {
        let known: Vec<_> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
        settings.invalid("JWT_ALGORITHMS", &format!("must be a list of {}", known.join(", ")))
    };
    if names.is_empty() {
        return Err(unknown());
    }
    names.iter().map(|name| Algorithm::from_name(name).ok_or_else(unknown)).collect()
}

fn request_params(settings: &BackendSettings<'_>) -> Result<Vec<(&'static str, String)>> {
    let mut params = Vec::new();
    for (setting, parameter) in REQUEST_SETTINGS {
        let value = match settings.value(setting) {
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(Value::Array(_)) => settings.list(setting)?.map(|words| words.join(" ")),
            _ => settings.text(setting)?.map(str::to_owned),
        };
        params.extend(value.map(|value| (parameter, value)));
    }
    // Section 5.5.
    params.extend(settings.table("CLAIMS")?.map(|claims| ("claims", Value::Object(claims.clone()).to_string())));
    Ok(params)
}
