//! Discovery in pages: `<link rel="openid2.provider">` and its relatives (section 7.3.3), and
//! `<meta http-equiv="X-XRDS-Location">`.

use html5gum::{Token, Tokenizer};

use super::discovery::{Service, Version};

/// What the head of a page tells.
#[derive(Default)]
pub(super) struct Head {
    /// Where the XRDS document is.
    pub xrds_location: Option<String>,
    links: Vec<(String, String)>,
}

impl Head {
    /// Reads the tags before the body. What stands in comments or scripts is none.
    pub fn read(page: &str) -> Self {
        let mut head = Head::default();
        for Ok(token) in Tokenizer::new(page) {
            let tag = match token {
                Token::StartTag(tag) => tag,
                Token::EndTag(tag) if &**tag.name == b"head" => break,
                _ => continue,
            };
            let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).trim().to_owned());
            match &**tag.name {
                b"body" => break,
                b"link" => {
                    if let (Some(rel), Some(href)) = (attribute(b"rel"), attribute(b"href")) {
                        let kinds = rel.split_ascii_whitespace().map(str::to_ascii_lowercase);
                        head.links.extend(kinds.map(|kind| (kind, href.clone())));
                    }
                }
                b"meta" if attribute(b"http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("x-xrds-location")) => {
                    head.xrds_location = head.xrds_location.or(attribute(b"content"));
                }
                _ => {}
            }
        }
        head
    }

    /// The services that the links name, most wanted first.
    pub fn services(&self, claimed: &str) -> Vec<Service> {
        let link = |kind: &str| self.links.iter().find(|(found, _)| found == kind).map(|(_, href)| href.clone());
        let service = |provider: &str, local: &str, version| {
            Some(Service {
                endpoint: link(provider)?,
                version,
                claimed_id: Some(claimed.to_owned()),
                local_id: link(local),
                exchanges_attributes: false,
            })
        };
        let second = service("openid2.provider", "openid2.local_id", Version::V2);
        second.into_iter().chain(service("openid.server", "openid.delegate", Version::V1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_head_count_in_whatever_order_and_case() {
        let page = "<HTML><Head><LINK HREF='https://op.example/?a=1&amp;b=2' REL='OpenID2.Provider openid.server'>
            <link rel=openid2.local_id href=https://me.op.example/></head><body></body>";
        let found = Head::read(page).services("https://me.example/");
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].endpoint.as_str(), found[0].version), ("https://op.example/?a=1&b=2", Version::V2));
        assert_eq!(found[0].local_id.as_deref(), Some("https://me.op.example/"));
        assert_eq!((found[1].version, found[1].local_id.as_deref()), (Version::V1, None));
    }

    #[test]
    fn links_that_a_visitor_could_write_do_not_count() {
        for page in [
            "<head></head><body><link rel=openid2.provider href=https://evil.example/>",
            "<head><!-- <link rel=openid2.provider href=https://evil.example/> --></head>",
            "<head><title>x</title><body><p><link rel=openid.server href=https://evil.example/>",
        ] {
            assert!(Head::read(page).services("https://me.example/").is_empty(), "{page}");
        }
    }

    #[test]
    fn a_page_can_point_to_its_xrds_document() {
        let head = Head::read("<head><meta http-equiv='x-xrds-location' content=' https://me.example/xrds '></head>");
        assert_eq!(head.xrds_location.as_deref(), Some("https://me.example/xrds"));
    }
}
