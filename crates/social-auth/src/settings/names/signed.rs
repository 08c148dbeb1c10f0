//! Settings of backends whose callback carries its own proof.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "Signed callbacks",
    doc: "Fields that a provider signs with a shared secret. A provider that is known here needs none of these but `SIGNATURE_MAX_AGE` and \
          `ALLOW_LAUNCHES`; for any other, `protocol = \"signed\"`.",
    protocols: &["signed"],
    settings: &[
        setting("RETURN_PARAMETER", Kind::Text, "The parameter of `AUTHORIZATION_URL` that gets our callback.").or("return_to"),
        setting(
            "SIGNED_TEXT",
            Kind::Choice(&["lines", "query", "payload", "values"]),
            "What is signed: sorted lines `name=value`, a sorted \
                query, the payload as delivered, or the values of `SIGNED_FIELDS`.",
        )
        .or("query"),
        setting("SIGNED_FIELDS", Kind::List, "The fields whose values are signed, in their order, where `SIGNED_TEXT` is `values`."),
        setting("SIGNED_SEPARATOR", Kind::Text, "The one character between those values.").or("a line feed"),
        setting("SIGNED_PREFIX", Kind::Text, "Sign only parameters whose names begin so."),
        setting("PAYLOAD_PARAMETER", Kind::Text, "The parameter that holds the fields as a query in base64."),
        setting("SIGNATURE_PARAMETER", Kind::Text, "The parameter with the signature.").or("signature"),
        setting("SIGNATURE_ENCODING", Kind::Choice(&["hex", "base64", "base64url"]), "How it is written.").or("hex"),
        setting("SIGNATURE_ALGORITHM", Kind::Choice(&["hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1"]), "How it is made.")
            .or("hmac-sha256"),
        setting(
            "SIGNATURE_KEY",
            Kind::Choice(&["plain", "sha256", "labelled"]),
            "What the key is: `SECRET`, its SHA-256, or its HMAC by a label.",
        )
        .or("plain"),
        setting("SIGNATURE_KEY_LABEL", Kind::Text, "That label."),
        setting("SIGNATURE_TIME_FIELD", Kind::Text, "The signed field that says when it was signed, in Unix seconds."),
        setting("SIGNATURE_EXPIRES_FIELD", Kind::Text, "The signed field that says until when it is good, in Unix seconds."),
        setting("SIGNATURE_MAX_AGE", Kind::Seconds, "For how many seconds a signature is good, a day at most.").or("the provider's"),
        setting("NONCE_FIELD", Kind::Text, "The signed field that repeats the nonce of our own signed request."),
        setting(
            "ALLOW_LAUNCHES",
            Kind::Switch,
            "Whether a sign-in may begin on the provider's own pages; the person is asked on a page of ours before anything happens.",
        )
        .or("the provider's"),
    ],
};
