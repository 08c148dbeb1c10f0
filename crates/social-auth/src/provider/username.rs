//! A user name, asked for on a form of this site.

use crate::protocol::form::{Asks, OwnForm, keep};

/// The name is the identifier. Whose it is proves a step of the pipeline, such as `password`; mail to an
/// address that was entered beside it proves nothing about the name.
pub const USERNAME: OwnForm = OwnForm {
    name: "username",
    title: "User name",
    docs: "https://python-social-auth.readthedocs.io/en/latest/backends/username.html",
    class_paths: &["social_core.backends.username.UsernameAuth", "social.backends.username.UsernameAuth"],
    asks: Asks::Username,
    extra_data: &[keep("username")],
    ..OwnForm::BASE
};
