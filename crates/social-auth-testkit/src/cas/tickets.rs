//! Service tickets: for one service, once, for a short time (section 3.1).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::consent::Login;
use crate::error::Error;
use crate::random;

/// Seconds that a ticket is good for.
const TICKET_SECONDS: i64 = 60;
/// Tickets that are remembered at most.
const CAPACITY: usize = 10_000;

#[derive(Clone)]
pub(super) struct Ticket {
    pub(super) service: String,
    pub(super) login: Login,
    /// Whether the person was asked for this ticket, and not known from before.
    pub(super) is_from_new_login: bool,
    expires: i64,
    used: bool,
}

/// The tickets that were given out.
#[derive(Default)]
pub(crate) struct Tickets(Mutex<HashMap<String, Ticket>>);

impl Tickets {
    pub(super) fn issue(&self, service: &str, login: Login, is_from_new_login: bool, now: i64) -> Result<String, Error> {
        let name = format!("ST-{}", random::token()?);
        let ticket = Ticket { service: service.to_owned(), login, is_from_new_login, expires: now + TICKET_SECONDS, used: false };
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tickets.len() >= CAPACITY {
            tickets.clear();
        }
        tickets.insert(name.clone(), ticket);
        Ok(name)
    }

    /// What a ticket stands for. It is spent by asking, whatever comes of it (section 3.1.1).
    pub(super) fn spend(&self, name: &str, now: i64) -> Option<Ticket> {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = tickets.get_mut(name)?;
        let good = !ticket.used && ticket.expires > now;
        ticket.used = true;
        good.then(|| ticket.clone())
    }

    /// Posts a logout request to every service that spent a ticket of this session (section 2.3.3).
    pub(super) fn tell_of_logout(&self, sid: &str, now: i64) {
        let tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, ticket) in tickets.iter().filter(|(_, ticket)| ticket.used && ticket.login.sid == sid) {
            tokio::spawn(post_logout(ticket.service.clone(), logout_request(name, now)));
        }
    }
}

/// A logout request names the ticket and nobody (section 2.3.3).
fn logout_request(ticket: &str, now: i64) -> String {
    let issued = time::OffsetDateTime::from_unix_timestamp(now).ok();
    let issued = issued.and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok()).unwrap_or_default();
    format!(
        "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         ID=\"LR-{ticket}\" Version=\"2.0\" IssueInstant=\"{issued}\"><saml:NameID>@NOT_USED@</saml:NameID>\
         <samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>"
    )
}

async fn post_logout(service: String, request: String) {
    let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("logoutRequest", &request).finish();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
    let Ok(client) = client else { return };
    let sent = client.post(&service).header("content-type", "application/x-www-form-urlencoded").body(body).send().await;
    if let Err(error) = sent {
        tracing::warn!(%error, "a service could not be told of a logout");
    }
}
