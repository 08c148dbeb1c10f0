//! EVE Online: OAuth 2.0. <https://developers.eveonline.com/docs/services/sso/>
//!
//! Players sell characters to each other. The owner hash changes then, and who bought one does not sign in as the
//! seller. The endpoints are the first ones, for registered applications.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, keep_as, keep_if_present};

/// EVE Online.
pub const EVEONLINE: OAuth2 = OAuth2 {
    name: "eveonline",
    title: "EVE Online",
    docs: "https://developers.eveonline.com/docs/services/sso/",
    class_paths: &["social_core.backends.eveonline.EVEOnlineOAuth2", "social.backends.eveonline.EVEOnlineOAuth2"],
    authorization_url: "https://login.eveonline.com/oauth/authorize",
    token_url: "https://login.eveonline.com/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://login.eveonline.com/oauth/verify", ..Call::GET }],
    uid: UidField::Stable("CharacterID"),
    details: Details { username: "CharacterName", fullname: "CharacterName", ..Details::NONE },
    extra_data: &[
        keep_as("CharacterID", "id"),
        keep("expires_in"),
        keep_as("CharacterOwnerHash", "owner_hash"),
        keep_if_present("refresh_token"),
    ],
    owner: "CharacterOwnerHash",
    ..OAuth2::STANDARD
};
