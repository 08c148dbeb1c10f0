//! Where our descriptions of providers differ from the class attributes of Python Social Auth. A rule is about one
//! attribute, or some of one meaning; it names providers only where a fact about one of them is the reason.

use serde_json::{Value, json};

use crate::case::{Answer, Case};
use crate::deviations::Deviation;

const FILE: &str = "backend_attributes";

/// Addresses of the flow.
const ENDPOINTS: &[&str] = &[
    "AUTHORIZATION_URL",
    "ACCESS_TOKEN_URL",
    "REFRESH_TOKEN_URL",
    "REVOKE_TOKEN_URL",
    "REQUEST_TOKEN_URL",
    "OPENID_CONFIGURATION_URL",
    "OIDC_ENDPOINT",
    "JWKS_URI",
];

const fn because(reason: &'static str, cases: fn(&Case, &Answer) -> bool) -> Deviation {
    Deviation { file: FILE, cases, reason }
}

pub const DEVIATIONS: &[Deviation] = &[
    #[cfg(not(feature = "saml"))]
    because("this build has no SAML: the feature `saml` is off", |case, ours| of(case, &["social_core.backends.saml."]) && nothing(ours)),
    because("a backend always has an icon's name: its own where it has no other", |case, ours| {
        is(case, &["icon"]) && recorded(case).is_null() && text(ours).ends_with(".svg")
    }),
    because("nobody comes in without an identifier, whatever the class says: nothing is called \"None\"", |case, ours| {
        is(case, &["REQUIRES_USER_ID"]) && *ours == Ok(true.into())
    }),
    because("state is always sent and looked at", |case, ours| is(case, &["STATE_PARAMETER"]) && *ours == Ok(true.into())),
    because("an attempt lives fifteen minutes, half as long; the setting has the same name", |case, ours| {
        is(case, &["STATE_LIFETIME"]) && *ours == Ok(900.into())
    }),
    because("PKCE by default (RFC 9700, 2.1.1), also where the class leaves it off", |case, ours| {
        is(case, &["DEFAULT_USE_PKCE"]) && *ours == Ok(true.into())
    }),
    because("RFC 7636 (4.2, 4.1) knows \"S256\" only, and verifiers of 43 characters and more", |case, ours| {
        is(case, &["PKCE_DEFAULT_CODE_CHALLENGE_METHOD", "PKCE_DEFAULT_CODE_VERIFIER_LENGTH"]) && ours.is_ok()
    }),
    because("the class makes the header in a method of its own, which the recorded requests show", |case, ours| {
        is(case, &["USE_BASIC_AUTH"]) && *ours == Ok(true.into())
    }),
    because("how the client proves itself is always said, so that metadata need not be asked", |case, ours| {
        is(case, &["TOKEN_ENDPOINT_AUTH_METHOD"]) && recorded(case) == "" && text(ours).starts_with("client_secret_")
    }),
    because("an id token that belongs to another access token is refused everywhere", |case, ours| {
        is(case, &["VALIDATE_AT_HASH"]) && *ours == Ok(true.into())
    }),
    because("a nonce lives as long as its sign-in", |case, ours| is(case, &["NONCE_LIFETIME"]) && nothing(ours)),
    because("a part of how the class does it, not of what it does", |case, ours| {
        let terms = [
            "UNATHORIZED_TOKEN_SUFIX",
            "BROWSER_RETURN_FIELD",
            "DOMAIN_PREFIX_RE",
            "TOKEN_KEY",
            "LEEWAY",
            "TOKEN_TTL_SEC",
            "TOKEN_AUDIENCE",
            "DEFAULT_USER_AVATAR_SIZE",
        ];
        is(case, &terms) && nothing(ours)
    }),
    because("placeholders for an identifier are refused everywhere, in any spelling (provider kit)", |case, ours| {
        is(case, &["UNSUPPORTED_SUBJECT", "LEGACY_UNSUPPORTED_SUBJECT", "UNSUPPORTED_SUBJECTS"]) && nothing(ours)
    }),
    because(
        "OAuth 2.0 is what the class derives from, not what the provider speaks: a launch, a widget or a form proves who it is",
        |case, ours| {
            let inherits =
                has_base(case, "social_core.backends.oauth.BaseOAuth2") || has_base(case, "social_core.backends.oauth.OAuthAuth");
            (inherits || is(case, &["REDIRECT_STATE"])) && nothing(ours) && launched(case)
        },
    ),
    because("the bases are those of OAuth 2.0 where a launch or a signed token proves who it is", |case, ours| {
        is(case, &["bases"]) && launched(case) && ["signed", "cas"].contains(&text(ours))
    }),
    because(
        "the class makes the address when it is asked; here it stands in the description, with names of settings in it",
        |case, ours| is(case, ENDPOINTS) && recorded_text(case).is_empty() && !text(ours).is_empty(),
    ),
    because("the same address; the part that differs has the name of its setting here, or its default", |case, ours| {
        let parts = ["{base_url}", "{version}", "{0}", "{key}", "{authority_host}", "{host}", "{osso_base_url}", "{}"];
        let templates = [ENDPOINTS, &["BASE_URL", "USER_DATA_URL"]].concat();
        is(case, &templates) && parts.iter().any(|part| recorded_text(case).contains(part)) && ours.is_ok()
    }),
    because("an installation of one's own has no address before somebody names it", |case, ours| {
        of(case, &["social_core.backends.github_enterprise."])
            && (text(ours).starts_with("{url}") || is(case, &["API_URL"]) && nothing(ours))
    }),
    because("Quizlet tells with the token who it is; its interface is not asked", |case, ours| {
        is(case, &["API_URL"]) && of(case, &["social_core.backends.quizlet."]) && nothing(ours)
    }),
    because("OAuth 2.0 knows no request token", |case, ours| {
        is(case, &["REQUEST_TOKEN_URL", "REQUEST_TOKEN_METHOD"]) && has_base(case, "social_core.backends.oauth.BaseOAuth2") && nothing(ours)
    }),
    because("the class asks for the answer by POST in a method, where there are scopes", |case, ours| {
        is(case, &["RESPONSE_MODE"]) && *ours == Ok("form_post".into())
    }),
    because("which of EGI's hosts is said by the host's name", |case, ours| is(case, &["CHECKIN_ENV"]) && text(ours).ends_with("egi.eu")),
    because("a name that people can change is all that the provider gives; the description says so", |case, ours| {
        let nothing_else = ["social_core.backends.lastfm.", "social_core.backends.mixcloud."];
        is(case, &["MUTABLE_ID_KEYS"]) && of(case, &nothing_else) && nothing(ours)
    }),
    because("in plain words", |case, ours| is(case, &["title"]) && recorded(case) == "Username" && *ours == Ok("User name".into())),
    because("the keys are where the discovery document says", |case, ours| is(case, &["JWK_URL", "JWKS_URL"]) && nothing(ours)),
    because("which issuers a token may name is said where the endpoint alone does not tell", |case, ours| {
        is(case, &["ID_TOKEN_ISSUER"]) && !text(ours).is_empty() && text(ours).ends_with(recorded_text(case))
    }),
    because("the class reads names and address in a method; the recorded sign-ins show what comes of them", |case, _| {
        is(case, &["USERNAME_KEY", "EMAIL_KEY", "FULLNAME_KEY", "FIRST_NAME_KEY", "LAST_NAME_KEY"])
    }),
    because("the same as one header or parameter of a call, which the recorded requests show", |case, ours| {
        is(case, &["API_ACCEPT_HEADER", "TWITCH_CLAIMS"]) && nothing(ours)
    }),
    because("the class adds the fragment that Weixin wants in a method", |case, ours| {
        is(case, &["AUTHORIZATION_URL"]) && text(ours).strip_suffix("#wechat_redirect") == Some(recorded_text(case))
    }),
    because("a field is named by its place in the answer that it comes with, and kept under the same name", |case, ours| {
        is(case, &["EXTRA_DATA"]) && kept_names(recorded(case)) == kept_names(said(ours))
    }),
    because("more is kept: what a refresh or a call of the provider's interface needs later", |case, ours| {
        is(case, &["EXTRA_DATA"]) && kept_names(recorded(case)).is_subset(&kept_names(said(ours)))
    }),
    because("a profile of a service is kept under the names that the service has today", |case, _| {
        is(case, &["EXTRA_DATA"])
            && of(
                case,
                &[
                    "social_core.backends.disqus.DisqusOAuth",
                    "social_core.backends.facebook.FacebookAppOAuth2",
                    "social_core.backends.vk.VKAppOAuth2",
                    "social_core.backends.evernote.EvernoteOAuth",
                    "social_core.backends.bungie.BungieOAuth2",
                ],
            )
    }),
    because("three classes of one name and one provider are one: SCOPE adds what only the older two ask for", |case, _| {
        let others = ["social_core.backends.nfdi.HelmholtzOpenIdConnect", "social_core.backends.nfdi.NFDIOpenIdConnect"];
        is(case, &["DEFAULT_SCOPE", "title"]) && of(case, &others)
    }),
    because("scopes are a list, not one text with blanks in it", |case, ours| {
        is(case, &["DEFAULT_SCOPE"]) && joined(recorded(case)) == joined(said(ours))
    }),
    because("a blank is encoded once, by what writes the address", |case, ours| {
        is(case, &["SCOPE_SEPARATOR"]) && ["%20", "+"].contains(&recorded_text(case)) && *ours == Ok(" ".into())
    }),
    because("the class joins scopes by a comma in a method, as Shopify documents", |case, ours| {
        is(case, &["SCOPE_SEPARATOR", "RESPONSE_TYPE"]) && of(case, &["social_core.backends.shopify."]) && [",", ""].contains(&text(ours))
    }),
    because("the class takes the state out of the redirect URI again, in a method", |case, ours| {
        let takes_out = ["social_core.backends.line.", "social_core.backends.scistarter.", "social_core.backends.vimeo."];
        is(case, &["REDIRECT_STATE"]) && of(case, &takes_out) && *ours == Ok(false.into())
    }),
    because("a token is revoked as RFC 7009 (2.1) says, by POST", |case, ours| {
        is(case, &["REVOKE_TOKEN_METHOD"]) && recorded(case) == "GET" && *ours == Ok("POST".into())
    }),
    because("the attribute counts only where there is an address to revoke at", |case, ours| {
        is(case, &["REVOKE_TOKEN_METHOD"]) && nothing(ours)
    }),
];

