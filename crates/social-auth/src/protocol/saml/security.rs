//! `SECURITY_CONFIG`, whose keys are those of python3-saml: each is honoured, or refused with the reason.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::algorithm;
use super::engine::Weakness;
use super::metadata::duration;
use super::response::Wants;
use crate::error::Result;
use crate::settings::BackendSettings;

pub(super) const SETTING: &str = "SECURITY_CONFIG";

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const COMPARISONS: &[&str] = &["exact", "minimum", "maximum", "better"];
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const TEN_DAYS: &str = "P10D";

/// The keys that are read.
const KNOWN: &[&str] = &[
    "allowRepeatAttributeName",
    "authnRequestsSigned",
    "digestAlgorithm",
    "failOnAuthnContextMismatch",
    "logoutRequestSigned",
    "logoutResponseSigned",
    "metadataCacheDuration",
    "metadataValidUntil",
    "requestedAuthnContext",
    "requestedAuthnContextComparison",
    "signMetadata",
    "signatureAlgorithm",
    "wantAssertionsEncrypted",
    "wantAssertionsSigned",
    "wantAttributeStatement",
    "wantMessagesSigned",
    "wantNameId",
    "wantNameIdEncrypted",
];

/// Keys that may have one value only, and why.
const FIXED: &[(&str, bool, &str)] = &[
    ("nameIdEncrypted", false, "names in logout requests are not encrypted; they travel over TLS"),
    ("rejectDeprecatedAlgorithm", true, "SHA-1 is refused unless an entry of ENABLED_IDPS has allow_sha1"),
    ("allowSingleLabelDomains", true, "any host name may stand in a URL"),
    ("rejectUnsolicitedResponsesWithInResponseTo", true, "an answer to no request of ours has no InResponseTo"),
];

/// How a person should sign in.
#[derive(Debug, Clone)]
pub(super) struct AuthnContext {
    /// The classes.
    pub(super) classes: Vec<String>,
    /// How they are compared.
    pub(super) comparison: &'static str,
    /// Whether an answer must name one of them.
    pub(super) insist: bool,
}

/// The settings.
#[derive(Debug, Clone)]
pub(super) struct Security {
    /// Whether requests to sign in are signed.
    pub(super) sign_requests: bool,
    /// Whether metadata is signed.
    pub(super) sign_metadata: bool,
    /// By what we sign.
    pub(super) signature: &'static algorithm::Signature,
    /// The digest in what we sign.
    pub(super) digest: &'static str,
    /// What must be signed and encrypted.
    pub(super) wants: Wants,
    /// Whether the subject must have a name.
    pub(super) want_name_id: bool,
    /// Whether there must be attributes.
    pub(super) want_attributes: bool,
    /// Whether an attribute may be there several times.
    pub(super) repeated_attributes: bool,
    /// How the person should sign in.
    pub(super) authn_context: Option<AuthnContext>,
    /// `validUntil` and `cacheDuration` of our metadata.
    pub(super) metadata_validity: Vec<(&'static str, String)>,
    /// Whether a key is needed for all that.
    pub(super) needs_key: bool,
}

impl Security {
    /// Reads the setting.
    ///
    /// # Errors
    /// `invalid_setting` naming the key.
    pub(super) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let reader = Reader { settings, table: settings.table(SETTING)? };
        reader.refuse_what_has_no_effect()?;
        let (sign_requests, sign_metadata) = (reader.flag("authnRequestsSigned")?, reader.flag("signMetadata")?);
        let wants = Wants {
            response_signed: reader.flag("wantMessagesSigned")?,
            assertion_signed: reader.flag("wantAssertionsSigned")?,
            encrypted: reader.flag("wantAssertionsEncrypted")?,
            name_id_encrypted: reader.flag("wantNameIdEncrypted")?,
        };
        for key in ["logoutRequestSigned", "logoutResponseSigned"] {
            if reader.value(key).is_some() && !reader.flag(key)? {
                return Err(reader.wrong(&format!("has {key} = false; messages of logout are always signed, as SAML wants it")));
            }
        }
        let known = |what| reader.wrong(&format!("must have RSA with SHA-256, SHA-384 or SHA-512 as {what}, by its full name"));
        let by = reader.text("signatureAlgorithm")?.unwrap_or(RSA_SHA256);
        let signature = algorithm::signature(by, Weakness::default()).filter(|by| by.in_jsonwebtoken.is_some());
        let digest = algorithm::digest(reader.text("digestAlgorithm")?.unwrap_or(SHA256), Weakness::default());
        Ok(Security {
            sign_requests,
            sign_metadata,
            signature: signature.ok_or_else(|| known("signatureAlgorithm"))?,
            digest: digest.ok_or_else(|| reader.wrong("must have SHA-256, SHA-384 or SHA-512 as digestAlgorithm, by its full name"))?,
            wants,
            want_name_id: reader.flag("wantNameId")?,
            want_attributes: reader.flag("wantAttributeStatement")?,
            repeated_attributes: reader.flag("allowRepeatAttributeName")?,
            authn_context: reader.authn_context()?,
            metadata_validity: reader.validity()?,
            needs_key: sign_requests || sign_metadata || wants.encrypted || wants.name_id_encrypted,
        })
    }
}

