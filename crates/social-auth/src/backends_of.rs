//! What a page with sign-in buttons shows: Python Social Auth's template variable `backends`.

use serde::Serialize;
use time::OffsetDateTime;

use crate::backend::BackendInfo;
use crate::error::Result;
use crate::social_auth::SocialAuth;
use crate::storage::{Association, AssociationId, UserId};

/// The backends as one visitor sees them. No token is in here, so that templates may have all of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackendsOf {
    /// What the user is connected with, oldest first; nothing when nobody is signed in.
    pub associated: Vec<Connected>,
    /// Backends that the user is not connected with.
    pub not_associated: Vec<BackendInfo>,
    /// All backends, in the order of the settings.
    pub backends: Vec<BackendInfo>,
}

/// An association to be shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Connected {
    /// The id, for `disconnect/<backend>/<association>/`.
    pub id: AssociationId,
    /// The backend instance's name.
    pub provider: String,
    /// What the button says; the name where the backend is no longer set up.
    pub title: String,
    /// The file name of the icon, without extension.
    pub icon: String,
    /// The identifier at the provider.
    pub uid: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

impl SocialAuth {
    /// The backends and what this user is connected with, for templates.
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn backends_of(&self, user: Option<&UserId>) -> Result<BackendsOf> {
        let associations = match user {
            Some(user) => self.social().associations_of(user).await?,
            None => Vec::new(),
        };
        let backends: Vec<BackendInfo> = self.backends().map(|backend| backend.info().clone()).collect();
        let connected = |info: &&BackendInfo| associations.iter().any(|association| association.provider == info.name);
        let not_associated = backends.iter().filter(|info| !connected(info)).cloned().collect();
        Ok(BackendsOf {
            associated: associations.into_iter().map(|association| shown(association, &backends)).collect(),
            not_associated,
            backends,
        })
    }
}

fn shown(association: Association, backends: &[BackendInfo]) -> Connected {
    let info = backends.iter().find(|info| info.name == association.provider);
    Connected {
        id: association.id,
        title: info.map_or_else(|| association.provider.clone(), |info| info.title.clone()),
        icon: info.map_or_else(|| association.provider.clone(), |info| info.icon.clone()),
        provider: association.provider,
        uid: association.uid,
        created: association.created,
    }
}
