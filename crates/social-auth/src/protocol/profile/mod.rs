//! Profiles, whatever the protocol that fetches them: what a provider states about them, the calls, and
//! the way from the answers to an [`Identity`](crate::identity::Identity).

mod call;
mod config;
mod description;
mod format;
mod identity;
mod settings;

pub(super) use call::{CallContext, ResolvedCall};
pub(super) use config::{Described, IdentityConfig};
pub use description::{
    Call, Details, Format, HookSettings, Kept, OnFailure, TokenIn, UidField, Verified, When, keep, keep_as, keep_if_present, optional,
    required, setting,
};
pub(super) use identity::{Reading, extra_data, is_empty, read};
pub(crate) use settings::fill_url;
pub(super) use settings::{About, calls, declared, fill_pairs, info, parse, scope, selector, setting_value, url};
