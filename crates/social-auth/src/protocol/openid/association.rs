//! Associations: a key shared with the provider, by which its answers can be verified without asking it
//! (section 8). They live in this process, in the site's table and, sealed, in the attempt that uses them, so that
//! any process can complete it. Whoever has none asks the provider about the answer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use url::Url;

use super::NS_2_0;
use super::discovery::{Service, Version};
use super::shelf::Shelf;
use super::signed::{Answer, key_values};
use crate::error::{Error, Result};
use crate::http::{Client, Guard, Outgoing};
use crate::web::Params;

mod diffie_hellman;

use diffie_hellman::Exchange;

/// An association is not used in the last seconds of its life: the person takes time to sign in.
const RESERVE: i64 = 900;
/// Providers that would not associate are asked again after so many seconds.
const REFUSAL_LASTS: i64 = 600;
/// How many providers are remembered; strangers name them.
const MOST_PROVIDERS: usize = 256;

/// The hash that an association signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Hash {
    #[serde(rename = "1")]
    Sha1,
    #[serde(rename = "256")]
    Sha256,
}

/// A key shared with a provider. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Association {
    #[serde(rename = "h")]
    pub handle: String,
    #[serde(rename = "t")]
    pub(super) hash: Hash,
    /// The key in base64.
    #[serde(rename = "k")]
    pub(super) key: String,
    #[serde(rename = "e")]
    pub(super) expires_at: i64,
}

impl fmt::Debug for Association {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Association").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl Association {
    /// Whether the answer is signed with this key (section 6).
    ///
    /// # Errors
    /// `missing_claim` for a field that is said to be signed and not there.
    pub fn verifies(&self, answer: &Answer<'_>) -> Result<bool> {
        let text = answer.signed_text()?;
        let given = STANDARD.decode(answer.raw("sig").unwrap_or_default()).unwrap_or_default();
        let Ok(key) = STANDARD.decode(&self.key) else { return Ok(false) };
        let key = hmac::Key::new(self.hash.hmac(), &key);
        Ok(hmac::verify(&key, text.as_bytes(), &given).is_ok())
    }
}

impl Hash {
    fn hmac(self) -> hmac::Algorithm {
        match self {
            Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => hmac::HMAC_SHA256,
        }
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &digest::SHA256,
        }
    }

    pub(super) fn length(self) -> usize {
        self.digest().output_len()
    }

    pub(super) fn of_association_type(name: &str) -> Option<Self> {
        [Hash::Sha1, Hash::Sha256].into_iter().find(|hash| hash.association_type() == name)
    }

    pub(super) fn association_type(self) -> &'static str {
        match self {
            Hash::Sha1 => "HMAC-SHA1",
            Hash::Sha256 => "HMAC-SHA256",
        }
    }

    fn session_type(self) -> &'static str {
        match self {
            Hash::Sha1 => "DH-SHA1",
            Hash::Sha256 => "DH-SHA256",
        }
    }
}

/// What associating needs.
pub(super) struct Asking<'a> {
    pub http: &'a Client,
    pub guard: &'a Guard,
    pub now: i64,
}

/// The associations, by endpoint: those that this process uses, and the site's table.
#[derive(Default)]
pub(super) struct Associations {
    used: Mutex<BTreeMap<String, Kept>>,
    pub shelf: Shelf,
}

enum Kept {
    Association(Association),
    /// The provider would not, and is left alone until then.
    Refused(i64),
}

impl Kept {
    fn lasts_until(&self) -> i64 {
        match self {
            Kept::Association(association) => association.expires_at - RESERVE,
            Kept::Refused(until) => *until,
        }
    }
}

impl Associations {
    /// An association with the provider, known or new; `None` where it will not, which is no error: the
    /// provider verifies its answers itself then.
    pub async fn with(&self, asking: &Asking<'_>, service: &Service) -> Option<Association> {
        if let Some(kept) = self.kept().get(&service.endpoint).filter(|kept| kept.lasts_until() > asking.now) {
            return match kept {
                Kept::Association(association) => Some(association.clone()),
                Kept::Refused(_) => None,
            };
        }
        let stored = self.shelf.find(&service.endpoint, asking.now + RESERVE).await;
        let is_new = stored.is_none();
        let found = match stored {
            Some(association) => Ok(association),
            None => associate(asking, service).await,
        };
        let found = found.inspect_err(|error| tracing::debug!(%error, "no association; the provider will be asked about its answers")).ok();
        let entry = found.clone().map_or(Kept::Refused(asking.now + REFUSAL_LASTS), Kept::Association);
        let has_room = self.remember(&service.endpoint, entry, asking.now);
        // Whoever names ever new providers fills neither memory nor table.
        if let Some(association) = found.as_ref().filter(|_| is_new && has_room) {
            self.shelf.keep(&service.endpoint, association, asking.now).await;
        }
        found
    }

