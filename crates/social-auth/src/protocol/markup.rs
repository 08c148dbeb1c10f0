//! XML from outside: no document type, elements nested no deeper than is said, and few attributes each, since the parsers
//! compare each attribute of an element with all others before it: a quarter of a megabyte of them takes minutes.

use uppsala::{Document, Parser};

/// The most attributes, namespaces among them, of one element. Metadata of federations have some twenty.
const MAX_ATTRIBUTES: usize = 128;

/// Parses a document; `None` when it is not well-formed, or not within the limits.
pub(super) fn parse(text: &str, max_depth: u32) -> Option<Document<'_>> {
    let parser = Parser::new().with_forbid_dtd(true).with_forbid_entities(true).with_max_depth(max_depth);
    has_few_attributes(text).then(|| parser.parse(text).ok()).flatten()
}

/// Whether no element can have too many attributes. What looks like one, `="` or `='`, is counted from one `<` to the next,
/// text included: no attribute has a `<` in it, and so many of those stand in no text of a protocol.
pub(super) fn has_few_attributes(text: &str) -> bool {
    let (mut attributes, mut after_equals) = (0, false);
    for byte in text.bytes() {
        match byte {
            b'<' => (attributes, after_equals) = (0, false),
            b'=' => after_equals = true,
            b'"' | b'\'' if after_equals => (attributes, after_equals) = (attributes + 1, false),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => after_equals = false,
        }
        if attributes > MAX_ATTRIBUTES {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(attributes: usize) -> String {
        let attributes: String = (0..attributes).map(|number| format!(" a{number} =\n'b'")).collect();
        format!("<r>{}<a{attributes}/></r>", "<b c='d' e=\"f\">text = \"quoted\"</b>".repeat(1_000))
    }

    #[test]
    fn an_element_may_have_many_attributes_but_not_too_many() {
        assert!(parse(&element(MAX_ATTRIBUTES), 8).is_some());
        assert!(parse(&element(MAX_ATTRIBUTES + 1), 8).is_none());
        assert!(!has_few_attributes(&element(40_000)));
    }
}
