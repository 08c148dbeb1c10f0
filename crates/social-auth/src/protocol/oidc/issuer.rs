//! Which issuers a client believes.

use crate::error::{Error, Reason, Result};
use crate::jose::Claims;

/// What stands for the tenant in a [`IssuerRule::Template`], as in Microsoft's discovery document.
pub const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// Which issuers a client believes. There is no way to believe just any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerRule {
    /// This one, byte for byte.
    Exact(String),
    /// One of these, byte for byte: Google names itself with and without `https://`.
    OneOf(Vec<String>),
    /// Microsoft Entra: the issuer has the tenant in it.
    Template {
        /// `https://login.microsoftonline.com/{tenantid}/v2.0`; the token's `tid` is put in.
        template: String,
        /// Which tenants may come in.
        tenants: Tenants,
    },
}

/// Which tenants of a multi-tenant provider may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tenants {
    /// Everyone who has an account with the provider.
    Any,
    /// People of these tenants, by their ids.
    Only(Vec<String>),
}

impl IssuerRule {
    /// The rule for one issuer.
    #[must_use]
    pub fn exact(issuer: impl Into<String>) -> Self {
        IssuerRule::Exact(issuer.into())
    }

    // OpenID Connect Core 1.0, section 3.1.3.7 (2).
    pub(super) fn issuer_is_believed(&self, claims: &Claims, key_issuer: Option<&str>) -> Result<()> {
        let issuer = claims.require_text("iss")?;
        match self {
            IssuerRule::Exact(expected) => equal(issuer, expected),
            IssuerRule::OneOf(expected) => {
                if expected.iter().any(|one| one == issuer) {
                    return Ok(());
                }
                Err(wrong(issuer, &expected.join("\" or \"")))
            }
            IssuerRule::Template { template, tenants } => {
                let tenant = tenant(claims)?;
                equal(issuer, &template.replace(TENANT_PLACEHOLDER, tenant))?;
                tenants.tenant_is_allowed(tenant)?;
                key_belongs_to_the_issuer(issuer, tenant, key_issuer)
            }
        }
    }

    /// Whether a bare issuer (of userinfo, of RFC 9207) is one that this rule can believe.
    #[must_use]
    pub fn matches(&self, issuer: &str) -> bool {
        match self {
            IssuerRule::Exact(expected) => expected == issuer,
            IssuerRule::OneOf(expected) => expected.iter().any(|one| one == issuer),
            IssuerRule::Template { template, tenants } => {
                let Some((before, after)) = template.split_once(TENANT_PLACEHOLDER) else { return template == issuer };
                let tenant = issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                tenant.is_some_and(|tenant| is_tenant_id(tenant) && tenants.allow(tenant))
            }
        }
    }
}

impl Tenants {
    fn allow(&self, tenant: &str) -> bool {
        match self {
            Tenants::Any => true,
            Tenants::Only(allowed) => allowed.iter().any(|one| one.eq_ignore_ascii_case(tenant)),
        }
    }

    fn tenant_is_allowed(&self, tenant: &str) -> Result<()> {
        if self.allow(tenant) {
            return Ok(());
        }
        Err(Error::invalid_claim("tid").detail(format!("the tenant \"{tenant}\" is not among those that may sign in here")))
    }
}

fn tenant(claims: &Claims) -> Result<&str> {
    let tenant = claims.require_text("tid")?;
    if is_tenant_id(tenant) { Ok(tenant) } else { Err(Error::invalid_claim("tid").detail("it is no tenant id")) }
}

/// A GUID or a domain name: nothing that changes the structure of a URL.
fn is_tenant_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'.')
}

// Microsoft identity platform, "Validate the signing key issuer": the set holds keys of every tenant and
// cloud, each of which may sign for its own issuer only.
fn key_belongs_to_the_issuer(issuer: &str, tenant: &str, key_issuer: Option<&str>) -> Result<()> {
    match key_issuer {
        Some(owner) if owner.replace(TENANT_PLACEHOLDER, tenant) != issuer => {
            Err(Error::new(Reason::InvalidSignature).detail("the key that signed the token belongs to another issuer"))
        }
        _ => Ok(()),
    }
}

fn equal(issuer: &str, expected: &str) -> Result<()> {
    if issuer == expected { Ok(()) } else { Err(wrong(issuer, expected)) }
}

fn wrong(issuer: &str, expected: &str) -> Error {
    Error::invalid_claim("iss").detail(format!("the issuer is \"{issuer}\", expected is \"{expected}\" (setting ID_TOKEN_ISSUER)"))
}
