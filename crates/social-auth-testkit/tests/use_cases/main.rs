//! The use cases of the documentation, one file each, written to be read: what a site's owner does, and what
//! comes of it. The provider is the development provider, over HTTP. `docs/use-cases.md` links here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../door/mod.rs"]
mod door;

mod ask_again_for_a_refresh_token;
mod association_only;
mod call_the_providers_api;
mod carry_request_fields;
mod choose_a_character;
mod disconnect_is_not_logout;
mod link_by_email;
mod own_provider;
mod own_username_rules;
mod profile_filled_by_a_step;
mod return_to_the_page;
mod several_scopes;
mod sign_up_by_access_token;
mod users_must_exist;

use door::{Door, path_of, set_up, set_up_by, set_up_with};
use social_auth::SocialAuth;
use social_auth::storage::{Association, User};

/// The user who is signed in, as stored.
async fn user(social: &SocialAuth, door: &Door) -> User {
    let id = door.session.user.as_ref().expect("somebody is signed in");
    social.users().user(id).await.unwrap().expect("the user is there")
}

/// What the user who is signed in is connected with.
async fn associations(social: &SocialAuth, door: &Door) -> Vec<Association> {
    social.social().associations_of(door.session.user.as_ref().expect("somebody is signed in")).await.unwrap()
}
