//! CAS 1, 2 and 3: the browser brings a service ticket, which the server exchanges for who it is.
//! <https://apereo.github.io/cas/7.3.x/protocol/CAS-Protocol-Specification.html>
//!
//! A ticket is good for one service address only. Ours carries the state of the attempt, so that a ticket
//! which was made for another sign-in, another site or another browser is refused by the server as well as
//! by us. Tickets that a service obtained for somebody (proxy tickets) are refused.

mod answer;
mod backend;
mod config;
mod description;
mod logout;

pub use crate::protocol::profile::{Details, UidField, Verified, keep, keep_as, optional, required};
pub use backend::CasBackend;
pub use description::Cas;
