//! Settings of the server program.

use super::Group;
use crate::settings::kind::{Kind, Scope, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc).of(Scope::Server)
}

pub(super) const GROUP: Group = Group {
    title: "The site and its server",
    doc: "At the top of the settings file, before the first `[table]`.",
    protocols: &[],
    settings: &[
        setting("PUBLIC_URL", Kind::Url, "The address by which browsers and providers reach this site; needed unless on loopback."),
        setting(
            "RATE_LIMITS",
            Kind::Table,
            "How often a client's address may `begin`, `complete`, sign in with a `token`, begin a sign-in on a `device`, try a password \
             (`password_address`) and have letters sent (`letter_address`); how often a password may be tried for one account \
             (`password_account`); how many letters go to one mailbox (`letter_mailbox`). `\"20/m\"` is 20 a minute, `\"10/5m\"` ten in five, \
             with `s`, `m`, `h` and `d`; `\"off\"` is no limit. Clients on this machine are not counted. Letters are counted in the \
             database, everything else by each process.",
        )
        .or("{ begin = \"120/m\", complete = \"120/m\", token = \"120/m\", device = \"30/m\", password_address = \"20/m\", password_account = \
             \"10/5m\", letter_address = \"30/h\", letter_mailbox = \"5/h\" }"),
        setting("PASSWORD_MIN_LENGTH", Kind::Integer(1), "The fewest characters of a password that somebody chooses here.").or("8"),
        setting(
            "PASSWORD_HASHER",
            Kind::Choice(&["argon2", "pbkdf2_sha256"]),
            "How passwords are stored, in Django's formats; both are read. A Django that shares the database reads `argon2` only where it \
             has `argon2-cffi`.",
        )
        .or("argon2"),
        setting("ENCRYPT_TOKENS", Kind::Switch, "Encrypt stored tokens with `SECRET_KEY`. Off where Django reads them too.")
            .or("false; on for a database of the server's own"),
        setting("ALLOW_INSECURE_PUBLIC_URL", Kind::Switch, "Let `PUBLIC_URL` be http: for a test network, never for people.").or("false"),
        setting(
            "SECRET_KEY",
            Kind::Secrets,
            "Seals cookies: 32 random characters or more. A list to rotate it: the newest first, the older ones are still opened.",
        ),
        setting("LISTEN", Kind::Text, "Address and port to listen on.").or("127.0.0.1:8080"),
        setting("READ_TIMEOUT", Kind::Integer(1), "Seconds that a request may take to arrive, and a connection be kept open without one.")
            .or("30"),
        setting("MOUNT", Kind::Text, "The path below which the addresses of sign-in are.").or("/"),
        setting("DATABASE_URL", Kind::Secret, "The database.").or("sqlite://social-auth.db"),
        setting("TRUSTED_PROXIES", Kind::List, "Addresses, or networks, of the proxies whose forwarded headers are believed.").or("[]"),
        setting("LOG", Kind::Text, "What is logged: `error`, `warn`, `info`, `debug`, `trace`, or that by module.").or("info"),
        setting("LOG_FORMAT", Kind::Choice(&["text", "json"]), "How it is logged: lines for people, or JSON.").or("text"),
        setting("ENV", Kind::Text, "`production` keeps the development identity provider from running."),
        setting("CONFIG", Kind::File, "The settings file, as an environment variable.").or("social-auth.toml"),
    ],
};
