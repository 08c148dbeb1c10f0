//! `REQUIRED_CLAIMS`: who vouches for a person behind a hub.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use door::{Door, set_up_by};
use serde_json::json;
use social_auth::Reason;
use social_auth_testkit::{DevProvider, Person};

const OURS: &str = "https://idp.example.edu/shibboleth";

async fn hub() -> (DevProvider, social_auth::SocialAuth) {
    let (idp, social) = set_up_by(|builder| {
        builder
            .set("SOCIAL_AUTH_DEV_OIDC_REQUIRED_CLAIMS", json!({"idp": [OURS, "https://idp.example.org/"]}))
            .set("SOCIAL_AUTH_DEV_OIDC_WHITELISTED_DOMAINS", vec!["example.edu"])
    })
    .await;
    let person = |key: &str| Person::new(key, key).login(key).email(format!("{key}@example.edu"), true);
    idp.put_person(person("member").claim("idp", OURS));
    // Another institution, which gives its people whatever address they ask for.
    idp.put_person(person("outsider").claim("idp", "https://idp.evil.example/"));
    idp.put_person(person("nobodys"));
    idp.put_person(person("empty").claim("idp", ""));
    idp.put_person(person("slash").claim("idp", format!("{OURS}/")));
    idp.put_person(person("upper").claim("idp", OURS.to_uppercase()));
    idp.put_person(person("nested").claim("idp", json!({"idp": OURS})));
    (idp, social)
}

/// See CVE-2022-31027: the list named institutions, and addresses were compared.
#[tokio::test]
async fn allowlist_checks_the_issuer_not_a_claim() {
    let (idp, social) = hub().await;
    let mut member = Door::default();
    member.sign_in(&idp, &social, "dev-oidc", "member").await;
    assert!(member.session.user.is_some());
    for person in ["outsider", "nobodys", "empty", "slash", "upper", "nested"] {
        let mut door = Door::default();
        let reply = door.sign_in(&idp, &social, "dev-oidc", person).await;
        let error = reply.error.unwrap_or_else(|| panic!("{person} came in"));
        assert_eq!(error.reason(), Reason::AuthenticationDisallowed, "{person}");
        assert!(error.to_string().contains("REQUIRED_CLAIMS"), "{error}");
        assert!(door.session.user.is_none(), "{person}");
    }
    // The rule is that backend's, and it holds again for whoever moves to another institution.
    idp.put_person(Person::new("member", "member").login("member").email("member@example.edu", true));
    let mut moved = Door::default();
    moved.sign_in(&idp, &social, "dev-oidc", "member").await;
    assert!(moved.session.user.is_none());
    moved.sign_in(&idp, &social, "dev-oauth2", "member").await;
    assert!(moved.session.user.is_some());
}

#[tokio::test]
async fn all_claims_must_hold_and_of_several_values_one_will_do() {
    let rule = json!({"tid": "tenant-1", "realm.roles": ["staff", "faculty"], "https://auth.example/org": 7});
    let (idp, social) = set_up_by(|builder| builder.set("SOCIAL_AUTH_DEV_OIDC_REQUIRED_CLAIMS", rule)).await;
    let person = |roles: serde_json::Value, org: serde_json::Value| {
        let person = Person::new("x", "x").claim("tid", "tenant-1");
        person.claim("realm", json!({"roles": roles})).claim("https://auth.example/org", org)
    };
    for (roles, org, comes_in) in [
        (json!(["guest", "staff"]), json!(7), true),
        (json!("faculty"), json!(7), true),
        (json!(["guest"]), json!(7), false),
        (json!([]), json!(7), false),
        (json!(["staff"]), json!("7"), false),
        (json!(["staff"]), json!(null), false),
    ] {
        idp.put_person(person(roles.clone(), org.clone()));
        let mut door = Door::default();
        door.sign_in(&idp, &social, "dev-oidc", "x").await;
        assert_eq!(door.session.user.is_some(), comes_in, "{roles} {org}");
    }
}

#[tokio::test]
async fn a_rule_that_says_nothing_is_refused_at_start() {
    let idp = DevProvider::start().await.unwrap();
    for rule in [
        json!({}),
        json!({"idp": []}),
        json!({"idp": [""]}),
        json!({"idp": null}),
        json!({"idp": {"a": 1}}),
        json!({"": "x"}),
        json!("idp"),
    ] {
        let built = social_auth::SocialAuth::builder()
            .public_url("http://localhost:8000")
            .secret_key("a key of at least thirty-two random characters")
            .storage(social_auth::storage::MemoryStorage::new())
            .backend_as(
                "dev",
                "oidc",
                [("KEY", json!("k")), ("SECRET", json!("s")), ("OIDC_ENDPOINT", json!(idp.issuer())), ("REQUIRED_CLAIMS", rule.clone())],
            )
            .build();
        let error = built.err().unwrap_or_else(|| panic!("{rule}")).to_string();
        assert!(error.contains("REQUIRED_CLAIMS"), "{rule}: {error}");
    }
}
