//! What comes in at a web framework's door and what leaves by it: an adapter turns its framework's
//! request into a [`Request`] and our [`Reply`] into its framework's response, nothing else.

mod active_user;
mod cookie_session;
mod own_cookie;
mod proxies;
mod reply;
mod request;

pub use cookie_session::CookieSession;
pub(crate) use own_cookie::{Reach, full_name, own_cookie};
pub(crate) use proxies::TrustedProxies;
pub use reply::{Reply, ReplyBody};
pub use request::{Fetch, Params, Request};
