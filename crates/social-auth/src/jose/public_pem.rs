//! A public key that stands in the settings.

use jsonwebtoken::DecodingKey;

use super::Algorithm;
use super::jwk::{Key, KeySet, Material};
use crate::error::{Error, Result};

impl KeySet {
    /// The set of one key, given in PEM or as the bare base64 between the lines of a PEM, as Keycloak shows
    /// it; to be used with this algorithm only. `setting` is where it stands.
    ///
    /// # Errors
    /// `invalid_setting` when it is no public key, or none for this algorithm.
    pub fn from_public_pem(setting: &str, text: &str, algorithm: Algorithm) -> Result<Self> {
        let unreadable = || Error::invalid_setting(setting, format!("it must be a public key for {algorithm}, in PEM or in base64"));
        let whole = if text.trim_start().starts_with("-----BEGIN") {
            text.trim().to_owned()
        } else {
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", text.trim())
        };
        let read = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(whole.as_bytes()),
            Algorithm::EdDSA => DecodingKey::from_ed_pem(whole.as_bytes()),
            other if Algorithm::RSA.contains(&other) => DecodingKey::from_rsa_pem(whole.as_bytes()),
            _ => return Err(unreadable()),
        };
        let key = read.map_err(|_| unreadable())?;
        let key = Key { kid: None, algorithms: vec![algorithm], issuer: None, material: Material::Jsonwebtoken(key) };
        Ok(KeySet { keys: vec![key], nameless: true })
    }
}