struct Reader<'s, 'a> {
    settings: &'s BackendSettings<'a>,
    table: Option<&'a Map<String, Value>>,
}

impl Reader<'_, '_> {
    fn wrong(&self, what: &str) -> crate::Error {
        self.settings.invalid(SETTING, what)
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.table?.get(key).filter(|value| !value.is_null())
    }

    fn flag(&self, key: &str) -> Result<bool> {
        match self.value(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.wrong(&format!("must have true or false as {key}"))),
        }
    }

    fn text(&self, key: &str) -> Result<Option<&str>> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(&format!("must have a text as {key}"))),
        }
    }

    fn refuse_what_has_no_effect(&self) -> Result<()> {
        for key in self.table.into_iter().flat_map(Map::keys).map(String::as_str) {
            match FIXED.iter().find(|(fixed, ..)| *fixed == key) {
                Some((_, only, why)) if self.value(key).is_some() && self.flag(key)? != *only => {
                    return Err(self.wrong(&format!("has {key}, which cannot be {}: {why}", !only)));
                }
                None if !KNOWN.contains(&key) => {
                    return Err(self.wrong(&format!("has \"{key}\", which is not known; known are {}", KNOWN.join(", "))));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn authn_context(&self) -> Result<Option<AuthnContext>> {
        let classes = match self.value("requestedAuthnContext") {
            None | Some(Value::Bool(false)) => return Ok(None),
            Some(Value::Bool(true)) => vec![PASSWORD.to_owned()],
            Some(Value::Array(items)) if !items.is_empty() && items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => return Err(self.wrong("must have true, false or a list of texts as requestedAuthnContext")),
        };
        let comparison = self.text("requestedAuthnContextComparison")?.unwrap_or("exact");
        let comparison = COMPARISONS.iter().find(|known| **known == comparison);
        let comparison =
            comparison.ok_or_else(|| self.wrong("must have exact, minimum, maximum or better as requestedAuthnContextComparison"))?;
        Ok(Some(AuthnContext { classes, comparison, insist: self.flag("failOnAuthnContextMismatch")? }))
    }

    /// A date and time, and a duration: ten days unless the setting says otherwise, as in Python Social Auth.
    fn validity(&self) -> Result<Vec<(&'static str, String)>> {
        let mut found = Vec::new();
        if let Some(text) = self.text("metadataValidUntil")?.filter(|text| !text.is_empty()) {
            let is_time = OffsetDateTime::parse(text, &Rfc3339).is_ok();
            let wrong = || self.wrong("must have a date and time such as 2030-01-01T00:00:00Z as metadataValidUntil");
            found.push(("validUntil", is_time.then(|| text.to_owned()).ok_or_else(wrong)?));
        }
        let text = self.text("metadataCacheDuration")?.unwrap_or(TEN_DAYS);
        if !text.is_empty() {
            let wrong = || self.wrong("must have a duration such as P10D or PT12H as metadataCacheDuration");
            found.push(("cacheDuration", duration::seconds(text).map(|_| text.to_owned()).ok_or_else(wrong)?));
        }
        Ok(found)
    }
}
