//! Answers that are not JSON, as the JSON that selectors read.

use serde_json::{Map, Value};
use uppsala::{Document, NodeId};

use super::super::markup;
use super::description::Format;
use crate::error::{Error, Result};
use crate::http::Incoming;

/// How deep elements may be nested.
const MAX_DEPTH: u32 = 32;

impl Format {
    /// Reads an answer's body.
    ///
    /// # Errors
    /// `malformed_response` when it is not written in this way.
    pub(super) fn read(self, answer: &Incoming) -> Result<Value> {
        match self {
            Format::Json => answer.json(),
            Format::Callback => callback(answer.text()?).ok_or_else(|| Error::malformed("expected JSON as the argument of a function")),
            Format::Form => Ok(form(answer.text()?)),
            Format::Xml => xml(answer.text()?),
        }
    }
}

fn callback(text: &str) -> Option<Value> {
    let (_, behind) = text.split_once('(')?;
    let (argument, _) = behind.rsplit_once(')')?;
    serde_json::from_str(argument).ok()
}

fn form(text: &str) -> Value {
    let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned();
    Value::Object(pairs.map(|(name, value)| (name, Value::String(value))).collect())
}

fn xml(text: &str) -> Result<Value> {
    let malformed = || Error::malformed("expected an XML document without a document type");
    let document = markup::parse(text, MAX_DEPTH).ok_or_else(malformed)?;
    let root = document.document_element().ok_or_else(malformed)?;
    Ok(element(&document, root))
}

/// The parser has seen to it that elements are not nested too deep.
fn element(document: &Document<'_>, id: NodeId) -> Value {
    let mut members = Map::new();
    if let Some(found) = document.element(id) {
        for attribute in &found.attributes {
            members.insert(format!("@{}", attribute.name.local_name), Value::from(attribute.value.as_ref()));
        }
    }
    for child in document.children(id) {
        let Some(found) = document.element(child) else { continue };
        let (name, value) = (found.name.local_name.to_string(), element(document, child));
        match members.get_mut(&name) {
            None => _ = members.insert(name, value),
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    if members.is_empty() {
        return Value::String(document.text_content_deep(id).trim().to_owned());
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_become_objects_lists_and_texts() {
        let text = "<?xml version=\"1.0\"?><r a='1'><p ref=\"x&amp;y\"><name> Ada </name><e><m>1</m></e><e><m>2</m></e><none/></p></r>";
        assert_eq!(xml(text).unwrap(), json!({"@a": "1", "p": {"@ref": "x&y", "name": "Ada", "e": [{"m": "1"}, {"m": "2"}], "none": ""}}));
    }

    #[test]
    fn what_is_no_plain_document_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(1000), "</a>".repeat(1000));
        let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\">]><r>&a;</r>";
        for text in ["", "{}", "<r>", "<r></s>", bomb, &deep, "<r/><r/>"] {
            assert!(xml(text).is_err(), "{}", text.get(..20).unwrap_or(text));
        }
    }
}
