//! What a provider states about itself: constants first, code only for what is odd.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::identity::{Fields, UserDetails};
use crate::protocol::oidc::DEFAULT_TOKEN_MAX_AGE;
use crate::protocol::profile::{Call, Details, HookSettings, Kept, UidField, Verified, keep, keep_as};
use crate::secret::Secret;
use crate::settings::SettingDecl;
use crate::web::Params;

/// An OAuth 2.0 or OpenID Connect provider. Begin from [`OAuth2::STANDARD`] or [`OAuth2::OPENID`].
///
/// URLs and parameters may hold `{names}`: settings in lower case (`{api_url}`), and in profile calls
/// also fields of the answers so far (`{login}`) and `{access_token}`.
#[derive(Clone)]
pub struct OAuth2 {
    /// The name in URLs and settings.
    pub name: &'static str,
    /// The name of the classes in Python Social Auth, where another provider has that name here; empty: the
    /// name.
    pub known_as: &'static str,
    /// What the button says.
    pub title: &'static str,
    /// The icon's file name without extension; empty: the name.
    pub icon: &'static str,
    /// Where the provider documents this, and where a key and secret are made.
    pub docs: &'static str,
    /// Dotted paths of the classes in Python Social Auth, for `AUTHENTICATION_BACKENDS`.
    pub class_paths: &'static [&'static str],
    /// The authorization endpoint.
    pub authorization_url: &'static str,
    /// The token endpoint.
    pub token_url: &'static str,
    /// The token endpoint for refreshing; empty: the token endpoint.
    pub refresh_url: &'static str,
    /// Where devices without a browser begin (RFC 8628); empty: the discovery document's, or nowhere.
    pub device_authorization_url: &'static str,
    /// How the token endpoint is called.
    pub token_request: TokenRequest,
    /// How it is called for refreshing, if otherwise.
    pub refresh_request: Option<TokenRequest>,
    /// Further headers of requests to the token endpoint.
    pub token_headers: &'static [(&'static str, &'static str)],
    /// Parameters of RFC 6749, section 4.1.3, that the token endpoint does not take.
    pub token_without: &'static [&'static str],
    /// Parameters of RFC 6749 that this provider calls by another name: (`client_id`, `appid`).
    pub names: &'static [(&'static str, &'static str)],
    /// How the client proves itself at the token endpoint.
    pub client_auth: ClientAuth,
    /// The setting that holds the client id: `KEY` but for Apple.
    pub client_id_setting: &'static str,
    /// How tokens are revoked, if they can be.
    pub revoke: Option<Revoke>,
    /// Scopes always asked for unless `IGNORE_DEFAULT_SCOPE`.
    pub scope: &'static [&'static str],
    /// Between scopes.
    pub scope_separator: &'static str,
    /// The name of the scope parameter.
    pub scope_parameter: &'static str,
    /// `response_type`; empty: not sent.
    pub response_type: &'static str,
    /// `response_mode`, sent when there are scopes to ask for; empty: never.
    pub response_mode: &'static str,
    /// PKCE.
    pub pkce: Pkce,
    /// Whether the provider returns no `state`, so that it has to travel in the redirect URI.
    pub redirect_state: bool,
    /// Whether the provider wants the redirect URI without the slash at its end.
    pub redirect_without_slash: bool,
    /// Further parameters of the authorization request; one whose setting is not made is left out.
    pub authorize_params: &'static [(&'static str, &'static str)],
    /// Parameters of the request to begin that the authorization request repeats.
    pub authorize_repeats: &'static [&'static str],
    /// Further parameters of the token request.
    pub token_params: &'static [(&'static str, &'static str)],
    /// Where in the token answer the tokens stand; empty: at its top.
    pub token_root: &'static str,
    /// Where there the access token stands, if not in `access_token`.
    pub access_token: &'static str,
    /// Parameters of the callback that the token request repeats, and later the refresh request.
    pub token_repeats: &'static [&'static str],
    /// Error codes by which the provider says that a refresh token is no good, besides the standard's.
    pub refresh_refused: &'static [&'static str],
    /// The calls that make up the profile.
    pub profile: &'static [Call],
    /// The identifier.
    pub uid: UidField,
    /// Switches that choose another identifier: (setting, selector).
    pub uid_switches: &'static [(&'static str, &'static str)],
    /// Where names and address stand.
    pub details: Details,
    /// Where groups stand: a text or a list of texts; empty: nowhere unless `GROUPS_KEY` says.
    pub groups: &'static str,
    /// What is kept with the association.
    pub extra_data: &'static [Kept],
    /// A kept field that changes when the account passes to another person. It must be there; and who has
    /// another value than was kept does not sign in as the person of old.
    pub owner: &'static str,
    /// Settings of its own.
    pub settings: &'static [SettingDecl],
    /// How the provider tells for whom an access token was issued: for tokens that a client got by itself.
    pub token_check: Option<TokenCheck>,
    /// OpenID Connect on top.
    pub openid: Option<OpenId>,
    /// Whether the access token is a JWT that tells who the person is, to be verified with `PUBLIC_KEY`.
    pub signed_access_token: bool,
    /// Whether it can only be connected, never create or sign in.
    pub association_only: bool,
    /// What is really odd about it.
    pub hooks: Hooks,
}

