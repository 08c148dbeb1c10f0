//! What the server says of a ticket.

use serde_json::{Map, Value};
use uppsala::{Document, NodeId, NodeKind};

use super::super::markup;
use crate::error::{Error, Reason, Result};

/// The namespace of CAS 2 and 3.
const NAMESPACE: &str = "http://www.yale.edu/tp/cas";
/// The longest answer that is parsed, in bytes.
const MAX_LENGTH: usize = 256 * 1024;
/// How deep elements may be nested.
const MAX_DEPTH: u32 = 16;

/// The answer of `/validate` (section 2.4.2): `yes` and the user on lines of their own, or `no`.
///
/// # Errors
/// `credential_rejected` for `no`; `malformed_response` for anything else.
pub(super) fn plain(text: &str) -> Result<Map<String, Value>> {
    let mut lines = text.lines();
    match (lines.next(), lines.next().filter(|user| !user.is_empty()), lines.next()) {
        (Some("yes"), Some(user), None | Some("")) => Ok(Map::from_iter([("user".to_owned(), Value::from(user))])),
        (Some("no"), None, _) => Err(Error::new(Reason::CredentialRejected).detail("the server does not accept the ticket")),
        _ => Err(Error::malformed("the answer is neither \"yes\" with one user nor \"no\"; is CAS_VERSION right?")),
    }
}

/// The answer of `/serviceValidate` and `/p3/serviceValidate` (section 2.5.2, appendix A).
///
/// # Errors
/// `credential_rejected` or what the failure's code stands for; `invalid_claim` for a proxied sign-in;
/// `malformed_response`.
pub(super) fn xml(text: &str) -> Result<Map<String, Value>> {
    if text.len() > MAX_LENGTH {
        return Err(Error::malformed(format!("the answer is longer than {MAX_LENGTH} bytes")));
    }
    let not_xml = || Error::malformed("the answer is no XML document without a document type; is SERVER_URL right?");
    let document = markup::parse(text, MAX_DEPTH).ok_or_else(not_xml)?;
    let root = document.document_element().filter(|root| is(&document, *root, "serviceResponse")).ok_or_else(not_xml)?;
    let elements: Vec<NodeId> = document.children_iter(root).filter(|child| document.element(*child).is_some()).collect();
    match elements.as_slice() {
        [only] if is(&document, *only, "authenticationSuccess") => success(&document, *only),
        [only] if is(&document, *only, "authenticationFailure") => Err(failure(attribute(&document, *only, "code").unwrap_or_default())),
        _ => Err(Error::malformed("the answer has not exactly one of authenticationSuccess and authenticationFailure")),
    }
}

/// Section 2.5.3.
fn failure(code: &str) -> Error {
    let error = match code {
        "INVALID_TICKET" | "INVALID_TICKET_SPEC" => Error::new(Reason::CredentialRejected),
        "INVALID_SERVICE" | "INVALID_REQUEST" | "UNAUTHORIZED_SERVICE" | "UNAUTHORIZED_SERVICE_PROXY" => Error::new(Reason::HttpError),
        "INTERNAL_ERROR" => Error::new(Reason::Unavailable),
        _ => Error::new(Reason::CredentialRejected),
    };
    let code: String = code.chars().filter(|c| c.is_ascii_uppercase() || *c == '_').take(60).collect();
    error.provider_code(&code).detail(format!("the server does not accept the ticket: {code}"))
}

fn success(document: &Document<'_>, node: NodeId) -> Result<Map<String, Value>> {
    let named = |name: &str| document.children_iter(node).filter(|child| is(document, *child, name)).collect::<Vec<_>>();
    let user = match named("user").as_slice() {
        [only] => text(document, *only)?,
        [] => return Err(Error::missing_claim("user")),
        _ => return Err(Error::malformed("the answer names several users")),
    };
    // Section 2.5.4: who comes through a proxy did not sign in with this browser.
    if named("proxies").iter().any(|proxies| document.children_iter(*proxies).any(|child| document.element(child).is_some())) {
        return Err(Error::invalid_claim("proxies").detail("the ticket was obtained by another service (a proxy), which is refused"));
    }
    let attributes = match named("attributes").as_slice() {
        [] => Map::new(),
        [only] => attributes(document, *only)?,
        _ => return Err(Error::malformed("the answer has several lists of attributes")),
    };
    Ok(Map::from_iter([("user".to_owned(), Value::from(user)), ("attributes".to_owned(), Value::Object(attributes))]))
}

/// An element an attribute, or `<cas:attribute name="…" value="…"/>` as some servers write it.
fn attributes(document: &Document<'_>, node: NodeId) -> Result<Map<String, Value>> {
    let mut found = Map::new();
    for child in document.children_iter(node) {
        let Some(element) = document.element(child) else { continue };
        let pair = match (attribute(document, child, "name"), attribute(document, child, "value")) {
            (Some(name), Some(value)) => (name.to_owned(), value.to_owned()),
            // Structured values are nothing that we could name.
            _ if document.children_iter(child).any(|inner| document.element(inner).is_some()) => continue,
            _ => (element.name.local_name.to_string(), text(document, child)?),
        };
        add(&mut found, pair.0, Value::from(pair.1));
    }
    Ok(found)
}