    fn remember(&self, endpoint: &str, entry: Kept, now: i64) -> bool {
        let mut kept = self.kept();
        kept.retain(|_, kept| kept.lasts_until() > now);
        let has_room = kept.len() < MOST_PROVIDERS;
        if has_room {
            kept.insert(endpoint.to_owned(), entry);
        }
        has_room
    }

    /// Forgets an association that the provider has given up (section 11.4.2.2).
    pub async fn forget(&self, endpoint: &str, handle: &str) {
        self.kept().retain(|known, kept| known != endpoint || !matches!(kept, Kept::Association(used) if used.handle == handle));
        self.shelf.drop_handle(endpoint, handle).await;
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Kept>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Session {
    DiffieHellman,
    /// In the clear, which only TLS makes good.
    NoEncryption,
}

/// Associates by the best means, or by those that the provider offers instead (section 8.2.4).
async fn associate(asking: &Asking<'_>, service: &Service) -> Result<Association> {
    let best = if service.version == Version::V2 { Hash::Sha256 } else { Hash::Sha1 };
    match attempt(asking, service, best, Session::DiffieHellman).await? {
        Outcome::Association(association) => Ok(association),
        Outcome::Instead(hash, session) => match attempt(asking, service, hash, session).await? {
            Outcome::Association(association) => Ok(association),
            Outcome::Instead(..) => Err(Error::malformed("the provider keeps offering other associations")),
        },
    }
}

enum Outcome {
    Association(Association),
    Instead(Hash, Session),
}

async fn attempt(asking: &Asking<'_>, service: &Service, hash: Hash, session: Session) -> Result<Outcome> {
    let exchange = (session == Session::DiffieHellman).then(Exchange::new).transpose()?;
    let mut fields = vec![("openid.mode", "associate".to_owned()), ("openid.assoc_type", hash.association_type().to_owned())];
    match &exchange {
        Some(exchange) => {
            fields.push(("openid.session_type", hash.session_type().to_owned()));
            fields.push(("openid.dh_consumer_public", exchange.public()));
        }
        None if service.version == Version::V2 => fields.push(("openid.session_type", "no-encryption".to_owned())),
        None => fields.push(("openid.session_type", String::new())),
    }
    if service.version == Version::V2 {
        fields.push(("openid.ns", NS_2_0.to_owned()));
    }
    let request = Outgoing::post_form(&service.endpoint, &fields)?;
    asking.guard.check(&request.url)?;
    let answer = asking.http.send(request).await?;
    let said = key_values(answer.text()?);
    // Some say so with status 200.
    if let Some(instead) = offered(&said, &service.endpoint) {
        return Ok(Outcome::Instead(instead.0, instead.1));
    }
    answer.require_success()?;
    read(&said, hash, exchange.as_ref(), asking.now).map(Outcome::Association)
}

/// What the provider would rather have, if we have it too.
fn offered(said: &Params, endpoint: &str) -> Option<(Hash, Session)> {
    let hash = Hash::of_association_type(said.get("assoc_type").filter(|_| said.get("error_code") == Some("unsupported-type"))?)?;
    match said.get("session_type")? {
        offered if offered == hash.session_type() => Some((hash, Session::DiffieHellman)),
        "no-encryption" if Url::parse(endpoint).is_ok_and(|url| url.scheme() == "https") => Some((hash, Session::NoEncryption)),
        _ => None,
    }
}

fn read(said: &Params, hash: Hash, exchange: Option<&Exchange>, now: i64) -> Result<Association> {
    let field = |name: &str| said.get(name).filter(|value| !value.is_empty()).ok_or_else(|| Error::missing_claim(name));
    if field("assoc_type")? != hash.association_type() {
        return Err(Error::invalid_claim("assoc_type").detail("the provider made another association than it was asked for"));
    }
    let key = match exchange {
        Some(exchange) => {
            // Anything else would let the provider, or whoever stands between, have the key sent in the clear.
            if field("session_type")? != hash.session_type() {
                return Err(Error::invalid_claim("session_type").detail("the provider sends the key in another way than it was asked to"));
            }
            exchange.key(hash.digest(), field("dh_server_public")?, field("enc_mac_key")?)?
        }
        None => STANDARD.decode(field("mac_key")?).map_err(|_| Error::invalid_claim("mac_key"))?,
    };
    if key.len() != hash.length() {
        return Err(Error::invalid_claim("mac_key").detail("the key's length is not that of its hash"));
    }
    let handle = Some(field("assoc_handle")?).filter(|handle| handle.len() <= 255);
    let lifetime: i64 = field("expires_in")?.parse().map_err(|_| Error::invalid_claim("expires_in"))?;
    Ok(Association {
        handle: handle.ok_or_else(|| Error::invalid_claim("assoc_handle"))?.to_owned(),
        hash,
        key: STANDARD.encode(key),
        expires_at: now.saturating_add(lifetime.clamp(0, 14 * 24 * 3600)),
    })
}
