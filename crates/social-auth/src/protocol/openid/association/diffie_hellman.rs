//! The Diffie-Hellman exchange of associations (section 8.4.2), over the modulus of appendix B, which is
//! the one that every provider knows. Each exchange has a secret of its own.

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;

use crate::error::{Error, Result};

const MODULUS: &[u8] = b"DCF93A0B883972EC0E19989AC5A2CE310E1D37717E8D9571BB7623731866E61EF75A2E27898B057F9891C2E27A639C3F29B60814581CD3B2CA3986D2683705577D45C2E7E52DC81C7A171876E5CEA74B1448BFDFAF18828EFD2519F14E45E3826634AF1949E5B535CC829A483B8A76223E5D490A257F05BDFF16F2FB22C583AB";
const GENERATOR: u32 = 2;

/// Our side of an exchange.
pub(super) struct Exchange {
    modulus: BigUint,
    secret: BigUint,
}

impl Exchange {
    /// A new exchange with a random secret.
    ///
    /// # Errors
    /// `unknown_error` when the system gives no random numbers.
    pub fn new() -> Result<Self> {
        let modulus = BigUint::parse_bytes(MODULUS, 16).unwrap_or_default();
        let mut random = [0; 128];
        rand::fill(&mut random).map_err(|_| Error::new(crate::error::Reason::UnknownError).detail("there are no random numbers"))?;
        Ok(Exchange { secret: BigUint::from_bytes_be(&random) % &modulus, modulus })
    }

    /// What the provider gets to know, in base64.
    pub fn public(&self) -> String {
        STANDARD.encode(two_complement(&BigUint::from(GENERATOR).modpow(&self.secret, &self.modulus)))
    }

    /// The key that the provider hid: the hash of the shared number, laid over it.
    ///
    /// # Errors
    /// `invalid_claim` for a public number that is none or would make the shared one known to all.
    pub fn key(&self, hash: &'static digest::Algorithm, public: &str, hidden: &str) -> Result<Vec<u8>> {
        let decoded = |name: &str, text: &str| STANDARD.decode(text).map_err(|_| Error::invalid_claim(name));
        let public = BigUint::from_bytes_be(&decoded("dh_server_public", public)?);
        let one = BigUint::from(1_u32);
        if public <= one || public >= &self.modulus - &one {
            return Err(Error::invalid_claim("dh_server_public").detail("the number is out of range"));
        }
        let shared = digest::digest(hash, &two_complement(&public.modpow(&self.secret, &self.modulus)));
        let hidden = decoded("enc_mac_key", hidden)?;
        if hidden.len() != shared.as_ref().len() {
            return Err(Error::invalid_claim("enc_mac_key").detail("its length is not that of the hash"));
        }
        Ok(hidden.iter().zip(shared.as_ref()).map(|(hidden, mask)| hidden ^ mask).collect())
    }
}

/// The shortest two's complement, high byte first (section 4.2): a zero in front of a high bit.
fn two_complement(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_are_written_as_the_specification_shows() {
        for (number, bytes) in [(0_u32, &[0][..]), (127, &[127]), (128, &[0, 128]), (255, &[0, 255]), (32_768, &[0, 128, 0])] {
            assert_eq!(two_complement(&BigUint::from(number)), bytes, "{number}");
        }
    }

    #[test]
    fn the_modulus_is_that_of_appendix_b() {
        let decimal = "155172898181473697471232257763715539915724801966915404479707795314057629378541917580651227423698188993727816152646631438561595825688188889951272158842675419950341258706556549803580104870537681476726513255747040765857479291291572334510643245094715007229621094194349783925984760375594985848253359305585439638443";
        assert_eq!(Exchange::new().unwrap().modulus.to_string(), decimal);
    }

    #[test]
    fn both_sides_find_the_same_key() {
        let (ours, theirs) = (Exchange::new().unwrap(), Exchange::new().unwrap());
        let key = [7_u8; 32];
        // Laying the mask over the key hides it; over what is hidden, it shows it again.
        let hidden = theirs.key(&digest::SHA256, &ours.public(), &STANDARD.encode(key)).unwrap();
        assert_ne!(hidden, key);
        assert_eq!(ours.key(&digest::SHA256, &theirs.public(), &STANDARD.encode(hidden)).unwrap(), key);
    }

    #[test]
    fn public_numbers_that_give_the_secret_away_are_refused() {
        let exchange = Exchange::new().unwrap();
        let modulus = exchange.modulus.clone();
        for number in [BigUint::default(), BigUint::from(1_u32), &modulus - 1_u32, modulus.clone(), modulus + 5_u32] {
            let public = STANDARD.encode(two_complement(&number));
            assert!(exchange.key(&digest::SHA1_FOR_LEGACY_USE_ONLY, &public, &STANDARD.encode([0; 20])).is_err(), "{number}");
        }
    }
}
