//! What a provider states about itself: [`Cas`].

use crate::protocol::profile::{Details, Kept, UidField, Verified};
use crate::settings::SettingDecl;

/// A CAS server, or any of them.
///
/// What a server tells is read as `{"user": …, "attributes": {…}}`; an attribute with one value is a text,
/// with several a list of them.
pub struct Cas {
    /// The name in URLs and settings.
    pub name: &'static str,
    /// What the button says.
    pub title: &'static str,
    /// The icon's file name without extension; empty: the name.
    pub icon: &'static str,
    /// Where the provider documents this.
    pub docs: &'static str,
    /// Dotted paths of the classes in Python Social Auth, for `AUTHENTICATION_BACKENDS`.
    pub class_paths: &'static [&'static str],
    /// The address below which `/login` and `/serviceValidate` stand; empty: `SERVER_URL` must say.
    pub server_url: &'static str,
    /// The identifier of a person.
    pub uid: UidField,
    /// Where names and address stand.
    pub details: Details,
    /// Where groups stand.
    pub groups: &'static str,
    /// What is kept with the association.
    pub extra_data: &'static [Kept],
    /// Settings of its own.
    pub settings: &'static [SettingDecl],
}

impl Cas {
    /// The protocol as settings and pages call it.
    pub const PROTOCOL: &str = "cas";

    /// Any server, by the attribute names that are common.
    pub const STANDARD: Cas = Cas {
        name: "",
        title: "",
        icon: "",
        docs: "",
        class_paths: &[],
        server_url: "",
        uid: UidField::Stable("user"),
        details: Details {
            username: "user",
            email: "attributes.mail[0] | attributes.mail | attributes.email[0] | attributes.email",
            // The server's administrator knows whether its addresses are verified; we do not.
            email_verified: Verified::Never,
            fullname: "attributes.displayName[0] | attributes.displayName | attributes.cn[0] | attributes.cn | attributes.name",
            first_name: "attributes.givenName[0] | attributes.givenName | attributes.first_name",
            last_name: "attributes.sn[0] | attributes.sn | attributes.last_name",
            extra: &[],
        },
        groups: "attributes.memberOf | attributes.groups",
        extra_data: &[],
        settings: &[],
    };
}
