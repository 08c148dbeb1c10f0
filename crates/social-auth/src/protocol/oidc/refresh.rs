//! An id token that comes with refreshed tokens must be about the same person (OpenID Connect Core 1.0,
//! section 12.2).

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::jose::{Claims, texts};
use crate::secret::constant_time_eq;

/// The claims of the first id token that must not change, kept in the association's extra data as
/// `_oidc_id_token_context`, in the form that Python Social Auth gives it.
#[derive(Clone, PartialEq)]
pub struct RefreshContext(Map<String, Value>);

const KEPT: [&str; 5] = ["aud", "auth_time", "iss", "nonce", "sub"];

impl RefreshContext {
    /// The name in the extra data.
    pub const FIELD: &'static str = "_oidc_id_token_context";

    /// What to keep of the claims of an id token that began an association.
    #[must_use]
    pub fn of(claims: &Claims) -> Self {
        let kept = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), claims.get(name)?.clone())));
        RefreshContext(kept.collect())
    }

    /// What was kept, read back; `None` when it is none, as in associations that are older than it.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        let kept = value.as_object()?;
        let is_whole = ["iss", "sub"].iter().all(|name| kept.get(*name).is_some_and(Value::is_string)) && kept.contains_key("aud");
        is_whole.then(|| RefreshContext(kept.clone()))
    }

    /// For the extra data.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Checks the claims of a refreshed, verified id token against the first one's.
    ///
    /// `iss`, `sub` and the set of audiences must be the same; `auth_time` and `nonce` too, where the
    /// new token has them.
    ///
    /// # Errors
    /// `invalid_claim`, naming the claim that changed.
    pub fn check(&self, refreshed: &Claims) -> Result<()> {
        self.text_is_unchanged("iss", refreshed)?;
        self.text_is_unchanged("sub", refreshed)?;
        self.audience_is_unchanged(refreshed)?;
        if refreshed.get("nonce").is_some() {
            self.text_is_unchanged("nonce", refreshed)?;
        }
        self.auth_time_is_unchanged(refreshed)
    }

    fn text_is_unchanged(&self, name: &str, refreshed: &Claims) -> Result<()> {
        let first = self.0.get(name).and_then(Value::as_str);
        match (first, refreshed.text(name)) {
            (Some(first), Some(second)) if constant_time_eq(first.as_bytes(), second.as_bytes()) => Ok(()),
            _ => Err(changed(name)),
        }
    }

    fn audience_is_unchanged(&self, refreshed: &Claims) -> Result<()> {
        let first = sorted(texts(self.0.get("aud")));
        if !first.is_empty() && first == sorted(refreshed.audiences()) { Ok(()) } else { Err(changed("aud")) }
    }

    fn auth_time_is_unchanged(&self, refreshed: &Claims) -> Result<()> {
        match (self.0.get("auth_time"), refreshed.get("auth_time")) {
            (Some(first), Some(second)) if first.as_f64() != second.as_f64() => Err(changed("auth_time")),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for RefreshContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

fn sorted<'v>(texts: impl Iterator<Item = &'v str>) -> Vec<&'v str> {
    let mut texts: Vec<_> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn changed(name: &str) -> Error {
    Error::invalid_claim(name).detail("the refreshed id token differs in this claim from the one of the sign-in")
}
