//! The one place that decides where a browser may be sent, and what its addresses look like.

mod build;

pub use build::append_slash;
