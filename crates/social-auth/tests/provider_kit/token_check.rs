//! How providers tell for whom an access token was issued, as each of them documents it; and which ones do.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;
use social_auth::backend::TokenCredentials;
use social_auth::error::{Reason, Result};
use social_auth::http::{Incoming, Outgoing, Transport};
use social_auth::provider::{self, Provider};
use social_auth::settings::{Origin, Settings};
use social_auth::storage::MemoryStorage;
use social_auth::{Secret, SocialAuth};

const CLIENT_ID: &str = "424242";
const TOKEN: &str = "a-token";

/// What a provider's documentation says, with `AUD` where the client id stands in the answer.
struct Documented {
    providers: &'static [&'static str],
    method: &'static str,
    url: &'static str,
    authorization: &'static str,
    body: &'static str,
    answer: &'static str,
}

const BASIC: &str = "Basic client";

const DOCUMENTED: &[Documented] = &[
    Documented {
        providers: &["google-oauth2", "google-openidconnect"],
        method: "GET",
        url: "https://oauth2.googleapis.com/tokeninfo?access_token=a-token",
        authorization: "",
        body: "",
        answer: r#"{"azp": "another", "aud": "AUD", "sub": "1", "scope": "openid", "exp": "1", "expires_in": "3299", "access_type": "online"}"#,
    },
    Documented {
        providers: &["facebook"],
        method: "GET",
        url: "https://graph.facebook.com/v24.0/debug_token?input_token=a-token&access_token=424242%7Ca-secret",
        authorization: "",
        body: "",
        answer: r#"{"data": {"app_id": "AUD", "type": "USER", "application": "An app", "is_valid": true, "scopes": ["email"], "user_id": "1"}}"#,
    },
    Documented {
        providers: &["github", "github-app"],
        method: "POST",
        url: "https://api.github.com/applications/424242/token",
        authorization: BASIC,
        body: r#"{"access_token":"a-token"}"#,
        answer: r#"{"id": 1, "token": "a-token", "app": {"url": "http://app", "name": "an app", "client_id": "AUD"}, "user": {"id": 1}}"#,
    },
    Documented {
        providers: &["gitlab"],
        method: "GET",
        url: "https://gitlab.com/oauth/token/info",
        authorization: "Bearer a-token",
        body: "",
        answer: r#"{"resource_owner_id": 1, "scope": ["api"], "expires_in": null, "application": {"uid": "AUD"}, "created_at": 1575890427}"#,
    },
    Documented {
        providers: &["linkedin-oauth2", "linkedin-mobile-oauth2", "linkedin-openidconnect"],
        method: "POST",
        url: "https://www.linkedin.com/oauth/v2/introspectToken",
        authorization: "",
        body: "client_id=424242&client_secret=a-secret&token=a-token",
        answer: r#"{"active": true, "client_id": "AUD", "authorized_at": 1, "status": "active", "expires_at": 2, "auth_type": "3L"}"#,
    },
    Documented {
        providers: &["twitch", "twitch-openidconnect"],
        method: "GET",
        url: "https://id.twitch.tv/oauth2/validate",
        authorization: "OAuth a-token",
        body: "",
        answer: r#"{"client_id": "AUD", "login": "twitchdev", "scopes": [], "user_id": "141981764", "expires_in": 5520838}"#,
    },
    Documented {
        providers: &["line"],
        method: "GET",
        url: "https://api.line.me/oauth2/v2.1/verify?access_token=a-token",
        authorization: "",
        body: "",
        answer: r#"{"scope": "profile", "client_id": "AUD", "expires_in": 2591659}"#,
    },
    Documented {
        providers: &["amazon"],
        method: "GET",
        url: "https://api.amazon.com/auth/o2/tokeninfo?access_token=a-token",
        authorization: "",
        body: "",
        answer: r#"{"app_id": "amzn1.application.x", "aud": "AUD", "exp": 818, "iat": 1475349936, "iss": "https://www.amazon.com", "user_id": "u"}"#,
    },
    Documented {
        providers: &["discord"],
        method: "GET",
        url: "https://discord.com/api/oauth2/@me",
        authorization: "Bearer a-token",
        body: "",
        answer: r#"{"application": {"id": "AUD", "name": "AIRHORN"}, "scopes": ["identify"], "expires": "2021-01-23T02:33:17.017000+00:00"}"#,
    },
    Documented {
        providers: &["yandex-oauth2", "yaru"],
        method: "GET",
        url: "https://login.yandex.ru/info?format=json",
        authorization: "OAuth a-token",
        body: "",
        answer: r#"{"login": "vasya", "id": "1000034426", "client_id": "AUD", "psuid": "1.AAceCw"}"#,
    },
    Documented {
        providers: &["weibo"],
        method: "POST",
        url: "https://api.weibo.com/oauth2/get_token_info",
        authorization: "",
        body: "access_token=a-token",
        answer: r#"{"uid": 1073880650, "appkey": AUD, "scope": null, "create_at": 1352267591, "expire_in": 157679471}"#,
    },
    Documented {
        providers: &["qq"],
        method: "GET",
        url: "https://graph.qq.com/oauth2.0/me?access_token=a-token&fmt=json",
        authorization: "",
        body: "",
        answer: r#"{"client_id": "AUD", "openid": "an openid"}"#,
    },
    Documented {
        providers: &["kakao"],
        method: "GET",
        url: "https://kapi.kakao.com/v1/user/access_token_info",
        authorization: "Bearer a-token",
        body: "",
        answer: r#"{"id": 123456789, "expires_in": 7199, "app_id": AUD}"#,
    },
    Documented {
        providers: &["battlenet-oauth2"],
        method: "GET",
        url: "https://oauth.battle.net/oauth/check_token?token=a-token",
        authorization: "",
        body: "",
        answer: r#"{"scope": [], "exp": 1, "authorities": [], "client_id": "AUD"}"#,
    },
    Documented {
        providers: &["salesforce-oauth2"],
        method: "POST",
        url: "https://login.salesforce.com/services/oauth2/introspect",
        authorization: "",
        body: "token=a-token&token_type_hint=access_token&client_id=424242&client_secret=a-secret",
        answer: r#"{"active": true, "scope": "id", "client_id": "AUD", "username": "u", "sub": "https://login.salesforce.com/id/1/2"}"#,
    },
    Documented {
        providers: &["salesforce-oauth2-sandbox"],
        method: "POST",
        url: "https://test.salesforce.com/services/oauth2/introspect",
        authorization: "",
        body: "token=a-token&token_type_hint=access_token&client_id=424242&client_secret=a-secret",
        answer: r#"{"active": true, "scope": "id", "client_id": "AUD", "username": "u", "sub": "https://test.salesforce.com/id/1/2"}"#,
    },
];

