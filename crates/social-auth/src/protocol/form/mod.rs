//! Backends that ask nobody but the person, on a form of this site: Python Social Auth's "legacy" ones.
//!
//! What somebody writes into a form proves nothing. So these backends make a *claim*
//! ([`Backend::claim`](crate::backend::Backend::claim)), and nothing starts without a step of the pipeline
//! that proves it.

mod backend;
mod description;

pub use crate::protocol::profile::{Details, Kept, Verified, keep};
pub use backend::FormBackend;
pub use description::{Asks, OwnForm};
