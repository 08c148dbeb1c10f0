//! Signature algorithms of JOSE (RFC 7518, section 3.1; RFC 8037; RFC 9864).

use std::fmt;

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// aws-lc's verification of signatures by public keys.
#[derive(Clone, Copy)]
pub(super) enum Verification {
    Rsa(&'static RsaParameters),
    Curve(&'static dyn VerificationAlgorithm),
}

const fn rsa(parameters: &'static RsaParameters) -> Option<Verification> {
    Some(Verification::Rsa(parameters))
}

const fn curve(algorithm: &'static dyn VerificationAlgorithm) -> Option<Verification> {
    Some(Verification::Curve(algorithm))
}

macro_rules! algorithms {
    ($($variant:ident $name:literal $digest:ident $by:expr, $what:literal;)*) => {
        /// A signature algorithm that we can verify. `none` is not among them, nor ever will be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Algorithm {
            $(#[doc = $what] $variant,)*
        }

        impl Algorithm {
            /// Every algorithm there is here.
            pub const ALL: &'static [Algorithm] = &[$(Algorithm::$variant),*];

            /// The name in a token's header.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Algorithm::$variant => $name,)* }
            }

            /// The hash function inside.
            fn digest(self) -> &'static digest::Algorithm {
                match self { $(Algorithm::$variant => &$digest,)* }
            }

            /// How aws-lc verifies it with a public key; `None` where both sides hold the same key.
            pub(super) fn verification(self) -> Option<Verification> {
                match self { $(Algorithm::$variant => $by,)* }
            }
        }
    };
}

algorithms! {
    RS256 "RS256" SHA256 rsa(&RSA_PKCS1_2048_8192_SHA256), "RSASSA-PKCS1-v1_5 with SHA-256.";
    RS384 "RS384" SHA384 rsa(&RSA_PKCS1_2048_8192_SHA384), "RSASSA-PKCS1-v1_5 with SHA-384.";
    RS512 "RS512" SHA512 rsa(&RSA_PKCS1_2048_8192_SHA512), "RSASSA-PKCS1-v1_5 with SHA-512.";
    PS256 "PS256" SHA256 rsa(&RSA_PSS_2048_8192_SHA256), "RSASSA-PSS with SHA-256.";
    PS384 "PS384" SHA384 rsa(&RSA_PSS_2048_8192_SHA384), "RSASSA-PSS with SHA-384.";
    PS512 "PS512" SHA512 rsa(&RSA_PSS_2048_8192_SHA512), "RSASSA-PSS with SHA-512.";
    ES256 "ES256" SHA256 curve(&ECDSA_P256_SHA256_FIXED), "ECDSA on P-256 with SHA-256.";
    ES384 "ES384" SHA384 curve(&ECDSA_P384_SHA384_FIXED), "ECDSA on P-384 with SHA-384.";
    ES512 "ES512" SHA512 curve(&ECDSA_P521_SHA512_FIXED), "ECDSA on P-521 with SHA-512.";
    EdDSA "EdDSA" SHA512 curve(&ED25519), "Ed25519, also under its fully specified name `Ed25519`.";
    HS256 "HS256" SHA256 None, "HMAC with SHA-256 and the client secret.";
    HS384 "HS384" SHA384 None, "HMAC with SHA-384 and the client secret.";
    HS512 "HS512" SHA512 None, "HMAC with SHA-512 and the client secret.";
}

impl Algorithm {
    /// Those that a public key verifies: what a client accepts unless it is told otherwise.
    pub const ASYMMETRIC: &'static [Algorithm] = &[
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::ES512,
        Algorithm::EdDSA,
    ];

    /// Those that an RSA key can be used with.
    pub(super) const RSA: &'static [Algorithm] =
        &[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

    /// The algorithm of this name; names are case-sensitive (RFC 7515, section 4.1.1).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Algorithm::EdDSA);
        }
        Algorithm::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }

    /// Whether both sides hold the same key.
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        matches!(self, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
    }

    /// The left half of the hash of `text`, base64url: `at_hash` and `c_hash` (OpenID Connect Core 1.0,
    /// sections 3.1.3.6 and 3.3.2.11). Ed25519 hashes with SHA-512, so that is taken for `EdDSA`.
    #[must_use]
    pub fn half_hash(self, text: &str) -> String {
        let hash = digest::digest(self.digest(), text.as_bytes());
        let half = hash.as_ref().len() / 2;
        URL_SAFE_NO_PAD.encode(hash.as_ref().split_at(half).0)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
