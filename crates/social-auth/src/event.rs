//! What the application is told of: somebody registered, an account was connected, a sign-in failed.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, Reason, Stage};
use crate::identity::UserDetails;
use crate::storage::{Association, AssociationId, MergeReport, User, UserId};

/// What happened. It never carries a token, code or secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A user was made (`socialauth_registered`).
    UserCreated {
        /// The backend's name.
        backend: String,
        /// The user, as stored.
        user: User,
    },
    /// The pipeline came to its end without a user (`socialauth_not_registered`).
    UserNotRegistered {
        /// The backend's name.
        backend: String,
        /// The identifier at the provider.
        uid: String,
    },
    /// An identity was connected to a user.
    AssociationMade {
        /// The backend's name.
        backend: String,
        /// Whose it is.
        user: UserId,
        /// The association.
        association: AssociationId,
        /// The identifier at the provider.
        uid: String,
    },
    /// An identity was disconnected from a user.
    AssociationRemoved {
        /// The backend's name.
        backend: String,
        /// Whose it was.
        user: UserId,
        /// The association.
        association: AssociationId,
        /// The identifier at the provider.
        uid: String,
    },
    /// Two accounts of one person became one.
    AccountsMerged {
        /// The backend whose identity proved the account that went.
        backend: String,
        /// What was done.
        report: MergeReport,
    },
    /// The fields of a user are about to be changed by the profile (`pre_update`).
    BeforeUpdate {
        /// The backend's name.
        backend: String,
        /// The user, as stored until now.
        user: User,
        /// Field → the value that it will have.
        changes: Map<String, Value>,
    },
    /// Somebody signed in, in a browser or with a token.
    LoginSucceeded {
        /// The backend's name.
        backend: String,
        /// Who.
        user: User,
        /// Whether this sign-in made the user.
        is_new: bool,
        /// Whether this sign-in connected the identity.
        new_association: bool,
    },
    /// A sign-in failed: when it was begun, at the callback, in the pipeline, or with a token.
    LoginFailed {
        /// The backend's name.
        backend: String,
        /// Why.
        #[serde(serialize_with = "code")]
        reason: Reason,
        /// At which stage.
        stage: Stage,
        /// What there is to add for the operator.
        detail: Option<String>,
    },
    /// A provider told that a session there has ended. Our own sessions that began with it are gone; an
    /// application with sessions of its own may end those now that it finds, the others end when they are
    /// used next.
    SessionEnded {
        /// The backend's name.
        backend: String,
        /// The session at the provider (`sid`).
        session: Option<String>,
        /// The person at the provider (`sub`); without `session` all their sessions ended.
        subject: Option<String>,
        /// Whose sessions of ours were removed.
        users: Vec<UserId>,
    },
}

fn code<S: serde::Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.code())
}

/// The fields of a user that a sign-in is about to change, for [`Builder::before_update`](crate::Builder::before_update).
#[derive(Debug)]
pub struct PendingUpdate<'a> {
    /// The backend's name.
    pub backend: &'a str,
    /// The user, as stored until now.
    pub user: &'a User,
    /// The profile in normal form.
    pub details: &'a UserDetails,
    /// Field → the value that it will have.
    pub changes: &'a mut Map<String, Value>,
}

type Listener = Arc<dyn Fn(&Event) + Send + Sync>;
pub(crate) type UpdateHook = Arc<dyn Fn(&mut PendingUpdate<'_>) + Send + Sync>;

/// Who wants to be told, and who has a say.
#[derive(Clone, Default)]
pub struct Events {
    listeners: Arc<[Listener]>,
    update_hooks: Arc<[UpdateHook]>,
}

impl Events {
    pub(crate) fn new(listeners: Vec<Listener>, update_hooks: Vec<UpdateHook>) -> Self {
        Events { listeners: listeners.into(), update_hooks: update_hooks.into() }
    }

    /// Tells everybody. The event is only made when somebody listens.
    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        if self.listeners.is_empty() {
            return;
        }
        let event = event();
        self.listeners.iter().for_each(|listener| listener(&event));
    }

    /// Asks everybody who has a say in what a sign-in changes.
    pub(crate) fn before_update(&self, update: &mut PendingUpdate<'_>) {
        self.update_hooks.iter().for_each(|hook| hook(update));
    }

    pub(crate) fn association_made(&self, association: &Association) {
        self.tell(|| Event::AssociationMade {
            backend: association.provider.clone(),
            user: association.user_id.clone(),
            association: association.id,
            uid: association.uid.clone(),
        });
    }

    pub(crate) fn association_removed(&self, association: &Association) {
        self.tell(|| Event::AssociationRemoved {
            backend: association.provider.clone(),
            user: association.user_id.clone(),
            association: association.id,
            uid: association.uid.clone(),
        });
    }

    pub(crate) fn login_failed(&self, backend: &str, error: &Error) {
        // Anybody can ask for a name that is made up: that says nothing of anybody's sign-in.
        if error.reason() == Reason::BackendMissing {
            return;
        }
        let facts = error.facts();
        self.tell(|| Event::LoginFailed {
            backend: backend.to_owned(),
            reason: error.reason(),
            stage: facts.stage,
            detail: error.explanation().map(str::to_owned),
        });
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("listeners", &self.listeners.len()).finish_non_exhaustive()
    }
}
