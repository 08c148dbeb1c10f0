//! Associations in the site's own table, as Python Social Auth keeps them: shared by all processes, and there after
//! a restart. Without the table everything works too; each process then agrees on a key of its own.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::association::{Association, Hash};
use crate::secret::Secret;
use crate::storage::{OpenIdAssociation, SocialStorage};

/// The table, once it was lent.
#[derive(Default)]
pub(super) struct Shelf(OnceLock<Arc<dyn SocialStorage>>);

impl Shelf {
    pub fn put_up(&self, storage: &Arc<dyn SocialStorage>) {
        let _ = self.0.set(storage.clone());
    }

    /// The provider's association that lasts longest, if one lasts until then.
    pub async fn find(&self, endpoint: &str, until: i64) -> Option<Association> {
        let found = self.0.get()?.openid_associations(endpoint, None).await;
        let found = found.inspect_err(|error| tracing::warn!(%error, "stored OpenID associations cannot be read")).ok()?;
        let usable = found.iter().filter_map(read).filter(|association| association.expires_at > until);
        usable.max_by_key(|association| association.expires_at)
    }

    pub async fn keep(&self, endpoint: &str, association: &Association, now: i64) {
        let Some(storage) = self.0.get() else { return };
        let row = OpenIdAssociation {
            server_url: endpoint.to_owned(),
            handle: association.handle.clone(),
            secret: Secret::from(association.key.as_str()),
            issued: now,
            lifetime: association.expires_at.saturating_sub(now),
            assoc_type: association.hash.association_type().to_owned(),
        };
        if let Err(error) = storage.store_openid_association(&row).await {
            tracing::warn!(%error, "an OpenID association cannot be stored; each process agrees on its own");
        }
    }

    pub async fn drop_handle(&self, endpoint: &str, handle: &str) {
        let Some(storage) = self.0.get() else { return };
        if let Err(error) = storage.remove_openid_association(endpoint, handle).await {
            tracing::warn!(%error, "an OpenID association that the provider has given up cannot be removed");
        }
    }
}

fn read(row: &OpenIdAssociation) -> Option<Association> {
    let hash = Hash::of_association_type(&row.assoc_type)?;
    // Python ends base64 with a line feed.
    let key = STANDARD.decode(row.secret.expose().trim()).ok().filter(|key| key.len() == hash.length())?;
    Some(Association { handle: row.handle.clone(), hash, key: STANDARD.encode(key), expires_at: row.issued.saturating_add(row.lifetime) })
}
