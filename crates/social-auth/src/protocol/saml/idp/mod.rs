//! Identity providers as `ENABLED_IDPS` has them: some written out, some by their metadata, some as all those of a
//! federation.

mod entry;
mod party;

pub(super) use entry::{Entry, Surroundings, all, is_web_address};
pub(super) use party::{Binding, Endpoint, Party};

use std::sync::Arc;

use crate::seal::sha256_base64url;

/// An identity provider that a sign-in goes by: an entry of the settings, and whom it stands for now.
#[derive(Clone)]
pub(super) struct Member {
    /// The entry.
    pub(super) entry: Arc<Entry>,
    /// The identity provider.
    pub(super) party: Arc<Party>,
}

impl Member {
    /// What its people's identifiers begin with, up to the colon. A federation's members each have a name of their own, so
    /// that none can speak for another's people.
    pub(super) fn name(&self) -> String {
        if self.entry.is_federation() {
            format!("{}.{}", self.entry.name, sha256_base64url(&self.party.entity_id))
        } else {
            self.entry.name.clone()
        }
    }

    /// A name that this identity provider gave to a session or a person, made unlike any other's. It is the same by
    /// whichever entry of the settings the person came: a message of single logout names none.
    pub(super) fn scoped(&self, name: &str) -> String {
        format!("{}:{name}", sha256_base64url(&self.party.entity_id))
    }
}
