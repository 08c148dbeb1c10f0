//! Settings: where they come from, which one wins, and what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod behaviour;
mod building;
mod checking;
mod client_options;
mod documentation;
mod environment;
mod files;
mod messages;
mod providers;
