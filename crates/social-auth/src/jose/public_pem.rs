//! A public key that stands in the settings.

use aws_lc_rs::signature::{ParsedPublicKey, VerificationAlgorithm};
use jsonwebtoken::DecodingKey;

use super::Algorithm;
use super::algorithm::Verification;
use super::jwk::{Key, KeySet};
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
        let (read, imported_for): (_, &'static dyn VerificationAlgorithm) = match algorithm.verification() {
            Some(Verification::Rsa(parameters)) => (DecodingKey::from_rsa_pem(whole.as_bytes()), parameters),
            Some(Verification::Curve(curve)) if algorithm == Algorithm::EdDSA => (DecodingKey::from_ed_pem(whole.as_bytes()), curve),
            Some(Verification::Curve(curve)) => (DecodingKey::from_ec_pem(whole.as_bytes()), curve),
            None => return Err(unreadable()),
        };
        let key = read.map_err(|_| unreadable())?;
        let bytes = key.try_get_as_bytes().map_err(|_| unreadable())?;
        let imported = ParsedPublicKey::new(imported_for, bytes).map_err(|_| unreadable())?;
        let key = Key { kid: None, algorithms: vec![algorithm], imported: vec![imported], issuer: None };
        Ok(KeySet { keys: vec![key], nameless: true })
    }
}
