//! Callbacks that prove themselves: a signature over delivered fields, a token that is delivered and good for
//! one call, or a widget of the provider's on a page of ours. One family, described by data ([`Signed`]), and
//! by settings alone for a provider that we never heard of.
//!
//! What holds for all of them:
//! - Fields are read only after the signature over exactly these fields was right, compared in constant time;
//!   a field given twice, or with a character that sets fields apart, is refused before.
//! - Where the signature does not cover a value of ours, what was delivered is good once, and not for long.
//! - What no session of ours began (a launch from the provider's pages) signs nobody in before the person has
//!   said so on a page of ours, and never connects anything.
//! - The identifier is the signed one. A profile that is fetched besides must have the same.

mod backend;
mod config;
mod departure;
mod description;
mod fields;
mod mac;
mod mac_config;
#[cfg(test)]
mod tests;

pub use crate::protocol::oauth2::{IdentityFrom, OpenId};
pub use crate::protocol::profile::{
    Call, Details, Format, HookSettings, TokenIn, UidField, Verified, When, keep, keep_as, keep_if_present, optional, required,
};
pub use backend::SignedBackend;
pub use description::{Algorithm, Departs, Encoding, Fields, Hooks, Key, Launches, Mac, Proof, Signed, Text};