impl OAuth2 {
    /// What RFC 6749 says, with PKCE.
    pub const STANDARD: OAuth2 = OAuth2 {
        name: "",
        known_as: "",
        title: "",
        icon: "",
        docs: "",
        class_paths: &[],
        authorization_url: "",
        token_url: "",
        refresh_url: "",
        device_authorization_url: "",
        token_request: TokenRequest::PostForm,
        refresh_request: None,
        token_headers: &[],
        token_without: &[],
        names: &[],
        client_auth: ClientAuth::Post,
        client_id_setting: "KEY",
        revoke: None,
        scope: &[],
        scope_separator: " ",
        scope_parameter: "scope",
        response_type: "code",
        response_mode: "",
        pkce: Pkce::S256,
        redirect_state: false,
        redirect_without_slash: false,
        authorize_params: &[],
        authorize_repeats: &[],
        token_params: &[],
        token_root: "",
        access_token: "",
        token_repeats: &[],
        refresh_refused: &[],
        profile: &[],
        uid: UidField::Stable("id"),
        uid_switches: &[],
        details: Details::NONE,
        groups: "",
        extra_data: &[],
        owner: "",
        settings: &[],
        token_check: None,
        openid: None,
        signed_access_token: false,
        association_only: false,
        hooks: Hooks::NONE,
    };

    /// What OpenID Connect Core and Discovery say, over `OIDC_ENDPOINT`.
    pub const OPENID: OAuth2 = OAuth2 {
        authorization_url: "",
        client_auth: ClientAuth::Basic,
        scope: &["openid", "profile", "email"],
        uid: UidField::Stable("sub"),
        details: Details {
            username: "preferred_username",
            email: "email",
            email_verified: Verified::When("email_verified"),
            fullname: "name",
            first_name: "given_name",
            last_name: "family_name",
            extra: &[],
        },
        extra_data: &[keep("id_token"), keep("refresh_token"), keep_as("sub", "id")],
        openid: Some(OpenId::STANDARD),
        ..OAuth2::STANDARD
    };
}

impl OAuth2 {
    /// `oidc` where there is an id token, else `oauth2`.
    #[must_use]
    pub fn protocol(&self) -> &'static str {
        if self.openid.is_some() { "oidc" } else { "oauth2" }
    }
}

/// How the token endpoint is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRequest {
    /// `POST` with a form: the standard.
    PostForm,
    /// `POST` with JSON.
    PostJson,
    /// `POST` with everything in the query.
    PostQuery,
    /// `GET` with everything in the query.
    Get,
}

