//! The storage on SQLite.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod django;
mod failures;
mod file;
mod kit;
mod migrate;
