//! What such a backend states about itself: [`OwnForm`].

use crate::protocol::profile::{Details, Kept};

/// A backend that asks the person on a form of this site.
pub struct OwnForm {
    /// The name in URLs and settings.
    pub name: &'static str,
    /// What the button says.
    pub title: &'static str,
    /// The icon's file name without extension; empty: the name.
    pub icon: &'static str,
    /// Where this is documented.
    pub docs: &'static str,
    /// Dotted paths of the classes in Python Social Auth, for `AUTHENTICATION_BACKENDS`.
    pub class_paths: &'static [&'static str],
    /// What is asked for; it becomes the identifier.
    pub asks: Asks,
    /// Whether the step `mail_validation` concerns new people of this backend.
    pub requires_email_validation: bool,
    /// Where names and address stand.
    pub details: Details,
    /// What is kept with the association.
    pub extra_data: &'static [Kept],
}

/// What a form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// An e-mail address, in the field `email`.
    Email,
    /// A user name, in the field `username`.
    Username,
}

impl Asks {
    /// The name of the field.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Asks::Email => "email",
            Asks::Username => "username",
        }
    }
}

impl OwnForm {
    /// The protocol as settings and pages call it.
    pub const PROTOCOL: &str = "form";

    /// What the others begin with: the names that a form may ask for besides.
    pub const BASE: OwnForm = OwnForm {
        name: "",
        title: "",
        icon: "",
        docs: "",
        class_paths: &[],
        asks: Asks::Email,
        requires_email_validation: false,
        details: Details {
            username: "username | email:before(@)",
            email: "email",
            fullname: "fullname",
            first_name: "first_name",
            last_name: "last_name",
            ..Details::NONE
        },
        extra_data: &[],
    };
}
