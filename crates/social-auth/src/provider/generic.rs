//! Any provider at all, from settings alone.

use crate::protocol::oauth1::{OAuth1, Repeats};
use crate::protocol::oauth2::{OAuth2, UidField, keep_if_present, optional, required};
use crate::protocol::signed::{Fields, Key, Mac, Proof, Signed, Text};

/// OAuth 1.0a as RFC 5849 has it: endpoints, profile URL and fields come from the settings.
pub const OAUTH1: OAuth1 = OAuth1 {
    name: "oauth1",
    title: "OAuth 1.0a",
    docs: "https://www.rfc-editor.org/rfc/rfc5849",
    request_token_method: "POST",
    repeats: Repeats::Never,
    redirect_parameter: "",
    settings: &[
        required("REQUEST_TOKEN_URL", "Where request tokens come from."),
        required("AUTHORIZATION_URL", "Where the browser is sent with a request token."),
        required("ACCESS_TOKEN_URL", "Where access tokens come from."),
        optional("USER_URL", "The address that answers a signed request with the profile as JSON, unless all comes with the token."),
        optional("USER_ROOT", "Where in that answer the profile stands."),
        optional("DETAILS", "Where username, email, email_verified, fullname, first_name and last_name stand."),
    ],
    ..OAuth1::STANDARD
};

/// OAuth 2.0: endpoints, profile URL and fields come from the settings.
pub const OAUTH2: OAuth2 = OAuth2 {
    name: "oauth2",
    title: "OAuth 2.0",
    docs: "https://www.rfc-editor.org/rfc/rfc6749",
    uid: UidField::Stable("id"),
    // Without them an access token could not be renewed, nor be known to have expired.
    extra_data: &[keep_if_present("refresh_token"), keep_if_present("expires_in")],
    settings: &[
        required("AUTHORIZATION_URL", "The provider's authorization endpoint."),
        required("ACCESS_TOKEN_URL", "The provider's token endpoint."),
        required("USER_URL", "The address that answers an access token with the profile as JSON."),
        optional("USER_ROOT", "Where in that answer the profile stands."),
        optional("DETAILS", "Where username, email, email_verified, fullname, first_name and last_name stand."),
    ],
    ..OAuth2::STANDARD
};

/// OpenID Connect: everything comes from the discovery document at `OIDC_ENDPOINT`.
pub const OIDC: OAuth2 = OAuth2 {
    name: "oidc",
    title: "OpenID Connect",
    docs: "https://openid.net/specs/openid-connect-core-1_0.html",
    class_paths: &["social_core.backends.open_id_connect.OpenIdConnectAuth"],
    settings: &[required(
        "OIDC_ENDPOINT",
        "The issuer, such as https://login.example.com; /.well-known/openid-configuration stands below it.",
    )],
    ..OAuth2::OPENID
};

/// Fields signed by a shared secret: which ones, how and with what, and where the browser is sent, come from
/// the settings. Without `AUTHORIZATION_URL`, sign-ins begin on the provider's pages (`ALLOW_LAUNCHES`).
pub const SIGNED: Signed = Signed {
    name: "signed",
    title: "Signed callback",
    docs: "https://www.rfc-editor.org/rfc/rfc2104",
    proof: Proof::Mac(Mac { fields: Fields::Parameters, text: Text::Query, key: Key::Plain("SECRET"), ..Mac::BASE }),
    settings: &[
        required("SECRET", "The secret that the provider signs with."),
        optional("AUTHORIZATION_URL", "Where the browser is sent with our callback, if sign-ins begin here."),
        required("ID_KEY", "The signed field that always means the same person."),
        optional("DETAILS", "Where username, email, email_verified, fullname, first_name and last_name stand."),
    ],
    ..Signed::BASE
};
