//! An application on axum, from the adapter kit's side and from its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod kit;
mod lent;
mod pages;
