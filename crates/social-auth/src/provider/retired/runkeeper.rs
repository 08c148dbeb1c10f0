//! RunKeeper: OAuth 2.0. Its interface for other applications was closed.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep_as};

/// RunKeeper. The user name is the last part of the address of the profile.
pub const RUNKEEPER: OAuth2 = OAuth2 {
    name: "runkeeper",
    title: "RunKeeper",
    docs: "https://runkeeper.com/developer/healthgraph/registration-authorization",
    class_paths: &["social_core.backends.runkeeper.RunKeeperOAuth2", "social.backends.runkeeper.RunKeeperOAuth2"],
    authorization_url: "https://runkeeper.com/apps/authorize",
    token_url: "https://runkeeper.com/apps/token",
    redirect_state: true,
    profile: &[
        Call { url: "https://api.runkeeper.com/user", token: TokenIn::Query("access_token"), ..Call::GET },
        Call { url: "https://api.runkeeper.com/profile", token: TokenIn::Query("access_token"), ..Call::GET },
    ],
    uid: UidField::Stable("userID"),
    details: Details { username: "profile:last(/)", email: "email", fullname: "name", ..Details::NONE },
    extra_data: &[keep_as("userID", "id")],
    ..OAuth2::STANDARD
};