/// A second value makes a list of it.
fn add(found: &mut Map<String, Value>, name: String, value: Value) {
    match found.get_mut(&name) {
        None => _ = found.insert(name, value),
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

fn is(document: &Document<'_>, node: NodeId, name: &str) -> bool {
    document.element(node).is_some_and(|element| element.matches_name_ns(NAMESPACE, name))
}

fn attribute<'d>(document: &'d Document<'_>, node: NodeId, name: &str) -> Option<&'d str> {
    let element = document.element(node)?;
    let found = element.attributes.iter().find(|one| one.name.namespace_uri.is_none() && one.name.local_name == name)?;
    Some(found.value.as_ref())
}

/// The whole text: a comment in a name must not cut it short.
fn text(document: &Document<'_>, node: NodeId) -> Result<String> {
    let mut text = String::new();
    for child in document.children_iter(node) {
        match document.node_kind(child) {
            Some(NodeKind::Text(part) | NodeKind::CData(part)) => text.push_str(part),
            Some(NodeKind::Element(_)) => return Err(Error::malformed("there are elements where text should be")),
            _ => {}
        }
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn response(inner: &str) -> String {
        format!("<cas:serviceResponse xmlns:cas='{NAMESPACE}'>{inner}</cas:serviceResponse>")
    }

    fn reason(answer: Result<Map<String, Value>>) -> Reason {
        answer.unwrap_err().reason()
    }

    #[test]
    fn version_one_is_yes_and_a_name() {
        assert_eq!(plain("yes\nada\n").unwrap(), *json!({"user": "ada"}).as_object().unwrap());
        assert_eq!(plain("yes\nada").unwrap()["user"], "ada");
        assert_eq!(reason(plain("no\n\n")), Reason::CredentialRejected);
        for text in ["", "yes", "yes\n\n", "yes\nada\neve\n", "no\nada\n", "<html>", "YES\nada\n", " yes\nada\n"] {
            assert_eq!(reason(plain(text)), Reason::MalformedResponse, "{text:?}");
        }
    }

    #[test]
    fn attributes_are_texts_or_lists_in_both_ways_of_writing_them() {
        let text = response(
            "<cas:authenticationSuccess><cas:user> ada </cas:user><cas:attributes><cas:mail>a@x.org</cas:mail><cas:memberOf>x</cas:memberOf>\
             <cas:memberOf>y&amp;z</cas:memberOf><cas:attribute name='cn' value='Ada L'/></cas:attributes></cas:authenticationSuccess>",
        );
        let expected = json!({"user": "ada", "attributes": {"mail": "a@x.org", "memberOf": ["x", "y&z"], "cn": "Ada L"}});
        assert_eq!(Value::Object(xml(&text).unwrap()), expected);
    }

    #[test]
    fn a_failure_says_why() {
        for (code, expected) in [
            ("INVALID_TICKET", Reason::CredentialRejected),
            ("INVALID_SERVICE", Reason::HttpError),
            ("INTERNAL_ERROR", Reason::Unavailable),
            ("WHATEVER", Reason::CredentialRejected),
        ] {
            let text = response(&format!("<cas:authenticationFailure code='{code}'>why</cas:authenticationFailure>"));
            assert_eq!(reason(xml(&text)), expected, "{code}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let success = |user: &str| format!("<cas:authenticationSuccess>{user}</cas:authenticationSuccess>");
        let one = success("<cas:user>ada</cas:user>");
        let failure = "<cas:authenticationFailure code='INVALID_TICKET'/>";
        let doctype = format!("<!DOCTYPE x [<!ENTITY a 'ada'>]>{}", response(&success("<cas:user>&a;</cas:user>")));
        let texts = [
            (response(&format!("{one}{one}")), Reason::MalformedResponse),
            (response(&format!("{failure}{one}")), Reason::MalformedResponse),
            (response(&format!("{one}{failure}")), Reason::MalformedResponse),
            (response(&success("<cas:user>ada</cas:user><cas:user>eve</cas:user>")), Reason::MalformedResponse),
            (response(&success("<cas:user>ada<b/></cas:user>")), Reason::MalformedResponse),
            (response(&success("<user>ada</user>")), Reason::MissingClaim),
            (
                response(&success("<cas:user>ada</cas:user><cas:proxies><cas:proxy>https://p</cas:proxy></cas:proxies>")),
                Reason::InvalidClaim,
            ),
            (response(&success("<cas:user>ada</cas:user><cas:attributes/><cas:attributes/>")), Reason::MalformedResponse),
            (one.clone(), Reason::MalformedResponse),
            (one.replace("cas:", ""), Reason::MalformedResponse),
            (doctype, Reason::MalformedResponse),
            (response(""), Reason::MalformedResponse),
        ];
        for (text, expected) in texts {
            assert_eq!(reason(xml(&text)), expected, "{text}");
        }
        let comment = response(&success("<cas:user>ada<!-- -->@x.org</cas:user>"));
        assert_eq!(xml(&comment).unwrap()["user"], "ada@x.org", "a comment cuts nothing off");
    }

    proptest! {
        #[test]
        fn nothing_that_a_server_says_panics(text in ".{0,300}", inner in "(<cas:(user|attributes|proxies)>|</cas:user>|[a-z&;<>!\\-\\[]){0,40}") {
            _ = plain(&text);
            _ = xml(&text);
            _ = xml(&response(&format!("<cas:authenticationSuccess>{inner}</cas:authenticationSuccess>")));
        }
    }
}
