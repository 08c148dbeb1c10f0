//! An e-mail address, asked for on a form of this site.

use crate::protocol::form::{Asks, OwnForm, keep};

/// The address is the identifier. Whose it is proves a step of the pipeline: `password`, or validation by mail.
pub const EMAIL: OwnForm = OwnForm {
    name: "email",
    title: "E-mail",
    docs: "https://python-social-auth.readthedocs.io/en/latest/backends/email.html",
    class_paths: &["social_core.backends.email.EmailAuth", "social.backends.email.EmailAuth"],
    asks: Asks::Email,
    requires_email_validation: true,
    extra_data: &[keep("email")],
    ..OwnForm::BASE
};
