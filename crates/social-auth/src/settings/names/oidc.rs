//! Settings of OpenID Connect backends.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

const KEY_MANAGEMENT: Kind = Kind::Choice(&["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"]);
const CONTENT_ENCRYPTION: Kind = Kind::Choice(&["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"]);

pub(super) const GROUP: Group = Group {
    title: "OpenID Connect",
    doc: "Discovery fills in the addresses; set them only where it is wrong or missing.",
    protocols: &["oidc"],
    settings: &[
        setting("OIDC_ENDPOINT", Kind::Url, "The issuer: the address before `/.well-known/openid-configuration`.").or("the provider's"),
        setting("ID_TOKEN_ISSUER", Kind::List, "The issuer that id tokens must name, or several of which one.")
            .or("the discovery document's"),
        setting("OPENID_CONFIGURATION_URL", Kind::Url, "Where the discovery document is, if not below the issuer.").or("the provider's"),
        setting("JWKS_URI", Kind::Url, "Where the provider's keys are.").or("the discovery document's"),
        setting("USERINFO_URL", Kind::Url, "Where the profile is.").or("the discovery document's"),
        setting("END_SESSION_URL", Kind::Url, "Where the browser is sent to sign out at the provider.").or("the discovery document's"),
        setting("JWT_ALGORITHMS", Kind::List, "The algorithms by which id tokens may be signed; `HS256` only where named here.")
            .or("RS256"),
        setting("JWT_LEEWAY", Kind::Integer(0), "Seconds by which the provider's clock may differ from ours.").or("1"),
        setting("ID_TOKEN_MAX_AGE", Kind::Seconds, "Seconds after which an id token is too old.").or("600"),
        setting("TRUSTED_AUDIENCES", Kind::List, "Audiences that an id token may have besides us."),
        setting("TOKEN_NONCE_OPTIONAL", Kind::Switch, "Let id tokens without a nonce in at token sign-in.").or("false"),
        setting("USE_NONCE", Kind::Switch, "Tie the id token to this sign-in by a nonce.").or("the provider's"),
        setting(
            "CLAIMS",
            Kind::Table,
            "Claims to ask for one by one, as the `claims` parameter has them: `{ userinfo = { … }, id_token = { … } }`.",
        ),
        setting("ACR_VALUES", Kind::List, "Authentication context classes to ask for, most wanted first."),
        setting("ACR_VALUES_ESSENTIAL", Kind::Switch, "Refuse who did not authenticate by one of `ACR_VALUES`.").or("false"),
        setting("DISPLAY", Kind::Text, "How the provider should show its pages: `page`, `popup`, `touch` or `wap`."),
        setting("PROMPT", Kind::List, "What the provider should ask for: `none`, `login`, `consent`, `select_account`."),
        setting("MAX_AGE", Kind::Integer(0), "Seconds since the person last gave a password, at most."),
        setting("UI_LOCALES", Kind::List, "Languages of the provider's pages, most wanted first."),
        setting("LOGIN_HINT", Kind::Text, "The name that the provider should propose."),
        setting("ID_TOKEN_HINT", Kind::Secret, "An id token of the person who should sign in."),
        setting(
            "ID_TOKEN_ENCRYPTED_RESPONSE_ALG",
            KEY_MANAGEMENT,
            "Id tokens must be encrypted to one of `PRIVATE_KEYS` by this algorithm.",
        )
        .or("they are not encrypted"),
        setting("ID_TOKEN_ENCRYPTED_RESPONSE_ENC", CONTENT_ENCRYPTION, "How their content is encrypted.").or("A128CBC-HS256"),
        setting("USERINFO_SIGNED_RESPONSE_ALG", Kind::Text, "Userinfo must be signed by this algorithm.")
            .or("it may be, by one of `JWT_ALGORITHMS`"),
        setting(
            "USERINFO_ENCRYPTED_RESPONSE_ALG",
            KEY_MANAGEMENT,
            "Userinfo must be encrypted to one of `PRIVATE_KEYS` by this algorithm.",
        )
        .or("it is not encrypted"),
        setting("USERINFO_ENCRYPTED_RESPONSE_ENC", CONTENT_ENCRYPTION, "How its content is encrypted.").or("A128CBC-HS256"),
        setting(
            "AUTHORIZATION_SIGNED_RESPONSE_ALG",
            Kind::Text,
            "The algorithm by which answers of a `RESPONSE_MODE` with `jwt` are signed.",
        )
        .or("one of `JWT_ALGORITHMS`"),
        setting(
            "AUTHORIZATION_ENCRYPTED_RESPONSE_ALG",
            KEY_MANAGEMENT,
            "Such answers must be encrypted to one of `PRIVATE_KEYS` by this algorithm.",
        )
        .or("they are not encrypted"),
        setting("AUTHORIZATION_ENCRYPTED_RESPONSE_ENC", CONTENT_ENCRYPTION, "How their content is encrypted.").or("A128CBC-HS256"),
        setting("REGISTRATION_ENDPOINT", Kind::Url, "Where `social-auth register` registers this client (RFC 7591).")
            .or("the discovery document's"),
        setting("INITIAL_ACCESS_TOKEN", Kind::Secret, "What the provider wants to see there."),
    ],
};
