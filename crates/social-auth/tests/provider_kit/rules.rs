//! Rules for descriptions, and what single providers do about addresses that anybody can make up.

use std::sync::Arc;

use async_trait::async_trait;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};
use social_auth::backend::TokenCredentials;
use social_auth::clock::Clock;
use social_auth::error::{Reason, Result};
use social_auth::http::{Incoming, Outgoing, Transport};
use social_auth::protocol::oauth2::{HookSettings, UidField};
use social_auth::provider::{self, Provider};
use social_auth::settings::{Origin, Settings};
use social_auth::storage::MemoryStorage;
use social_auth::web::Params;
use social_auth::{Secret, SocialAuth};

use crate::site::{CLIENT_ID, NOW, TENANT};
use crate::token;

/// Fields that people can change, or that pass to others.
const CHANGEABLE: &[&str] =
    &["email", "mail", "username", "user_name", "login", "name", "nickname", "screen_name", "upn", "preferred_username", "handle"];

/// Providers whose only identifier is one of these, and why it will do.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("drip", "its API tells nothing else of a person, and Drip lets no other account have a former address"),
    ("mixcloud", "the key of Python Social Auth's associations; a profile has no other identifier in what the API documents"),
    ("readability", "the service closed in 2016; kept so that associations are read that exist"),
];

// Python Social Auth's CVE-2022 family: who takes over a name takes over the account (advisories 4 and 5).
#[test]
fn an_identifier_that_people_can_change_says_why() {
    let mut unexplained = Vec::new();
    for provider in provider::ALL {
        let Some(field) = uid_of(provider) else { continue };
        let last = field.split(" | ").next().unwrap_or(field).rsplit('.').next().unwrap_or(field);
        let is_changeable = CHANGEABLE.contains(&last.to_ascii_lowercase().as_str());
        match EXCEPTIONS.iter().find(|(name, _)| *name == provider.name()) {
            None if is_changeable => unexplained.push(format!("{}: {field}", provider.name())),
            Some((name, why)) => assert!(is_changeable && why.len() > 20, "{name} needs no exception"),
            None => {}
        }
    }
    assert!(unexplained.is_empty(), "these identifiers change hands, and nothing says why that is no danger: {unexplained:#?}");
}

fn uid_of(provider: &Provider) -> Option<&'static str> {
    let field = match provider {
        Provider::OAuth2(description) => description.uid,
        Provider::OAuth1(description) => description.uid,
        #[allow(unreachable_patterns, reason = "other protocols have identifiers of their own kind")]
        _ => return None,
    };
    let (UidField::Stable(field) | UidField::StableOnce(field, _) | UidField::Joined(_, field)) = field;
    Some(field)
}

// Advisory 74: without a client id there would be no audience to check.
#[test]
fn without_its_client_id_no_backend_is_built() {
    // These have no such thing, or sign with a secret that is ours alone; those of them that bring an id token have
    // a test of their own.
    let has_none = |provider: &&Provider| ["openid", "saml", "cas", "signed", "form"].contains(&provider.protocol());
    for provider in provider::ALL.iter().filter(|provider| !has_none(provider)) {
        for key in [None, Some("")] {
            let mut settings = site();
            settings.enable(provider.name(), provider.name(), Origin::Code);
            settings.set_for(provider.name(), "SECRET", "a-secret");
            for setting in provider.settings().iter().filter(|setting| setting.required && setting.name != provider.client_id_setting()) {
                settings.set_for(provider.name(), setting.name, "https://idp.example");
            }
            if let Some(key) = key {
                settings.set_for(provider.name(), provider.client_id_setting(), key);
            }
            let built = SocialAuth::builder().settings(settings).storage(MemoryStorage::new()).build();
            let Err(errors) = built else { panic!("{} was built without a client id", provider.name()) };
            let missed = errors.0.iter().any(|error| {
                matches!(error.reason(), Reason::MissingSetting | Reason::InvalidSetting)
                    && error.facts().parameter == Some(provider.client_id_setting())
            });
            assert!(missed, "{}: {errors}", provider.name());
        }
    }
}

