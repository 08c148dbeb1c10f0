//! What templates show: Python Social Auth's variables `backends` (with django-social-auth's by name and by
//! type) and `login_redirect`.

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;

use crate::backend::BackendInfo;
use crate::error::Result;
use crate::flow::{NEXT, allowed};
use crate::social_auth::SocialAuth;
use crate::storage::{Association, AssociationId, UserId};
use crate::web::Request;

/// The backends as one visitor sees them. No token is in here, so that templates may have all of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackendsOf {
    /// What the user is connected with, oldest first; nothing when nobody is signed in.
    pub associated: Vec<Connected>,
    /// Backends that the user is not connected with.
    pub not_associated: Vec<BackendInfo>,
    /// All backends, in the order of the settings.
    pub backends: Vec<BackendInfo>,
    /// Backend name → what the user is connected with there; an empty list where nothing is.
    pub by_name: BTreeMap<String, Vec<Connected>>,
    /// `oauth2`, `oidc`, `saml`, … → the backends of that protocol, in the order of the settings.
    pub by_type: BTreeMap<&'static str, Vec<BackendInfo>>,
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
        let associated: Vec<Connected> = associations.into_iter().map(|association| shown(association, &backends)).collect();
        let mut by_name: BTreeMap<String, Vec<Connected>> = backends.iter().map(|info| (info.name.clone(), Vec::new())).collect();
        for one in &associated {
            by_name.entry(one.provider.clone()).or_default().push(one.clone());
        }
        let mut by_type: BTreeMap<&'static str, Vec<BackendInfo>> = BTreeMap::new();
        for info in &backends {
            by_type.entry(info.protocol).or_default().push(info.clone());
        }
        Ok(BackendsOf { associated, not_associated, backends, by_name, by_type })
    }

    /// What a page with sign-in links hands on, so that people come back to where they wanted to go: the
    /// `next` of its own request, if a browser may be sent there.
    ///
    /// ```
    /// # use social_auth::{SocialAuth, storage::MemoryStorage, web::Request};
    /// # let social = SocialAuth::builder().public_url("https://example.com").storage(MemoryStorage::new())
    /// #     .secret_key("a key of at least thirty-two random characters").build().unwrap();
    /// # let asked = |uri: &str| Request::new("GET".parse().unwrap(), uri.parse().unwrap(), Default::default(), b"", None).unwrap();
    /// let login = social.login_redirect(&asked("/login?next=/basket?page=2"));
    /// assert_eq!(login.querystring, "next=%2Fbasket%3Fpage%3D2"); // <a href="/login/github/?{{ REDIRECT_QUERYSTRING }}">
    /// assert_eq!(social.login_redirect(&asked("/login?next=https://evil.example/")).field_value, None);
    /// ```
    #[must_use]
    pub fn login_redirect(&self, request: &Request) -> LoginRedirect {
        let field_value = request.param(NEXT).and_then(|next| allowed(self.flow_settings(), self.public_url(), next)).map(str::to_owned);
        let encoded = |value: &String| url::form_urlencoded::Serializer::new(String::new()).append_pair(NEXT, value).finish();
        LoginRedirect { field_name: NEXT, querystring: field_value.as_ref().map(encoded).unwrap_or_default(), field_value }
    }
}

/// Where sign-in links lead afterwards; templates know it by the names of Python Social Auth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoginRedirect {
    /// `next`.
    #[serde(rename = "REDIRECT_FIELD_NAME")]
    pub field_name: &'static str,
    /// Where the person wants to go, for a form's hidden field.
    #[serde(rename = "REDIRECT_FIELD_VALUE")]
    pub field_value: Option<String>,
    /// The same for a link, encoded: `next=%2Fbasket`; empty where there is nothing to hand on.
    #[serde(rename = "REDIRECT_QUERYSTRING")]
    pub querystring: String,
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
