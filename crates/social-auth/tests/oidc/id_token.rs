use serde_json::{Value, json};
use social_auth::jose::{Algorithm, Claims, HmacKey};
use social_auth::protocol::oidc::{FurtherAudiences, IdTokenRules, IssuerRule, Tenants, verify_id_token};
use social_auth::{Error, Result, Secret};

use super::signing::{CLIENT_SECRET, RSA, all_keys, code, key_set, token, token_with};

const NOW: i64 = 1_767_960_000;
const ISSUER: &str = "https://example.com";

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "1234", "aud": "a-key", "azp": "a-key", "exp": NOW + 30, "iat": NOW, "nonce": "n-0S6_WzA2Mj",
        "at_hash": "w6uP8Tcg6K2QR905Rms8iQ"
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn ours() -> Vec<String> {
    vec!["a-key".to_owned()]
}

fn verify_by(claims: &Value, change: impl Fn(&mut IdTokenRules<'_>)) -> Result<Claims> {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ours());
    let mut rules = IdTokenRules::new(&issuer, &audiences, NOW);
    rules.nonce = Some("n-0S6_WzA2Mj");
    rules.access_token = Some("foobar");
    change(&mut rules);
    verify_id_token(&token(Algorithm::RS256, claims), &rules, &all_keys())
}

fn verify(claims: &Value) -> Result<Claims> {
    verify_by(claims, |_| {})
}

#[track_caller]
fn refused(outcome: Result<Claims>, expected: &str, claim: Option<&str>) -> Error {
    let error = outcome.expect_err("the token must be refused");
    assert_eq!(code(&error), (expected, claim), "{error}");
    assert_eq!(error.facts().stage.to_string(), "token_validation");
    error
}

#[test]
fn a_good_token_is_accepted_with_every_algorithm() {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ours());
    let secret = HmacKey::from_client_secret(&Secret::new(CLIENT_SECRET)).unwrap();
    for algorithm in Algorithm::ALL {
        let mut rules = IdTokenRules::new(&issuer, &audiences, NOW);
        rules.algorithms = Algorithm::ALL;
        rules.secret = Some(&secret);
        rules.nonce = Some("n-0S6_WzA2Mj");
        rules.access_token = Some("foobar");
        let claims = with("at_hash", json!(algorithm.half_hash("foobar")));
        let accepted = verify_id_token(&token(*algorithm, &claims), &rules, &all_keys()).unwrap();
        assert_eq!(accepted.text("sub"), Some("1234"), "{algorithm}");
        refused(verify_id_token(&token(*algorithm, &with("at_hash", json!("foo"))), &rules, &all_keys()), "invalid_claim", Some("at_hash"));
    }
}

#[test]
fn hmac_is_not_accepted_unless_it_is_configured() {
    let secret = HmacKey::from_client_secret(&Secret::new(CLIENT_SECRET)).unwrap();
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ours());
    let mut rules = IdTokenRules::new(&issuer, &audiences, NOW);
    rules.secret = Some(&secret);
    refused(verify_id_token(&token(Algorithm::HS256, &claims()), &rules, &all_keys()), "invalid_signature", None);
}

#[test]
fn a_claim_that_must_be_there_is_missed() {
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        refused(verify(&without(name)), "missing_claim", Some(name));
    }
    for name in ["azp", "at_hash"] {
        assert!(verify(&without(name)).is_ok(), "{name} may be absent");
    }
}

#[test]
fn a_claim_of_a_wrong_type_is_refused() {
    for (name, value) in [
        ("iss", json!([ISSUER])),
        ("sub", json!(1234)),
        ("sub", json!(null)),
        ("aud", json!({"a-key": true})),
        ("exp", json!("1767960030")),
        ("nbf", json!("0")),
        ("iat", json!(true)),
        ("nonce", json!(["n-0S6_WzA2Mj"])),
        ("azp", json!(["a-key"])),
        ("at_hash", json!(0)),
    ] {
        refused(verify(&with(name, value)), "invalid_claim", Some(name));
    }
}

