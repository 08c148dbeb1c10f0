//! Names of people and users, whatever the providers send.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use social_auth::email::{Mailbox, is_allowed};
use social_auth::error::Reason;
use social_auth::names::Names;
use social_auth::settings::{AllowedSettings, FlowSettings, NameSettings, Settings, UsernameSettings};
use social_auth::storage::{MemoryStorage, NewUser, UserStorage};
use social_auth::username::{choose, clean, slugify};

fn rules(max_length: usize, uuid_length: usize, slugify: bool) -> UsernameSettings {
    let defaults = FlowSettings::resolve(&Settings::new().of_site()).unwrap().username;
    UsernameSettings { max_length, uuid_length, slugify, ..defaults }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn taken(names: &[&str]) -> MemoryStorage {
    let storage = MemoryStorage::new();
    for name in names {
        wait(storage.create_user(&NewUser { username: (*name).to_owned(), ..NewUser::default() })).unwrap();
    }
    storage
}

fn random() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

#[test]
fn without_a_suffix_a_taken_name_still_leads_to_a_free_one() {
    let users = taken(&["ada"]);
    let name = wait(choose(Some("ada"), &rules(150, 0, false), &users, &[], &mut random)).unwrap();
    assert!(name.len() == 3 + 32 && name.starts_with("ada"), "{name}");
}

#[test]
fn a_suffix_longer_than_the_column_is_cut_and_not_the_column() {
    let users = taken(&["adalo"]);
    let name = wait(choose(Some("adalovelace"), &rules(5, 16, false), &users, &[], &mut random)).unwrap();
    assert_eq!(name.len(), 5);
    assert_ne!(name, "adalo");
}

#[test]
fn when_every_name_is_taken_it_ends_with_an_error() {
    let users = taken(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"]);
    let error = wait(choose(Some("a"), &rules(1, 16, false), &users, &[], &mut random)).unwrap_err();
    assert_eq!(error.reason(), Reason::UsernameInUse);
}

#[test]
fn a_name_that_the_database_refused_is_not_offered_again() {
    let users = taken(&[]);
    let refused = ["Ada".to_owned()];
    let name = wait(choose(Some("Ada"), &rules(150, 16, false), &users, &refused, &mut random)).unwrap();
    assert_eq!(name.len(), 3 + 16);
}

#[test]
fn an_unknown_cleaning_function_is_refused_at_start() {
    let mut settings = Settings::new();
    settings.set("SOCIAL_AUTH_CLEAN_USERNAME_FUNCTION", "os.system");
    let error = FlowSettings::resolve(&settings.of_site()).unwrap_err();
    assert_eq!((error.reason(), error.facts().parameter), (Reason::InvalidSetting, Some("CLEAN_USERNAME_FUNCTION")));
}

fn domains(domains: &[&str]) -> AllowedSettings {
    AllowedSettings { domains: domains.iter().map(|domain| (*domain).to_owned()).collect(), ..AllowedSettings::default() }
}

/// Advisories 17 to 19: CVE-2026-40574 (oauth2-proxy), GHSA-7rqj-j65f-68wh (Auth.js), CVE-2022-35924 (next-auth).
#[test]
fn an_address_that_is_not_one_mailbox_exactly_passes_no_rule() {
    let rule = domains(&["b.com"]);
    assert!(is_allowed(Some("a@b.com"), &rule) && is_allowed(Some("A+x@B.COM"), &rule));
    for address in [
        "",
        "b.com",
        "@b.com",
        "a@",
        "a@b.com@evil.com",
        "a@evil.com@b.com",
        "a@evil.com,b@b.com",
        "a@evil.com;b@b.com",
        "a＠b.com",
        "a@evil.com＠b.com",
        "evil.com＠a@b.com",
        "a@b.com\n",
        "a@b.com\r\nBcc: e@evil.com",
        "a\0@b.com",
        "a b@b.com",
        "<a@b.com>",
        "a@b.com>",
        "\"a@evil\"@b.com",
        "a(x)@b.com",
        "a@(x)b.com",
        "a@b.com.",
        "a@.b.com",
        "a@b..com",
        "a@sub.b.com",
        "a@xb.com",
        "a@b.com.evil.com",
        "a@ｂ.com",
        "a@b。com",
        "a@b\u{200b}.com",
        "ü@b.com",
        "a@b.com ",
        " a@b.com",
        "a@b.com%0a",
    ] {
        assert!(!is_allowed(Some(address), &rule), "{address:?}");
    }
    assert!(!is_allowed(None, &rule));
    assert!(is_allowed(None, &AllowedSettings::default()));
}

#[test]
fn letters_that_unicode_lowers_to_ascii_are_not_ascii() {
    assert!(!is_allowed(Some("a@\u{212a}.com"), &domains(&["k.com"])));
}

proptest! {
    #[test]
    fn a_chosen_name_is_free_fits_and_is_never_empty(
        wish in prop::option::of(any::<String>()), max_length in 3..40_usize, uuid_length in 0..40_usize, slug in any::<bool>()
    ) {
        let rules = rules(max_length, uuid_length, slug);
        let first = wait(choose(wish.as_deref(), &rules, &taken(&[]), &[], &mut random)).unwrap();
        let second = wait(choose(wish.as_deref(), &rules, &taken(&[&first]), &[], &mut random)).unwrap();
        prop_assert_ne!(&first, &second);
        for name in [first, second] {
            prop_assert!(!name.is_empty() && name.chars().count() <= max_length, "{}", name);
        }
    }

    #[test]
    fn cleaning_leaves_only_what_django_takes_and_does_it_once(name in any::<String>()) {
        let cleaned = clean(&name);
        prop_assert!(cleaned.chars().all(|c| c.is_ascii_alphanumeric() || "_.@+-".contains(c)));
        prop_assert_eq!(clean(&cleaned), cleaned);
    }

    #[test]
    fn a_slug_is_a_slug_of_itself(text in any::<String>()) {
        let slug = slugify(&text);
        prop_assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-'));
        prop_assert!(!slug.contains("--"));
        prop_assert_eq!(slugify(&slug), slug);
    }

    #[test]
    fn completing_names_never_loses_or_blanks_one(
        full in prop::option::of("[ a-zé]{0,9}"), first in prop::option::of("[ a-zé]{0,9}"), last in prop::option::of("[ a-zé]{0,9}"),
        firstlast_from_full in any::<bool>(), full_from_firstlast in any::<bool>()
    ) {
        let rules = NameSettings { firstlast_from_full, full_from_firstlast };
        let names = Names { fullname: full.clone(), first_name: first.clone(), last_name: last.clone() }.completed(&rules);
        for (given, completed) in [(&full, &names.fullname), (&first, &names.first_name), (&last, &names.last_name)] {
            if let Some(given) = given.as_deref().map(str::trim).filter(|given| !given.is_empty()) {
                prop_assert_eq!(completed.as_deref(), Some(given));
            }
            prop_assert_ne!(completed.as_deref(), Some(""));
        }
        prop_assert_eq!(names.clone().completed(&rules), names);
    }

    #[test]
    fn a_mailbox_has_one_at_sign_and_nothing_around_it(address in any::<String>()) {
        if let Some(mailbox) = Mailbox::parse(&address) {
            prop_assert_eq!(format!("{}@{}", mailbox.local, mailbox.domain), address.clone());
            prop_assert_eq!(address.matches('@').count(), 1);
            prop_assert!(!address.chars().any(|c| c.is_whitespace() || c.is_control()));
        }
    }
}
