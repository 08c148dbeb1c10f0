//! Letters that went nowhere: kept for tests, and shown on a page for people.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;
use social_auth::Result;
use social_auth::mail::{Mail, Mailer};

use crate::page::Reader;
use crate::provider::Shared;

/// The letters beyond which the oldest are thrown away.
const ROOM: usize = 200;

/// Everybody's mail: a mailer that keeps what it is to send.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use social_auth_testkit::DevProvider;
/// let idp = DevProvider::start().await?;
/// let builder = social_auth::SocialAuth::builder().mailer(idp.mailbox());
/// // ... and when a test has signed up as dave:
/// assert!(idp.mailbox().to("dave@example.test").is_empty());
/// # let _ = builder;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Mailbox(Arc<Mutex<Vec<Mail>>>);

impl Mailbox {
    /// All letters, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The letters to this address, oldest first.
    #[must_use]
    pub fn to(&self, address: &str) -> Vec<Mail> {
        self.all().into_iter().filter(|mail| mail.to == address).collect()
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let mut mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if mails.len() >= ROOM {
            mails.remove(0);
        }
        mails.push(mail.clone());
        Ok(())
    }

    async fn check(&self) -> Result<String> {
        Ok("letters stay with the development identity provider".to_owned())
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/mailbox", get(show))
}

/// The page, newest letter first.
async fn show(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let mut mails = shared.mailbox.all();
    mails.reverse();
    shared.pages.mailbox(Reader::of(&headers), &mails)
}
