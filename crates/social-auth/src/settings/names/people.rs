//! Settings of how accounts are made and kept up to date.

use super::Group;
use crate::settings::kind::{Kind, Scope, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc).of(Scope::Both)
}

pub(super) const GROUP: Group = Group {
    title: "Accounts",
    doc: "How accounts are made and kept up to date.",
    protocols: &[],
    settings: &[
        setting("FIRSTLAST_FROM_FULL", Kind::Switch, "Make first and last name from the full name where they are missing.").or("true"),
        setting("FULL_FROM_FIRSTLAST", Kind::Switch, "Make the full name from first and last name where it is missing.").or("true"),
        setting("USERNAME_IS_FULL_EMAIL", Kind::Switch, "Take the whole e-mail address as user name.").or("false"),
        setting("UUID_LENGTH", Kind::Integer(0), "Characters added to a user name that is taken.").or("16"),
        setting("USERNAME_MAX_LENGTH", Kind::Integer(1), "The longest user name, in characters.").or("150"),
        setting("CLEAN_USERNAMES", Kind::Switch, "Drop from user names what does not belong there.").or("true"),
        setting("SLUGIFY_USERNAMES", Kind::Switch, "Make user names fit for URLs.").or("false"),
        setting("CLEAN_USERNAME_FUNCTION", Kind::Text, "The built-in function that cleans user names, by name or Python path.")
            .or("clean_username"),
        setting("SLUGIFY_FUNCTION", Kind::Text, "The built-in function that makes user names fit for URLs, by name or Python path.")
            .or("slugify"),
        setting("USER_FIELDS", Kind::List, "Details that a new account is made with.").or("[\"username\", \"email\"]"),
        setting("PROTECTED_USER_FIELDS", Kind::List, "Fields that later sign-ins do not change, besides those that never change.").or("[]"),
        setting("NO_DEFAULT_PROTECTED_USER_FIELDS", Kind::Switch, "Protect the fields of `PROTECTED_USER_FIELDS` only.").or("false"),
        setting("IMMUTABLE_USER_FIELDS", Kind::List, "Fields that are filled once and then never change.").or("[]"),
        setting("USER_FIELD_MAPPING", Kind::Pairs, "Details whose field of the account has another name.").or("{}"),
        setting(
            "ACCOUNT_MERGE",
            Kind::Choice(&["refuse", "deactivate", "delete"]),
            "What happens when a person who is signed in connects what belongs to another account: it is refused, or they are offered \
             to make the two accounts one, and the other is switched off or deleted.",
        )
        .or("refuse"),
        setting("ACCOUNT_MERGE_URL", Kind::Target, "The page that makes that offer (`SocialAuth::open_question`).").or("a page of ours"),
        setting("FORCE_EMAIL_LOWERCASE", Kind::Switch, "Store e-mail addresses in lower case.").or("false"),
    ],
};
