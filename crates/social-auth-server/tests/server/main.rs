//! The built program, started on a free port and used as browsers, programs and operators use it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api_token;
mod bad_provider;
mod bad_start;
mod commands;
mod journeys;
mod keys;
mod life;
mod limits;
mod mail;
mod openid_connect_page;
mod pages;
mod program;
mod readme;
mod sessions;
mod visitor;
