//! SAML 2.0 Metadata: what we publish, and what identity providers do.

pub(super) mod duration;
mod ours;
mod source;
mod theirs;

pub(super) use ours::ours;
pub(super) use source::{Place, Source};
pub(super) use theirs::Wanted;
#[cfg(any(feature = "fuzzing", test))]
pub(super) use theirs::{Reading, read};
