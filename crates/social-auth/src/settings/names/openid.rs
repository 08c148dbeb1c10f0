//! Settings of OpenID 2.0 and 1.1 backends.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "OpenID 2.0",
    doc: "Neither key nor secret is needed. Addresses that people enter are reached only if they are public ones, and never by a proxy.",
    protocols: &["openid"],
    settings: &[
        setting(
            "OPENID_IDENTIFIER",
            Kind::Url,
            "The address of the one provider to sign in with, or of its discovery document, for the generic `openid`: nobody is asked for an identifier then.",
        ),
        setting("AX_SCHEMA_ATTRS", Kind::Items, "Attributes to ask for by Attribute Exchange: `[type URI, name]`."),
        setting("IGNORE_DEFAULT_AX_ATTRS", Kind::Switch, "Ask for those of `AX_SCHEMA_ATTRS` only.").or("true"),
        setting("AX_EXTRA_DATA", Kind::Items, "Attributes to store: `[type URI, name]`."),
        setting("SREG_ATTR", Kind::Items, "Fields to ask for by Simple Registration: `[field, name]`.")
            .or("`email`, `fullname`, `nickname`"),
        setting("SREG_EXTRA_DATA", Kind::Items, "Fields of Simple Registration to store: `[field, name]`."),
        setting("OPENID_TRUST_ROOT", Kind::Url, "The address that people see at the provider as the one asking.").or("`PUBLIC_URL`"),
        setting("OPENID_IMMEDIATE", Kind::Switch, "Sign in only whom the provider need not ask anything.").or("false"),
        setting("OPENID_PAPE_MAX_AUTH_AGE", Kind::Integer(0), "Seconds since the person last gave a password at the provider, at most."),
        setting("OPENID_PAPE_PREFERRED_AUTH_POLICIES", Kind::List, "Policies (URIs) by which the provider should make sure who it is."),
        setting("OPENID_PAPE_PREFERRED_AUTH_LEVEL_TYPES", Kind::List, "Kinds of assurance levels (URIs) that the provider should tell."),
        setting("OPENID_PORTS", Kind::List, "Ports besides 80 and 443 at which identifiers and providers are reached."),
        setting(
            "OPENID_ALLOW_LOOPBACK",
            Kind::Switch,
            "Reach providers on this machine too, at any port and without TLS: for development.",
        )
        .or("false"),
    ],
};
