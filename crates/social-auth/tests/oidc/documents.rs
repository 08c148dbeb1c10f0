use std::sync::Arc;

use serde_json::{Value, json};
use social_auth::clock::Clock;
use social_auth::jose::{Algorithm, Claims, HmacKey};
use social_auth::protocol::oidc::{
    DEFAULT_LIFETIME, DocumentSources, IdTokenRules, IssuerRule, MIN_LIFETIME, ProviderDocuments, REFETCH_COOL_DOWN,
};
use social_auth::{Result, Secret};

use super::provider::{DISCOVERY, ISSUER, JWKS, NOW, Provider, answer, metadata};
use super::signing::{OTHER_RSA, RSA, token, token_with};

fn claims(now: i64) -> Value {
    json!({"iss": ISSUER, "sub": "1234", "aud": "a-key", "exp": now + 30, "iat": now})
}

fn named(kid: &str, now: i64) -> String {
    token_with(&json!({"alg": "RS256", "kid": kid}), Algorithm::RS256, &claims(now))
}

async fn verify(documents: &ProviderDocuments, token: &str, now: i64) -> Result<Claims> {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ["a-key".to_owned()]);
    documents.verify_id_token(token, &IdTokenRules::new(&issuer, &audiences, now)).await
}

#[tokio::test]
async fn documents_are_fetched_once_and_again_after_a_day() {
    let (provider, clock) = (Provider::with_keys(&[RSA.jwk("a")]), Clock::fixed(NOW));
    let documents = provider.documents(&clock);
    for passed in [0, 1, DEFAULT_LIFETIME - 1] {
        clock.set(NOW + passed);
        verify(&documents, &named("a", NOW + passed), NOW + passed).await.unwrap();
        assert_eq!((provider.asked(DISCOVERY), provider.asked(JWKS)), (1, 1));
    }
    clock.set(NOW + DEFAULT_LIFETIME);
    documents.keys().await.unwrap();
    assert_eq!((provider.asked(DISCOVERY), provider.asked(JWKS)), (2, 2));
}

#[tokio::test]
async fn a_provider_may_ask_for_a_shorter_life() {
    for (header, lifetime) in [
        ("max-age=600", 600),
        ("public, Max-Age=3600, must-revalidate", 3600),
        ("max-age=\"700\"", 700),
        ("max-age=1", MIN_LIFETIME),
        ("max-age=0", MIN_LIFETIME),
        ("max-age=-5", MIN_LIFETIME),
        ("no-store", MIN_LIFETIME),
        ("no-cache, max-age=900", MIN_LIFETIME),
        ("max-age=31536000", DEFAULT_LIFETIME),
        ("max-age=99999999999999999999", DEFAULT_LIFETIME),
        ("max-age=soon", DEFAULT_LIFETIME),
        ("s-maxage=10", DEFAULT_LIFETIME),
    ] {
        let (provider, clock) = (Provider::with_keys(&[]), Clock::fixed(NOW));
        provider.serve(DISCOVERY, answer(200, &[("cache-control", header)], metadata().to_string()));
        let documents = provider.documents(&clock);
        documents.metadata().await.unwrap();
        clock.set(NOW + lifetime - 1);
        documents.metadata().await.unwrap();
        assert_eq!(provider.asked(DISCOVERY), 1, "{header}");
        clock.set(NOW + lifetime);
        documents.metadata().await.unwrap();
        assert_eq!(provider.asked(DISCOVERY), 2, "{header}");
    }
}

