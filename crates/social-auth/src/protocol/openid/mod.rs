//! OpenID Authentication 2.0 and 1.1 as a relying party, with Simple Registration, Attribute Exchange and
//! PAPE.
//!
//! Answers are tied to the attempt by its state, which travels inside the signed `return_to`; the attempt
//! is claimed once, and so is every `response_nonce` with it.

mod ask;
mod association;
mod backend;
mod config;
mod description;
mod discovery;
mod extension;
mod html;
mod identifier;
mod shelf;
mod signed;
mod verify;
mod xrds;

pub use crate::protocol::profile::{Call, Details, HookSettings, TokenIn, UidField, Verified, optional, required};
pub use backend::OpenIdBackend;
pub(crate) use description::complete_names;
pub use description::{Attributes, AxAttribute, Hooks, Identifier, OpenId};

/// The namespace of OpenID 2.0 messages.
const NS_2_0: &str = "http://specs.openid.net/auth/2.0";

/// What is asked for when the provider lets the person choose (section 10.1).
const IDENTIFIER_SELECT: &str = "http://specs.openid.net/auth/2.0/identifier_select";