/// How the client proves itself at the token endpoint (RFC 6749, section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// `Authorization: Basic`.
    Basic,
    /// `client_id` and `client_secret` among the parameters.
    Post,
    /// Both at once: a provider that wants the header and reads the parameters too.
    BasicAndPost,
    /// `client_id` among the parameters and the secret as `Authorization: Bearer` (Stripe).
    Bearer,
    /// `client_id` alone: a public client.
    None,
    /// `client_id` and a `client_assertion` (RFC 7523, section 2.2), where `CLIENT_ASSERTION` or
    /// `FEDERATED_TOKEN_FILE` is set.
    Assertion,
    /// The same, signed by us with one of `PRIVATE_KEYS` (`private_key_jwt`).
    PrivateKeyJwt,
    /// The same, signed by us with the secret (`client_secret_jwt`).
    SecretJwt,
    /// `client_id` among the parameters, and a certificate (RFC 8705): `tls_client_auth` and
    /// `self_signed_tls_client_auth`.
    Tls,
}

impl ClientAuth {
    /// Whether a client that authenticates so has a secret.
    #[must_use]
    pub fn needs_secret(self) -> bool {
        matches!(self, ClientAuth::Basic | ClientAuth::Post | ClientAuth::BasicAndPost | ClientAuth::Bearer | ClientAuth::SecretJwt)
    }
}

/// Whether the authorization request carries a PKCE challenge (RFC 7636, RFC 9700 section 2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    /// SHA-256 challenge.
    S256,
    /// SHA-256 challenge, and settings cannot say otherwise: the provider takes nothing else.
    Required,
    /// None, because the provider is known to break on it: the reason.
    Breaks(&'static str),
}

/// How a token is revoked.
#[derive(Debug, Clone, Copy)]
pub struct Revoke {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// The endpoint; may hold `{token}` and `{uid}`.
    pub url: &'static str,
    /// Where the token goes.
    pub token: RevokeToken,
}

/// Where the token to be revoked goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeToken {
    /// Into the query, under this name.
    Query(&'static str),
    /// Into a form, under this name, with the client's credentials (RFC 7009).
    Form(&'static str),
    /// Into `Authorization: Bearer`.
    Bearer,
    /// Nowhere but the URL.
    Url,
}

/// How a provider tells for whom an access token was issued. In its texts `{access_token}`, `{client_id}`
/// and `{client_secret}` are known besides the settings.
#[derive(Debug, Clone, Copy)]
pub struct TokenCheck {
    /// The URL.
    pub url: &'static str,
    /// Query parameters.
    pub query: &'static [(&'static str, &'static str)],
    /// What is posted; nothing: it is a `GET`.
    pub body: CheckBody,
    /// What `Authorization` holds.
    pub authorization: CheckAuth,
    /// Where the client id stands in the answer: a selector.
    pub audience: &'static str,
    /// The member that must be `true` for a token that is good: a selector; empty: the status says it.
    pub valid: &'static str,
}

impl TokenCheck {
    /// A `GET` that is answered only for a good token.
    pub const GET: TokenCheck =
        TokenCheck { url: "", query: &[], body: CheckBody::Nothing, authorization: CheckAuth::Nothing, audience: "client_id", valid: "" };
}

/// What a [`TokenCheck`] posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckBody {
    /// Nothing: it is a `GET`.
    Nothing,
    /// A form.
    Form(&'static [(&'static str, &'static str)]),
    /// A JSON object.
    Json(&'static [(&'static str, &'static str)]),
}

/// What `Authorization` holds in a [`TokenCheck`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckAuth {
    /// There is none.
    Nothing,
    /// The token in question, after this scheme.
    Token(&'static str),
    /// The client's id and secret (`Basic`).
    Client,
}

/// OpenID Connect on top of OAuth 2.0.
#[derive(Debug, Clone, Copy)]
pub struct OpenId {
    /// Where the discovery document stands, without `/.well-known/…`; empty: `OIDC_ENDPOINT` must say.
    pub endpoint: &'static str,
    /// Where the discovery document stands, whole; empty: below the endpoint.
    pub configuration_url: &'static str,
    /// Which issuers the id token may name; empty: the discovery document's. `{tenantid}` stands for the
    /// token's own tenant.
    pub issuers: &'static [&'static str],
    /// Whether the discovery document must name the endpoint as its issuer (OpenID Connect Discovery 1.0,
    /// section 4.3); else the reason why this provider's does not.
    pub issuer: IssuerFrom,
    /// The setting that holds the only tenant that may come in; empty: any may.
    pub tenant_setting: &'static str,
    /// The setting that holds further client ids that are us, besides `ACCEPTED_AUDIENCES`; empty: none.
    pub audience_setting: &'static str,
    /// The keys, where there is no discovery document.
    pub jwks_url: &'static str,
    /// Whether endpoints are discovered; else they stand in the description.
    pub discovers: bool,
    /// Algorithms of the id token's signature.
    pub algorithms: &'static [&'static str],
    /// Whether the provider repeats the nonce; else the reason why none is sent.
    pub nonce: Nonce,
    /// For how many seconds after its issue an id token is good, unless `ID_TOKEN_MAX_AGE` says otherwise.
    pub token_max_age: i64,
    /// Where the identity comes from.
    pub identity: IdentityFrom,
}

