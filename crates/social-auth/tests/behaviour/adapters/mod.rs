//! One function a file: translates the recorded input, calls ours, translates the answer back.

mod attributes;
mod disconnect;
mod errors;
mod lookup;
mod mail;
mod names;
mod oauth2;
mod partials;
mod redirects;
mod settings;
mod tokens;
mod users;

use crate::case::{Answer, Case};

/// Answers a case with our own code.
pub type Adapter = fn(&Case) -> Answer;

/// The files that can be replayed. To add one: write its function, name it here.
pub const ADAPTERS: &[(&str, Adapter)] = &[
    ("absolute_uri", redirects::absolute_uri),
    ("append_slash", redirects::append_slash),
    ("associate_by_email", lookup::associate_by_email),
    ("at_hash", tokens::at_hash),
    ("auth_allowed", lookup::auth_allowed),
    ("auth_extra_arguments", oauth2::auth_extra_arguments),
    ("backend_attributes", attributes::backend_attributes),
    ("basic_auth_header", oauth2::basic_auth_header),
    ("build_absolute_uri", redirects::build_absolute_uri),
    ("clean_username", names::clean_username),
    ("code_challenge", oauth2::code_challenge),
    ("create_user", users::create_user),
    ("do_auth", redirects::do_auth),
    ("do_complete", redirects::do_complete),
    ("do_disconnect", disconnect::do_disconnect),
    ("exception_classes", errors::classes),
    ("exception_reasons", errors::reasons),
    ("expiration_timedelta", tokens::expiration_timedelta),
    ("extra_data", oauth2::extra_data),
    ("get_username", users::get_username),
    ("http_error", oauth2::http_error),
    ("id_key", oauth2::id_key),
    ("is_url", redirects::is_url),
    ("normalize_user_names", names::normalize_user_names),
    ("parse_qs", redirects::parse_qs),
    ("partial_pipeline_result", partials::partial_pipeline_result),
    ("provider_error", oauth2::provider_error),
    ("sanitize_redirect", redirects::sanitize_redirect),
    ("scope_argument", oauth2::scope_argument),
    ("setting_name", settings::setting_name),
    ("setting_resolution", settings::setting_resolution),
    ("setting_url", redirects::setting_url),
    ("slugify", names::slugify),
    ("social_names", names::social_names),
    ("social_uid", lookup::social_uid),
    ("social_user", lookup::social_user),
    ("url_add_parameters", redirects::url_add_parameters),
    ("user_details", users::user_details),
    ("validate_email", mail::validate_email),
];
