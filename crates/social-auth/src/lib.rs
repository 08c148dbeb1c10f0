//! Social sign-in for Rust.

mod api_token;
pub mod attempt;
pub mod backend;
mod backends_of;
mod builder;
pub mod clock;
pub mod email;
pub mod error;
pub mod expiry;
pub mod flow;
pub mod http;
pub mod identity;
pub mod jose;
pub mod names;
pub mod pipeline;
pub mod protocol;
pub mod provider;
pub mod redirect;
pub mod seal;
mod secret;
pub mod select;
pub mod session;
pub mod settings;
mod social_auth;
pub mod storage;
pub mod template;
pub mod username;
pub mod web;

pub use api_token::ApiToken;
pub use backends_of::{BackendsOf, Connected};
pub use builder::{BuildError, Builder};
pub use error::{Error, Reason, Result};
pub use secret::{Secret, constant_time_eq};
pub use social_auth::SocialAuth;