// Advisories 7 and 8 (CVE-2023-3128, "nOAuth"): a tenant's administrator can put any address into a token.
#[tokio::test]
async fn an_address_of_a_tenant_counts_as_verified_only_by_xms_edov() {
    for name in ["azuread-oauth2", "azuread-oauth2-v2", "azuread-tenant-oauth2", "azuread-v2-tenant-oauth2"] {
        for (edov, verified) in [(None, false), (Some(json!(false)), false), (Some(json!("false")), false), (Some(json!(true)), true)] {
            let mut claims = claims();
            claims.extend(edov.clone().map(|edov| ("xms_edov".to_owned(), edov)));
            // Neither does what other providers say, since tenants choose their optional claims.
            claims.insert("email_verified".to_owned(), json!(true));
            let identity = identity(name, &claims).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            let email = identity.details.email.expect("an address");
            assert_eq!((email.address.as_str(), email.verified), ("ceo@victim.example", verified), "{name} with {edov:?}");
        }
    }
}

// Advisory 9: what the browser posts beside the code is the browser's word.
#[test]
fn apples_form_brings_a_name_and_never_an_address() {
    let Some(Provider::OAuth2(apple)) = provider::find("apple-id") else { panic!("no apple-id") };
    let settings = HookSettings {
        backend: "apple-id".to_owned(),
        client_id: CLIENT_ID.to_owned(),
        secret: Secret::from(""),
        scope: Vec::new(),
        declared: Default::default(),
    };
    let user =
        json!({"name": {"firstName": "Ada", "lastName": "L"}, "email": "ceo@victim.example", "email_verified": true, "sub": "victim"});
    let params: Params =
        [("user", user.to_string()), ("email", "ceo@victim.example".to_owned()), ("sub", "victim".to_owned())].into_iter().collect();
    let own = json!({"sub": "own", "email": "own@example.com"});
    let Value::Object(mut answer) = own.clone() else { panic!() };
    (apple.hooks.callback.expect("a hook"))(&settings, &params, &mut answer).unwrap();
    assert_eq!((&answer["sub"], &answer["email"]), (&own["sub"], &own["email"]));
    let told = Value::Object(answer).to_string();
    assert!(told.contains("Ada") && !told.contains("victim"), "{told}");
}

/// A provider with metadata and keys.
struct Entra;

#[async_trait]
impl Transport for Entra {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        let at = |path: &str| format!("https://login.microsoftonline.com/{path}");
        let document = json!({
            "issuer": issuer(request.url.as_str()), "authorization_endpoint": at("authorize"), "token_endpoint": at("token"),
            "jwks_uri": at("keys"), "keys": [token::jwk()],
        });
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        Ok(Incoming { status: 200, headers, body: document.to_string().into() })
    }
}

fn issuer(url: &str) -> String {
    if url.contains("/v2.0/") {
        format!("https://login.microsoftonline.com/{TENANT}/v2.0")
    } else {
        format!("https://sts.windows.net/{TENANT}/")
    }
}

fn claims() -> Map<String, Value> {
    let claims = json!({
        "aud": CLIENT_ID, "iat": NOW, "exp": NOW + 300, "tid": TENANT, "sub": "own", "oid": "own", "name": "Own",
        "email": "ceo@victim.example", "upn": "own@attacker.example", "preferred_username": "own@attacker.example",
    });
    match claims {
        Value::Object(claims) => claims,
        _ => Map::new(),
    }
}

async fn identity(name: &str, claims: &Map<String, Value>) -> Result<social_auth::identity::Identity> {
    let mut settings = site();
    settings.enable(name, name, Origin::Code);
    settings.set_for(name, "KEY", CLIENT_ID);
    settings.set_for(name, "SECRET", "a-secret");
    settings.set_for(name, "TOKEN_NONCE_OPTIONAL", true);
    if name.contains("tenant") {
        settings.set_for(name, "TENANT_ID", TENANT);
    }
    let social = SocialAuth::builder().settings(settings).storage(MemoryStorage::new()).transport(Arc::new(Entra)).clock(Clock::fixed(NOW));
    let social = social.build().unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut claims = claims.clone();
    let version = if name.contains("v2") { "/v2.0/" } else { "" };
    claims.insert("iss".to_owned(), Value::from(issuer(version)));
    let credentials = TokenCredentials { id_token: Some(Secret::from(token::id_token(&claims))), ..TokenCredentials::default() };
    social.backend(name)?.complete_with_token(&credentials).await
}

fn site() -> Settings {
    let mut settings = Settings::new();
    settings.set("public_url", "https://example.com");
    settings.set("secret_key", "a key of at least thirty-two random characters");
    settings
}
