//! What comes in at a web framework's door and what leaves by it: an adapter turns its framework's
//! request into a [`Request`] and our [`Reply`] into its framework's response, nothing else.

mod reply;
mod request;

pub use reply::{Reply, ReplyBody};
pub use request::{Fetch, Params, Request};
