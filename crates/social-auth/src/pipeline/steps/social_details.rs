//! Takes over what the provider says of the person.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::error::Result;
use crate::identity::{Email, UserDetails};

/// `social_details`: the profile in normal form. What an earlier step knows stays where the provider
/// says nothing; "" is nothing.
pub(super) struct SocialDetails;

#[async_trait]
impl Step for SocialDetails {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let newer = context.identity().details.clone();
        context.details = merged(std::mem::take(&mut context.details), newer);
        Ok(Outcome::Continue)
    }
}

fn merged(older: UserDetails, newer: UserDetails) -> UserDetails {
    let text = |newer: Option<String>, older: Option<String>| newer.filter(|text| !text.is_empty()).or(older);
    let mut extra = older.extra;
    for (name, value) in newer.extra {
        if !value.is_null() || !extra.contains_key(&name) {
            extra.insert(name, value);
        }
    }
    UserDetails {
        username: text(newer.username, older.username),
        email: newer.email.filter(is_sendable).or(older.email),
        fullname: text(newer.fullname, older.fullname),
        first_name: text(newer.first_name, older.first_name),
        last_name: text(newer.last_name, older.last_name),
        extra,
    }
}

/// Whether the address is text at all: a line break in it ends a header of the letter that somebody writes to it.
fn is_sendable(email: &Email) -> bool {
    !email.address.is_empty() && !email.address.contains(char::is_control)
}
