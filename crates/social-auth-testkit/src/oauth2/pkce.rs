//! Proof Key for Code Exchange (RFC 7636).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::oauth2::Refusal;
use crate::params::Params;

/// What the authorization request promised.
#[derive(Clone)]
pub(crate) enum Challenge {
    S256(String),
    Plain(String),
}

impl Challenge {
    /// Reads the challenge of an authorization request (section 4.3).
    pub(crate) fn of(params: &Params) -> Result<Option<Self>, Refusal> {
        let method = params.first("code_challenge_method");
        let Some(value) = params.first("code_challenge") else {
            return match method {
                None => Ok(None),
                Some(_) => Err(Refusal::invalid_request("code_challenge_method came without a code_challenge")),
            };
        };
        if !is_well_formed(value) {
            return Err(Refusal::invalid_request("code_challenge must have 43 to 128 unreserved characters"));
        }
        match method {
            Some("S256") => Ok(Some(Self::S256(value.to_owned()))),
            None | Some("plain") => Ok(Some(Self::Plain(value.to_owned()))),
            Some(_) => Err(Refusal::invalid_request("code_challenge_method is S256 or plain")),
        }
    }

    pub(crate) fn method(&self) -> &'static str {
        match self {
            Self::S256(_) => "S256",
            Self::Plain(_) => "plain",
        }
    }

    /// Checks the verifier of the token request (section 4.6).
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        let (expected, given) = match self {
            Self::Plain(challenge) => (challenge, verifier.to_owned()),
            Self::S256(challenge) => {
                let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
                (challenge, URL_SAFE_NO_PAD.encode(digest))
            }
        };
        is_well_formed(verifier) && verify_slices_are_equal(expected.as_bytes(), given.as_bytes()).is_ok()
    }
}

fn is_well_formed(value: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&value.len()) && value.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_is_met() {
        let params = Params::parse("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
        let challenge = Challenge::of(&params).unwrap().unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
        assert!(!challenge.is_met_by(""));
    }
}
