//! Facebook Limited Login: an id token that the SDK on iOS got.
//! <https://developers.facebook.com/docs/facebook-login/limited-login/token/>
//!
//! Applications hand the token over at `POST /token/facebook-limited-login/`, with the nonce that they got at
//! `POST /token/facebook-limited-login/nonce/`. Facebook does not say whether the address was confirmed.

use crate::protocol::oauth2::{Details, IdentityFrom, IssuerFrom, OAuth2, OpenId, Verified};

/// Facebook Limited Login.
pub const FACEBOOK_LIMITED_LOGIN: OAuth2 = OAuth2 {
    name: "facebook-limited-login",
    title: "Facebook",
    icon: "facebook",
    docs: "https://developers.facebook.com/docs/facebook-login/limited-login/token/",
    class_paths: &["social_core.backends.facebook_limited.FacebookLimitedLogin"],
    token_url: "https://facebook.com/dialog/oauth/",
    details: Details {
        username: "",
        email: "email",
        email_verified: Verified::Never,
        fullname: "name",
        extra: &[("picture", "picture")],
        ..Details::NONE
    },
    openid: Some(OpenId {
        endpoint: "https://www.facebook.com",
        issuers: &["https://facebook.com", "https://www.facebook.com"],
        issuer: IssuerFrom::Document("the document has either name of the host"),
        // The token is the person's from the application on: it is handed over later than a code is.
        token_max_age: 3600,
        identity: IdentityFrom::IdToken,
        ..OpenId::STANDARD
    }),
    ..OAuth2::OPENID
};
