//! One entry of `ENABLED_IDPS`.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::attributes::AttributeNames;
use super::super::engine::{Trusted, Weakness};
use super::super::metadata::{Place, Source, Wanted};
use super::{Binding, Endpoint, Member, Party};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result};
use crate::http::Client;
use crate::settings::BackendSettings;

pub(in super::super) const SETTING: &str = "ENABLED_IDPS";

const KEYS: &[&str] = &[
    "entity_id",
    "url",
    "binding",
    "slo_url",
    "slo_response_url",
    "slo_binding",
    "x509cert",
    "x509certMulti",
    "metadata_url",
    "metadata_file",
    "metadata_cert",
    "federation",
    "trust_email",
    "allow_idp_initiated",
    "allow_sha1",
    "allow_small_keys",
    "force_authn",
    "name_id_format",
];

/// What an entry allows and asks for.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Rules {
    /// Whether the identity provider is believed about the e-mail addresses of its people.
    pub(in super::super) trust_email: bool,
    /// Whether a sign-in may begin at the identity provider.
    pub(in super::super) allow_idp_initiated: bool,
    /// Whether people must prove anew who they are (`ForceAuthn`).
    pub(in super::super) force_authn: bool,
    /// The format of names to ask for, if another than usual.
    pub(in super::super) name_id_format: Option<String>,
}

/// An entry.
pub(in super::super) struct Entry {
    /// The name in `?idp=`.
    pub(in super::super) name: String,
    /// What is allowed.
    pub(in super::super) rules: Rules,
    /// Where the fields of the profile stand.
    pub(in super::super) attributes: AttributeNames,
    known_by: KnownBy,
}

/// Where an identity provider is described.
enum KnownBy {
    Settings(Arc<Party>),
    Metadata(Source),
    Federation(Source),
}

impl Entry {
    /// Whether it stands for many identity providers.
    pub(in super::super) fn is_federation(&self) -> bool {
        matches!(self.known_by, KnownBy::Federation(_))
    }

    /// The identity provider as it is known now. `entity` is asked for of a federation, and must be right of others.
    ///
    /// # Errors
    /// `missing_parameter` or `invalid_parameter` for `entityID`; whatever keeps metadata from being read.
    pub(in super::super) async fn member(self: &Arc<Self>, entity: Option<&str>) -> Result<Member> {
        let party = match &self.known_by {
            KnownBy::Settings(party) => party.clone(),
            KnownBy::Metadata(source) => source.get().await?.only()?,
            KnownBy::Federation(source) => {
                source.get().await?.named(entity.ok_or_else(|| Error::missing_parameter("entityID"))?).ok_or_else(unknown)?
            }
        };
        if entity.is_some_and(|entity| entity != party.entity_id) {
            return Err(unknown());
        }
        Ok(Member { entry: self.clone(), party })
    }

    /// The same identity provider by metadata that was fetched after it was last looked up: its keys may be new.
    pub(in super::super) async fn renewed(self: &Arc<Self>, old: &Member) -> Option<Member> {
        let (KnownBy::Metadata(source) | KnownBy::Federation(source)) = &self.known_by else { return None };
        let party = source.newer(&old.party).await?.named(&old.party.entity_id)?;
        Some(Member { entry: self.clone(), party })
    }

    /// A line for `social-auth check`, for which metadata is read.
    ///
    /// # Errors
    /// What keeps metadata from being read.
    pub(in super::super) async fn describe(&self) -> Result<String> {
        let name = &self.name;
        match &self.known_by {
            KnownBy::Settings(party) => Ok(format!("identity provider \"{name}\": {} at {}", party.entity_id, party.sign_on.url)),
            KnownBy::Metadata(source) => {
                let party = source.get().await?.only()?;
                Ok(format!("identity provider \"{name}\": {} at {}, by its metadata", party.entity_id, party.sign_on.url))
            }
            KnownBy::Federation(source) => Ok(format!("federation \"{name}\": {} identity providers", source.get().await?.len())),
        }
    }
}

fn unknown() -> Error {
    Error::new(Reason::InvalidParameter).parameter("entityID").detail("no identity provider of this entity id is known")
}

/// What entries need to read metadata.
pub(in super::super) struct Surroundings {
    /// Fetches it.
    pub(in super::super) http: Client,
    /// Tells when it is old.
    pub(in super::super) clock: Clock,
}

/// All entries, in the order of the setting.
///
/// # Errors
/// `missing_setting` when there is none; `invalid_setting`, naming the entry and the key.
pub(in super::super) fn all(settings: &BackendSettings<'_>, surroundings: &Surroundings) -> Result<Vec<Arc<Entry>>> {
    let hint = "It is a table of identity providers by short name, each with metadata_url, or with entity_id, url and x509cert.";
    let table = settings.table(SETTING)?.filter(|table| !table.is_empty()).ok_or_else(|| settings.missing(SETTING, hint))?;
    let default = Rules { allow_idp_initiated: settings.boolean("ALLOW_IDP_INITIATED", false)?, ..Rules::default() };
    let one = |(name, entry): (&String, &Value)| {
        let read = Reader::new(entry).and_then(|reader| reader.entry(name, &default, surroundings));
        read.map(Arc::new).map_err(|what| settings.invalid(SETTING, &format!("at \"{name}\": {what}")))
    };
    table.iter().map(one).collect()
}

/// Reads the keys of an entry.
struct Reader<'a>(&'a Map<String, Value>);

