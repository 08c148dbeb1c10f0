//! Signatures (RFC 5849, sections 3.4.2 and 3.4.4), and HMAC with SHA-256 in the same way.

use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::base_string::encode;
use crate::secret::Secret;

/// How requests are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureMethod {
    /// `HMAC-SHA1`, which all providers know.
    HmacSha1,
    /// `HMAC-SHA256`, not in the RFC but widely known.
    HmacSha256,
    /// `PLAINTEXT`: the secrets themselves, over TLS only.
    Plaintext,
    /// `RSA-SHA1`: with the client's own key, so that no secret is shared.
    #[cfg(feature = "oauth1-rsa")]
    RsaSha1,
}

impl SignatureMethod {
    /// All of them.
    pub const ALL: &'static [SignatureMethod] = &[
        SignatureMethod::HmacSha1,
        SignatureMethod::HmacSha256,
        SignatureMethod::Plaintext,
        #[cfg(feature = "oauth1-rsa")]
        SignatureMethod::RsaSha1,
    ];

    /// The value of `oauth_signature_method`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SignatureMethod::HmacSha1 => "HMAC-SHA1",
            SignatureMethod::HmacSha256 => "HMAC-SHA256",
            SignatureMethod::Plaintext => "PLAINTEXT",
            #[cfg(feature = "oauth1-rsa")]
            SignatureMethod::RsaSha1 => "RSA-SHA1",
        }
    }

    /// The method of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|method| method.name().eq_ignore_ascii_case(name))
    }

    /// The value of `oauth_signature` over a base string; `None` for `RSA-SHA1`, where [`RsaKey`](super::RsaKey) signs.
    #[must_use]
    pub fn sign(self, base_string: &str, client_secret: &Secret, token_secret: &Secret) -> Option<String> {
        let key = Secret::from(format!("{}&{}", encode(client_secret.expose()), encode(token_secret.expose())));
        let algorithm = match self {
            SignatureMethod::Plaintext => return Some(key.expose().to_owned()),
            SignatureMethod::HmacSha1 => HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            SignatureMethod::HmacSha256 => HMAC_SHA256,
            #[cfg(feature = "oauth1-rsa")]
            SignatureMethod::RsaSha1 => return None,
        };
        let key = hmac::Key::new(algorithm, key.expose().as_bytes());
        Some(STANDARD.encode(hmac::sign(&key, base_string.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_sha1_signs_as_in_the_test_cases_of_oauth_net() {
        for (base, client_secret, token_secret, expected) in [
            ("bs", "cs", "", "egQqG5AJep5sJ7anhXju1unge2I="),
            ("bs", "cs", "ts", "VZVjXceV7JgPq/dOTnNmEfO0Fv8="),
            (
                "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26\
                 oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096%26\
                 oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal",
                "kd94hf93k423kf44",
                "pfkkdhi9sl3r4s00",
                "tR3+Ty81lMeYAr/Fid0kMTYa/WM=",
            ),
        ] {
            let found = SignatureMethod::HmacSha1.sign(base, &client_secret.into(), &token_secret.into());
            assert_eq!(found.as_deref(), Some(expected), "{base}");
        }
    }

    #[test]
    fn plaintext_is_both_secrets_encoded() {
        // OAuth Core 1.0a, section 9.4.1.
        for (client_secret, token_secret, expected) in
            [("djr9rjt0jd78jf88", "jjd999tj88uiths3", "djr9rjt0jd78jf88&jjd999tj88uiths3"), ("djr9rjt0jd78jf88", "", "djr9rjt0jd78jf88&")]
        {
            let found = SignatureMethod::Plaintext.sign("", &client_secret.into(), &token_secret.into());
            assert_eq!(found.as_deref(), Some(expected));
        }
        assert_eq!(SignatureMethod::Plaintext.sign("", &"a&b".into(), &"%".into()).as_deref(), Some("a%26b&%25"));
    }

    #[test]
    fn every_method_is_found_by_its_name() {
        for method in SignatureMethod::ALL {
            assert_eq!(SignatureMethod::named(&method.name().to_lowercase()), Some(*method));
        }
        assert_eq!(SignatureMethod::named("RSA-SHA1").is_some(), cfg!(feature = "oauth1-rsa"));
        assert_eq!(SignatureMethod::named("none"), None);
    }
}
