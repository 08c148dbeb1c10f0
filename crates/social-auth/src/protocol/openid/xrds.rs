//! XRDS documents (Yadis 1.0): which OpenID services stand behind an address.

use roxmltree::{Document, Node, ParsingOptions};

use super::super::markup;
use super::discovery::{Service, Version};
use crate::error::{Error, Result};

const XRD: &str = "xri://$xrd*($v*2.0)";
const OPENID_1: &str = "http://openid.net/xmlns/1.0";

/// Types of services, most wanted first; providers as such come before people's pages (section 7.3.2.1).
const TYPES: &[(&str, Version, bool)] = &[
    ("http://specs.openid.net/auth/2.0/server", Version::V2, true),
    ("http://specs.openid.net/auth/2.0/signon", Version::V2, false),
    ("http://openid.net/signon/1.1", Version::V1, false),
    ("http://openid.net/signon/1.0", Version::V1, false),
];

/// The services of the document, most wanted first. `claimed` is the address that it was found for.
///
/// # Errors
/// `malformed_response` when it is no XRDS document.
pub(super) fn services(text: &str, claimed: &str) -> Result<Vec<Service>> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 20_000, ..ParsingOptions::default() };
    let document = markup::has_few_attributes(text).then(|| Document::parse_with_options(text, options).ok()).flatten();
    let document = document.ok_or_else(|| Error::malformed("the XRDS document cannot be read"))?;
    // The last XRD describes the address; those before it led there.
    let xrd = document.root_element().children().rfind(|node| node.has_tag_name((XRD, "XRD")));
    let Some(xrd) = xrd else { return Err(Error::malformed("the XRDS document has no XRD")) };
    let mut entries: Vec<Node<'_, '_>> = children(xrd, XRD, "Service").collect();
    entries.sort_by_key(priority);
    let mut found: Vec<(usize, Service)> = entries.into_iter().flat_map(|entry| of_entry(entry, claimed)).collect();
    found.sort_by_key(|(rank, _)| *rank);
    Ok(found.into_iter().map(|(_, service)| service).collect())
}

/// One service for each address of the entry, with the rank of its best type.
fn of_entry(entry: Node<'_, '_>, claimed: &str) -> Vec<(usize, Service)> {
    let types: Vec<String> = children(entry, XRD, "Type").filter_map(text).collect();
    let best = TYPES.iter().enumerate().find(|(_, (name, ..))| types.iter().any(|found| found == name));
    let Some((rank, (_, version, is_provider))) = best else { return Vec::new() };
    let local_id = match version {
        Version::V2 => children(entry, XRD, "LocalID").find_map(text),
        Version::V1 => children(entry, OPENID_1, "Delegate").find_map(text),
    };
    let mut addresses: Vec<Node<'_, '_>> = children(entry, XRD, "URI").collect();
    addresses.sort_by_key(priority);
    let service = |endpoint| Service {
        endpoint,
        version: *version,
        claimed_id: (!is_provider).then(|| claimed.to_owned()),
        local_id: local_id.clone().filter(|_| !is_provider),
        exchanges_attributes: types.iter().any(|found| found == super::extension::NS_AX),
    };
    addresses.into_iter().filter_map(text).map(|endpoint| (rank, service(endpoint))).collect()
}

fn children<'a, 'i: 'a>(node: Node<'a, 'i>, namespace: &'static str, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name((namespace, name)))
}

fn text(node: Node<'_, '_>) -> Option<String> {
    node.text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Small numbers first; what has none comes last (XRI Resolution 2.0, section 4.3.3).
fn priority(node: &Node<'_, '_>) -> u32 {
    node.attribute("priority").and_then(|text| text.trim().parse().ok()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn document(services: &str) -> String {
        format!(
            r#"<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)" xmlns:openid="http://openid.net/xmlns/1.0"><XRD>{services}</XRD></xrds:XRDS>"#
        )
    }

    #[test]
    fn services_come_by_type_then_by_priority() {
        let text = document(
            r"<Service priority='1'><Type>http://openid.net/signon/1.1</Type><URI>https://one.example/</URI><openid:Delegate>https://d.example/</openid:Delegate></Service>
              <Service><Type>http://specs.openid.net/auth/2.0/signon</Type><URI>https://last.example/</URI></Service>
              <Service priority='5'><Type>http://specs.openid.net/auth/2.0/signon</Type><LocalID> https://l.example/ </LocalID>
                <URI priority='9'>https://b.example/</URI><URI priority='2'>https://a.example/</URI></Service>
              <Service priority='0'><Type>http://example.com/other</Type><URI>https://no.example/</URI></Service>",
        );
        let found = services(&text, "https://me.example/").unwrap();
        let endpoints: Vec<_> = found.iter().map(|service| service.endpoint.as_str()).collect();
        assert_eq!(endpoints, ["https://a.example/", "https://b.example/", "https://last.example/", "https://one.example/"]);
        assert_eq!(found[0].local_id.as_deref(), Some("https://l.example/"));
        assert_eq!(found[3].local_id.as_deref(), Some("https://d.example/"));
        assert_eq!(found[0].claimed_id.as_deref(), Some("https://me.example/"));
    }

    #[test]
    fn a_provider_stands_for_no_person() {
        let text = document("<Service><Type>http://specs.openid.net/auth/2.0/server</Type><URI>https://op.example/</URI></Service>");
        assert_eq!(services(&text, "https://op.example/").unwrap()[0].claimed_id, None);
    }

    #[test]
    fn document_types_are_refused() {
        let text = format!("<!DOCTYPE x [<!ENTITY a 'b'>]>{}", document(""));
        assert!(services(&text, "https://me.example/").is_err());
    }
}