fn is(case: &Case, attributes: &[&str]) -> bool {
    attributes.contains(&case.text("attribute"))
}

/// Whether the class is one of these, or in one of these modules.
fn of(case: &Case, classes: &[&str]) -> bool {
    classes.iter().any(|class| case.text("class").starts_with(class))
}

fn recorded(case: &Case) -> &Value {
    case.expected.as_ref().unwrap()
}

fn recorded_text(case: &Case) -> &str {
    recorded(case).as_str().unwrap_or_default()
}

fn said(ours: &Answer) -> &Value {
    ours.as_ref().unwrap()
}

fn text(ours: &Answer) -> &str {
    said(ours).as_str().unwrap_or_default()
}

fn nothing(ours: &Answer) -> bool {
    *ours == Ok(Value::Null)
}

fn has_base(case: &Case, class: &str) -> bool {
    case.get("bases").as_array().unwrap().contains(&json!(class))
}

/// Classes of providers that we speak another protocol with.
fn launched(case: &Case) -> bool {
    let provider = social_auth::provider::find_by_class_path(case.text("class"));
    provider.is_some_and(|provider| ["signed", "form", "cas"].contains(&provider.protocol()))
}

/// The names under which fields are kept.
fn kept_names(list: &Value) -> std::collections::BTreeSet<String> {
    let name = |item: &Value| match item {
        Value::Array(parts) => parts.get(1).or(parts.first()).and_then(Value::as_str).map(|name| name.replace("proteted", "protected")),
        other => other.as_str().map(str::to_owned),
    };
    list.as_array().into_iter().flatten().filter_map(name).collect()
}

/// The texts of a list with blanks between them.
fn joined(list: &Value) -> String {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}