impl<'a> Reader<'a> {
    fn new(entry: &'a Value) -> Result<Self, String> {
        let table = entry.as_object().ok_or("must be a table")?;
        let known: Vec<_> = KEYS.iter().copied().chain(AttributeNames::keys()).collect();
        match table.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(format!("\"{unknown}\" is not known; known are {}", known.join(", "))),
            None => Ok(Reader(table)),
        }
    }

    fn entry(&self, name: &str, default: &Rules, surroundings: &Surroundings) -> Result<Entry, String> {
        if name.is_empty() || name.chars().any(|c| c == ':' || c.is_whitespace() || c.is_control()) {
            // The name is the first part of every uid, up to the colon.
            return Err("the name must have no colon and no white space".into());
        }
        let weakness = Weakness { sha1: self.flag("allow_sha1")?, small_keys: self.flag("allow_small_keys")? };
        let rules = Rules {
            trust_email: self.flag("trust_email")?,
            allow_idp_initiated: self.flag_or("allow_idp_initiated", default.allow_idp_initiated)?,
            force_authn: self.flag("force_authn")?,
            name_id_format: self.text("name_id_format")?,
        };
        let known_by = match (self.place()?, self.flag("federation")?) {
            (None, false) => KnownBy::Settings(Arc::new(self.party(weakness)?)),
            (None, true) => return Err("a federation needs metadata_url or metadata_file".into()),
            (Some(_), true) if self.0.contains_key("entity_id") => return Err("a federation has no entity_id of its own".into()),
            (Some(place), true) => KnownBy::Federation(self.source(place, Wanted::All, weakness, surroundings)?),
            (Some(place), false) => {
                let wanted = self.text("entity_id")?.map_or(Wanted::Only, Wanted::Named);
                KnownBy::Metadata(self.source(place, wanted, weakness, surroundings)?)
            }
        };
        Ok(Entry { name: name.to_owned(), rules, attributes: AttributeNames::new(self.0)?, known_by })
    }

    fn place(&self) -> Result<Option<Place>, String> {
        let (url, file) = (self.url("metadata_url")?, self.text("metadata_file")?);
        let place = match (url, file) {
            (Some(_), Some(_)) => return Err("has metadata_url and metadata_file; one of them is enough".into()),
            (Some(url), None) => Place::Url(url),
            (None, Some(file)) => Place::File(PathBuf::from(file)),
            (None, None) => return Ok(None),
        };
        for key in ["url", "binding", "slo_url", "slo_response_url", "slo_binding", "x509cert", "x509certMulti"] {
            if self.0.contains_key(key) {
                return Err(format!("has {key} besides metadata, which says that already"));
            }
        }
        Ok(Some(place))
    }

    fn source(&self, place: Place, wanted: Wanted, weakness: Weakness, surroundings: &Surroundings) -> Result<Source, String> {
        let signed_by = match self.certificates("metadata_cert")? {
            none if none.is_empty() => None,
            certificates => Some(Trusted::new(&certificates, weakness).map_err(|error| error.to_string())?),
        };
        let is_safe = match &place {
            Place::Url(url) => url::Url::parse(url).is_ok_and(|url| url.scheme() == "https" || crate::http::is_loopback(&url)),
            Place::File(_) => true,
        };
        if !is_safe && signed_by.is_none() {
            return Err("metadata_url must begin with https:// unless metadata_cert checks its signature: whoever changes it on its way \
                        signs in as anybody"
                .into());
        }
        Source::new(place, wanted, (signed_by, weakness), &surroundings.http, &surroundings.clock).map_err(|error| error.to_string())
    }

    fn party(&self, weakness: Weakness) -> Result<Party, String> {
        let required = |key: &str, value: Option<String>| value.ok_or_else(|| format!("{key} is missing"));
        let entity_id = required("entity_id", self.text("entity_id")?)?;
        let sign_on = Endpoint { url: required("url", self.url("url")?)?, answers: None, binding: self.binding("binding")? };
        let logout = match self.url("slo_url")? {
            Some(url) => Some(Endpoint { url, answers: self.url("slo_response_url")?, binding: self.binding("slo_binding")? }),
            None => None,
        };
        let party = Party::configured(entity_id, (sign_on, logout), &self.certificates("x509cert")?, weakness);
        party.map_err(|error| error.to_string())
    }

    /// One certificate, or several while one takes the place of another.
    fn certificates(&self, key: &str) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        let multi = self.0.get("x509certMulti").filter(|_| key == "x509cert").and_then(|multi| multi.get("signing"));
        for value in [self.0.get(key), multi].into_iter().flatten() {
            match value {
                Value::String(text) => found.push(text.clone()),
                Value::Array(items) => {
                    for item in items {
                        found.push(item.as_str().ok_or_else(|| format!("{key} must be a text or a list of texts"))?.to_owned());
                    }
                }
                Value::Null => {}
                _ => return Err(format!("{key} must be a text or a list of texts")),
            }
        }
        found.retain(|text| !text.trim().is_empty());
        Ok(found)
    }

    fn text(&self, key: &str) -> Result<Option<String>, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_) => Err(format!("{key} must be a text")),
        }
    }

    fn url(&self, key: &str) -> Result<Option<String>, String> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        if is_web_address(&text) { Ok(Some(text)) } else { Err(format!("{key} must be an absolute http or https URL")) }
    }

    fn binding(&self, key: &str) -> Result<Binding, String> {
        match self.text(key)?.as_deref() {
            None | Some("redirect") => Ok(Binding::Redirect),
            Some("post") => Ok(Binding::Post),
            Some(_) => Err(format!("{key} must be \"redirect\" or \"post\"")),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, String> {
        self.flag_or(key, false)
    }

    fn flag_or(&self, key: &str, default: bool) -> Result<bool, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("{key} must be true or false")),
        }
    }
}

/// An address that a browser may be sent to: never `javascript:` or the like (CVE-2023-45683).
pub(in super::super) fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
