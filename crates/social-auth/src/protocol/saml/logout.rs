//! Single logout (Core 3.7, Profiles 4.4): the identity provider ends sessions here, and we ask it to end its own.
//! Every message is signed; one that is not is refused (GHSA-pcgw-qcv5-h8ch).

use serde::{Deserialize, Serialize};
use uppsala::{Document, NodeId, XmlWriter};

use super::assertion::{self, Expected, Subject};
use super::engine::{PrivateKeyEngine, SignatureEngine};
use super::gate::{self, Verified};
use super::idp::Endpoint;
use super::wire::{Head, Letter, element, instant};
use super::xml::{self, ASSERTION, PROTOCOL};
use super::{message, response};
use crate::backend::Departure;
use crate::error::{Error, Reason, Result};
use crate::seal::random_token;

/// For how many seconds a request without `NotOnOrAfter` is good.
const LIFETIME: i64 = 300;

/// Which message came, and by which binding.
pub(super) struct Arrived {
    /// `SAMLRequest` or `SAMLResponse`.
    parameter: &'static str,
    /// The XML.
    pub(super) text: String,
    /// The query as it was sent, where it came so: its signature stands beside.
    query: Option<String>,
}

impl Arrived {
    /// Reads what came: the parameters of a form, or the query.
    ///
    /// # Errors
    /// `missing_parameter`; `invalid_parameter` for two messages at once; `malformed_response`.
    pub(super) fn read(posted: bool, form: impl Fn(&str) -> Option<String>, query: &str) -> Result<Self> {
        let value = |name: &str| if posted { Ok(form(name)) } else { message::parameter(query, name) };
        let (parameter, encoded) = match (value("SAMLRequest")?, value("SAMLResponse")?) {
            (Some(encoded), None) => ("SAMLRequest", encoded),
            (None, Some(encoded)) => ("SAMLResponse", encoded),
            (None, None) => return Err(Error::missing_parameter("SAMLRequest")),
            (Some(_), Some(_)) => {
                return Err(Error::new(Reason::InvalidParameter)
                    .parameter("SAMLResponse")
                    .detail("a question and an answer came together"));
            }
        };
        let text = if posted { message::posted(&encoded)? } else { message::redirected(&encoded)? };
        Ok(Arrived { parameter, text, query: (!posted).then(|| query.to_owned()) })
    }

    /// Whether it is a question.
    pub(super) fn is_request(&self) -> bool {
        self.parameter == "SAMLRequest"
    }

    /// What goes back with the answer.
    ///
    /// # Errors
    /// `invalid_parameter` when it is there twice.
    pub(super) fn relay_state(&self, form: impl Fn(&str) -> Option<String>) -> Result<Option<String>> {
        match &self.query {
            Some(query) => message::parameter(query, "RelayState"),
            None => Ok(form("RelayState")),
        }
    }

    /// Checks shape, signature, sender, addressee and age, whichever message it is.
    fn checked<'d>(&'d self, name: &str, keys: &dyn SignatureEngine, expected: &Expected<'_>) -> Result<(Document<'d>, NodeId)> {
        let document = xml::parse(&self.text)?;
        let root = gate::message(&document, name, keys.weakness())?;
        match &self.query {
            Some(query) => message::query_is_signed(query, self.parameter, keys)?,
            None if Verified::of(&document, &self.text, keys)?.covers(&document, root)? => {}
            None => return Err(Error::new(Reason::InvalidSignature).detail("the message is not signed")),
        }
        assertion::version(&document, root)?;
        assertion::issued(&document, root, expected)?;
        assertion::issuer(&document, xml::required(&document, root, ASSERTION, "Issuer")?, expected)?;
        match xml::attribute(&document, root, "Destination") {
            Some(destination) if destination == expected.recipient => Ok((document, root)),
            Some(_) => Err(Error::invalid_claim("Destination").detail("the message is meant for another address")),
            None => Err(Error::missing_claim("Destination")),
        }
    }
}

/// Whose sessions the identity provider wants to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    /// The id of its request.
    pub(super) id: String,
    /// Until when it may be presented, in Unix seconds.
    pub(super) valid_until: i64,
    /// The person.
    pub(super) name_id: String,
    /// The sessions; none for all of them.
    pub(super) sessions: Vec<String>,
}

/// Checks and reads a `<samlp:LogoutRequest>`.
///
/// # Errors
/// What is wrong with it: `invalid_signature` above all.
pub(super) fn request(
    arrived: &Arrived,
    keys: &dyn SignatureEngine,
    own: Option<&dyn PrivateKeyEngine>,
    expected: &Expected<'_>,
) -> Result<Ended> {
    let (document, root) = arrived.checked("LogoutRequest", keys, expected)?;
    let issued = assertion::instant(&document, root, "IssueInstant")?.unwrap_or(expected.now);
    let valid_until = assertion::instant(&document, root, "NotOnOrAfter")?.unwrap_or(issued.saturating_add(LIFETIME));
    assertion::not_after("NotOnOrAfter", valid_until, expected)?;
    let sessions = xml::children(&document, root, PROTOCOL, "SessionIndex").into_iter();
    let sessions = sessions.map(|node| xml::text(&document, node)).collect::<Result<_>>()?;
    Ok(Ended {
        id: xml::attribute(&document, root, "ID").ok_or_else(|| Error::missing_claim("ID"))?.to_owned(),
        valid_until,
        name_id: name_id(&document, root, &arrived.text, own)?,
        sessions,
    })
}

