//! The Rust code of the README and of docs/email.md, compiled as doctests.
#![cfg_attr(doctest, doc = include_str!("../README.md"))]
#![cfg_attr(doctest, doc = include_str!("../docs/email.md"))]
