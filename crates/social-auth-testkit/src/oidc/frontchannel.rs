//! Front-Channel Logout 1.0: the provider's page shows an address of each application in a frame.

use serde::Serialize;
use url::Url;

use crate::client::is_loopback_uri;
use crate::consent::Session;
use crate::provider::Shared;

/// An application that hears of a logout by a frame.
#[derive(Debug, Serialize)]
pub(crate) struct Frame {
    application: String,
    address: Url,
}

impl Frame {
    /// The origin, for the page's policy.
    pub(crate) fn origin(&self) -> String {
        self.address.origin().ascii_serialization()
    }
}

/// One frame for every application that the session was used for (section 3).
pub(super) fn frames(shared: &Shared, session: &Session) -> Vec<Frame> {
    let mut clients: Vec<_> = session.approved.iter().filter_map(|id| shared.clients.get(id)).collect();
    clients.sort_by(|one, other| one.id.cmp(&other.id));
    let frame = |client: &crate::client::Client| {
        let uri = client.frontchannel_logout_uri.as_deref().filter(|uri| is_loopback_uri(uri))?;
        let mut address = Url::parse(uri).ok()?;
        if client.frontchannel_logout_session_required {
            address.query_pairs_mut().append_pair("iss", &shared.url).append_pair("sid", &session.login.sid);
        }
        Some(Frame { application: client.name.clone(), address })
    };
    clients.iter().filter_map(|client| frame(client)).collect()
}
