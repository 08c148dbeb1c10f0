//! Settings of e-mail: whose address is to be proved, and who sends the letters.

use super::Group;
use crate::settings::kind::{Kind, Scope, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc).of(Scope::Both)
}

const fn of_site(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc).of(Scope::Site)
}

pub(super) const GROUP: Group = Group {
    title: "E-mail",
    doc: "For the step `mail_validation`; what sends letters has the names that Django has for it.",
    protocols: &[],
    settings: &[
        setting(
            "FORCE_EMAIL_VALIDATION",
            Kind::Switch,
            "Nobody gets an account before they have proved, by a link in a letter, that they read their address. An address that the \
             provider has verified needs no letter; whoever has none is asked for one.",
        )
        .or("false"),
        SettingDecl::new("REQUIRES_EMAIL_VALIDATION", Kind::Switch, "The same as a property of one backend; `email` has it.").or("false"),
        setting(
            "PASSWORDLESS",
            Kind::Switch,
            "Where addresses are validated: send a link for every sign-in, not only for the first, and ask for no password.",
        )
        .or("false"),
        setting("EMAIL_VALIDATION_URL", Kind::Target, "The page that says that a letter was sent.").or("a page of our own"),
        setting("EMAIL_VALIDATION_EXPIRED_THRESHOLD", Kind::Integer(0), "Seconds that the link in a letter is good for; 0 is for ever.")
            .or("604800"),
        of_site("EMAIL_BACKEND", Kind::Text, "What sends letters: `smtp`, or while developing `console` or `file`.")
            .or("smtp if there is an EMAIL_HOST"),
        of_site("EMAIL_HOST", Kind::Text, "The mail server."),
        of_site("EMAIL_PORT", Kind::Integer(1), "Its port.").or("587; 465 with EMAIL_USE_SSL; 25 without either"),
        of_site("EMAIL_HOST_USER", Kind::Text, "The name to sign in there with."),
        of_site("EMAIL_HOST_PASSWORD", Kind::Secret, "The password that goes with it."),
        of_site("EMAIL_USE_TLS", Kind::Switch, "Begin TLS by STARTTLS, and send nothing without it.").or("true unless on this machine"),
        of_site("EMAIL_USE_SSL", Kind::Switch, "Speak TLS from the first byte.").or("false"),
        of_site("EMAIL_TIMEOUT", Kind::Timeout, "Seconds that the mail server may take.").or("10"),
        of_site("EMAIL_FILE_PATH", Kind::File, "The folder that `EMAIL_BACKEND = \"file\"` writes letters into."),
        of_site("DEFAULT_FROM_EMAIL", Kind::Text, "The sender of letters.").or("EMAIL_HOST_USER, if that is an address"),
        of_site("EMAIL_TEMPLATES", Kind::File, "A folder of templates in the place of the built-in letters."),
    ],
};
