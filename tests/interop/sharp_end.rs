//! The sharp end of OpenID Connect against `oidc-provider`: each client is registered with it in the standards'
//! words, with the keys that our application publishes, and our backend knows it from settings alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use social_auth::error::Reason;
use social_auth::storage::Association;

use crate::app::{App, listen, social};
use crate::browser::Browser;
use crate::logout::logged_out_at_the_provider;
use crate::oidc_provider::{assert_refused, assert_signed_in, callback_of, shared, sign_in, with_parameter};
use crate::peer::Peer;
use crate::sharp_keys::{Authority, ED25519, P256, P384, RSA, self_signed};

/// An application with one backend, which the provider knows as a client of the same name with this metadata.
async fn app(peer: &Peer, name: &'static str, metadata: Value, settings: Value) -> App {
    let app = App::with(|builder| {
        let mut all = json!({"KEY": name, "OIDC_ENDPOINT": peer.issuer});
        merge(&mut all, settings);
        let all: Vec<(&'static str, Value)> =
            all.as_object().unwrap().iter().map(|(name, value)| (&*name.clone().leak(), value.clone())).collect();
        builder.backend_as(name, "oidc", all)
    })
    .await;
    let mut client = json!({
        "client_id": name,
        "application_type": "native",
        "redirect_uris": [app.social.callback_url(name)],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": app.social.client_keys_url(name),
    });
    merge(&mut client, metadata);
    peer.register(&client);
    app
}

fn merge(all: &mut Value, further: Value) {
    let (Value::Object(all), Value::Object(further)) = (all, further) else { panic!("two objects") };
    all.extend(further);
    all.retain(|_, value| !value.is_null());
}

/// Signs in twice, as a new person and as a known one.
async fn twice(app: &App, name: &str) -> Association {
    let login = format!("person-{name}");
    for _ in 0..2 {
        assert_signed_in(&sign_in(&mut Browser::new(), app, name, &login).await, &login);
    }
    let association = app.association(name, &login).await;
    assert_eq!(app.user(&association).await.email, Some(format!("{login}@example.test")), "userinfo was read");
    association
}

/// A client that the settings alone make one.
async fn signs_in(name: &'static str, metadata: Value, settings: Value) {
    let Some(peer) = shared() else { return };
    let app = app(peer, name, metadata, settings).await;
    twice(&app, name).await;
}

/// A secret, in place of keys.
fn with_secret(peer: &Peer, metadata: Value) -> Value {
    let mut all = json!({"client_secret": peer.client_secret, "token_endpoint_auth_method": "client_secret_basic", "jwks_uri": null});
    merge(&mut all, metadata);
    all
}

#[tokio::test]
async fn private_key_jwt_by_each_type_of_key() {
    for (name, algorithm, key) in
        [("pkj-rs256", "RS256", &*RSA), ("pkj-ps256", "PS256", &*RSA), ("pkj-es256", "ES256", &*P256), ("pkj-eddsa", "EdDSA", &*ED25519)]
    {
        let settings = match algorithm {
            // It is not the key's own.
            "PS256" => json!({"PRIVATE_KEYS": key, "TOKEN_ENDPOINT_AUTH_SIGNING_ALG": "PS256"}),
            // Keys and no secret speak for themselves.
            _ => json!({"PRIVATE_KEYS": key}),
        };
        signs_in(name, json!({"token_endpoint_auth_signing_alg": algorithm}), settings).await;
    }
}

#[tokio::test]
async fn a_key_that_the_provider_does_not_know_is_told_to_the_operator() {
    let Some(peer) = shared() else { return };
    let settings = json!({"PRIVATE_KEYS": &*P256, "CLIENT_ASSERTION_AUDIENCE": "https://elsewhere.example"});
    let app = app(peer, "pkj-elsewhere", json!({}), settings).await;
    let page = sign_in(&mut Browser::new(), &app, "pkj-elsewhere", "nobody").await;
    assert_refused(&page, Reason::InvalidSetting, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn keys_rotate_while_people_sign_in() {
    let Some(peer) = shared() else { return };
    // The new key was published beside the old one; now it comes first.
    let app = app(peer, "pkj-rotated", json!({}), json!({"PRIVATE_KEYS": [&*P384, &*P256]})).await;
    let published = reqwest::get(app.social.client_keys_url("pkj-rotated")).await.unwrap();
    assert_eq!(published.headers()["content-type"], "application/jwk-set+json");
    let published: Value = serde_json::from_str(&published.text().await.unwrap()).unwrap();
    let curves: Vec<_> = published["keys"].as_array().unwrap().iter().map(|key| key["crv"].as_str().unwrap()).collect();
    assert_eq!(curves, ["P-384", "P-256"], "old keys stay published");
    assert!(published["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none() && key["use"] == "sig"), "{published}");
    // P-384 is nothing that this provider takes from clients, so say that the second one signs.
    assert_refused(
        &sign_in(&mut Browser::new(), &app, "pkj-rotated", "nobody").await,
        Reason::InvalidSetting,
        StatusCode::INTERNAL_SERVER_ERROR,
    );
    signs_in("pkj-second", json!({}), json!({"PRIVATE_KEYS": [&*P384, &*P256], "TOKEN_ENDPOINT_AUTH_SIGNING_ALG": "ES256"})).await;
}

#[tokio::test]
async fn client_secret_jwt() {
    let Some(peer) = shared() else { return };
    let metadata = with_secret(peer, json!({"token_endpoint_auth_method": "client_secret_jwt"}));
    signs_in("csj", metadata, json!({"SECRET": peer.client_secret, "TOKEN_ENDPOINT_AUTH_METHOD": "client_secret_jwt"})).await;
}

#[tokio::test]
async fn an_id_token_that_is_signed_with_the_secret() {
    let Some(peer) = shared() else { return };
    let metadata = with_secret(peer, json!({"id_token_signed_response_alg": "HS256"}));
    signs_in("hs256", metadata, json!({"SECRET": peer.client_secret, "JWT_ALGORITHMS": ["HS256"]})).await;
}

#[tokio::test]
async fn requests_are_pushed_where_the_provider_requires_it() {
    let Some(peer) = shared() else { return };
    let metadata = json!({"require_pushed_authorization_requests": true});
    let settings = |pushes: bool| json!({"PRIVATE_KEYS": &*P256, "REQUIRE_PUSHED_AUTHORIZATION_REQUESTS": pushes});
    let pushing = app(peer, "par", metadata.clone(), settings(true)).await;
    twice(&pushing, "par").await;
    assert!(peer.requests("/request") >= 2);
    // What is pushed does not pass through the browser.
    let mut browser = Browser::new();
    browser.stop_before = Some(peer.issuer.clone());
    let page = browser.open(&pushing.begin("par")).await;
    let names: Vec<_> = page.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "request_uri"]);
    let plain = app(peer, "par-not", metadata, settings(false)).await;
    let page = sign_in(&mut Browser::new(), &plain, "par-not", "nobody").await;
    assert_refused(&page, Reason::InvalidSetting, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn requests_are_signed() {
    let metadata = json!({"request_object_signing_alg": "ES256", "require_signed_request_object": true});
    signs_in("jar", metadata.clone(), json!({"PRIVATE_KEYS": &*P256, "REQUEST_OBJECT_SIGNING_ALG": "ES256"})).await;
    let both = json!({"PRIVATE_KEYS": &*P256, "REQUEST_OBJECT_SIGNING_ALG": "ES256", "REQUIRE_PUSHED_AUTHORIZATION_REQUESTS": true});
    signs_in("jar-par", metadata, both).await;
}

#[tokio::test]
async fn tokens_are_bound_to_a_key_with_the_servers_nonces() {
    let Some(peer) = shared() else { return };
    let metadata = json!({"dpop_bound_access_tokens": true, "grant_types": ["authorization_code", "refresh_token"]});
    let settings = json!({
        "PRIVATE_KEYS": &*P256, "DPOP_BOUND_ACCESS_TOKENS": true, "SCOPE": ["offline_access"], "PROMPT": "consent"
    });
    let app = app(peer, "dpop", metadata, settings).await;
    let association = twice(&app, "dpop").await;
    assert_eq!(association.extra_data.text("token_type"), Some("DPoP"));
    let key = association.extra_data.text("dpop_key").expect("a key").to_owned();
    // The key is the person's: another person has another one.
    assert_signed_in(&sign_in(&mut Browser::new(), &app, "dpop", "other").await, "other");
    assert_ne!(app.association("dpop", "other").await.extra_data.text("dpop_key"), Some(&*key));
    let fresh = app.social.refresh(&association).await.unwrap();
    assert_eq!(fresh.text("dpop_key"), Some(&*key), "the key outlives its tokens");
    assert_ne!(fresh.text("access_token"), association.extra_data.text("access_token"));
}

#[tokio::test]
async fn signed_answers_by_query_and_by_form() {
    for (name, mode) in [("jarm-query", "query.jwt"), ("jarm-form", "form_post.jwt"), ("jarm", "jwt")] {
        signs_in(name, json!({"authorization_signed_response_alg": "RS256"}), json!({"PRIVATE_KEYS": &*P256, "RESPONSE_MODE": mode})).await;
    }
}

#[tokio::test]
async fn signed_and_encrypted_answers() {
    let metadata = json!({
        "authorization_signed_response_alg": "ES256",
        "authorization_encrypted_response_alg": "RSA-OAEP-256",
        "authorization_encrypted_response_enc": "A256GCM",
    });
    let settings = json!({
        "PRIVATE_KEYS": &*RSA, "RESPONSE_MODE": "form_post.jwt",
        "AUTHORIZATION_SIGNED_RESPONSE_ALG": "ES256",
        "AUTHORIZATION_ENCRYPTED_RESPONSE_ALG": "RSA-OAEP-256",
        "AUTHORIZATION_ENCRYPTED_RESPONSE_ENC": "A256GCM",
    });
    signs_in("jarm-jwe", metadata, settings).await;
}

#[tokio::test]
async fn an_answer_in_the_clear_does_not_stand_in_for_a_signed_one() {
    let Some(peer) = shared() else { return };
    let app = app(peer, "jarm-clear", json!({}), json!({"PRIVATE_KEYS": &*P256, "RESPONSE_MODE": "query.jwt"})).await;
    let mut browser = Browser::new();
    let callback = callback_of(&mut browser, &app, "jarm-clear", "nobody").await;
    let (_, response) = callback.query_pairs().find(|(name, _)| name == "response").unwrap();
    let payload = response.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let mut clear = callback.clone();
    clear
        .query_pairs_mut()
        .clear()
        .extend_pairs(claims.as_object().unwrap().iter().filter_map(|(name, value)| Some((name, value.as_str()?))));
    assert_refused(&browser.open(clear.as_str()).await, Reason::MissingParameter, StatusCode::BAD_REQUEST);
    let forged = response.replace(payload, &payload.chars().rev().collect::<String>());
    let page = browser.open(&with_parameter(&callback, "response", Some(&forged))).await;
    assert_refused(&page, Reason::InvalidSignature, StatusCode::BAD_REQUEST);
    // Neither spent the attempt.
    assert_signed_in(&browser.open(callback.as_str()).await, "nobody");
}

#[tokio::test]
async fn encrypted_id_tokens_by_each_algorithm() {
    for (name, key, algorithm, content) in [
        ("jwe-rsa-oaep", &*RSA, "RSA-OAEP", Some("A128GCM")),
        ("jwe-rsa-oaep-256", &*RSA, "RSA-OAEP-256", None),
        ("jwe-ecdh", &*P256, "ECDH-ES", Some("A256GCM")),
        ("jwe-ecdh-kw", &*P256, "ECDH-ES+A128KW", Some("A128CBC-HS256")),
        ("jwe-ecdh-kw-256", &*P384, "ECDH-ES+A256KW", Some("A256CBC-HS512")),
    ] {
        let metadata = json!({"id_token_encrypted_response_alg": algorithm, "id_token_encrypted_response_enc": content});
        let settings = json!({
            "PRIVATE_KEYS": [key, &*ED25519],
            "TOKEN_ENDPOINT_AUTH_SIGNING_ALG": "EdDSA",
            "ID_TOKEN_ENCRYPTED_RESPONSE_ALG": algorithm,
            "ID_TOKEN_ENCRYPTED_RESPONSE_ENC": content,
        });
        signs_in(name, metadata, settings).await;
    }
}

#[tokio::test]
async fn an_id_token_that_should_be_encrypted_and_is_not_is_refused() {
    let Some(peer) = shared() else { return };
    let settings = json!({"PRIVATE_KEYS": [&*RSA], "ID_TOKEN_ENCRYPTED_RESPONSE_ALG": "RSA-OAEP-256"});
    let app = app(peer, "jwe-not", json!({}), settings).await;
    let page = sign_in(&mut Browser::new(), &app, "jwe-not", "nobody").await;
    assert_refused(&page, Reason::MalformedResponse, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn userinfo_signed_and_encrypted() {
    let metadata = json!({
        "userinfo_signed_response_alg": "RS256",
        "userinfo_encrypted_response_alg": "RSA-OAEP-256", "userinfo_encrypted_response_enc": "A128GCM",
    });
    let settings = json!({
        "PRIVATE_KEYS": &*RSA, "USERINFO_SIGNED_RESPONSE_ALG": "RS256",
        "USERINFO_ENCRYPTED_RESPONSE_ALG": "RSA-OAEP-256", "USERINFO_ENCRYPTED_RESPONSE_ENC": "A128GCM",
    });
    signs_in("userinfo-jwe", metadata, settings.clone()).await;
    // In the clear, where it should be encrypted.
    let Some(peer) = shared() else { return };
    let app = app(peer, "userinfo-clear", json!({"userinfo_signed_response_alg": "RS256"}), settings).await;
    let page = sign_in(&mut Browser::new(), &app, "userinfo-clear", "nobody").await;
    assert_refused(&page, Reason::MalformedResponse, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn the_hybrid_flow() {
    let Some(peer) = shared() else { return };
    let metadata = json!({"response_types": ["code id_token"], "grant_types": ["authorization_code", "implicit"]});
    let settings = json!({"PRIVATE_KEYS": &*P256, "RESPONSE_TYPE": "code id_token"});
    let hybrid = app(peer, "hybrid", metadata.clone(), settings).await;
    twice(&hybrid, "hybrid").await;
    let signed = json!({"PRIVATE_KEYS": &*P256, "RESPONSE_TYPE": "code id_token", "RESPONSE_MODE": "form_post.jwt"});
    signs_in("hybrid-jarm", metadata, signed).await;
}

#[tokio::test]
async fn claims_asked_for_one_by_one_and_essential_ones_demanded() {
    let Some(peer) = shared() else { return };
    let claims = json!({"id_token": {"acr": null, "auth_time": {"essential": true}}, "userinfo": {"email": {"essential": true}}});
    let settings = json!({"PRIVATE_KEYS": &*P256, "CLAIMS": claims, "MAX_AGE": 300, "UI_LOCALES": ["de", "en"], "LOGIN_HINT": "somebody"});
    signs_in("claims", json!({}), settings).await;
    // This provider's development pages know no class of authentication, so that whoever demands one lets nobody in.
    let settings = json!({"PRIVATE_KEYS": &*P256, "ACR_VALUES": ["urn:example:silver"], "ACR_VALUES_ESSENTIAL": true});
    let app = app(peer, "acr", json!({}), settings).await;
    let page = sign_in(&mut Browser::new(), &app, "acr", "nobody").await;
    assert_refused(&page, Reason::MissingClaim, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn whoever_authenticated_by_one_of_the_classes_comes_in_and_nobody_else() {
    let Some(peer) = shared() else { return };
    let silver_or_gold = json!({"essential": true, "values": ["urn:example:silver", "urn:example:gold"]});
    for (name, demand) in [
        ("acr-values", json!({"ACR_VALUES": ["urn:example:silver", "urn:example:gold"], "ACR_VALUES_ESSENTIAL": true})),
        ("acr-claim", json!({"CLAIMS": {"id_token": {"acr": silver_or_gold}}})),
    ] {
        let mut settings = json!({"PRIVATE_KEYS": &*P256});
        merge(&mut settings, demand);
        let app = app(peer, name, json!({}), settings).await;
        assert_signed_in(&sign_in(&mut Browser::new(), &app, name, "silver-person").await, "silver-person");
    }
    let settings = json!({"PRIVATE_KEYS": &*P256, "ACR_VALUES": ["urn:example:silver"], "ACR_VALUES_ESSENTIAL": true});
    let app = app(peer, "acr-bronze", json!({}), settings).await;
    let page = sign_in(&mut Browser::new(), &app, "acr-bronze", "bronze-person").await;
    assert_refused(&page, Reason::InvalidClaim, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn nobody_is_asked_in_silence_and_the_person_reads_why() {
    let Some(peer) = shared() else { return };
    let app = app(peer, "silent", json!({}), json!({"PRIVATE_KEYS": &*P256, "PROMPT": "none"})).await;
    let page = sign_in(&mut Browser::new(), &app, "silent", "nobody").await;
    assert_refused(&page, Reason::LoginRequired, StatusCode::UNAUTHORIZED);
}

/// Back-Channel Logout 1.0, section 2.6 (1): a logout token is encrypted as id tokens are.
#[tokio::test]
async fn a_logout_token_that_is_encrypted_ends_the_session() {
    let Some(peer) = shared() else { return };
    let settings = json!({"PRIVATE_KEYS": &*RSA, "ID_TOKEN_ENCRYPTED_RESPONSE_ALG": "RSA-OAEP-256"});
    let app = app(peer, "jwe-logout", json!({}), settings).await;
    peer.register(&json!({
        "client_id": "jwe-logout",
        "application_type": "native",
        "redirect_uris": [app.social.callback_url("jwe-logout")],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": app.social.client_keys_url("jwe-logout"),
        "id_token_encrypted_response_alg": "RSA-OAEP-256",
        "backchannel_logout_uri": format!("{}/logout/backchannel/jwe-logout/", app.url),
        "backchannel_logout_session_required": true,
    }));
    let mut browser = Browser::new();
    assert_signed_in(&sign_in(&mut browser, &app, "jwe-logout", "leaver").await, "leaver");
    logged_out_at_the_provider(&mut browser, peer, &app).await;
}

#[tokio::test]
async fn mutual_tls_with_certificates_by_an_authority_and_of_our_own() {
    let (authority, own) = (Authority::new(), self_signed());
    let environment = [
        ("TLS_KEY", authority.server.key.clone()),
        ("TLS_CERTIFICATE", authority.server.certificate.clone()),
        ("TLS_AUTHORITIES", authority.root.clone()),
    ];
    let Some(peer) = Peer::start_with(&environment) else { return };
    assert!(peer.mtls.is_some());
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, &authority.root).unwrap();
    let settings = |method: &str, identity: &crate::sharp_keys::Certificate| {
        json!({
            "TOKEN_ENDPOINT_AUTH_METHOD": method, "CA_BUNDLE": roots,
            "TLS_CLIENT_CERTIFICATE": identity.certificate, "TLS_CLIENT_KEY": identity.key,
        })
    };
    let issued = json!({
        "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "client.example", "jwks_uri": null,
        "tls_client_certificate_bound_access_tokens": true,
    });
    let good = app(&peer, "mtls", issued.clone(), settings("tls_client_auth", &authority.client)).await;
    twice(&good, "mtls").await;
    // Whose certificate nobody vouches for gets no code of ours.
    let mut trusting_nobody = settings("tls_client_auth", &authority.client);
    merge(&mut trusting_nobody, json!({"CA_BUNDLE": null}));
    let bad = app(&peer, "mtls-unknown-authority", issued.clone(), trusting_nobody).await;
    let page = sign_in(&mut Browser::new(), &bad, "mtls-unknown-authority", "nobody").await;
    assert_refused(&page, Reason::TlsError, StatusCode::BAD_GATEWAY);
    let bad = app(&peer, "mtls-stranger", issued, settings("tls_client_auth", &own)).await;
    let page = sign_in(&mut Browser::new(), &bad, "mtls-stranger", "nobody").await;
    assert_refused(&page, Reason::InvalidSetting, StatusCode::INTERNAL_SERVER_ERROR);
    let metadata = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth"});
    let good = app(&peer, "mtls-own", metadata, settings("self_signed_tls_client_auth", &own)).await;
    twice(&good, "mtls-own").await;
}

#[tokio::test]
async fn an_application_registers_itself_with_keys_and_with_a_secret() {
    let Some(peer) = shared() else { return };
    for (name, further) in [
        (
            "self-keys",
            json!({"PRIVATE_KEYS": &*P256, "ID_TOKEN_ENCRYPTED_RESPONSE_ALG": "ECDH-ES+A128KW", "DPOP_BOUND_ACCESS_TOKENS": true}),
        ),
        ("self-secret", json!({"JWT_ALGORITHMS": ["ES256"], "TITLE": "Ours"})),
    ] {
        let settings = |key: &str, secret: Option<&str>| {
            let mut all = json!({
                "KEY": key, "SECRET": secret, "OIDC_ENDPOINT": peer.issuer, "INITIAL_ACCESS_TOKEN": peer.initial_access_token
            });
            merge(&mut all, further.clone());
            let all = all.as_object().unwrap().clone();
            all.into_iter().map(|(name, value)| (&*name.leak(), value)).collect::<Vec<(&'static str, Value)>>()
        };
        // A client that is not registered yet has something in the place of what the provider will give.
        let (key, secret) = ("nobody yet", (name == "self-secret").then_some("nothing yet"));
        let (listener, url) = listen().await;
        let before = social(&url, |builder| builder.backend_as(name, "oidc", settings(key, secret)));
        let registered = before.register_client(name).await.unwrap();
        assert_eq!(registered.client_secret.is_some(), name == "self-secret", "a client with keys needs no secret");
        assert!(registered.registration_client_uri.is_some() && registered.registration_access_token.is_some());
        let given = registered.client_secret.as_ref().map(|secret| secret.expose().to_owned());
        let after = social(&url, |builder| builder.backend_as(name, "oidc", settings(&registered.client_id, given.as_deref())));
        let after = App::serve(listener, url.clone(), after).await;
        twice(&after, name).await;
        let mut without = settings(key, secret);
        without.retain(|(name, _)| *name != "INITIAL_ACCESS_TOKEN");
        let stranger = social(&url, |builder| builder.backend_as(name, "oidc", without));
        assert!(stranger.register_client(name).await.is_err(), "the provider wants to see its token");
    }
}
