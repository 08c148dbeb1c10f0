//! What happens between "disconnect" and an association that is gone: a pipeline of its own, as in Python
//! Social Auth.

mod steps;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Step, Subject};
use crate::backend::Backend;
use crate::clock::Clock;
use crate::event::Events;
use crate::storage::{Association, AssociationId, SocialStorage, User, UserStorage};
use crate::web::Params;

/// The names of the default disconnection pipeline, in order.
pub const DEFAULT_DISCONNECTION: &[&str] = &["allowed_to_disconnect", "get_entries", "revoke_tokens", "disconnect"];

/// The state of one disconnection. Steps read and change it.
pub struct Disconnection {
    /// The name of the backend that is disconnected.
    pub backend_name: String,
    /// The backend, unless it is no longer set up.
    pub backend: Option<Arc<dyn Backend>>,
    /// Whose associations go.
    pub user: User,
    /// The one association that is meant; `None` for all of the backend.
    pub association: Option<AssociationId>,
    /// Whether tokens are revoked at the provider (`REVOKE_TOKENS_ON_DISCONNECT`).
    pub revokes_tokens: bool,
    /// What the browser sent with the request.
    pub params: Params,
    /// The users.
    pub users: Arc<dyn UserStorage>,
    /// Our own tables.
    pub social: Arc<dyn SocialStorage>,
    /// The time.
    pub clock: Clock,
    /// Who is told of what happens.
    pub events: Events,
    /// What is to be removed, once `get_entries` has run.
    pub entries: Vec<Association>,
    /// What was removed, once `disconnect` has run.
    pub removed: Vec<Association>,
    /// Whether the user must keep a way in: `allowed_to_disconnect` found no other than associations.
    pub must_keep_one: bool,
    /// Plain values that steps hand on.
    pub values: Map<String, Value>,
}

impl Disconnection {
    /// Whether the request means this association.
    #[must_use]
    pub fn means(&self, association: &Association) -> bool {
        association.provider == self.backend_name && self.association.is_none_or(|id| association.id == id)
    }
}

impl Subject for Disconnection {
    const SETTING: &'static str = "DISCONNECT_PIPELINE";

    fn built_in(name: &str) -> Option<Arc<dyn Step<Self>>> {
        steps::built_in(name)
    }

    fn names() -> Vec<&'static str> {
        DEFAULT_DISCONNECTION.to_vec()
    }

    fn forget_lookups(&mut self) {
        self.entries.clear();
        self.must_keep_one = false;
    }
}
