//! What a ticket stands for (sections 2.4 and 2.5).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header;
use minijinja::{AutoEscape, Environment, context};
use serde_json::Value;

use super::tickets::Ticket;
use crate::params::Params;
use crate::people::Person;
use crate::provider::Shared;

const TEMPLATE: &str = include_str!("../../templates/cas.xml");

pub(super) async fn plain(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    match check(&shared, &query.unwrap_or_default()) {
        Ok(ticket) => format!("yes\n{}\n", user(&shared.people.current(&ticket.login.person))).into_response(),
        Err(_) => "no\n\n".into_response(),
    }
}

pub(super) async fn without_attributes(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    xml(&shared, check(&shared, &query.unwrap_or_default()), false)
}

pub(super) async fn with_attributes(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    xml(&shared, check(&shared, &query.unwrap_or_default()), true)
}

/// The ticket, if it is good for this service; else the code of section 2.5.3.
fn check(shared: &Shared, query: &str) -> Result<Ticket, &'static str> {
    let params = Params::parse(query);
    let (Some(service), Some(name)) = (params.first("service"), params.first("ticket")) else { return Err("INVALID_REQUEST") };
    let ticket = shared.tickets.spend(name, shared.clock.now()).ok_or("INVALID_TICKET")?;
    if ticket.service != service {
        return Err("INVALID_SERVICE");
    }
    if params.first("renew") == Some("true") && !ticket.is_from_new_login {
        return Err("INVALID_TICKET");
    }
    Ok(ticket)
}

fn xml(shared: &Shared, checked: Result<Ticket, &'static str>, attributes: bool) -> Response {
    let values = match checked {
        Ok(ticket) => {
            let person = shared.people.current(&ticket.login.person);
            let attributes = if attributes { attributes_of(&person, &ticket) } else { Vec::new() };
            context! { user => user(&person), attributes }
        }
        Err(code) => context! { code },
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let body = environment.render_str(TEMPLATE, values).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/xml"), (header::CACHE_CONTROL, "no-store")], body).into_response()
}

/// What the person is called here: as stable as at a university.
fn user(person: &Person) -> String {
    person.id.clone()
}

fn attributes_of(person: &Person, ticket: &Ticket) -> Vec<(&'static str, String)> {
    let fields = [
        ("uid", &person.login),
        ("mail", &person.email),
        ("displayName", &person.name),
        ("givenName", &person.given_name),
        ("sn", &person.family_name),
    ];
    let mut attributes: Vec<_> = fields.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
    attributes.push(("isFromNewLogin", ticket.is_from_new_login.to_string()));
    let groups = person.claims.get("groups").and_then(Value::as_array).into_iter().flatten();
    attributes.extend(groups.filter_map(|group| Some(("memberOf", group.as_str()?.to_owned()))));
    attributes
}
