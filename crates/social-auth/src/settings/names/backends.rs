//! Settings of every backend.

use super::Group;
use crate::settings::kind::{Kind, Scope, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "Backends",
    doc: "A table `[backends.<name>]` switches a backend on. `provider` names the provider that it is an instance of, if that is \
          another name; `protocol` (`oauth2` or `oidc`) makes one of a provider that we do not know.",
    protocols: &[],
    settings: &[
        setting(
            "AUTHENTICATION_BACKENDS",
            Kind::List,
            "Backends to switch on, by name or by Python class path, in the order of the buttons.",
        )
        .of(Scope::Site),
        setting("KEY", Kind::Text, "The client id (or key) that the provider gave you."),
        setting("SECRET", Kind::Secret, "The client secret that the provider gave you."),
        setting("TITLE", Kind::Text, "What the button says.").or("the provider's title"),
        setting("SCOPE", Kind::List, "Further scopes to ask for."),
        setting("IGNORE_DEFAULT_SCOPE", Kind::Switch, "Ask for the scopes of `SCOPE` only.").or("false"),
        setting("AUTH_EXTRA_ARGUMENTS", Kind::Pairs, "Further parameters of the address where the browser is sent to sign in."),
        setting(
            "AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST",
            Kind::List,
            "Which of `AUTH_EXTRA_ARGUMENTS` the address that begins a sign-in may replace; and it may add `login_hint`, \
             `ui_locales`, `prompt`, `display`, `max_age`, `acr_values` or `id_token_hint` where they are named here.",
        ),
        setting(
            "EXTRA_DATA",
            Kind::Items,
            "Further fields of the provider's answer to store: names, or `[name, alias, discard if empty]`.",
        ),
        setting("GET_ALL_EXTRA_DATA", Kind::Switch, "Store the whole answer of the provider.").or("false"),
        setting("ID_KEY", Kind::Text, "The field of the provider's answer that identifies the person.").or("the provider's"),
        setting("LEGACY_ID_KEYS", Kind::List, "Fields that identified the person formerly: accounts known by them are moved.")
            .or("the provider's"),
        setting(
            "DETAILS",
            Kind::Pairs,
            "Where `username`, `email`, `email_verified`, `fullname`, `first_name`, `last_name` stand in the answer.",
        )
        .or("the provider's"),
        setting("USERNAME_KEY", Kind::Text, "The field of the provider's answer that becomes the user name.").or("the provider's"),
        setting("EMAIL_KEY", Kind::Text, "The field that becomes the e-mail address.").or("the provider's"),
        setting("FULLNAME_KEY", Kind::Text, "The field that becomes the full name.").or("the provider's"),
        setting("FIRST_NAME_KEY", Kind::Text, "The field that becomes the first name.").or("the provider's"),
        setting("LAST_NAME_KEY", Kind::Text, "The field that becomes the last name.").or("the provider's"),
        setting("GROUPS_KEY", Kind::Text, "The field that has the person's groups."),
        setting("GROUPS_MISSING_AS_EMPTY", Kind::Switch, "Take it for membership in no group when the answer lacks that field.")
            .or("true with `GROUPS_KEY`"),
        setting("ASSOCIATION_ONLY", Kind::Switch, "Only connect this to accounts that exist; never sign in or up with it.")
            .or("the provider's"),
        setting("REVOKE_TOKENS_ON_DISCONNECT", Kind::Switch, "Revoke the provider's token when an account is disconnected.").or("false"),
    ],
};
