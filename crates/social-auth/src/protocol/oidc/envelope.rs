//! Tokens that come encrypted to us. They are opened before anything else is done with them; what stands inside
//! is then verified like any other.

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, HeaderValue};

use crate::error::{Error, Result};
use crate::http::Incoming;
use crate::jose::{ContentEncryption, Encryption, KeyManagement, PrivateKeys, decrypt};
use crate::protocol::oauth2::private_keys;
use crate::settings::BackendSettings;

/// Which tokens must come encrypted, how, and what opens them.
pub(super) struct Envelopes {
    keys: PrivateKeys,
    pub(super) id_token: Option<Encryption>,
    pub(super) user_info: Option<Encryption>,
    pub(super) authorization: Option<Encryption>,
}

impl Envelopes {
    /// Reads `ID_TOKEN_ENCRYPTED_RESPONSE_ALG` and its like.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub(super) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let envelopes = Envelopes {
            keys: private_keys(settings)?,
            id_token: encryption(settings, "ID_TOKEN_ENCRYPTED_RESPONSE_ALG", "ID_TOKEN_ENCRYPTED_RESPONSE_ENC")?,
            user_info: encryption(settings, "USERINFO_ENCRYPTED_RESPONSE_ALG", "USERINFO_ENCRYPTED_RESPONSE_ENC")?,
            authorization: encryption(settings, "AUTHORIZATION_ENCRYPTED_RESPONSE_ALG", "AUTHORIZATION_ENCRYPTED_RESPONSE_ENC")?,
        };
        for encryption in [envelopes.id_token, envelopes.user_info, envelopes.authorization].into_iter().flatten() {
            if !envelopes.keys.keys().iter().any(|key| key.decrypts_with(encryption.key_management)) {
                let hint =
                    format!("Something is to be encrypted with {}, and no key there decrypts that.", encryption.key_management.name());
                return Err(settings.missing("PRIVATE_KEYS", &hint));
            }
        }
        Ok(envelopes)
    }

    /// Whether anything comes encrypted.
    pub(super) fn any(&self) -> bool {
        self.id_token.is_some() || self.user_info.is_some() || self.authorization.is_some()
    }

    /// What stands inside, where it must come encrypted; else the token as it is.
    pub(super) fn open<'t>(&self, what: &str, token: &'t str, expected: Option<Encryption>) -> Result<Cow<'t, str>> {
        match expected {
            Some(expected) => decrypt(what, token, expected, &self.keys).map(Cow::Owned),
            None => Ok(Cow::Borrowed(token)),
        }
    }

    /// The answer of the userinfo endpoint with what stood inside. That may be bare JSON (OpenID Connect Core
    /// 1.0, section 5.3.2), which then is as good as JSON that came without an envelope.
    pub(super) fn open_user_info(&self, answer: Incoming) -> Result<Incoming> {
        let Some(expected) = self.user_info else { return Ok(answer) };
        let inside = decrypt("userinfo", answer.text()?.trim(), expected, &self.keys)?;
        let media_type = if inside.trim_start().starts_with('{') { "application/json" } else { "application/jwt" };
        let mut headers = answer.headers;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Ok(Incoming { status: answer.status, headers, body: inside.into() })
    }
}

fn encryption(settings: &BackendSettings<'_>, algorithm: &str, content: &str) -> Result<Option<Encryption>> {
    let Some(name) = settings.text(algorithm)? else {
        return match settings.text(content)? {
            Some(_) => Err(settings.missing(algorithm, &format!("{content} is of no use without it."))),
            None => Ok(None),
        };
    };
    let key_management = KeyManagement::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name));
    let named = settings.text(content)?;
    let content_encryption = match named {
        Some(name) => ContentEncryption::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name)),
        // What client registration means by leaving it out (OpenID Connect Dynamic Client Registration 1.0, section 2).
        None => Some(ContentEncryption::A128CbcHs256),
    };
    let unknown = |setting: &str| -> Error { settings.invalid(setting, "names an algorithm that there is not here") };
    Ok(Some(Encryption {
        key_management: key_management.ok_or_else(|| unknown(algorithm))?,
        content: content_encryption.ok_or_else(|| unknown(content))?,
    }))
}
