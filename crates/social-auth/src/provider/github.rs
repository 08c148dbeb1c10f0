//! GitHub: OAuth 2.0. <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>

use crate::protocol::oauth2::{
    Call, CheckAuth, CheckBody, Details, OAuth2, OnFailure, TokenCheck, TokenIn, UidField, Verified, When, keep, optional,
};

/// The profile; addresses only if the profile shows none, which needs the scope `user:email`.
pub(super) const PROFILE: &[Call] = &[USER, EMAILS];

pub(super) const USER: Call = Call { url: "{api_url}/user", token: TokenIn::Header("token"), ..Call::GET };

pub(super) const EMAILS: Call =
    Call { url: "{api_url}/user/emails", into: "emails", when: When::Missing("email"), on_failure: OnFailure::Ignore, ..USER };

/// github.com.
pub const GITHUB: OAuth2 = OAuth2 {
    name: "github",
    title: "GitHub",
    docs: "https://github.com/settings/developers",
    class_paths: &[
        "social_core.backends.github.GithubOAuth2",
        // The base of the membership backends has this name and no rule of its own.
        "social_core.backends.github.GithubMemberOAuth2",
        "social.backends.github.GithubOAuth2",
        "social.backends.github.GithubMemberOAuth2",
        "social_auth.backends.contrib.github.GithubBackend",
    ],
    authorization_url: "{url}/login/oauth/authorize",
    device_authorization_url: "{url}/login/device/code",
    token_url: "{url}/login/oauth/access_token",
    scope_separator: ",",
    profile: PROFILE,
    uid: UidField::Stable("id"),
    details: Details {
        username: "login",
        email: "email | emails[primary=true].email | emails[0].email",
        // A public address was verified before it could be chosen; of the others the list tells.
        email_verified: Verified::When("emails[primary=true].verified"),
        fullname: "name",
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep("expires_in"), keep("login"), keep("refresh_token")],
    settings: &[
        optional("URL", "Where people sign in.").or("https://github.com"),
        optional("API_URL", "Where the API is.").or("https://api.github.com"),
    ],
    // <https://docs.github.com/en/rest/apps/oauth-applications#check-a-token>
    token_check: Some(TokenCheck {
        url: "{api_url}/applications/{client_id}/token",
        body: CheckBody::Json(&[("access_token", "{access_token}")]),
        authorization: CheckAuth::Client,
        audience: "app.client_id",
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};
