//! The service provider that we are, from settings.

use serde_json::{Map, Value};

use super::algorithm;
use super::engine::{OwnKey, certificate_der};
use super::idp::{self, IdentityProvider};
use super::response::Wants;
use crate::error::Result;
use crate::settings::BackendSettings;

const SECURITY: &str = "SECURITY_CONFIG";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/// What cannot be switched on, since ignoring it would be less safe than what was asked for.
const NOT_BUILT: &[&str] = &["nameIdEncrypted", "wantNameIdEncrypted", "failOnAuthnContextMismatch"];

/// The settings of the backend.
pub(super) struct Config {
    /// Our entity id.
    pub(super) entity_id: String,
    /// Our certificate, base64 of its DER.
    pub(super) certificate: Option<String>,
    /// Our key.
    pub(super) key: Option<OwnKey>,
    /// Whether requests are signed.
    pub(super) sign_requests: bool,
    /// Whether metadata is signed.
    pub(super) sign_metadata: bool,
    /// What must be signed and encrypted.
    pub(super) wants: Wants,
    /// The format of names that we ask for.
    pub(super) name_id_format: String,
    /// How the person should sign in, and how that is compared.
    pub(super) authn_context: Option<(Vec<String>, String)>,
    /// `validUntil` and `cacheDuration` of our metadata.
    pub(super) metadata_validity: Vec<(&'static str, String)>,
    /// `ORG_INFO`.
    pub(super) organization: Map<String, Value>,
    /// `TECHNICAL_CONTACT` and `SUPPORT_CONTACT`.
    pub(super) contacts: Vec<(&'static str, Map<String, Value>)>,
    /// By how many seconds clocks may differ.
    pub(super) leeway: i64,
    /// The identity providers.
    pub(super) idps: Vec<IdentityProvider>,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`.
    pub(super) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let security = Security { settings, table: settings.table(SECURITY)? };
        security.refuse_what_is_not_built()?;
        let key = own_key(settings, &security)?;
        let (sign_requests, sign_metadata) = (security.flag("authnRequestsSigned")?, security.flag("signMetadata")?);
        if key.is_none() && (sign_requests || sign_metadata || security.flag("wantAssertionsEncrypted")?) {
            return Err(settings.missing("SP_PRIVATE_KEY", "SECURITY_CONFIG asks for signatures or encryption, which need it."));
        }
        let certificate = settings.text("SP_PUBLIC_CERT")?.map(|text| {
            let der = certificate_der(text).map_err(|_| settings.invalid("SP_PUBLIC_CERT", "must be a certificate in PEM or base64"))?;
            Ok::<_, crate::Error>(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der))
        });
        Ok(Config {
            entity_id: settings
                .required("SP_ENTITY_ID", "It is the name by which identity providers know this site, usually an URL.")?
                .to_owned(),
            certificate: certificate.transpose()?,
            key,
            sign_requests,
            sign_metadata,
            wants: Wants {
                response_signed: security.flag("wantMessagesSigned")?,
                assertion_signed: security.flag("wantAssertionsSigned")?,
                encrypted: security.flag("wantAssertionsEncrypted")?,
            },
            name_id_format: name_id_format(settings)?,
            authn_context: security.authn_context()?,
            metadata_validity: security.validity()?,
            organization: settings.table("ORG_INFO")?.cloned().unwrap_or_default(),
            contacts: contacts(settings)?,
            leeway: settings.integer("ALLOWED_CLOCK_DRIFT")?.unwrap_or(60).clamp(0, 300),
            idps: idp::all(settings)?,
        })
    }
}

fn own_key(settings: &BackendSettings<'_>, security: &Security<'_, '_>) -> Result<Option<OwnKey>> {
    let Some(secret) = settings.secret("SP_PRIVATE_KEY")? else { return Ok(None) };
    let known = |what| settings.invalid(SECURITY, &format!("{what} must be one of RSA with SHA-256, SHA-384 or SHA-512, by its full name"));
    let by = security.text("signatureAlgorithm")?.unwrap_or("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    let signature = algorithm::signature(by).filter(|by| by.in_jsonwebtoken.is_some()).ok_or_else(|| known("signatureAlgorithm"))?;
    let digest = security.text("digestAlgorithm")?.unwrap_or("http://www.w3.org/2001/04/xmlenc#sha256");
    let digest = algorithm::digest(digest).ok_or_else(|| known("digestAlgorithm"))?;
    OwnKey::new(&secret, signature, digest).map(Some).map_err(|_| {
        settings.invalid("SP_PRIVATE_KEY", "must be an RSA key of at least 2048 bits, in PEM or base64, as `openssl genrsa 2048` makes one")
    })
}

fn name_id_format(settings: &BackendSettings<'_>) -> Result<String> {
    let Some(extra) = settings.table("SP_EXTRA")? else { return Ok(UNSPECIFIED.to_owned()) };
    if let Some(unknown) = extra.keys().find(|key| *key != "NameIDFormat") {
        return Err(settings.invalid("SP_EXTRA", &format!("has \"{unknown}\", which is not built yet; NameIDFormat is")));
    }
    match extra.get("NameIDFormat") {
        None => Ok(UNSPECIFIED.to_owned()),
        Some(Value::String(format)) => Ok(format.clone()),
        Some(_) => Err(settings.invalid("SP_EXTRA", "must have a text as NameIDFormat")),
    }
}

fn contacts(settings: &BackendSettings<'_>) -> Result<Vec<(&'static str, Map<String, Value>)>> {
    let mut contacts = Vec::new();
    for (kind, name) in [("technical", "TECHNICAL_CONTACT"), ("support", "SUPPORT_CONTACT")] {
        if let Some(table) = settings.table(name)? {
            contacts.push((kind, table.clone()));
        }
    }
    Ok(contacts)
}

/// `SECURITY_CONFIG`, whose keys are those of python3-saml.
struct Security<'s, 'a> {
    settings: &'s BackendSettings<'a>,
    table: Option<&'a Map<String, Value>>,
}

impl Security<'_, '_> {
    fn value(&self, key: &str) -> Option<&Value> {
        self.table?.get(key).filter(|value| !value.is_null())
    }

    fn flag(&self, key: &str) -> Result<bool> {
        match self.value(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.settings.invalid(SECURITY, &format!("must have true or false as {key}"))),
        }
    }

    fn text(&self, key: &str) -> Result<Option<&str>> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.settings.invalid(SECURITY, &format!("must have a text as {key}"))),
        }
    }

    fn refuse_what_is_not_built(&self) -> Result<()> {
        for key in NOT_BUILT {
            if self.flag(key)? {
                return Err(self.settings.invalid(SECURITY, &format!("has {key}, which is not built yet")));
            }
        }
        Ok(())
    }

    fn authn_context(&self) -> Result<Option<(Vec<String>, String)>> {
        let classes = match self.value("requestedAuthnContext") {
            None | Some(Value::Bool(false)) => return Ok(None),
            Some(Value::Bool(true)) => vec![PASSWORD.to_owned()],
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => return Err(self.settings.invalid(SECURITY, "must have true, false or a list of texts as requestedAuthnContext")),
        };
        Ok(Some((classes, self.text("requestedAuthnContextComparison")?.unwrap_or("exact").to_owned())))
    }

    fn validity(&self) -> Result<Vec<(&'static str, String)>> {
        let mut found = Vec::new();
        for (key, attribute) in [("metadataValidUntil", "validUntil"), ("metadataCacheDuration", "cacheDuration")] {
            if let Some(text) = self.text(key)?.filter(|text| !text.is_empty()) {
                found.push((attribute, text.to_owned()));
            }
        }
        Ok(found)
    }
}
