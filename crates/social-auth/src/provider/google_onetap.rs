//! Google One Tap and its button, by Google's script or the browser's own (FedCM): an id token is posted to us.
//! <https://developers.google.com/identity/gsi/web/guides/verify-google-id-token>
//!
//! The script may also stand on pages of yours with `/complete/google-onetap/` as `data-login_uri`: it shows by
//! a cookie that it ran on this site. A page of yours that got the token from `navigator.credentials` posts it
//! there as `credential`. Anybody else is asked once more.

use super::google_oauth2::{GOOGLE_OAUTH2, USE_UNIQUE_USER_ID, address_is_verified};
use crate::backend::Widget;
use crate::protocol::signed::{Departs, Hooks, IdentityFrom, Launches, OpenId, Proof, Signed, keep, optional};

/// Google One Tap.
pub const GOOGLE_ONETAP: Signed = Signed {
    name: "google-onetap",
    title: "Google",
    icon: "google",
    docs: "https://developers.google.com/identity/gsi/web/guides/verify-google-id-token",
    class_paths: &["social_core.backends.google_onetap.GoogleOneTap"],
    client_id_setting: "KEY",
    departure: Departs::Widget(&Widget {
        script: "https://accounts.google.com/gsi/client",
        script_attributes: &[("async", "")],
        elements: &[
            &[
                ("id", "g_id_onload"),
                ("data-client_id", "{key}"),
                ("data-login_uri", "{registered_callback}"),
                ("data-nonce", "{nonce}"),
                ("data-use_fedcm_for_prompt", "true"),
            ],
            &[("class", "g_id_signin"), ("data-type", "standard"), ("data-state", "{state}")],
        ],
        inline: "",
        origins: &["https://accounts.google.com"],
    }),
    proof: Proof::IdToken {
        parameter: "credential",
        double_submit: "g_csrf_token",
        openid: OpenId {
            endpoint: "https://accounts.google.com",
            issuers: &["https://accounts.google.com", "accounts.google.com"],
            identity: IdentityFrom::IdToken,
            ..OpenId::STANDARD
        },
    },
    launches: Launches::Confirmed { framed_by: &[] },
    uid: GOOGLE_OAUTH2.uid,
    details: GOOGLE_OAUTH2.details,
    extra_data: &[keep("sub")],
    settings: &[
        optional("OIDC_ENDPOINT", "Another issuer than Google's, for tests."),
        optional("ID_TOKEN_ISSUER", "The issuer that id tokens name, if it is not the endpoint."),
        optional("ACCEPTED_AUDIENCES", "Further client ids that are us."),
        optional("TOKEN_NONCE_OPTIONAL", "Whether token sign-in takes id tokens without a nonce of ours."),
        USE_UNIQUE_USER_ID,
        optional("IGNORE_MISSING_CSRF_COOKIE", "Has no effect: without the cookie, the person is asked on a page of ours."),
    ],
    hooks: Hooks { answer: Some(address_is_verified), sign: None },
    ..Signed::BASE
};
