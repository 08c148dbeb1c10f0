//! Single logout: what the server posts when a session of its ends (section 2.3.3, appendix C).

use super::super::markup;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";

/// The longest request that is parsed, in bytes.
const MAX_LENGTH: usize = 16 * 1024;

/// The ticket whose session has ended: what `SessionIndex` says, which nobody knows but the server and us.
pub(super) fn ended_ticket(request: &str) -> Option<String> {
    if request.len() > MAX_LENGTH {
        return None;
    }
    let document = markup::parse(request, 8)?;
    let root = document.document_element()?;
    if !document.element(root)?.matches_name_ns(PROTOCOL, "LogoutRequest") {
        return None;
    }
    let is_index = |child: &uppsala::NodeId| document.element(*child).is_some_and(|found| found.matches_name_ns(PROTOCOL, "SessionIndex"));
    let indexes: Vec<_> = document.children_iter(root).filter(is_index).collect();
    match indexes.as_slice() {
        [only] => Some(document.text_content_deep(*only).trim().to_owned()).filter(|ticket| super::backend::is_service_ticket(ticket)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::ended_ticket;

    fn request(inner: &str) -> String {
        format!(
            "<samlp:LogoutRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion' \
             ID='LR-1' Version='2.0'><saml:NameID>@NOT_USED@</saml:NameID>{inner}</samlp:LogoutRequest>"
        )
    }

    #[test]
    fn the_session_index_names_the_ticket() {
        let good = request("<samlp:SessionIndex>ST-1-abc</samlp:SessionIndex>");
        assert_eq!(ended_ticket(&good).as_deref(), Some("ST-1-abc"));
        for bad in [
            String::new(),
            request(""),
            request("<samlp:SessionIndex></samlp:SessionIndex>"),
            request("<samlp:SessionIndex>PGT-1</samlp:SessionIndex>"),
            request("<samlp:SessionIndex>ST-1</samlp:SessionIndex><samlp:SessionIndex>ST-2</samlp:SessionIndex>"),
            request("<SessionIndex>ST-1</SessionIndex>"),
            good.replace("LogoutRequest", "Response"),
            format!("<!DOCTYPE x>{good}"),
        ] {
            assert_eq!(ended_ticket(&bad), None, "{bad}");
        }
    }
}
