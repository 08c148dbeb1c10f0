//! A run of a pipeline as it is kept while it pauses. It holds tokens, so it is only ever stored sealed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Context, ContextParts};
use crate::error::Result;
use crate::identity::{Fields, Identity, ProviderSession, Tokens, Uid, UserDetails};
use crate::password::PasswordHash;
use crate::secret::Secret;
use crate::storage::{AssociationId, UserId};

/// What goes on after the pause: the identity, and what the steps have made of it so far.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedRun {
    identity: SavedIdentity,
    details: UserDetails,
    uid: Option<Uid>,
    user: Option<UserId>,
    association: Option<AssociationId>,
    username: Option<String>,
    created_user: bool,
    new_association: bool,
    values: Map<String, Value>,
    #[serde(default)]
    new_password: Option<String>,
    #[serde(default)]
    knows_password_of: Option<UserId>,
}

#[derive(Serialize, Deserialize)]
struct SavedIdentity {
    uid: Uid,
    id_key: String,
    details: UserDetails,
    response: Fields,
    extra_data: Fields,
    groups: Option<Vec<String>>,
    legacy_uids: Vec<(String, String)>,
    session_lifetime: Option<i64>,
    #[serde(default)]
    provider_session: ProviderSession,
    access_token: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    token_secret: Option<String>,
    token_type: Option<String>,
    expires_in: Option<i64>,
    scope: Option<String>,
}

impl SavedRun {
    /// Takes down where a run is.
    pub(crate) fn of(context: &Context) -> Self {
        SavedRun {
            identity: SavedIdentity::of(context.identity()),
            details: context.details.clone(),
            uid: context.uid.clone(),
            user: context.user.as_ref().map(|user| user.id.clone()),
            association: context.association.as_ref().map(|association| association.id),
            username: context.username.clone(),
            created_user: context.created_user,
            new_association: context.new_association,
            values: context.values.clone(),
            new_password: context.new_password().map(|hash| hash.expose().to_owned()),
            knows_password_of: context.knows_password_of().cloned(),
        }
    }

    /// The identity that the run is about.
    pub(crate) fn identity(&self) -> Identity {
        self.identity.restore()
    }

    /// What the person is called at the provider, so that somebody who follows a link sees whose it is.
    pub(crate) fn account(&self) -> Option<&str> {
        self.details.username.as_deref().or(self.details.fullname.as_deref()).or(self.details.email_address())
    }

    /// Goes on where the run was that was kept under the token; user and association are read anew. In another browser
    /// than the one that began (`is_own`), what has to do with passwords does not count: whoever began could have
    /// chosen one for the account of who reads the letter, or be shown to know one that the other does not.
    ///
    /// # Errors
    /// `storage_failed`.
    pub(crate) async fn restore(self, parts: ContextParts, token: &str, is_own: bool) -> Result<Context> {
        let mut context = Context::new(parts);
        context.keep_partial_token(token);
        context.user = match &self.user {
            Some(id) => context.users().user(id).await?,
            None => None,
        };
        context.association = match self.association {
            Some(id) => context.social().association_by_id(id).await?,
            None => None,
        };
        context.details = self.details;
        context.uid = self.uid;
        context.username = self.username;
        context.created_user = self.created_user;
        context.new_association = self.new_association;
        context.values = self.values;
        if is_own {
            if let Some(hash) = self.new_password.as_deref().and_then(PasswordHash::from_stored) {
                context.choose_password(hash);
            }
            if let Some(user) = self.knows_password_of {
                context.know_password_of(user);
            }
        } else if self.new_password.is_some() || self.knows_password_of.is_some() {
            context.leave_password_behind();
            if self.knows_password_of.is_some() && context.association.is_none() {
                context.user = context.current_user().cloned();
            }
        }
        Ok(context)
    }
}

impl SavedIdentity {
    fn of(identity: &Identity) -> Self {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
        let Tokens { access_token, refresh_token, id_token, token_type, expires_in, token_secret, scope } = &identity.tokens;
        SavedIdentity {
            uid: identity.uid.clone(),
            id_key: identity.id_key.clone(),
            details: identity.details.clone(),
            response: identity.response.clone(),
            extra_data: identity.extra_data.clone(),
            groups: identity.groups.clone(),
            legacy_uids: identity.legacy_uids.clone(),
            session_lifetime: identity.session_lifetime,
            provider_session: identity.provider_session.clone(),
            access_token: text(access_token),
            refresh_token: text(refresh_token),
            id_token: text(id_token),
            token_secret: text(token_secret),
            token_type: token_type.clone(),
            expires_in: *expires_in,
            scope: scope.clone(),
        }
    }

    fn restore(&self) -> Identity {
        let secret = |text: &Option<String>| text.as_deref().map(Secret::from);
        Identity {
            uid: self.uid.clone(),
            id_key: self.id_key.clone(),
            details: self.details.clone(),
            response: self.response.clone(),
            tokens: Tokens {
                access_token: secret(&self.access_token),
                refresh_token: secret(&self.refresh_token),
                id_token: secret(&self.id_token),
                token_type: self.token_type.clone(),
                expires_in: self.expires_in,
                token_secret: secret(&self.token_secret),
                scope: self.scope.clone(),
            },
            extra_data: self.extra_data.clone(),
            groups: self.groups.clone(),
            legacy_uids: self.legacy_uids.clone(),
            session_lifetime: self.session_lifetime,
            provider_session: self.provider_session.clone(),
        }
    }
}
