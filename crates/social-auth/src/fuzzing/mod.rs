//! What the targets of `fuzz/` run: everything that reads what strangers send. Each function is given any bytes and says
//! whether they were taken for good; it panics when something was taken that nobody signed, or when our code does.
//!
//! The test of this module runs all of `fuzz/seeds` through them, so that they hold without a fuzzer too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "panicking is how a target tells what it found")]

mod answers;
mod jose;
mod openid;
mod redirect;
mod signed;
#[cfg(test)]
mod tests;
mod world;

pub use answers::oauth_answer;
pub use jose::jose;
pub use openid::{openid_answer, openid_discovery};
pub use redirect::redirect;
pub use signed::signed_callback;

use crate::protocol::saml::fuzzing as saml;

/// A target: any bytes in, whether they were taken for good out.
pub type Target = fn(&[u8]) -> bool;

/// All of them by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("saml_response", saml_response),
    ("saml_logout", saml_logout),
    ("saml_metadata", saml_metadata),
    ("jose", jose),
    ("openid_answer", openid_answer),
    ("openid_discovery", openid_discovery),
    ("redirect", redirect),
    ("signed_callback", signed_callback),
    ("oauth_answer", oauth_answer),
];

/// A SAML answer.
pub fn saml_response(data: &[u8]) -> bool {
    saml::response(data)
}

/// A SAML message about signing out. The first byte: 1 by form, 2 an answer.
pub fn saml_logout(data: &[u8]) -> bool {
    saml::logout(data)
}

/// SAML metadata.
pub fn saml_metadata(data: &[u8]) -> bool {
    saml::metadata(data)
}