#[test]
fn only_the_expected_issuer_is_believed() {
    for issuer in
        ["someone-else", "", "https://example.com/", "https://EXAMPLE.com", "http://example.com", "https://example.com.evil.example"]
    {
        let error = refused(verify(&with("iss", json!(issuer))), "invalid_claim", Some("iss"));
        assert!(error.to_string().contains("expected is \"https://example.com\""), "{error}");
    }
}

#[test]
fn one_of_several_issuers_is_believed() {
    let google = IssuerRule::OneOf(vec!["https://accounts.google.com".into(), "accounts.google.com".into()]);
    let audiences = ours();
    let verify = |issuer: &str| {
        let rules = IdTokenRules::new(&google, &audiences, NOW);
        verify_id_token(&token(Algorithm::RS256, &with("iss", json!(issuer))), &rules, &all_keys())
    };
    assert!(verify("https://accounts.google.com").is_ok() && verify("accounts.google.com").is_ok());
    refused(verify("https://accounts.google.com/"), "invalid_claim", Some("iss"));
}

const TEMPLATE: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";
const TENANT: &str = "727406ac-7068-48fa-92b9-c2d67211bc50";

fn verify_tenant(tenants: Tenants, issuer_tenant: &str, tid: Value, key_issuer: Option<&str>) -> Result<Claims> {
    let rule = IssuerRule::Template { template: TEMPLATE.into(), tenants };
    let audiences = ours();
    let rules = IdTokenRules::new(&rule, &audiences, NOW);
    let mut jwk = RSA.jwk("rsa");
    if let Some(issuer) = key_issuer {
        jwk["issuer"] = json!(issuer);
    }
    let mut claims = with("iss", json!(format!("https://login.microsoftonline.com/{issuer_tenant}/v2.0")));
    claims["tid"] = tid;
    verify_id_token(&token(Algorithm::RS256, &claims), &rules, &key_set(&[jwk]))
}

#[test]
fn a_tenant_of_a_shared_provider_is_put_into_the_template() {
    let only = || Tenants::Only(vec![TENANT.to_owned()]);
    assert!(verify_tenant(Tenants::Any, TENANT, json!(TENANT), None).is_ok());
    assert!(verify_tenant(only(), TENANT, json!(TENANT), None).is_ok());
    refused(verify_tenant(Tenants::Any, TENANT, json!(null), None), "missing_claim", Some("tid"));
    refused(verify_tenant(Tenants::Any, TENANT, json!("another"), None), "invalid_claim", Some("iss"));
    refused(verify_tenant(only(), "another", json!("another"), None), "invalid_claim", Some("tid"));
    for odd in ["", "a/b", "..%2f", "{tenantid}", "a b"] {
        refused(verify_tenant(Tenants::Any, odd, json!(odd), None), "invalid_claim", Some("tid"));
    }
}

#[test]
fn a_key_of_one_tenant_signs_for_no_other() {
    let own = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    assert!(verify_tenant(Tenants::Any, TENANT, json!(TENANT), Some(TEMPLATE)).is_ok());
    assert!(verify_tenant(Tenants::Any, TENANT, json!(TENANT), Some(&own)).is_ok());
    refused(verify_tenant(Tenants::Any, "another", json!("another"), Some(&own)), "invalid_signature", None);
}

#[test]
fn the_audience_must_be_us() {
    for audience in [json!("someone-else"), json!(""), json!(["someone-else"]), json!("A-KEY"), json!("a-key ")] {
        refused(verify(&with("aud", audience)), "invalid_claim", Some("aud"));
    }
    let (issuer, nobody) = (IssuerRule::exact(ISSUER), vec![String::new()]);
    let rules = IdTokenRules::new(&issuer, &nobody, NOW);
    let outcome = verify_id_token(&token(Algorithm::RS256, &with("aud", json!(""))), &rules, &all_keys());
    refused(outcome, "invalid_claim", Some("aud"));
}

