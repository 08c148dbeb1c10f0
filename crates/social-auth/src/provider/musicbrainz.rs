//! MusicBrainz: OAuth 2.0. <https://musicbrainz.org/doc/Development/OAuth2>
//!
//! `sub` is the name, which people can change.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, Verified, keep, keep_as};

/// MusicBrainz.
pub const MUSICBRAINZ: OAuth2 = OAuth2 {
    name: "musicbrainz",
    title: "MusicBrainz",
    docs: "https://musicbrainz.org/doc/Development/OAuth2",
    class_paths: &["social_core.backends.musicbrainz.MusicBrainzOAuth2"],
    authorization_url: "https://musicbrainz.org/oauth2/authorize",
    token_url: "https://musicbrainz.org/oauth2/token",
    scope: &["profile", "email"],
    profile: &[Call { url: "https://musicbrainz.org/oauth2/userinfo", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("metabrainz_user_id"),
    details: Details {
        username: "sub",
        email: "email",
        email_verified: Verified::When("email_verified"),
        first_name: "sub",
        ..Details::NONE
    },
    extra_data: &[keep_as("metabrainz_user_id", "id"), keep("expires_in")],
    ..OAuth2::STANDARD
};
