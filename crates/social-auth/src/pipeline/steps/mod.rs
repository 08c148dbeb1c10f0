//! The built-in steps, one file each.

use std::sync::Arc;

use super::Step;

/// The names of the default authentication pipeline, in order.
pub const DEFAULT_AUTHENTICATION: &[&str] = &[
    "social_details",
    "social_names",
    "social_uid",
    "auth_allowed",
    "social_user",
    "get_username",
    "create_user",
    "associate_user",
    "load_extra_data",
    "user_details",
];

const BUILT_IN: &[(&str, fn() -> Arc<dyn Step>)] = &[];

/// The built-in step of this name.
#[must_use]
pub fn built_in(name: &str) -> Option<Arc<dyn Step>> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, make)| make())
}

/// The names of all built-in steps.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The short name of a step that is given by a dotted Python Social Auth path
/// (`social_core.pipeline.user.create_user`, `social.pipeline.user.create_user`,
/// `social_auth.backends.pipeline.user.create_user`); any other name is its own.
#[must_use]
pub fn short_name(name: &str) -> &str {
    let dotted = name.starts_with("social_core.pipeline.")
        || name.starts_with("social.pipeline.")
        || name.starts_with("social_auth.backends.pipeline.");
    if dotted { name.rsplit('.').next().unwrap_or(name) } else { name }
}