#[test]
fn an_audience_besides_us_must_be_trusted() {
    let two = with("aud", json!(["a-key", "another-audience"]));
    let trusted = ["another-audience".to_owned()];
    refused(verify(&two), "invalid_claim", Some("aud"));
    assert!(verify_by(&two, |rules| rules.further_audiences = FurtherAudiences::AnyWhenIssuedToUs).is_ok());
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ours());
    let mut rules = IdTokenRules::new(&issuer, &audiences, NOW);
    rules.further_audiences = FurtherAudiences::Only(&trusted);
    assert!(verify_id_token(&token(Algorithm::RS256, &two), &rules, &all_keys()).is_ok());
}

#[test]
fn several_audiences_need_an_authorized_party() {
    let mut two = without("azp");
    two["aud"] = json!(["a-key", "other"]);
    refused(verify_by(&two, |rules| rules.further_audiences = FurtherAudiences::AnyWhenIssuedToUs), "invalid_claim", Some("azp"));
    for party in ["other", "", "A-key"] {
        refused(verify(&with("azp", json!(party))), "invalid_claim", Some("azp"));
    }
}

#[test]
fn a_token_for_another_client_of_ours_is_accepted_where_it_is_listed() {
    let issuer = IssuerRule::exact(ISSUER);
    let clients = ["a-key".to_owned(), "com.example.app".to_owned()];
    let rules = IdTokenRules::new(&issuer, &clients, NOW);
    let mut native = with("aud", json!("com.example.app"));
    native["azp"] = json!("com.example.app");
    assert!(verify_id_token(&token(Algorithm::RS256, &native), &rules, &all_keys()).is_ok());
}

#[test]
fn the_borders_of_time_are_exact() {
    let leeway = 10;
    for (name, value, outcome) in [
        ("exp", NOW - leeway + 1, Ok(())),
        ("exp", NOW - leeway, Err(("response_expired", None))),
        ("nbf", NOW + leeway, Ok(())),
        ("nbf", NOW + leeway + 1, Err(("response_not_yet_valid", None))),
        ("iat", NOW + leeway, Ok(())),
        ("iat", NOW + leeway + 1, Err(("response_not_yet_valid", Some("iat")))),
        ("iat", NOW - 600 - leeway, Ok(())),
        ("iat", NOW - 600 - leeway - 1, Err(("response_expired", Some("iat")))),
        ("auth_time", NOW - 60 - leeway, Ok(())),
        ("auth_time", NOW - 60 - leeway - 1, Err(("response_expired", Some("auth_time")))),
        ("auth_time", NOW + leeway + 1, Err(("response_not_yet_valid", Some("auth_time")))),
    ] {
        let mut claims = with("auth_time", json!(NOW));
        claims[name] = json!(value);
        let actual = verify_by(&claims, |rules| {
            rules.leeway = leeway;
            rules.max_age = Some(60);
        });
        match outcome {
            Ok(()) => assert!(actual.is_ok(), "{name} {}", value - NOW),
            Err((expected, claim)) => drop(refused(actual, expected, claim)),
        }
    }
}

#[test]
fn without_leeway_a_token_expires_on_the_second() {
    let at = |exp: i64| verify_by(&with("exp", json!(exp)), |rules| rules.leeway = 0);
    assert!(at(NOW + 1).is_ok());
    refused(at(NOW), "response_expired", None);
    refused(verify_by(&with("exp", json!(NOW)), |rules| rules.leeway = -5), "response_expired", None);
}

