//! Settings of OAuth 2.0 backends; those of OpenID Connect are such.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "OAuth 2.0",
    doc: "Each provider has its own; set them to reach another installation, or for the generic `oauth2`.",
    protocols: &["oauth1", "oauth2", "oidc"],
    settings: &[
        setting("AUTHORIZATION_URL", Kind::Url, "Where the browser is sent to sign in.").or("the provider's"),
        setting("ACCESS_TOKEN_URL", Kind::Url, "Where codes are exchanged for tokens.").or("the provider's"),
        setting("REFRESH_TOKEN_URL", Kind::Url, "Where tokens are refreshed.").or("`ACCESS_TOKEN_URL`"),
        setting("DEVICE_AUTHORIZATION_URL", Kind::Url, "Where a program without a browser begins a sign-in (RFC 8628).")
            .or("the discovery document's"),
        setting("REVOKE_TOKEN_URL", Kind::Url, "Where tokens are revoked.").or("the provider's"),
        setting("INTROSPECTION_URL", Kind::Url, "Where to ask for whom an access token was issued (RFC 7662), for token sign-in.")
            .or("the discovery document's"),
        setting(
            "ALLOW_UNCHECKED_ACCESS_TOKENS",
            Kind::Switch,
            "Let access tokens in at token sign-in without asking for whom they were issued. Any application's would do.",
        )
        .or("false"),
        setting(
            "ACCEPTED_AUDIENCES",
            Kind::List,
            "Further client ids whose tokens are accepted, such as that of your application for phones.",
        )
        .or("[]"),
        setting("REVOKE_TOKEN_METHOD", Kind::Choice(&["GET", "POST", "DELETE"]), "How tokens are revoked.").or("the provider's"),
        setting("ACCESS_TOKEN_METHOD", Kind::Choice(&["GET", "POST"]), "How codes are exchanged for tokens.").or("the provider's"),
        setting("ACCESS_TOKEN_PAYLOAD", Kind::Choice(&["form", "json", "query"]), "Where the parameters of that stand.")
            .or("the provider's"),
        setting("TOKEN_ROOT", Kind::Text, "Where in the answer with the tokens they stand.").or("the provider's"),
        setting("USER_URL", Kind::Url, "What answers an access token with the profile as JSON.").or("the provider's"),
        setting("USER_ROOT", Kind::Text, "Where in that answer the profile stands.").or("the provider's"),
        setting("REDIRECT_STATE", Kind::Switch, "Put the state into the callback address too, for a provider that returns none.")
            .or("the provider's"),
        setting("USE_PKCE", Kind::Switch, "Whether the sign-in is bound to a PKCE verifier (RFC 7636).")
            .or("true, unless the provider breaks on it"),
        setting("PKCE_CODE_CHALLENGE_METHOD", Kind::Choice(&["S256", "plain"]), "How the PKCE challenge is made.").or("S256"),
        setting("PKCE_CODE_VERIFIER_LENGTH", Kind::Integer(43), "The length of the PKCE verifier in characters, at most 128.")
            .or("the protocol's"),
        setting(
            "TOKEN_ENDPOINT_AUTH_METHOD",
            Kind::Choice(&[
                "client_secret_basic",
                "client_secret_post",
                "client_secret_jwt",
                "private_key_jwt",
                "tls_client_auth",
                "self_signed_tls_client_auth",
                "none",
            ]),
            "How the client proves itself to the token endpoint.",
        )
        .or("the provider's; `private_key_jwt` where there are `PRIVATE_KEYS` and no `SECRET`"),
        setting(
            "TOKEN_ENDPOINT_AUTH_SIGNING_ALG",
            Kind::Text,
            "The algorithm by which `private_key_jwt` and `client_secret_jwt` are signed.",
        )
        .or("the key's own: `RS256`, `ES256`, `ES384`, `ES512` or `EdDSA`; `HS256` for a secret"),
        setting("CLIENT_ASSERTION_AUDIENCE", Kind::Text, "For whom those are made out (`aud`).")
            .or("the issuer, or the token endpoint where none is known"),
        setting(
            "PRIVATE_KEYS",
            Kind::Keys,
            "The client's private keys: the first that fits signs, all decrypt, and the public part of each is at `/jwks/<backend>/`.",
        ),
        setting(
            "REQUIRE_PUSHED_AUTHORIZATION_REQUESTS",
            Kind::Switch,
            "Send the parameters of the authorization request to the provider beforehand (PAR, RFC 9126).",
        )
        .or("the discovery document's"),
        setting("PUSHED_AUTHORIZATION_REQUEST_ENDPOINT", Kind::Url, "Where they are sent.").or("the discovery document's"),
        setting("REQUEST_OBJECT_SIGNING_ALG", Kind::Text, "Sign the parameters of the authorization request by this algorithm (RFC 9101).")
            .or("they are not signed"),
        setting("DPOP_BOUND_ACCESS_TOKENS", Kind::Switch, "Bind tokens to a key made for each person (DPoP, RFC 9449).").or("false"),
        setting("RESPONSE_TYPE", Kind::Choice(&["code", "code id_token"]), "What the provider answers by way of the browser.")
            .or("the provider's"),
        setting(
            "RESPONSE_MODE",
            Kind::Choice(&["query", "form_post", "jwt", "query.jwt", "form_post.jwt"]),
            "How it answers; those with `jwt` are signed (JARM).",
        )
        .or("the provider's; `form_post` for `code id_token`"),
    ],
};
