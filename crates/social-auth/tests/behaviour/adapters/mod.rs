//! One function a file: translates the recorded input, calls ours, translates the answer back.

mod errors;
mod lookup;
mod names;
mod redirects;
mod settings;
mod users;

use crate::case::{Answer, Case};

/// Answers a case with our own code.
pub type Adapter = fn(&Case) -> Answer;

/// The files that can be replayed. To add one: write its function, name it here.
pub const ADAPTERS: &[(&str, Adapter)] = &[
    ("absolute_uri", redirects::absolute_uri),
    ("append_slash", redirects::append_slash),
    ("auth_allowed", lookup::auth_allowed),
    ("build_absolute_uri", redirects::build_absolute_uri),
    ("clean_username", names::clean_username),
    ("create_user", users::create_user),
    ("do_auth", redirects::do_auth),
    ("do_complete", redirects::do_complete),
    ("exception_classes", errors::classes),
    ("exception_reasons", errors::reasons),
    ("get_username", users::get_username),
    ("is_url", redirects::is_url),
    ("normalize_user_names", names::normalize_user_names),
    ("parse_qs", redirects::parse_qs),
    ("sanitize_redirect", redirects::sanitize_redirect),
    ("setting_name", settings::setting_name),
    ("setting_resolution", settings::setting_resolution),
    ("setting_url", redirects::setting_url),
    ("slugify", names::slugify),
    ("social_names", names::social_names),
    ("social_uid", lookup::social_uid),
    ("social_user", lookup::social_user),
    ("url_add_parameters", redirects::url_add_parameters),
    ("user_details", users::user_details),
];