#[tokio::test(start_paused = true)]
async fn many_callers_at_once_wait_for_one_fetch() {
    let provider = Provider::with_keys(&[RSA.jwk("a")]);
    provider.answer_slowly();
    let documents = Arc::new(provider.documents(&Clock::fixed(NOW)));
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let documents = Arc::clone(&documents);
            tokio::spawn(async move { verify(&documents, &named("a", NOW), NOW).await.is_ok() })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.unwrap());
    }
    assert_eq!((provider.asked(DISCOVERY), provider.asked(JWKS)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn many_callers_at_once_share_one_failure() {
    let provider = Provider::with_keys(&[]);
    provider.answer_slowly();
    provider.serve(DISCOVERY, answer(429, &[("retry-after", "7")], String::new()));
    let documents = Arc::new(provider.documents(&Clock::fixed(NOW)));
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let documents = Arc::clone(&documents);
            tokio::spawn(async move { documents.metadata().await.unwrap_err() })
        })
        .collect();
    for caller in callers {
        let error = caller.await.unwrap();
        assert_eq!((error.reason().code(), error.facts().status, error.facts().retry_after), ("rate_limited", Some(429), Some(7)));
    }
    assert_eq!(provider.asked(DISCOVERY), 1);
    assert!(documents.metadata().await.is_err());
    assert_eq!(provider.asked(DISCOVERY), 2, "who comes later tries anew");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_does_not_keep_the_others_waiting() {
    let provider = Provider::with_keys(&[]);
    provider.answer_slowly();
    let documents = Arc::new(provider.documents(&Clock::fixed(NOW)));
    let first = tokio::spawn({
        let documents = Arc::clone(&documents);
        async move { documents.metadata().await.is_ok() }
    });
    tokio::task::yield_now().await;
    first.abort();
    assert!(documents.metadata().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn while_one_caller_renews_the_others_use_the_old_document() {
    let (provider, clock) = (Provider::with_keys(&[RSA.jwk("old")]), Clock::fixed(NOW));
    let documents = Arc::new(provider.documents(&clock));
    let old = documents.metadata().await.unwrap();
    clock.set(NOW + DEFAULT_LIFETIME);
    provider.answer_slowly();
    let renewing = tokio::spawn({
        let documents = Arc::clone(&documents);
        async move { documents.metadata().await.unwrap() }
    });
    tokio::task::yield_now().await;
    assert!(Arc::ptr_eq(&documents.metadata().await.unwrap(), &old));
    assert!(!Arc::ptr_eq(&renewing.await.unwrap(), &old));
    assert_eq!(provider.asked(DISCOVERY), 2);
}

#[tokio::test]
async fn a_rotated_key_is_fetched_when_a_token_names_it() {
    let (provider, clock) = (Provider::with_keys(&[OTHER_RSA.jwk("old")]), Clock::fixed(NOW));
    let documents = provider.documents(&clock);
    assert!(verify(&documents, &named("new", NOW), NOW).await.is_err());
    assert_eq!(provider.asked(JWKS), 2, "an unknown name is worth one more fetch");

    provider.rotate(&[RSA.jwk("new")]);
    assert!(verify(&documents, &named("new", NOW), NOW).await.is_err());
    clock.set(NOW + REFETCH_COOL_DOWN - 1);
    assert!(verify(&documents, &named("new", NOW), NOW).await.is_err());
    assert_eq!(provider.asked(JWKS), 2, "and no other for a while");

    clock.set(NOW + REFETCH_COOL_DOWN);
    verify(&documents, &named("new", NOW), NOW).await.unwrap();
    assert_eq!((provider.asked(DISCOVERY), provider.asked(JWKS)), (1, 3));
}

#[tokio::test]
async fn a_token_that_names_no_key_finds_a_rotated_one() {
    let provider = Provider::with_keys(&[OTHER_RSA.jwk("old")]);
    let documents = provider.documents(&Clock::fixed(NOW));
    documents.keys().await.unwrap();
    provider.rotate(&[RSA.jwk("new")]);
    let unnamed = token_with(&json!({"alg": "RS256"}), Algorithm::RS256, &claims(NOW));
    verify(&documents, &unnamed, NOW).await.unwrap();
}

#[tokio::test]
async fn a_bad_signature_by_a_known_key_fetches_nothing() {
    let provider = Provider::with_keys(&[OTHER_RSA.jwk("a")]);
    let documents = provider.documents(&Clock::fixed(NOW));
    for _ in 0..3 {
        let error = verify(&documents, &named("a", NOW), NOW).await.unwrap_err();
        assert_eq!((error.reason().code(), error.facts().stage.to_string().as_str()), ("invalid_signature", "token_validation"));
    }
    assert_eq!(provider.asked(JWKS), 1);
}

#[tokio::test(start_paused = true)]
async fn many_unknown_keys_at_once_cost_one_fetch() {
    let provider = Provider::with_keys(&[OTHER_RSA.jwk("old")]);
    let documents = Arc::new(provider.documents(&Clock::fixed(NOW)));
    documents.keys().await.unwrap();
    provider.rotate(&[RSA.jwk("new")]);
    provider.answer_slowly();
    let callers: Vec<_> = (0..20)
        .map(|number| {
            let documents = Arc::clone(&documents);
            let kid = if number % 2 == 0 { "new".to_owned() } else { format!("unknown-{number}") };
            tokio::spawn(async move { (kid == "new", verify(&documents, &named(&kid, NOW), NOW).await.is_ok()) })
        })
        .collect();
    for caller in callers {
        let (is_known, verified) = caller.await.unwrap();
        assert_eq!(is_known, verified);
    }
    // The two that may be asked for: the renewal, and none for the names that stay unknown.
    assert_eq!(provider.asked(JWKS), 2);
}

#[tokio::test]
async fn old_documents_stay_in_use_while_the_provider_is_down() {
    let (provider, clock) = (Provider::with_keys(&[RSA.jwk("a")]), Clock::fixed(NOW));
    let documents = provider.documents(&clock);
    documents.keys().await.unwrap();
    provider.go_down();
    let later = NOW + 3 * DEFAULT_LIFETIME;
    clock.set(later);
    verify(&documents, &named("a", later), later).await.unwrap();
    verify(&documents, &named("a", later), later).await.unwrap();
    let asked = provider.asked(DISCOVERY);
    assert_eq!(asked, 2, "the provider is left alone for a while");
    assert!(verify(&documents, &named("unknown", later), later).await.is_err());

    let back = Provider::with_keys(&[RSA.jwk("b")]);
    assert!(verify(&back.documents(&clock), &named("b", later), later).await.is_ok());
    provider.serve(DISCOVERY, answer(200, &[], metadata().to_string()));
    provider.rotate(&[RSA.jwk("b")]);
    clock.set(later + 60);
    verify(&documents, &named("b", later + 60), later + 60).await.unwrap();
}

#[tokio::test]
async fn a_key_set_that_cannot_be_read_does_not_replace_one_that_can() {
    let (provider, clock) = (Provider::with_keys(&[RSA.jwk("a")]), Clock::fixed(NOW));
    let documents = provider.documents(&clock);
    documents.keys().await.unwrap();
    provider.serve(JWKS, answer(200, &[], "<html>maintenance</html>".into()));
    assert!(verify(&documents, &named("b", NOW), NOW).await.is_err());
    assert!(verify(&documents, &named("a", NOW), NOW).await.is_ok());
}

#[tokio::test]
async fn hmac_needs_no_keys_from_the_provider() {
    let provider = Provider::default();
    let documents = provider.documents(&Clock::fixed(NOW));
    let secret = HmacKey::from_client_secret(&Secret::new(super::signing::CLIENT_SECRET)).unwrap();
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ["a-key".to_owned()]);
    let mut rules = IdTokenRules::new(&issuer, &audiences, NOW);
    rules.algorithms = &[Algorithm::HS256];
    rules.secret = Some(&secret);
    documents.verify_id_token(&token(Algorithm::HS256, &claims(NOW)), &rules).await.unwrap();
}

#[tokio::test]
async fn keys_may_be_configured_without_discovery() {
    let provider = Provider::default();
    provider.serve("https://keys.example/set", answer(200, &[], json!({"keys": [RSA.jwk("a")]}).to_string()));
    let sources = DocumentSources { jwks_uri: Some("https://keys.example/set".into()), ..DocumentSources::default() };
    let documents = provider.documents_from(&Clock::fixed(NOW), sources);
    verify(&documents, &named("a", NOW), NOW).await.unwrap();
}

#[tokio::test]
async fn metadata_that_does_not_say_where_the_keys_are_is_told_apart() {
    let provider = Provider::with_keys(&[]);
    provider.serve(DISCOVERY, answer(200, &[], json!({"issuer": ISSUER}).to_string()));
    let error = provider.documents(&Clock::fixed(NOW)).keys().await.unwrap_err();
    assert_eq!(super::signing::code(&error), ("missing_claim", Some("jwks_uri")));
    assert!(error.to_string().contains("JWKS_URI"));
}
