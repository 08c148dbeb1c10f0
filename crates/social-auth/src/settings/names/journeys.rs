//! Settings of the journeys: where browsers go, how long a sign-in may take.

use super::Group;
use crate::settings::kind::{Kind, Scope, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc).of(Scope::Both)
}

pub(super) const GROUP: Group = Group {
    title: "Signing in and out",
    doc: "For the site, or for one backend in its table.",
    protocols: &[],
    settings: &[
        setting("LOGIN_REDIRECT_URL", Kind::Target, "Where a person goes after signing in, unless `next` says otherwise.").or("/"),
        setting("LOGIN_ERROR_URL", Kind::Target, "Where a person goes when it failed.").or("`LOGIN_URL`"),
        setting("LOGIN_URL", Kind::Target, "The page with the buttons."),
        setting("NEW_USER_REDIRECT_URL", Kind::Target, "Where a person goes whose account was just made; `next` does not win over it."),
        setting("NEW_ASSOCIATION_REDIRECT_URL", Kind::Target, "Where a person goes who connected another account."),
        setting("DISCONNECT_REDIRECT_URL", Kind::Target, "Where a person goes after disconnecting an account."),
        setting("LOGOUT_REDIRECT_URL", Kind::Target, "Where a person goes after signing out, unless `next` says otherwise.")
            .or("`LOGIN_URL`"),
        setting(
            "LOGOUT_AT_PROVIDER",
            Kind::Switch,
            "End the session at the provider too when a person signs out, where the provider has a place for that.",
        )
        .or("false"),
        setting("POST_LOGOUT_REDIRECT_URI", Kind::Url, "Where the provider sends the browser after that; to be registered with it.")
            .or("`logout/complete/` of this site"),
        setting("INACTIVE_USER_URL", Kind::Target, "Where a person goes whose account is switched off."),
        setting("SANITIZE_REDIRECTS", Kind::Switch, "Refuse a `next` that leads to another site.").or("true"),
        setting("ALLOWED_REDIRECT_HOSTS", Kind::List, "Hosts besides this one that `next` may lead to.").or("[]"),
        setting("ALLOWED_REDIRECT_SCHEMES", Kind::List, "Schemes that `next` may have; add a native application's own here.")
            .or("[\"http\", \"https\"]"),
        setting("REDIRECT_IS_HTTPS", Kind::Switch, "Tell providers that our own addresses are https whatever we see.").or("false"),
        setting("FIELDS_STORED_IN_SESSION", Kind::List, "Parameters of the request that begins a sign-in which the pipeline gets to see.")
            .or("[]"),
        setting("LOGIN_METHODS", Kind::List, "Methods by which a sign-in may be begun: `GET`, `POST`.").or("[\"GET\", \"POST\"]"),
        setting("API_TOKEN_LIFETIME", Kind::Seconds, "Seconds that a token of ours is good for after a token sign-in.").or("1209600"),
        SettingDecl::new(
            "API_TOKEN_FORMAT",
            Kind::Choice(&["opaque", "jwt"]),
            "What a token of ours is: random characters, or a JWT (RFC 9068) that other services verify with `.well-known/jwks.json`.",
        )
        .of(Scope::Site)
        .or("opaque"),
        SettingDecl::new("API_TOKEN_AUDIENCE", Kind::Text, "For whom such a JWT is (`aud`).").of(Scope::Site).or("`PUBLIC_URL`"),
        SettingDecl::new(
            "API_TOKEN_SIGNING_KEY",
            Kind::Secrets,
            "The private key in PEM, on P-256, that signs such JWTs, or several: the first signs, all verify.",
        )
        .of(Scope::Site)
        .or("keys made from each `SECRET_KEY`"),
        setting("PARTIAL_LIFETIME", Kind::Seconds, "Seconds that a paused pipeline is kept.").or("604800"),
        setting("STATE_LIFETIME", Kind::Seconds, "Seconds from begin to complete.").or("900"),
        setting("SESSION_EXPIRATION", Kind::Switch, "End the session when the provider's token, or its own session, expires.").or("false"),
        setting("MAX_SESSION_LENGTH", Kind::Seconds, "Seconds after a sign-in at which its session ends, whoever uses it.")
            .or("no such limit"),
        setting(
            "REMEMBER_SESSION_NAME",
            Kind::Text,
            "The parameter, such as `keep`, by which a person asks to stay signed in after closing the browser. Without this setting everybody does.",
        ),
        setting("SESSION_COOKIE_AGE", Kind::Seconds, "Seconds that a session lasts when nobody uses it.").or("1209600"),
        setting(
            "RAISE_EXCEPTIONS",
            Kind::Switch,
            "Leave errors to the application: no redirect and no page, only a status, and the error itself with the response.",
        )
        .or("false"),
        setting("PIPELINE", Kind::List, "The steps of a sign-in, by name or by Python path.").or("the default pipeline"),
        setting("DISCONNECT_PIPELINE", Kind::List, "The steps of a disconnection, by name or by Python path.")
            .or("[\"allowed_to_disconnect\", \"get_entries\", \"revoke_tokens\", \"disconnect\"]"),
    ],
};
