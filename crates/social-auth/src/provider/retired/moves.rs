//! Moves: OAuth 2.0. Facebook closed the service in 2018.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep, keep_if_present};

/// Moves. It knows nothing of people but a number, which comes with the token.
pub const MOVES: OAuth2 = OAuth2 {
    name: "moves",
    title: "Moves",
    docs: "https://dev.moves-app.com/docs/authentication",
    class_paths: &["social_core.backends.moves.MovesOAuth2", "social.backends.moves.MovesOAuth2"],
    authorization_url: "https://api.moves-app.com/oauth/v1/authorize",
    token_url: "https://api.moves-app.com/oauth/v1/access_token",
    redirect_state: true,
    profile: &[Call { url: "https://api.moves-app.com/api/1.1/user/profile", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("user_id"),
    details: Details { username: "user_id", ..Details::NONE },
    extra_data: &[keep_if_present("refresh_token"), keep("expires_in")],
    ..OAuth2::STANDARD
};
