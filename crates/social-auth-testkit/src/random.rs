//! Unguessable values.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Error;

/// 256 random bits as 43 URL-safe characters.
pub(crate) fn token() -> Result<String, Error> {
    let mut bytes = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Crypto { what: "a random number" })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