impl OpenId {
    /// Discovery, nonce, userinfo.
    pub const STANDARD: OpenId = OpenId {
        endpoint: "",
        configuration_url: "",
        issuers: &[],
        issuer: IssuerFrom::Endpoint,
        tenant_setting: "",
        audience_setting: "",
        jwks_url: "",
        discovers: true,
        algorithms: &["RS256"],
        nonce: Nonce::Sent,
        token_max_age: DEFAULT_TOKEN_MAX_AGE,
        identity: IdentityFrom::UserInfo,
    };
}

/// Which issuer a discovery document may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerFrom {
    /// The endpoint itself.
    Endpoint,
    /// Another one, because the provider's does: the reason.
    Document(&'static str),
}

/// Whether a nonce is sent and must come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonce {
    /// It is.
    Sent,
    /// It is not, because the provider drops it: the reason.
    Dropped(&'static str),
}

/// Where the identity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityFrom {
    /// The userinfo endpoint over the id token.
    UserInfo,
    /// The id token alone.
    IdToken,
    /// The profile calls over the id token.
    Profile,
}

/// Names in addresses and what stands in their place.
pub type Places = fn(&HookSettings, &Params) -> Result<Vec<(&'static str, String)>>;

/// What is really odd about a provider, as code. All optional, all without I/O.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Names in the addresses of the endpoints that come with the request or the callback, such as a
    /// shop's host. Whatever it answers is sent secrets, so it must let nothing pass that is not the
    /// provider's.
    pub places: Option<Places>,
    /// Refuses a callback before its code is exchanged, such as one whose signature is not good.
    pub check_callback: Option<fn(&HookSettings, &Params) -> Result<()>>,
    /// Completes the scopes to ask for.
    pub scope: Option<fn(&HookSettings, &mut Vec<String>)>,
    /// Checks the settings at start.
    pub check_settings: Option<fn(&HookSettings) -> Result<()>>,
    /// Makes the client secret (Apple).
    pub client_secret: Option<fn(&HookSettings, i64) -> Result<Secret>>,
    /// Values for `{names}` in profile calls that depend on the token (`appsecret_proof`).
    pub variables: Option<fn(&HookSettings, &str) -> Vec<(&'static str, String)>>,
    /// Takes what the callback brought besides the code.
    pub callback: Option<fn(&HookSettings, &Params, &mut Map<String, Value>) -> Result<()>>,
    /// Reshapes or refuses the whole answer before fields are read.
    pub answer: Option<fn(&HookSettings, &mut Map<String, Value>) -> Result<()>>,
    /// Completes the details.
    pub details: Option<fn(&HookSettings, &Value, &mut UserDetails)>,
    /// Completes the refresh request with what was kept at the sign-in, or says that a new one is needed.
    pub refresh: Option<fn(&Fields, &mut Vec<(String, String)>) -> Result<()>>,
    /// Parameters of the refresh request, where it is no refresh_token grant.
    pub refresh_params: Option<fn(&HookSettings, &str) -> Vec<(String, String)>>,
}

impl Hooks {
    /// Nothing odd.
    pub const NONE: Hooks = Hooks {
        places: None,
        check_callback: None,
        scope: None,
        check_settings: None,
        client_secret: None,
        variables: None,
        callback: None,
        answer: None,
        details: None,
        refresh: None,
        refresh_params: None,
    };
}
