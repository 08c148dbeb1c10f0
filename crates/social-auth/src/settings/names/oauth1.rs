//! Settings of OAuth 1.0a backends, besides those that they share with OAuth 2.0.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "OAuth 1.0a",
    doc: "Each provider has its own; set them to reach another installation, or for the generic `oauth1`.",
    protocols: &["oauth1"],
    settings: &[
        setting("REQUEST_TOKEN_URL", Kind::Url, "Where request tokens come from.").or("the provider's"),
        setting("REQUEST_TOKEN_METHOD", Kind::Choice(&["GET", "POST"]), "How they are asked for.").or("the provider's"),
        setting("REQUEST_TOKEN_EXTRA_ARGUMENTS", Kind::Pairs, "Further parameters of that request."),
        setting(
            "SIGNATURE_METHOD",
            Kind::Choice(&["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"]),
            "How requests are signed; `RSA-SHA1` with a key of `PRIVATE_KEYS` in place of `SECRET`, `PLAINTEXT` over TLS only.",
        )
        .or("the provider's"),
        setting(
            "SIGNATURE_TYPE",
            Kind::Choice(&["AUTH_HEADER", "QUERY", "BODY"]),
            "Where the parameters of the protocol stand: in `Authorization`, in the query, or in the form of a `POST`.",
        )
        .or("the provider's"),
    ],
};
