//! LinkedIn: OAuth 1.0a. LinkedIn ended it and the first version of its interface in 2019.

use crate::protocol::oauth1::{Call, Details, Kept, OAuth1, UidField, keep, optional};

/// LinkedIn, as it was first.
pub const LINKEDIN: OAuth1 = OAuth1 {
    name: "linkedin",
    title: "LinkedIn",
    docs: "https://learn.microsoft.com/en-us/linkedin/",
    class_paths: &[
        "social_core.backends.linkedin.LinkedinOAuth",
        "social.backends.linkedin.LinkedinOAuth",
        "social_auth.backends.contrib.linkedin.LinkedinBackend",
    ],
    request_token_url: "https://api.linkedin.com/uas/oauth/requestToken",
    authorization_url: "https://www.linkedin.com/uas/oauth/authenticate",
    access_token_url: "https://api.linkedin.com/uas/oauth/accessToken",
    access_token_method: "GET",
    scope_separator: "+",
    profile: &[Call {
        url: "https://api.linkedin.com/v1/people/~:(first-name,id,last-name,email-address)",
        query: &[("format", "json")],
        headers: &[("accept-language", "{force_profile_language}")],
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "{firstName}{lastName}",
        email: "emailAddress",
        fullname: "{firstName} {lastName}",
        first_name: "firstName",
        last_name: "lastName",
        ..Details::NONE
    },
    extra_data: &[
        keep("id"),
        keep("expires_in"),
        Kept { field: "firstName", name: "first_name", only_if_present: true },
        Kept { field: "lastName", name: "last_name", only_if_present: true },
    ],
    settings: &[
        optional("FIELD_SELECTORS", "Has no effect: LinkedIn has closed the interface."),
        optional("FORCE_PROFILE_LANGUAGE", "The language of the names, such as de-DE."),
    ],
    ..OAuth1::STANDARD
};
