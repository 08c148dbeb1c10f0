//! Quizlet: OAuth 2.0. <https://quizlet.com/>
//!
//! The API has been closed to new applications. The token answer tells who the person is.

use crate::protocol::oauth2::{Details, OAuth2, UidField};

/// Quizlet.
pub const QUIZLET: OAuth2 = OAuth2 {
    name: "quizlet",
    title: "Quizlet",
    docs: "https://quizlet.com/",
    class_paths: &["social_core.backends.quizlet.QuizletOAuth2"],
    authorization_url: "https://quizlet.com/authorize",
    token_url: "https://api.quizlet.com/oauth/token",
    scope: &["read"],
    redirect_state: true,
    uid: UidField::Stable("user_id"),
    details: Details { username: "user_id", ..Details::NONE },
    ..OAuth2::STANDARD
};