#[test]
fn far_away_times_are_refused_and_do_not_overflow() {
    refused(verify(&with("exp", json!(-253_402_300_799_i64))), "response_expired", None);
    refused(verify(&with("iat", json!(-253_402_300_799_i64))), "response_expired", Some("iat"));
    refused(verify(&with("exp", json!(i64::MAX))), "invalid_claim", Some("exp"));
    let outcome = verify_by(&claims(), |rules| {
        rules.leeway = i64::MAX;
        rules.token_max_age = i64::MAX;
    });
    assert!(outcome.is_ok());
}

#[test]
fn a_requested_max_age_needs_the_time_of_authentication() {
    refused(verify_by(&claims(), |rules| rules.max_age = Some(60)), "missing_claim", Some("auth_time"));
}

#[test]
fn the_nonce_must_be_repeated_exactly() {
    for nonce in ["something-wrong", "", "N-0S6_WzA2Mj", "n-0S6_WzA2Mj ", "n-0S6_WzA2M"] {
        refused(verify(&with("nonce", json!(nonce))), "nonce_mismatch", None);
    }
    refused(verify(&without("nonce")), "nonce_mismatch", None);
    refused(verify_by(&with("nonce", json!("")), |rules| rules.nonce = Some("")), "nonce_mismatch", None);
    assert!(verify_by(&without("nonce"), |rules| rules.nonce = None).is_ok());
}

#[test]
fn hashes_tie_the_token_to_what_came_along() {
    refused(verify(&with("at_hash", json!("foo"))), "invalid_claim", Some("at_hash"));
    refused(verify_by(&claims(), |rules| rules.access_token = Some("another")), "invalid_claim", Some("at_hash"));
    assert!(verify_by(&claims(), |rules| rules.access_token = None).is_ok());
    let code_hash = Algorithm::RS256.half_hash("the-code");
    assert!(verify_by(&with("c_hash", json!(code_hash)), |rules| rules.code = Some("the-code")).is_ok());
    refused(verify_by(&with("c_hash", json!(code_hash)), |rules| rules.code = Some("other")), "invalid_claim", Some("c_hash"));
}

#[test]
fn the_subject_is_a_short_printable_text() {
    for subject in ["", "ä", "a\nb", "\u{0}", &"x".repeat(256), &"x".repeat(10_000)] {
        refused(verify(&with("sub", json!(subject))), "invalid_claim", Some("sub"));
    }
    for subject in ["a", "auth0|123 456", &"x".repeat(255)] {
        assert!(verify(&with("sub", json!(subject))).is_ok(), "{subject}");
    }
}

#[test]
fn a_token_of_another_type_is_no_id_token() {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ours());
    let rules = IdTokenRules::new(&issuer, &audiences, NOW);
    for typ in ["at+jwt", "logout+jwt"] {
        let token = token_with(&json!({"alg": "RS256", "kid": "rsa", "typ": typ}), Algorithm::RS256, &claims());
        refused(verify_id_token(&token, &rules, &all_keys()), "invalid_signature", None);
    }
}

#[test]
fn no_error_tells_a_nonce_or_a_token() {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ours());
    let mut rules = IdTokenRules::new(&issuer, &audiences, NOW);
    rules.nonce = Some("the-secret-nonce");
    rules.access_token = Some("the-secret-token");
    for claims in [with("nonce", json!("the-other-secret-nonce")), with("at_hash", json!("secret-hash"))] {
        let error = verify_id_token(&token(Algorithm::RS256, &claims), &rules, &all_keys()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
}

#[test]
fn at_hash_is_as_python_social_auth_makes_it() {
    let recorded: Value = serde_json::from_str(include_str!("at_hash.json")).unwrap();
    let mut compared = 0;
    for case in recorded["cases"].as_array().unwrap() {
        let (Some(output), Some(algorithm)) = (case["output"].as_str(), Algorithm::from_name(case["input"]["algorithm"].as_str().unwrap()))
        else {
            continue;
        };
        assert_eq!(algorithm.half_hash(case["input"]["access_token"].as_str().unwrap()), output, "{case}");
        compared += 1;
    }
    assert!(compared > 20, "{compared} cases compared");
}
