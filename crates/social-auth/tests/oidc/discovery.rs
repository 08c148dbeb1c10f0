use serde_json::{Value, json};
use social_auth::clock::Clock;
use social_auth::error::Result;
use social_auth::protocol::oidc::{DocumentSources, ExpectedIssuer, Metadata, discovery_url};

use super::provider::{DISCOVERY, ISSUER, NOW, Provider, answer, metadata};
use super::signing::code;

fn with(name: &str, value: Value) -> Value {
    let mut document = metadata();
    document[name] = value;
    document
}

async fn fetch(document: &Value, expected_issuer: Option<&str>) -> Result<Metadata> {
    let provider = Provider::with_keys(&[]);
    provider.serve(DISCOVERY, answer(200, &[], document.to_string()));
    let issuer = expected_issuer.map_or(ExpectedIssuer::Endpoint, |named| ExpectedIssuer::Named(named.to_owned()));
    let sources = DocumentSources { endpoint: Some(ISSUER.into()), issuer, ..DocumentSources::default() };
    let documents = provider.documents_from(&Clock::fixed(NOW), sources);
    documents.metadata().await.map(|metadata| (*metadata).clone())
}

#[test]
fn the_document_is_below_the_endpoint() {
    for (endpoint, url) in [
        ("https://op.example", "https://op.example/.well-known/openid-configuration"),
        ("https://op.example/", "https://op.example/.well-known/openid-configuration"),
        ("https://op.example/realm", DISCOVERY),
        ("https://op.example/realm/", DISCOVERY),
        ("https://op.example/realm?p=policy", "https://op.example/realm/.well-known/openid-configuration?p=policy"),
        (DISCOVERY, DISCOVERY),
        ("http://localhost:9000", "http://localhost:9000/.well-known/openid-configuration"),
    ] {
        assert_eq!(discovery_url(endpoint).unwrap().as_str(), url);
    }
    for endpoint in ["", "op.example", "/realm", "ftp://op.example", "https://", "javascript:alert(1)"] {
        let error = discovery_url(endpoint).unwrap_err();
        assert_eq!((error.reason().code(), error.facts().parameter), ("invalid_setting", Some("OIDC_ENDPOINT")));
    }
}

#[tokio::test]
async fn what_a_provider_says_is_read_and_the_rest_is_ignored() {
    let mut document = with("scopes_supported", json!(["openid", "email"]));
    document["authorization_response_iss_parameter_supported"] = json!(true);
    document["token_endpoint"] = json!(null);
    document["revocation_endpoint"] = json!("");
    document["of_the_future"] = json!({"any": ["thing", 1]});
    let metadata = fetch(&document, None).await.unwrap();
    assert_eq!(metadata.issuer, ISSUER);
    assert_eq!(metadata.authorization_endpoint.as_deref(), Some("https://op.example/realm/authorize"));
    assert_eq!(metadata.scopes_supported, Some(vec!["openid".to_owned(), "email".to_owned()]));
    assert!(metadata.authorization_response_iss_parameter_supported && !metadata.backchannel_logout_supported);
    assert_eq!((metadata.token_endpoint, metadata.revocation_endpoint), (None, None));
}

#[tokio::test]
async fn a_known_member_of_a_wrong_type_is_named() {
    for (name, value) in [
        ("issuer", json!(["https://op.example"])),
        ("authorization_endpoint", json!(1)),
        ("token_endpoint", json!("/token")),
        ("userinfo_endpoint", json!("not a url")),
        ("jwks_uri", json!("file:///etc/passwd")),
        ("end_session_endpoint", json!({"url": "https://op.example"})),
        ("scopes_supported", json!("openid email")),
        ("id_token_signing_alg_values_supported", json!(["RS256", 1])),
        ("code_challenge_methods_supported", json!(true)),
        ("authorization_response_iss_parameter_supported", json!("true")),
        ("require_pushed_authorization_requests", json!(1)),
    ] {
        let error = fetch(&with(name, value), None).await.unwrap_err();
        assert_eq!(code(&error), ("malformed_response", Some(name)));
    }
    for document in [json!([]), json!("x"), json!(null)] {
        assert_eq!(fetch(&document, None).await.unwrap_err().reason().code(), "malformed_response");
    }
    for issuer in [json!(null), json!("")] {
        assert_eq!(code(&fetch(&with("issuer", issuer), None).await.unwrap_err()), ("missing_claim", Some("issuer")));
    }
}

#[tokio::test]
async fn an_issuer_that_is_not_the_endpoint_needs_to_be_configured() {
    for same in [ISSUER, "https://op.example/realm/"] {
        assert!(fetch(&with("issuer", json!(same)), None).await.is_ok(), "{same}");
    }
    for other in [
        "https://op.example",
        "https://issuer.example",
        "http://op.example/realm",
        "https://op.example.evil.example",
        "https://op.example:8443",
        "accounts",
    ] {
        let error = fetch(&with("issuer", json!(other)), None).await.unwrap_err();
        assert_eq!((error.reason().code(), error.facts().parameter), ("invalid_setting", Some("ID_TOKEN_ISSUER")), "{other}");
        let text = error.to_string();
        assert!(text.contains(other) && text.contains("https://op.example") && text.contains(DISCOVERY), "{text}");
        assert!(fetch(&with("issuer", json!(other)), Some(other)).await.is_ok(), "{other}");
    }
}

#[tokio::test]
async fn a_configured_issuer_must_be_named_exactly() {
    let error = fetch(&metadata(), Some("https://op.example/realm/")).await.unwrap_err();
    assert_eq!((error.reason().code(), error.facts().parameter), ("invalid_setting", Some("ID_TOKEN_ISSUER")));
    assert!(error.to_string().contains("expected is \"https://op.example/realm/\""), "{error}");
}

#[tokio::test]
async fn an_endpoint_is_not_less_secure_than_the_document() {
    for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"] {
        let error = fetch(&with(name, json!("http://op.example/x")), None).await.unwrap_err();
        assert_eq!(code(&error), ("malformed_response", Some(name)));
    }
}

#[tokio::test]
async fn an_answer_that_is_no_document_is_an_error() {
    let provider = Provider::with_keys(&[]);
    for (incoming, expected) in [
        (answer(404, &[], String::new()), "http_error"),
        (answer(500, &[], String::new()), "unavailable"),
        (answer(301, &[("location", "https://evil.example")], String::new()), "http_error"),
        (answer(200, &[("content-type", "text/html")], "<html>".into()), "malformed_response"),
    ] {
        provider.serve(DISCOVERY, incoming);
        let error = provider.documents(&Clock::fixed(NOW)).metadata().await.unwrap_err();
        assert_eq!(error.reason().code(), expected);
    }
    let nowhere = provider.documents_from(&Clock::fixed(NOW), DocumentSources::default());
    assert_eq!(nowhere.metadata().await.unwrap_err().facts().parameter, Some("OIDC_ENDPOINT"));
}
