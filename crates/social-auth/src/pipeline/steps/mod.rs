//! The built-in steps, one file each.

mod associate_by_email;
mod associate_user;
mod auth_allowed;
mod choose_username;
mod create_user;
mod debug;
mod get_username;
mod load_extra_data;
mod mail_validation;
mod merge_users;
mod password;
mod social_details;
mod social_names;
mod social_uid;
mod social_user;
mod sync_groups;
mod user_details;

use std::sync::Arc;

pub(crate) use mail_validation::{is_required as requires_letter, problems as problems_of_mail_validation};

use super::{Context, Step};
use crate::error::{Error, Reason};
use crate::identity::{Fields, Uid};
use crate::settings::UserSettings;
use crate::storage::{NewAssociation, UserId};

/// The names of the default authentication pipeline, in order.
pub const DEFAULT_AUTHENTICATION: &[&str] = &[
    "social_details",
    "social_names",
    "social_uid",
    "auth_allowed",
    "social_user",
    "get_username",
    "create_user",
    "associate_user",
    "load_extra_data",
    "user_details",
];

type MakeStep = fn() -> Arc<dyn Step>;

const BUILT_IN: &[(&str, MakeStep)] = &[
    ("social_details", || Arc::new(social_details::SocialDetails)),
    ("social_names", || Arc::new(social_names::SocialNames)),
    ("social_uid", || Arc::new(social_uid::SocialUid)),
    ("auth_allowed", || Arc::new(auth_allowed::AuthAllowed)),
    ("social_user", || Arc::new(social_user::SocialUser)),
    (merge_users::NAME, || Arc::new(merge_users::MergeUsersStep)),
    ("password", || Arc::new(password::Password)),
    ("associate_by_email", || Arc::new(associate_by_email::AssociateByEmail)),
    ("mail_validation", || Arc::new(mail_validation::MailValidation)),
    ("get_username", || Arc::new(get_username::GetUsername)),
    ("choose_username", || Arc::new(choose_username::ChooseUsername)),
    ("create_user", || Arc::new(create_user::CreateUser)),
    ("associate_user", || Arc::new(associate_user::AssociateUser)),
    ("load_extra_data", || Arc::new(load_extra_data::LoadExtraData)),
    ("user_details", || Arc::new(user_details::UpdateUserDetails)),
    ("sync_groups", || Arc::new(sync_groups::SyncGroups)),
    ("debug", || Arc::new(debug::Debug)),
];

/// The built-in step of this name.
#[must_use]
pub fn built_in(name: &str) -> Option<Arc<dyn Step>> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, make)| make())
}

/// The names of all built-in steps.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The short name of a step that is given by a dotted Python Social Auth path
/// (`social_core.pipeline.user.create_user`, `social.pipeline.user.create_user`,
/// `social_auth.backends.pipeline.user.create_user`); any other name is its own.
#[must_use]
pub fn short_name(name: &str) -> &str {
    let dotted = name.starts_with("social_core.pipeline.")
        || name.starts_with("social.pipeline.")
        || name.starts_with("social_auth.backends.pipeline.");
    if dotted { name.rsplit('.').next().unwrap_or(name) } else { name }
}

/// The identifier, also in a pipeline without `social_uid`.
fn uid_of(context: &Context) -> Uid {
    context.uid.clone().unwrap_or_else(|| context.identity().uid.clone())
}

/// The association to be made for a user. Extra data comes with `load_extra_data`: a site that took
/// that step out wants no tokens stored.
fn new_association(context: &Context, user_id: UserId) -> NewAssociation {
    NewAssociation {
        provider: context.backend_info().name.clone(),
        uid: uid_of(context).as_str().to_owned(),
        id_key: context.identity().id_key.clone(),
        user_id,
        extra_data: Fields::default(),
        created: context.clock().date_time(),
    }
}

/// An address as the user gets it (`FORCE_EMAIL_LOWERCASE`).
fn cased(address: &str, settings: &UserSettings) -> String {
    if settings.force_email_lowercase { address.to_lowercase() } else { address.to_owned() }
}

/// The refusal of a backend that can only be connected to an account that exists.
fn association_only() -> Error {
    Error::new(Reason::AuthenticationDisallowed)
        .detail("this backend can only be connected to an account: sign in by other means first, then connect it")
}
