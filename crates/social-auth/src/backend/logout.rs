//! What flows and protocols tell each other about the end of sessions.

use super::Departure;
use crate::identity::ProviderSession;
use crate::storage::Association;
use crate::web::Params;

/// A session at a provider that is to end.
#[derive(Debug, Clone)]
pub struct EndSession<'a> {
    /// What the sign-in kept of it.
    pub session: &'a ProviderSession,
    /// The association that the person signed in with, if it is still there.
    pub association: Option<&'a Association>,
    /// Where the provider shall send the browser afterwards.
    pub return_to: &'a str,
    /// What it shall repeat there.
    pub state: &'a str,
}

/// How a provider tells that a session has ended.
#[derive(Debug, Clone, Copy)]
pub enum LogoutNotice<'a> {
    /// By a signed logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
    Token(&'a str),
    /// By loading an address of ours in a frame (OpenID Connect Front-Channel Logout 1.0, section 2).
    Frame {
        /// `iss`.
        issuer: &'a str,
        /// `sid`.
        session: &'a str,
    },
}

/// A session at a provider that has ended: at least one of `session` and `subject` is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedSession {
    /// The session, by the name in [`ProviderSession::id`].
    pub session: Option<String>,
    /// The person, by the name in [`ProviderSession::subject`]; without `session`, all their sessions ended.
    pub subject: Option<String>,
    /// What makes the notice good only once, and when that may be forgotten (Unix seconds).
    pub once: Option<(String, i64)>,
}

/// A message of single logout, as the browser brought it.
#[derive(Debug, Clone)]
pub struct LogoutMessage<'a> {
    /// The fields, if it was posted.
    pub form: Params,
    /// The query as it was sent: signatures are made over that.
    pub query: &'a str,
    /// The whole address that was called, without the query.
    pub url: String,
    /// Whether it came as a `POST`.
    pub posted: bool,
}

/// What a message of single logout says.
#[derive(Debug, Clone)]
pub enum LogoutReceived {
    /// The provider ends sessions.
    Requested(ProviderEndsSessions),
    /// The provider has ended its session, as it was asked to.
    Answered {
        /// What it repeats: [`EndSession::state`].
        state: Option<String>,
    },
}

/// Which sessions a provider ends.
#[derive(Debug, Clone)]
pub struct ProviderEndsSessions {
    /// The person, as in [`ProviderSession::subject`](crate::identity::ProviderSession::subject).
    pub subject: String,
    /// The sessions, as in [`ProviderSession::id`](crate::identity::ProviderSession::id); none for all of the person's.
    pub sessions: Vec<String>,
    /// What may be spent only once: the provider's name of the message.
    pub once: String,
    /// Until when the message might be presented again, in Unix seconds.
    pub expires_at: i64,
    /// Where the browser goes when they are ended, to tell the provider.
    pub answer: Departure,
}

/// Where providers reach this site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAddresses {
    /// Where answers come in.
    pub callback: String,
    /// Where messages of single logout come in.
    pub logout: String,
}