/// Names of providers whose check is another's, with addresses or rules of their own.
const ALIKE: &[&str] = &["github-org", "github-team", "github-enterprise", "github-enterprise-org", "github-enterprise-team"];

/// A network that gives one answer to everything and takes down what it is asked.
struct Network {
    status: u16,
    answer: String,
    asked: Mutex<Vec<Outgoing>>,
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        if let Some((issuer, _)) = request.url.as_str().split_once("/.well-known/") {
            let at = |path: &str| format!("{issuer}/{path}");
            let metadata = serde_json::json!({
                "issuer": issuer, "authorization_endpoint": at("authorize"), "token_endpoint": at("token"),
                "userinfo_endpoint": at("userinfo"), "jwks_uri": at("jwks"),
            });
            return Ok(Incoming { status: 200, headers, body: metadata.to_string().into() });
        }
        self.asked.lock().unwrap().push(request);
        Ok(Incoming { status: self.status, headers, body: self.answer.clone().into() })
    }
}

/// What was asked, and why it failed if it did.
async fn hand_over(name: &str, status: u16, answer: &str, accepted: &[&str]) -> (Vec<Outgoing>, Option<Reason>) {
    let network = Arc::new(Network { status, answer: answer.to_owned(), asked: Mutex::default() });
    let mut settings = Settings::new();
    settings.set("public_url", "https://example.com");
    settings.set("secret_key", "a key of at least thirty-two random characters");
    settings.enable(name, name, Origin::Code);
    settings.set_for(name, "KEY", CLIENT_ID);
    settings.set_for(name, "SECRET", "a-secret");
    settings.set_for(name, "ACCEPTED_AUDIENCES", accepted.to_vec());
    let social = SocialAuth::builder().settings(settings).storage(MemoryStorage::new()).transport(network.clone()).build();
    let social = social.unwrap_or_else(|error| panic!("{name}: {error}"));
    let credentials = TokenCredentials { access_token: Some(Secret::from(TOKEN)), ..TokenCredentials::default() };
    let outcome = social.backend(name).unwrap().complete_with_token(&credentials).await;
    (network.asked.lock().unwrap().clone(), outcome.err().map(|error| error.reason()))
}

