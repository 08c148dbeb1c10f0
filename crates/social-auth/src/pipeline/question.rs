//! A yes-or-no question to the person at the browser, in the middle of a pipeline.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a step asks before it goes on: [`Context::ask_to_confirm`](super::Context::ask_to_confirm). Only the person who began can
/// answer, in the same browser, by a form of a page of ours, once, and in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The name of the step that asks.
    pub step: String,
    /// The heading of the page that asks.
    pub title: String,
    /// What it means to say yes, in a sentence or two.
    pub text: String,
    /// What the button for yes says.
    pub yes: String,
    /// What the button for no says.
    pub no: String,
    /// For a page of the application: what there is to know besides. No secrets.
    pub details: Value,
    /// Unix seconds; an answer after that is none.
    pub expires_at: i64,
}
