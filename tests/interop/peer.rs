//! `oidc-provider` from npm.

use serde_json::{Value, json};

use crate::install;
use crate::process::Process;

/// A running provider.
pub(crate) struct Peer {
    pub(crate) issuer: String,
    /// Where it asks for certificates, if it was started so.
    pub(crate) mtls: Option<String>,
    pub(crate) client_secret: String,
    /// Who shows this may register clients.
    pub(crate) initial_access_token: String,
    process: Process,
}

impl Peer {
    /// Starts the provider; `None`, and a line that says so, where that cannot be.
    pub(crate) fn start() -> Option<Peer> {
        Peer::start_with(&[])
    }

    /// The same with these variables in its environment.
    pub(crate) fn start_with(environment: &[(&str, String)]) -> Option<Peer> {
        let mut program = install::node("oidc-provider")?;
        program.envs(environment.iter().cloned());
        let process = Process::start(program);
        Some(Peer {
            issuer: process.said("issuer"),
            mtls: process.may_have_said("mtls"),
            client_secret: process.said("client_secret"),
            initial_access_token: process.said("initial_access_token"),
            process,
        })
    }

    /// From now on it signs with other keys, and publishes no longer the old ones.
    pub(crate) fn rotate_keys(&self) {
        assert_eq!(self.process.tell("rotate")["rotated"], true);
    }

    /// From now on the client "logout" is an application at this address.
    pub(crate) fn register_logout(&self, url: &str) {
        self.register(&json!({
            "client_id": "logout",
            "client_secret": self.client_secret,
            "redirect_uris": [format!("{url}/complete/logout/")],
            "application_type": "native",
            "backchannel_logout_uri": format!("{url}/logout/backchannel/logout/"),
            "backchannel_logout_session_required": true,
            "post_logout_redirect_uris": [format!("{url}/logout/complete/")],
        }));
    }

    /// How many requests a path has had so far.
    pub(crate) fn requests(&self, path: &str) -> u64 {
        self.process.tell("requests")[path].as_u64().unwrap_or_default()
    }

    /// Registers a client, in the words of its metadata.
    pub(crate) fn register(&self, metadata: &Value) {
        assert_eq!(self.process.tell(&format!("client {metadata}"))["registered"], metadata["client_id"]);
    }
}
