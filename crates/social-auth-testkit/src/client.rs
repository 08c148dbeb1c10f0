//! Client registrations: the applications that may send people here.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jsonwebtoken::Algorithm;
use url::Url;

use crate::guard::is_loopback_host;

/// How a client proves itself at the token endpoint (OpenID Connect Core section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// `client_secret_basic`: HTTP Basic, both parts form-encoded (RFC 6749 section 2.3.1).
    Basic,
    /// `client_secret_post`: in the form.
    Post,
    /// `private_key_jwt`: a statement signed with one of [`Client::jwks`] (RFC 7523).
    PrivateKeyJwt,
    /// `none`: a public client, which then must use PKCE.
    None,
}

/// What signs an ID token or a signed userinfo answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// RSASSA-PKCS1-v1_5 with SHA-256, the default of OpenID Connect.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// HMAC with the client's secret; the secret must have 32 bytes or more.
    Hs256,
}

impl Signing {
    /// All of them, for tests that try each.
    pub const ALL: [Self; 5] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa, Self::Hs256];

    /// The name in the `alg` header (RFC 7518, RFC 8037).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }

    pub(crate) fn algorithm(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
            Self::Hs256 => Algorithm::HS256,
        }
    }
}

/// An application that is registered at the provider.
///
/// ```
/// use social_auth_testkit::{Client, Signing};
///
/// let mut mobile = Client::public("mobile");
/// mobile.redirect_uris = vec!["org.example.app:/callback".to_owned()];
/// mobile.id_token_signing = Signing::Es256;
/// ```
#[derive(Clone)]
pub struct Client {
    /// The `client_id`.
    pub id: String,
    /// The secret; `None` makes the client public.
    pub secret: Option<String>,
    /// What the page calls the application.
    pub name: String,
    /// Redirect URIs, compared character for character.
    pub redirect_uris: Vec<String>,
    /// Whether any `http` or `https` URL on loopback will do as well. On by default.
    pub any_loopback_redirect: bool,
    /// Accepted ways to authenticate.
    pub auth_methods: Vec<ClientAuth>,
    /// The client's public keys (RFC 7517), for `private_key_jwt`.
    pub jwks: Option<serde_json::Value>,
    /// Whether authorization requests must be pushed (RFC 9126).
    pub par_required: bool,
    /// Whether tokens are bound to a key (DPoP, RFC 9449); proofs need the provider's nonce then.
    pub dpop_bound: bool,
    /// Whether a request without PKCE is refused. Always so for public clients.
    pub pkce_required: bool,
    /// Algorithm of the ID token.
    pub id_token_signing: Signing,
    /// Algorithm of a signed userinfo answer; `None` answers plain JSON.
    pub userinfo_signing: Option<Signing>,
    /// Whether the ID token carries the profile and e-mail claims too, as at some providers.
    pub claims_in_id_token: bool,
    /// Whether refresh tokens are given out. On by default.
    pub refresh_tokens: bool,
    /// Whether a refresh token is replaced on use, and its reuse punished. On by default.
    pub rotate_refresh_tokens: bool,
    /// Lifetime of access tokens, in seconds.
    pub access_token_seconds: u32,
    /// Where a logout may send the browser; loopback URLs as for `any_loopback_redirect`.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where the provider posts a logout token when a session ends; loopback URLs only.
    pub backchannel_logout_uri: Option<String>,
    /// What the provider shows in a frame of its page when a session ends; loopback URLs only.
    pub frontchannel_logout_uri: Option<String>,
    /// Whether the frame's address names the issuer and the session. On by default.
    pub frontchannel_logout_session_required: bool,
}

impl Client {
    /// A client with a secret.
    #[must_use]
    pub fn confidential(id: impl Into<String>, secret: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            name: id.clone(),
            id,
            secret: Some(secret.into()),
            redirect_uris: Vec::new(),
            any_loopback_redirect: true,
            auth_methods: vec![ClientAuth::Basic, ClientAuth::Post],
            jwks: None,
            par_required: false,
            dpop_bound: false,
            pkce_required: false,
            id_token_signing: Signing::Rs256,
            userinfo_signing: None,
            claims_in_id_token: false,
            refresh_tokens: true,
            rotate_refresh_tokens: true,
            access_token_seconds: 3600,
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: true,
        }
    }

    /// A client that proves itself with keys of its own (`private_key_jwt`), of which these are the public parts.
    #[must_use]
    pub fn with_keys(id: impl Into<String>, jwks: serde_json::Value) -> Self {
        Self { secret: None, auth_methods: vec![ClientAuth::PrivateKeyJwt], jwks: Some(jwks), ..Self::confidential(id, "") }
    }

    /// A client that cannot keep a secret, such as a mobile or single-page application.
    #[must_use]
    pub fn public(id: impl Into<String>) -> Self {
        Self { secret: None, auth_methods: vec![ClientAuth::None], pkce_required: true, ..Self::confidential(id, "") }
    }

    pub(crate) fn needs_pkce(&self) -> bool {
        self.pkce_required || self.auth_methods.contains(&ClientAuth::None)
    }

    /// Exact comparison (RFC 9700 section 2.1), or a loopback URL where those are allowed.
    pub(crate) fn may_redirect_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|known| known == uri) || (self.any_loopback_redirect && is_loopback_uri(uri))
    }

    pub(crate) fn may_log_out_to(&self, uri: &str) -> bool {
        self.post_logout_redirect_uris.iter().any(|known| known == uri) || (self.any_loopback_redirect && is_loopback_uri(uri))
    }

    pub(crate) fn secret_is(&self, given: &str) -> bool {
        self.secret.as_ref().is_some_and(|secret| verify_slices_are_equal(secret.as_bytes(), given.as_bytes()).is_ok())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id)
            .field("secret", &self.secret.as_ref().map(|_| "[redacted]"))
            .field("redirect_uris", &self.redirect_uris)
            .finish_non_exhaustive()
    }
}

pub(crate) fn is_loopback_uri(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.host().is_some_and(|host| is_loopback_host(&host))
    })
}

/// The registered clients by `client_id`.
#[derive(Debug, Default)]
pub(crate) struct Clients(RwLock<HashMap<String, Arc<Client>>>);

impl Clients {
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Client>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<Client>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(crate) fn put(&self, client: Client) {
        let mut clients = self.0.write().unwrap_or_else(PoisonError::into_inner);
        clients.insert(client.id.clone(), Arc::new(client));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_redirect_uri_is_exact_or_on_loopback() {
        let mut client = Client::confidential("app", "secret");
        client.redirect_uris = vec!["https://app.example/callback".to_owned()];
        for uri in ["https://app.example/callback", "http://127.0.0.1:9/cb", "http://localhost/cb"] {
            assert!(client.may_redirect_to(uri), "{uri}");
        }
        for uri in [
            "https://app.example/callback/",
            "https://app.example/callback?x=1",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://evil.example@127.0.0.1/",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!client.may_redirect_to(uri), "{uri}");
        }
        client.any_loopback_redirect = false;
        assert!(!client.may_redirect_to("http://127.0.0.1:9/cb"));
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let text = format!("{:?}", Client::confidential("app", "swordfish"));
        assert!(!text.contains("swordfish"), "{text}");
    }
}
