//! ID tokens (OpenID Connect Core section 2), also wrong ones when a test asks for them.

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, crypto};
use serde_json::{Map, Value, json};

use crate::client::{Client, Signing};
use crate::error::Error;
use crate::oauth2::Grant;
use crate::oidc::userinfo::claims;
use crate::provider::Shared;

/// Seconds that an ID token is good for.
const ID_TOKEN_SECONDS: i64 = 600;

/// A token that is about to be signed; see
/// [`DevProvider::edit_id_tokens`](crate::DevProvider::edit_id_tokens).
#[derive(Debug, Clone)]
pub struct IdToken {
    /// The JOSE header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    /// What signs it.
    pub signature: Signature,
}

/// What stands where the signature belongs.
#[derive(Clone)]
#[non_exhaustive]
pub enum Signature {
    /// The right signature, by the algorithm of the client's registration, whatever the header says.
    Right,
    /// A signature of something else.
    Wrong,
    /// Nothing, as with `alg` `none`.
    Nothing,
    /// HMAC-SHA-256 with this secret: a published key, for the attack that confuses the two.
    Hmac(Vec<u8>),
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Right => "Right",
            Self::Wrong => "Wrong",
            Self::Nothing => "Nothing",
            Self::Hmac(_) => "Hmac",
        })
    }
}

type EditFn = Arc<dyn Fn(&mut IdToken) + Send + Sync>;

/// The edit that tests asked for.
#[derive(Default)]
pub(crate) struct Edit(RwLock<Option<EditFn>>);

impl Edit {
    pub(crate) fn set(&self, edit: Option<EditFn>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = edit;
    }

    pub(crate) fn apply(&self, token: &mut IdToken) {
        let edit = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(edit) = edit {
            edit(token);
        }
    }
}

impl IdToken {
    pub(crate) fn new(shared: &Shared, signing: Signing, claims: Map<String, Value>) -> Self {
        let mut header = Map::new();
        header.insert("typ".to_owned(), "JWT".into());
        header.insert("alg".to_owned(), signing.name().into());
        if let Some(key) = shared.keys.current(signing) {
            header.insert("kid".to_owned(), key.kid.clone().into());
        }
        Self { header, claims, signature: Signature::Right }
    }

    /// The compact serialization (RFC 7515 section 7.1). Put together here and not by
    /// `jsonwebtoken::encode`, which has no way to write a wrong header.
    pub(crate) fn sign(&self, shared: &Shared, signing: Signing, client: &Client) -> Result<String, Error> {
        let part = |part: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(part.clone()).to_string());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = match &self.signature {
            Signature::Right => signature(shared, signing, client, &message)?,
            Signature::Wrong => signature(shared, signing, client, "something else")?,
            Signature::Nothing => String::new(),
            Signature::Hmac(secret) => {
                let key = EncodingKey::from_secret(secret);
                crypto::sign(message.as_bytes(), &key, Algorithm::HS256).map_err(unsigned)?
            }
        };
        Ok(format!("{message}.{signature}"))
    }
}

fn signature(shared: &Shared, signing: Signing, client: &Client, message: &str) -> Result<String, Error> {
    let secret = || EncodingKey::from_secret(client.secret.as_deref().unwrap_or("").as_bytes());
    let key = shared.keys.current(signing).map_or_else(secret, |key| key.private.clone());
    crypto::sign(message.as_bytes(), &key, signing.algorithm()).map_err(unsigned)
}

fn unsigned(_: jsonwebtoken::errors::Error) -> Error {
    Error::Crypto { what: "a signature" }
}

/// The ID token for a token response.
pub(crate) fn id_token(shared: &Shared, client: &Client, grant: &Grant, access_token: &str) -> Result<String, Error> {
    let now = shared.clock.now();
    let signing = client.id_token_signing;
    let person = shared.people.current(&grant.login.person);
    let profile = match client.claims_in_id_token {
        true => claims(person, &grant.scope),
        false => Map::from_iter([("sub".to_owned(), person.id.into())]),
    };
    let mut token = IdToken::new(shared, signing, profile);
    for (name, value) in [
        ("iss", json!(shared.url)),
        ("aud", json!(client.id)),
        ("exp", json!(now.saturating_add(ID_TOKEN_SECONDS))),
        ("iat", json!(now)),
        ("auth_time", json!(grant.login.at)),
        ("sid", json!(grant.login.sid)),
        ("at_hash", json!(at_hash(signing, access_token))),
    ] {
        token.claims.insert(name.to_owned(), value);
    }
    if let Some(nonce) = &grant.nonce {
        token.claims.insert("nonce".to_owned(), nonce.clone().into());
    }
    shared.id_token_edit.apply(&mut token);
    token.sign(shared, signing, client)
}

/// The left half of the hash that belongs to the algorithm (OpenID Connect Core 3.1.3.6);
/// Ed25519 uses SHA-512 (RFC 8032 section 5.1).
fn at_hash(signing: Signing, access_token: &str) -> String {
    let algorithm = match signing {
        Signing::EdDsa => &digest::SHA512,
        _ => &digest::SHA256,
    };
    let digest = digest::digest(algorithm, access_token.as_bytes());
    let half = digest.as_ref().len() / 2;
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..half).unwrap_or_default())
}

/// The subject of an `id_token_hint` that this provider signed; an expired one will do.
pub(crate) fn subject_of_hint(shared: &Shared, hint: &str) -> Option<String> {
    claim_of_hint(shared, hint, "sub")
}

/// The client that an `id_token_hint` was made for.
pub(crate) fn audience_of_hint(shared: &Shared, hint: &str) -> Option<String> {
    claim_of_hint(shared, hint, "aud")
}

fn claim_of_hint(shared: &Shared, hint: &str, claim: &str) -> Option<String> {
    let header = jsonwebtoken::decode_header(hint).ok()?;
    let key = match header.kid {
        Some(kid) => DecodingKey::from_jwk(shared.keys.published().find(&kid)?).ok()?,
        // HS256: the client's secret, so the client must be looked at first.
        None => {
            let unproven: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(hint).ok()?;
            let client = shared.clients.get(unproven.get("aud")?.as_str()?)?;
            DecodingKey::from_secret(client.secret.as_ref()?.as_bytes())
        }
    };
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_issuer(&[&shared.url]);
    let token = jsonwebtoken::decode::<Map<String, Value>>(hint, &key, &validation).ok()?;
    token.claims.get(claim).and_then(Value::as_str).map(str::to_owned)
}
