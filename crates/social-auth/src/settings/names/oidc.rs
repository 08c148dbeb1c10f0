//! Settings of OpenID Connect backends.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "OpenID Connect",
    doc: "Discovery fills in the addresses; set them only where it is wrong or missing.",
    protocols: &["oidc"],
    settings: &[
        setting("OIDC_ENDPOINT", Kind::Url, "The issuer: the address before `/.well-known/openid-configuration`.").or("the provider's"),
        setting("ID_TOKEN_ISSUER", Kind::Text, "The issuer that id tokens must name.").or("the discovery document's"),
        setting("JWKS_URI", Kind::Url, "Where the provider's keys are.").or("the discovery document's"),
        setting("USERINFO_URL", Kind::Url, "Where the profile is.").or("the discovery document's"),
        setting("JWT_ALGORITHMS", Kind::List, "The algorithms by which id tokens may be signed; `HS256` only where named here.")
            .or("RS256"),
        setting("JWT_LEEWAY", Kind::Integer(0), "Seconds by which the provider's clock may differ from ours.").or("0"),
        setting("ID_TOKEN_MAX_AGE", Kind::Seconds, "Seconds after which an id token is too old.").or("600"),
        setting("ACR_VALUES", Kind::Text, "Authentication context classes to ask for, most wanted first."),
        setting("DISPLAY", Kind::Text, "How the provider should show its pages: `page`, `popup`, `touch` or `wap`."),
        setting("PROMPT", Kind::Text, "What the provider should ask for: `none`, `login`, `consent`, `select_account`."),
        setting("MAX_AGE", Kind::Integer(0), "Seconds since the person last gave a password, at most."),
        setting("UI_LOCALES", Kind::Text, "Languages of the provider's pages, most wanted first."),
        setting("LOGIN_HINT", Kind::Text, "The name that the provider should propose."),
        setting("ID_TOKEN_HINT", Kind::Secret, "An id token of the person who should sign in."),
    ],
};