fn name_id(document: &Document<'_>, root: NodeId, source: &str, own: Option<&dyn PrivateKeyEngine>) -> Result<String> {
    let subject = match xml::child(document, root, ASSERTION, "EncryptedID")? {
        None => Subject::read(document, xml::required(document, root, ASSERTION, "NameID")?)?,
        Some(encrypted) => response::encrypted_subject(document, encrypted, source, own)?,
    };
    subject.name_id.filter(|name| !name.is_empty()).ok_or_else(|| Error::missing_claim("NameID"))
}

/// Checks a `<samlp:LogoutResponse>`. Our session had ended before the identity provider was asked, so nothing hangs on
/// which request it answers.
///
/// # Errors
/// What is wrong with it; `unknown_error` with the identity provider's code when it could not do what we asked.
pub(super) fn answer(arrived: &Arrived, keys: &dyn SignatureEngine, expected: &Expected<'_>) -> Result<()> {
    let (document, root) = arrived.checked("LogoutResponse", keys, expected)?;
    response::success(&document, root)
}

/// Who sends a message, with what key, and when.
pub(super) struct Sender<'a> {
    /// Our entity id.
    pub(super) entity_id: &'a str,
    /// Our key.
    pub(super) key: &'a dyn PrivateKeyEngine,
    /// Unix seconds.
    pub(super) now: i64,
}

/// What must be remembered of a sign-in to end its session at the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// The entry of `ENABLED_IDPS`.
    #[serde(rename = "i")]
    pub(super) idp: String,
    /// The identity provider.
    #[serde(rename = "e")]
    pub(super) issuer: String,
    /// The subject's name.
    #[serde(rename = "n")]
    pub(super) name_id: String,
    /// Its format.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<String>,
    /// Within which domain it is unique.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(super) name_qualifier: Option<String>,
    /// For which service it is unique.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) sp_name_qualifier: Option<String>,
    /// The identity provider's name of the session.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<String>,
}

/// Sends a `<samlp:LogoutRequest>`.
///
/// # Errors
/// `invalid_setting` when the key cannot sign.
pub(super) fn ask(sender: &Sender<'_>, to: &Endpoint, whom: &Remembered, relay_state: Option<&str>) -> Result<Departure> {
    let id = format!("_{}", random_token(24));
    let until = instant(sender.now.saturating_add(LIFETIME));
    let attributes = [("NotOnOrAfter", until.as_str()), ("Reason", "urn:oasis:names:tc:SAML:2.0:logout:user")];
    let name = "samlp:LogoutRequest";
    let head = Head { name, id: &id, now: sender.now, destination: &to.url, issuer: sender.entity_id, attributes: &attributes };
    let letter = Letter { parameter: "SAMLRequest", to: &to.url, binding: to.binding, relay_state, signed_by: Some(sender.key) };
    letter.send(|signed_by| {
        let mut writer = XmlWriter::new();
        head.write(&mut writer, signed_by);
        let qualifiers = [("Format", &whom.format), ("NameQualifier", &whom.name_qualifier), ("SPNameQualifier", &whom.sp_name_qualifier)];
        let qualifiers: Vec<_> = qualifiers.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
        element(&mut writer, "saml:NameID", &qualifiers, &whom.name_id);
        if let Some(session) = &whom.session {
            element(&mut writer, "samlp:SessionIndex", &[], session);
        }
        writer.end_element(name);
        writer.into_string()
    })
}

/// Sends the `<samlp:LogoutResponse>` that says that it is done.
///
/// # Errors
/// `invalid_setting` when the key cannot sign.
pub(super) fn confirm(sender: &Sender<'_>, to: &Endpoint, request: &str, relay_state: Option<&str>) -> Result<Departure> {
    let (id, address) = (format!("_{}", random_token(24)), to.answers.as_deref().unwrap_or(&to.url));
    let attributes = [("InResponseTo", request)];
    let name = "samlp:LogoutResponse";
    let head = Head { name, id: &id, now: sender.now, destination: address, issuer: sender.entity_id, attributes: &attributes };
    let letter = Letter { parameter: "SAMLResponse", to: address, binding: to.binding, relay_state, signed_by: Some(sender.key) };
    letter.send(|signed_by| {
        let mut writer = XmlWriter::new();
        head.write(&mut writer, signed_by);
        writer.start_element("samlp:Status", &[]);
        writer.empty_element("samlp:StatusCode", &[("Value", response::SUCCESS)]);
        writer.end_element("samlp:Status");
        writer.end_element(name);
        writer.into_string()
    })
}
