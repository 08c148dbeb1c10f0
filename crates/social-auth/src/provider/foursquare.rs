//! Foursquare: OAuth 2.0. <https://docs.foursquare.com/developer/reference/authentication>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Foursquare.
pub const FOURSQUARE: OAuth2 = OAuth2 {
    name: "foursquare",
    title: "Foursquare",
    docs: "https://docs.foursquare.com/developer/reference/authentication",
    class_paths: &[
        "social_core.backends.foursquare.FoursquareOAuth2",
        "social.backends.foursquare.FoursquareOAuth2",
        "social_auth.backends.contrib.foursquare.FoursquareBackend",
    ],
    authorization_url: "https://foursquare.com/oauth2/authenticate",
    token_url: "https://foursquare.com/oauth2/access_token",
    redirect_state: true,
    profile: &[Call {
        url: "https://api.foursquare.com/v2/users/self",
        token: TokenIn::Query("oauth_token"),
        query: &[("v", "20140128")],
        ..Call::GET
    }],
    uid: UidField::Stable("response.user.id"),
    details: Details {
        username: "{response.user.firstName} {response.user.lastName} | response.user.firstName | response.user.lastName",
        email: "response.user.contact.email",
        first_name: "response.user.firstName",
        last_name: "response.user.lastName",
        ..Details::NONE
    },
    ..OAuth2::STANDARD
};
