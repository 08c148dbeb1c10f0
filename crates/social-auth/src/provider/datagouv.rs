//! data.gouv.fr: OAuth 2.0. <https://guides.data.gouv.fr/guide-data.gouv.fr/api/reference>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// data.gouv.fr.
pub const DATAGOUV: OAuth2 = OAuth2 {
    name: "datagouv",
    title: "data.gouv.fr",
    docs: "https://guides.data.gouv.fr/guide-data.gouv.fr/api/reference",
    class_paths: &["social_core.backends.udata.DatagouvfrOAuth2"],
    authorization_url: "https://www.data.gouv.fr/oauth/authorize",
    token_url: "https://www.data.gouv.fr/oauth/token",
    scope: &["default"],
    scope_separator: ",",
    profile: &[Call { url: "https://www.data.gouv.fr/api/1/me/", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "first_name", email: "email", first_name: "first_name", ..Details::NONE },
    ..OAuth2::STANDARD
};
