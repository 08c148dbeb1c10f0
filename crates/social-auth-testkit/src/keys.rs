//! The provider's signing keys and their rotation.

use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use pem::Pem;

use crate::client::Signing;
use crate::error::Error;
#[cfg(feature = "saml")]
use crate::saml::SamlKey;

/// What becomes of the old keys when new ones come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldKeys {
    /// They stay published, so that tokens signed with them still verify.
    Keep,
    /// They vanish at once, as after a compromise.
    Drop,
}

pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) private: EncodingKey,
    public: Jwk,
}

/// One key of each type; those of one generation come and go together.
struct Generation {
    rsa: Arc<SigningKey>,
    #[cfg(feature = "saml")]
    saml: Arc<SamlKey>,
    ec: Arc<SigningKey>,
    ed: Arc<SigningKey>,
}

/// The generations of keys, newest first.
pub(crate) struct KeyRing(RwLock<Vec<Generation>>);

impl KeyRing {
    pub(crate) fn generate() -> Result<Self, Error> {
        Ok(Self(RwLock::new(vec![Generation::new(first_rsa()?)?])))
    }

    pub(crate) fn rotate(&self, old: OldKeys) -> Result<(), Error> {
        let next = Generation::new(&new_rsa()?)?;
        let mut generations = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if old == OldKeys::Drop {
            generations.clear();
        }
        generations.insert(0, next);
        Ok(())
    }

    /// The newest key for an algorithm; none for HMAC, whose key is the client's secret.
    pub(crate) fn current(&self, signing: Signing) -> Option<Arc<SigningKey>> {
        let generations = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let newest = generations.first()?;
        match signing {
            Signing::Rs256 | Signing::Ps256 => Some(newest.rsa.clone()),
            Signing::Es256 => Some(newest.ec.clone()),
            Signing::EdDsa => Some(newest.ed.clone()),
            Signing::Hs256 => None,
        }
    }

    /// The newest key for SAML.
    #[cfg(feature = "saml")]
    pub(crate) fn current_saml(&self) -> Option<Arc<SamlKey>> {
        self.saml_keys().into_iter().next()
    }

    /// The keys for SAML, newest first.
    #[cfg(feature = "saml")]
    pub(crate) fn saml_keys(&self) -> Vec<Arc<SamlKey>> {
        let generations = self.0.read().unwrap_or_else(PoisonError::into_inner);
        generations.iter().map(|generation| generation.saml.clone()).collect()
    }

    /// The public keys (RFC 7517).
    pub(crate) fn published(&self) -> JwkSet {
        let generations = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let keys = generations
            .iter()
            .flat_map(|generation| [&generation.rsa, &generation.ec, &generation.ed])
            .map(|key| key.public.clone())
            .collect();
        JwkSet { keys }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kids: Vec<_> = self.published().keys.into_iter().filter_map(|key| key.common.key_id).collect();
        f.debug_tuple("KeyRing").field(&kids).finish()
    }
}

impl Generation {
    fn new(rsa: &RsaKey) -> Result<Self, Error> {
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .and_then(|key| key.to_pkcs8v1())
            .map_err(|_| Error::Crypto { what: "an elliptic-curve key" })?;
        let ed = Ed25519KeyPair::generate().and_then(|key| key.to_pkcs8v1()).map_err(|_| Error::Crypto { what: "an Ed25519 key" })?;
        Ok(Self {
            rsa: SigningKey::new(rsa.private.clone(), Algorithm::RS256)?,
            #[cfg(feature = "saml")]
            saml: Arc::new(SamlKey::new(&rsa.pem)?),
            ec: SigningKey::new(EncodingKey::from_ec_der(ec.as_ref()), Algorithm::ES256)?,
            ed: SigningKey::new(EncodingKey::from_ed_der(ed.as_ref()), Algorithm::EdDSA)?,
        })
    }
}

impl SigningKey {
    fn new(private: EncodingKey, algorithm: Algorithm) -> Result<Arc<Self>, Error> {
        let unusable = |_| Error::Crypto { what: "a public key" };
        let mut public = Jwk::from_encoding_key(&private, algorithm).map_err(unusable)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        if algorithm == Algorithm::RS256 {
            // The same key also signs PS256, so it is published without `alg`.
            public.common.key_algorithm = None;
        }
        Ok(Arc::new(Self { kid, private, public }))
    }
}

/// An RSA key in the forms that it is used in.
struct RsaKey {
    private: EncodingKey,
    #[cfg(feature = "saml")]
    pem: String,
}

/// The first RSA key is shared by all providers of a process: making one is slow.
fn first_rsa() -> Result<&'static RsaKey, Error> {
    static FIRST: OnceLock<RsaKey> = OnceLock::new();
    if let Some(key) = FIRST.get() {
        return Ok(key);
    }
    let key = new_rsa()?;
    Ok(FIRST.get_or_init(|| key))
}

fn new_rsa() -> Result<RsaKey, Error> {
    let pem = new_rsa_pem()?;
    let private = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| Error::Crypto { what: "an RSA key" })?;
    Ok(RsaKey {
        private,
        #[cfg(feature = "saml")]
        pem,
    })
}

/// A new RSA key as PEM (PKCS #8).
pub(crate) fn new_rsa_pem() -> Result<String, Error> {
    let failed = Error::Crypto { what: "an RSA key" };
    let Ok(pair) = KeyPair::generate(KeySize::Rsa2048) else {
        return Err(failed);
    };
    let Ok(der) = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair) else {
        return Err(failed);
    };
    Ok(pem::encode(&Pem::new("PRIVATE KEY", der.as_ref())))
}
