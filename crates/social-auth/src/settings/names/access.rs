//! Settings of who may sign in.

use super::Group;
use crate::settings::kind::{Kind, Scope, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc).of(Scope::Both)
}

pub(super) const GROUP: Group = Group {
    title: "Who may sign in",
    doc: "An empty list is no rule. With a rule, a person whose address is missing or malformed may not sign in.",
    protocols: &[],
    settings: &[
        setting("WHITELISTED_EMAILS", Kind::List, "E-mail addresses that may sign in.").or("[]"),
        setting("WHITELISTED_DOMAINS", Kind::List, "Domains whose e-mail addresses may sign in.").or("[]"),
        setting("ALLOW_GROUPS", Kind::List, "Groups of which a person must be in one."),
        setting(
            "REQUIRED_CLAIMS",
            Kind::Table,
            "What the provider must say of a person, each with the values that will do: `{ idp = [\"https://idp.example.edu/shibboleth\"] }`. \
             For the institutions behind a hub, the tenants of Azure (`tid`), the organisations of Auth0 (`org_id`). Without the claim \
             nobody signs in.",
        ),
        setting(
            "GROUPS_MAP",
            Kind::Pairs,
            "For the step sync_groups: the provider's group and the group here. Groups that it does not name are left alone. \
             Without it the provider's names are the names here, and all groups are the provider's to decide.",
        ),
        setting(
            "ASSOCIATE_BY_EMAIL",
            Kind::Choice(&["refuse", "confirm", "verified"]),
            "What the step associate_by_email does about somebody new whose address an account has: refuse the sign-in, have the \
             person sign in to that account first, or connect them if both sides have verified the address.",
        )
        .or("refuse"),
        setting("ALLOW_INACTIVE_USERS_LOGIN", Kind::Switch, "Let people in whose account is switched off.").or("false"),
        setting(
            "ALLOW_UNVERIFIED_LEGACY_UID_MIGRATION",
            Kind::Switch,
            "Believe a provider's former identifier without evidence that it is the same person.",
        )
        .or("false"),
    ],
};