#[tokio::test]
async fn each_is_asked_as_it_documents_it_and_only_a_token_of_ours_passes() {
    for documented in DOCUMENTED {
        for name in documented.providers {
            let answer = |audience: &str| documented.answer.replace("AUD", audience);
            let (asked, reason) = hand_over(name, 200, &answer("515151"), &[]).await;
            assert_eq!((asked.len(), reason), (1, Some(Reason::CredentialRejected)), "{name}: another application's token");
            let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:a-secret")));
            let authorization = if documented.authorization == BASIC { &basic } else { documented.authorization };
            let sent = asked[0].headers.get(AUTHORIZATION).map_or("", |value| value.to_str().unwrap());
            let body = std::str::from_utf8(&asked[0].body).unwrap();
            let seen = (asked[0].method.as_str(), asked[0].url.as_str(), sent, body);
            assert_eq!(seen, (documented.method, documented.url, authorization, documented.body), "{name}");

            for (audience, accepted) in [(CLIENT_ID, &[][..]), ("515151", &["616161", "515151"])] {
                let (asked, reason) = hand_over(name, 200, &answer(audience), accepted).await;
                // Salesforce tells where the profile is when it gives out a token, and then only.
                let goes_on = asked.len() > 1 || name.starts_with("salesforce");
                assert!(goes_on, "{name}: after a token of ours the profile is asked for");
                assert_ne!(reason, Some(Reason::CredentialRejected), "{name}: {audience} with {accepted:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused() {
    for documented in DOCUMENTED {
        for name in documented.providers {
            let good = documented.answer.replace("AUD", CLIENT_ID);
            for status in [400, 401, 404] {
                let (asked, reason) = hand_over(name, status, &good, &[]).await;
                assert_eq!((asked.len(), reason), (1, Some(Reason::CredentialRejected)), "{name}: HTTP {status}");
            }
            let without: Value = serde_json::json!({"error": "invalid_token"});
            let switched_off = good.replace("\"is_valid\": true", "\"is_valid\": false").replace("\"active\": true", "\"active\": false");
            let mut bad = vec![without.to_string(), "{}".to_owned(), good.replace(CLIENT_ID, "null").replace("\"null\"", "null")];
            bad.extend((switched_off != good).then_some(switched_off));
            for answer in bad {
                let (asked, reason) = hand_over(name, 200, &answer, &[]).await;
                assert_eq!((asked.len(), reason), (1, Some(Reason::CredentialRejected)), "{name}: {answer}");
            }
        }
    }
}

/// The table of `docs/token-sign-in.md`.
#[test]
fn the_documentation_names_every_provider_in_service_and_how_it_is_checked() {
    const MARKS: (&str, &str) = ("<!-- providers: begin -->\n", "<!-- providers: end -->");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/token-sign-in.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(MARKS.0).unwrap();
    let (told, after) = rest.split_once(MARKS.1).unwrap();
    let table = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, format!("{before}{}{table}{}{after}", MARKS.0, MARKS.1)).unwrap();
    } else {
        assert_eq!(told, table, "run this test with UPDATE_DOCS=1");
    }
    let tested: Vec<&str> = DOCUMENTED.iter().flat_map(|documented| documented.providers).chain(ALIKE).copied().collect();
    for provider in provider::ALL.iter().filter(|provider| has_own_check(provider)) {
        assert!(tested.contains(&provider.name()), "{} has a check that no case here is about", provider.name());
    }
}

fn has_own_check(provider: &Provider) -> bool {
    matches!(provider, Provider::OAuth2(description) if description.token_check.is_some())
}

fn table() -> String {
    let mut lines = vec!["| how the audience of an access token is known | providers |".to_owned(), "| --- | --- |".to_owned()];
    let ways: [(&str, fn(&Provider) -> bool); 4] = [
        ("the provider's own endpoint", has_own_check),
        ("the token is signed and names it", |provider| matches!(provider, Provider::OAuth2(one) if one.signed_access_token)),
        (
            "token introspection (RFC 7662), where the provider's metadata or `INTROSPECTION_URL` names it; better: send the id token",
            |provider| matches!(provider, Provider::OAuth2(one) if one.openid.is_some() && one.token_check.is_none() && !one.signed_access_token),
        ),
        (
            "not at all, so access tokens are refused unless `INTROSPECTION_URL` or `ALLOW_UNCHECKED_ACCESS_TOKENS` is set",
            |provider| matches!(provider, Provider::OAuth2(one) if one.openid.is_none() && one.token_check.is_none() && !one.signed_access_token),
        ),
    ];
    for (way, goes) in ways {
        let in_service = provider::ALL.iter().filter(|one| one.retired().is_none());
        let mut names: Vec<String> = in_service.filter(|one| goes(one)).map(|one| format!("`{}`", one.name())).collect();
        names.sort_unstable();
        lines.push(format!("| {way} | {} |", names.join(", ")));
    }
    lines.join("\n") + "\n"
}
