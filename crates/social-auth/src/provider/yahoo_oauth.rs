//! Yahoo: OAuth 1.0a, which Yahoo has switched off; `yahoo-oauth2` serves instead.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField, keep, keep_as};

/// Yahoo. The first call tells whose profile the second asks for.
pub const YAHOO_OAUTH: OAuth1 = OAuth1 {
    name: "yahoo-oauth",
    title: "Yahoo",
    icon: "yahoo",
    docs: "https://developer.yahoo.com/apps/",
    class_paths: &[
        "social_core.backends.yahoo.YahooOAuth",
        "social.backends.yahoo.YahooOAuth",
        "social_auth.backends.contrib.yahoo.YahooOAuthBackend",
    ],
    request_token_url: "https://api.login.yahoo.com/oauth/v2/get_request_token",
    authorization_url: "https://api.login.yahoo.com/oauth/v2/request_auth",
    access_token_url: "https://api.login.yahoo.com/oauth/v2/get_token",
    access_token_method: "GET",
    profile: &[
        Call { url: "https://social.yahooapis.com/v1/me/guid?format=json", into: "me", ..Call::GET },
        Call { url: "https://social.yahooapis.com/v1/user/{me.guid.value}/profile?format=json", root: "profile", ..Call::GET },
    ],
    uid: UidField::Stable("guid"),
    details: Details {
        username: "nickname",
        email: "emails[primary=true].handle",
        first_name: "givenName",
        last_name: "familyName",
        ..Details::NONE
    },
    extra_data: &[keep_as("guid", "id"), keep("expires")],
    ..OAuth1::STANDARD
};
