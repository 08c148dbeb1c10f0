//! The README's Rust code, compiled as doctests.
#![cfg_attr(doctest, doc = include_str!("../README.md"))]
