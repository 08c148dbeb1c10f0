//! The imaginary identity provider.

use bergshamra_dsig::DsigContext;
use bergshamra_keys::{KeysManager, loader};

use crate::error::Error;
use crate::protocol::saml::algorithm;
use crate::protocol::saml::assertion::{Assertion, Expected};
use crate::protocol::saml::engine::{OwnKey, PrivateKeyEngine, Trusted, Weakness};
use crate::protocol::saml::response::{self, Checks, Wants};
use crate::secret::Secret;

pub(in crate::protocol::saml) use crate::protocol::saml::fuzzing::{
    AUDIENCE, IDP_CERTIFICATE, ISSUER, LOGOUT, NOW, RECIPIENT, REQUEST, SP_KEY, expected,
};

pub const IDP_KEY: &str = include_str!("keys/idp.key");
pub const STRANGER_KEY: &str = include_str!("keys/stranger.key");

/// Which parts are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Assertion,
    Response,
    Both,
    Nothing,
}

/// An empty signature over the element of this id.
pub fn template(id: &str) -> String {
    format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
         <ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
         <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
         <ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>\
         <ds:SignatureValue/></ds:Signature>"
    )
}

/// The assertion about a person of this name, with the mark `SIGNATURE` where one may stand.
pub fn assertion(id: &str, name: &str) -> String {
    format!(
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"2026-11-21T04:00:00Z\">\
         <saml:Issuer>{ISSUER}</saml:Issuer>SIGNATURE<saml:Subject><saml:NameID>{name}</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData \
         InResponseTo=\"{REQUEST}\" NotOnOrAfter=\"2026-11-21T04:05:00Z\" Recipient=\"{RECIPIENT}\"/></saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"2026-11-21T03:59:00Z\" NotOnOrAfter=\"2026-11-21T04:06:00Z\"><saml:AudienceRestriction>\
         <saml:Audience>{AUDIENCE}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"2026-11-21T04:00:00Z\" SessionIndex=\"s1\" SessionNotOnOrAfter=\"2026-11-21T12:00:00Z\">\
         <saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>\
         </saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>\
         <saml:Attribute Name=\"urn:oid:0.9.2342.19200300.100.1.1\"><saml:AttributeValue>{name}</saml:AttributeValue></saml:Attribute>\
         <saml:Attribute Name=\"groups\"><saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b</saml:AttributeValue>\
         </saml:Attribute></saml:AttributeStatement></saml:Assertion>"
    )
}

/// The response around an assertion, with the mark `SIGNATURE` where one may stand.
pub fn response(content: &str) -> String {
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_response\" Version=\"2.0\" \
         IssueInstant=\"2026-11-21T04:00:00Z\" Destination=\"{RECIPIENT}\" InResponseTo=\"{REQUEST}\">\
         <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{ISSUER}</saml:Issuer>SIGNATURE\
         <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>{content}</samlp:Response>"
    )
}

/// Fills in the first signature of a document.
pub fn sign(document: &str, key: &str) -> String {
    let mut keys = KeysManager::new();
    keys.add_key(loader::load_pem_auto(key.as_bytes(), None).unwrap());
    bergshamra_dsig::sign::sign(&DsigContext::new(keys), document).unwrap()
}

/// A whole answer whose unsigned text `change` may alter before the identity provider signs it.
pub fn answer(signed: Signed, change: impl Fn(String) -> String) -> String {
    answer_by(IDP_KEY, signed, change)
}

/// The same, signed by this key.
pub fn answer_by(key: &str, signed: Signed, change: impl Fn(String) -> String) -> String {
    let whole = change(response(&assertion("_assertion", "alice")));
    let (from, to) = (whole.find("<saml:Assertion").unwrap(), whole.rfind("</samlp:Response>").unwrap());
    let inner = whole[from..to].to_owned();
    let inner = match signed {
        Signed::Assertion | Signed::Both => sign(&inner.replace("SIGNATURE", &template("_assertion")), key),
        Signed::Response | Signed::Nothing => inner.replace("SIGNATURE", ""),
    };
    let (before, after) = (&whole[..from], &whole[to..]);
    match signed {
        Signed::Response | Signed::Both => sign(&format!("{}{inner}{after}", before.replace("SIGNATURE", &template("_response"))), key),
        Signed::Assertion | Signed::Nothing => format!("{}{inner}{after}", before.replace("SIGNATURE", "")),
    }
}

/// A good answer.
pub fn good(signed: Signed) -> String {
    answer(signed, |text| text)
}

/// Strong keys only.
pub fn trusted(certificates: &[&str]) -> Result<Trusted, Error> {
    let certificates: Vec<_> = certificates.iter().map(|text| (*text).to_owned()).collect();
    Trusted::new(&certificates, Weakness::default())
}

/// Our own key.
pub fn own_key() -> OwnKey {
    OwnKey::new(&Secret::new(SP_KEY), &algorithm::SIGNATURES[0], algorithm::DIGESTS[0]).unwrap()
}

/// Checks an answer.
pub fn check(text: &str) -> Result<Assertion, Error> {
    check_with(text, Wants::default(), expected())
}

/// Checks an answer with other wishes and expectations.
pub fn check_with(text: &str, wants: Wants, expected: Expected<'_>) -> Result<Assertion, Error> {
    let trusted = trusted(&[IDP_CERTIFICATE]).unwrap();
    let own = own_key();
    response::check(text, &Checks { trusted: &trusted, own: Some(&own as &dyn PrivateKeyEngine), wants, expected })
}

/// The code that an answer is refused with; `None` when it is taken.
pub fn refusal(text: &str) -> Option<&'static str> {
    check(text).err().map(|error| error.reason().code())
}

/// A client that has no network.
pub fn client() -> crate::http::Client {
    crate::http::Client::new(std::sync::Arc::new(Nowhere), None)
}

struct Nowhere;

#[async_trait::async_trait]
impl crate::http::Transport for Nowhere {
    async fn send(&self, _request: crate::http::Outgoing) -> Result<crate::http::Incoming, Error> {
        Err(Error::new(crate::error::Reason::ConnectionFailed))
    }
}
