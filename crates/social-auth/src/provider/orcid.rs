//! ORCID: OAuth 2.0. <https://info.orcid.org/documentation/api-tutorials/api-tutorial-get-and-authenticated-orcid-id/>
//!
//! Members of ORCID read more of a record and have an API of their own. The version of the API is the one that
//! applications registered for; `USER_URL` may name a later one.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, Verified, keep, keep_as, optional};

const CALL: Call = Call { headers: &[("content-type", "application/json")], ..Call::GET };

/// The public API.
pub const ORCID: OAuth2 = OAuth2 {
    name: "orcid",
    title: "ORCID",
    docs: "https://orcid.org/developer-tools",
    class_paths: &["social_core.backends.orcid.ORCIDOAuth2"],
    authorization_url: "https://orcid.org/oauth/authorize",
    token_url: "https://orcid.org/oauth/token",
    scope: &["/authenticate"],
    redirect_state: true,
    profile: &[
        Call { url: "https://orcid.org/oauth/userinfo", ..CALL },
        Call { url: "https://pub.orcid.org/v2.0/{sub}", token: TokenIn::Query("access_token"), ..CALL },
    ],
    uid: UidField::Stable("orcid"),
    details: Details {
        username: "orcid-identifier.path",
        email: "person.emails.email[0].email",
        email_verified: Verified::When("person.emails.email[0].verified"),
        first_name: "person.name.given-names.value",
        last_name: "person.name.family-name.value",
        ..Details::NONE
    },
    extra_data: &[keep_as("orcid", "id"), keep("expires_in"), keep("refresh_token")],
    settings: &[optional("PROFILE_EXTRA_PARAMS", "Parameters of the call for the record.")],
    ..OAuth2::STANDARD
};

/// The API for members.
pub const ORCID_MEMBER: OAuth2 = OAuth2 {
    name: "orcid-member",
    known_as: "orcid",
    title: "ORCID",
    icon: "orcid",
    class_paths: &["social_core.backends.orcid.ORCIDMemberOAuth2"],
    scope: &["/authenticate", "/read-limited"],
    profile: &[
        Call { url: "https://orcid.org/oauth/userinfo", ..CALL },
        Call { url: "https://api.orcid.org/v2.0/{sub}", token: TokenIn::Query("access_token"), ..CALL },
    ],
    ..ORCID
};

/// The public API of the sandbox.
pub const ORCID_SANDBOX: OAuth2 = OAuth2 {
    name: "orcid-sandbox",
    title: "ORCID (Sandbox)",
    icon: "orcid",
    docs: "https://sandbox.orcid.org/developer-tools",
    class_paths: &["social_core.backends.orcid.ORCIDOAuth2Sandbox"],
    authorization_url: "https://sandbox.orcid.org/oauth/authorize",
    token_url: "https://sandbox.orcid.org/oauth/token",
    profile: &[
        Call { url: "https://sandbox.orcid.org/oauth/userinfo", ..CALL },
        Call { url: "https://pub.sandbox.orcid.org/v2.0/{sub}", token: TokenIn::Query("access_token"), ..CALL },
    ],
    ..ORCID
};

/// The API for members of the sandbox.
pub const ORCID_MEMBER_SANDBOX: OAuth2 = OAuth2 {
    name: "orcid-member-sandbox",
    known_as: "orcid-sandbox",
    title: "ORCID (Sandbox)",
    icon: "orcid",
    class_paths: &["social_core.backends.orcid.ORCIDMemberOAuth2Sandbox"],
    scope: &["/authenticate", "/read-limited"],
    profile: &[
        Call { url: "https://sandbox.orcid.org/oauth/userinfo", ..CALL },
        Call { url: "https://api.sandbox.orcid.org/v2.0/{sub}", token: TokenIn::Query("access_token"), ..CALL },
    ],
    ..ORCID_SANDBOX
};
