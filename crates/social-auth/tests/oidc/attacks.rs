//! Every known attack on signed tokens, at every door where one comes in: RFC 8725, and what was found in libraries.

mod forgeries;

use serde_json::{Map, Value, json};
use social_auth::Result;
use social_auth::jose::{Algorithm, HmacKey, KeySet};
use social_auth::protocol::oidc::{
    IdTokenRules, IssuerRule, UserInfoRules, read_user_info, verify_authorization_response, verify_id_token, verify_logout_token,
};

use super::provider::{ISSUER, NOW, answer};
use super::signing::{CLIENT_SECRET, OTHER_RSA, P256, RSA, all_keys, b64, hmac_token, key_set, raw_token, signature, token, token_with};

const CLIENT: &str = "a-client";

/// A place where tokens come in: what a good one states, and what happens to one.
struct Door {
    name: &'static str,
    typ: &'static str,
    claims: fn() -> Value,
    enter: fn(&str, &IdTokenRules<'_>, &KeySet) -> Result<()>,
}

const DOORS: [Door; 4] = [
    Door {
        name: "id token",
        typ: "JWT",
        claims: || json!({"iss": ISSUER, "aud": CLIENT, "sub": "1234", "iat": NOW, "exp": NOW + 300}),
        enter: |token, rules, keys| verify_id_token(token, rules, keys).map(drop),
    },
    Door {
        name: "userinfo",
        typ: "JWT",
        claims: || json!({"iss": ISSUER, "aud": CLIENT, "sub": "1234", "iat": NOW, "exp": NOW + 300}),
        enter: |token, rules, keys| {
            let rules = UserInfoRules { subject: Some("1234"), signed: true, token: *rules };
            read_user_info(&answer(200, &[("content-type", "application/jwt")], token.to_owned()), &rules, keys).map(drop)
        },
    },
    Door {
        name: "logout token",
        typ: "logout+jwt",
        claims: || {
            json!({
                "iss": ISSUER, "aud": CLIENT, "sub": "1234", "iat": NOW, "exp": NOW + 120, "jti": "one",
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}}
            })
        },
        enter: |token, rules, keys| verify_logout_token(token, rules, keys).map(drop),
    },
    Door {
        name: "authorization response",
        typ: "JWT",
        claims: || json!({"iss": ISSUER, "aud": CLIENT, "exp": NOW + 300, "code": "a-code", "state": "a-state"}),
        enter: |token, rules, keys| verify_authorization_response(token, rules, keys).map(drop),
    },
];

impl Door {
    fn try_with(&self, token: &str, keys: &KeySet, algorithms: &[Algorithm], secret: Option<&HmacKey>) -> Result<()> {
        let (issuer, audiences) = (IssuerRule::exact(ISSUER), [CLIENT.to_owned()]);
        let rules = IdTokenRules { algorithms, secret, ..IdTokenRules::new(&issuer, &audiences, NOW) };
        (self.enter)(token, &rules, keys)
    }

    fn header(&self) -> Map<String, Value> {
        Map::from_iter([("alg".to_owned(), json!("RS256")), ("kid".to_owned(), json!("rsa")), ("typ".to_owned(), json!(self.typ))])
    }

    /// A good token but for these members of its header.
    fn with_header(&self, changes: Value) -> String {
        let mut header = self.header();
        header.extend(changes.as_object().unwrap().clone());
        token_with(&Value::Object(header), Algorithm::RS256, &(self.claims)())
    }

    /// A good token but for these claims.
    fn with_claims(&self, changes: Value) -> String {
        let mut claims = (self.claims)();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims.as_object_mut().unwrap().retain(|_, value| *value != json!("(absent)"));
        token_with(&Value::Object(self.header()), Algorithm::RS256, &claims)
    }

    #[track_caller]
    fn refuses(&self, what: &str, token: &str, keys: &KeySet, codes: &[&str]) {
        let secret = HmacKey::from_client_secret(&CLIENT_SECRET.into()).unwrap();
        // Whoever verifies by a secret as well must not become easier to deceive.
        for (algorithms, secret) in [(Algorithm::ASYMMETRIC, None), (Algorithm::ALL, Some(&secret))] {
            let error = self.try_with(token, keys, algorithms, secret).expect_err(&format!("{}: {what}", self.name));
            assert!(codes.contains(&error.reason().code()), "{}: {what}: {error}", self.name);
        }
    }
}

const SIGNATURE: &[&str] = &["invalid_signature"];
const SHAPE: &[&str] = &["malformed_response", "invalid_signature"];

#[test]
fn a_good_token_comes_in_at_every_door() {
    for door in DOORS {
        door.try_with(&door.with_header(json!({})), &all_keys(), Algorithm::ASYMMETRIC, None).unwrap();
        let secret = HmacKey::from_client_secret(&CLIENT_SECRET.into()).unwrap();
        let by_secret = hmac_token(&json!({"alg": "HS256", "typ": door.typ}), CLIENT_SECRET.as_bytes(), &(door.claims)());
        door.try_with(&by_secret, &all_keys(), &[Algorithm::HS256], Some(&secret)).unwrap();
        let error = door.try_with(&by_secret, &all_keys(), Algorithm::ASYMMETRIC, Some(&secret)).unwrap_err();
        assert_eq!(error.reason().code(), "invalid_signature", "{}: HMAC only where it is configured", door.name);
    }
}

#[test]
fn no_algorithm_and_confused_algorithms_are_refused_at_every_door() {
    for door in DOORS {
        for name in ["none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", "HS1", "RSA1_5"] {
            for signed in [false, true] {
                let header = json!({"alg": name, "kid": "rsa", "typ": door.typ}).to_string();
                let sign = |message: &[u8]| if signed { signature(Algorithm::RS256, message) } else { Vec::new() };
                door.refuses(name, &raw_token(&header, &(door.claims)().to_string(), sign), &all_keys(), SIGNATURE);
            }
        }
        let pem = RSA.pem();
        let jwk = RSA.jwk("rsa");
        let secrets =
            [pem.as_bytes(), pem.trim().as_bytes(), jwk["n"].as_str().unwrap().as_bytes(), b"", b"null", jwk.to_string().as_bytes()]
                .map(<[u8]>::to_vec);
        for secret in secrets {
            for kid in ["rsa", "none"] {
                let header = json!({"alg": "HS256", "kid": kid, "typ": door.typ});
                door.refuses("a public key as secret", &hmac_token(&header, &secret, &(door.claims)()), &all_keys(), SIGNATURE);
            }
        }
        // The algorithm of one key, the name of another.
        for (algorithm, kid) in [("ES256", "rsa"), ("RS256", "p256"), ("PS256", "p256"), ("EdDSA", "rsa"), ("ES384", "p256")] {
            let header = json!({"alg": algorithm, "kid": kid, "typ": door.typ});
            let token = token_with(&header, Algorithm::from_name(algorithm).unwrap(), &(door.claims)());
            door.refuses(algorithm, &token, &all_keys(), SIGNATURE);
        }
    }
}

#[test]
fn extensions_compression_and_keys_that_a_token_brings_along_are_refused_at_every_door() {
    for door in DOORS {
        for header in [
            json!({"crit": ["exp"], "exp": NOW}),
            json!({"crit": ["b64"], "b64": false}),
            json!({"crit": ["http://example.com/unknown"], "http://example.com/unknown": true}),
            json!({"crit": []}),
            json!({"crit": null}),
            json!({"crit": "exp"}),
            json!({"zip": "DEF"}),
            json!({"enc": "A128GCM"}),
        ] {
            door.refuses(&header.to_string(), &door.with_header(header), &all_keys(), SIGNATURE);
        }
        // Signed by a stranger, whose key the token names in all the ways that there are.
        let stranger = OTHER_RSA.jwk("rsa");
        for header in [
            json!({"jwk": stranger}),
            json!({"jku": "https://attacker.example/keys"}),
            json!({"x5u": "https://attacker.example/certificate"}),
            json!({"x5c": [b64(b"a certificate")]}),
            json!({"kid": "../../../dev/null"}),
            json!({"kid": "' UNION SELECT 'key"}),
        ] {
            let mut all = door.header();
            all.extend(header.as_object().unwrap().clone());
            let text = raw_token(&Value::Object(all).to_string(), &(door.claims)().to_string(), |message| OTHER_RSA.signature(message));
            door.refuses(&header.to_string(), &text, &all_keys(), SIGNATURE);
        }
    }
}

#[test]
fn every_registered_claim_of_a_wrong_type_is_refused_at_every_door() {
    let wrong = |right: &'static str| {
        [
            ("text", json!("1")),
            ("number", json!(1)),
            ("list", json!(["1"])),
            ("object", json!({"a": 1})),
            ("null", Value::Null),
            ("true", json!(true)),
        ]
        .into_iter()
        .filter(move |(kind, _)| !right.split(' ').any(|right| right == *kind))
        .map(|(_, value)| value)
    };
    for door in DOORS {
        for (claims, right) in [
            (&["iss", "sub", "jti", "nonce", "azp", "acr", "at_hash", "c_hash", "s_hash", "sid"][..], "text"),
            (&["exp", "nbf", "iat", "auth_time"], "number"),
            (&["aud"], "text list"),
            (&["amr"], "list"),
            (&["events"], "object"),
        ] {
            for claim in claims {
                for value in wrong(right) {
                    let what = format!("{claim}: {value}");
                    door.refuses(&what, &door.with_claims(json!({ *claim: value })), &all_keys(), &["invalid_claim"]);
                }
            }
        }
    }
}

#[test]
fn members_named_twice_are_refused_at_every_door() {
    for door in DOORS {
        let sign = |message: &[u8]| signature(Algorithm::RS256, message);
        let (header, claims) = (Value::Object(door.header()).to_string(), (door.claims)().to_string());
        for twice in [r#""kid":"p256","#, r#""alg":"none","#, r#""\u006bid":"other","#] {
            door.refuses(twice, &raw_token(&header.replacen('{', &format!("{{{twice}"), 1), &claims, sign), &all_keys(), SHAPE);
        }
        for twice in [r#""iss":"https://attacker.example","#, r#""aud":"another","#, r#""exp":1,"#] {
            door.refuses(twice, &raw_token(&header, &claims.replacen('{', &format!("{{{twice}"), 1), sign), &all_keys(), SHAPE);
        }
    }
}

#[test]
fn keys_of_another_use_or_of_a_name_that_another_has_verify_nothing_at_any_door() {
    let with = |change: Value| {
        let mut jwk = RSA.jwk("rsa");
        jwk.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        jwk
    };
    for door in DOORS {
        let good = door.with_header(json!({}));
        for (what, keys) in [
            ("a key for encryption", vec![with(json!({"use": "enc"}))]),
            ("a key of no known use", vec![with(json!({"use": "other"}))]),
            ("a use that is no text", vec![with(json!({"use": ["sig"]}))]),
            ("a key that may encrypt", vec![with(json!({"key_ops": ["encrypt", "wrapKey"]}))]),
            ("a key of another algorithm", vec![with(json!({"alg": "PS256"}))]),
            ("a key of an encryption algorithm", vec![with(json!({"alg": "RSA-OAEP-256"}))]),
            ("a key of another type", vec![with(json!({"kty": "oct", "k": b64(b"secret")}))]),
            ("two of one name, neither of them it", vec![OTHER_RSA.jwk("rsa"), P256.jwk("rsa")]),
            ("none at all", vec![]),
        ] {
            door.refuses(what, &good, &key_set(&keys), SIGNATURE);
        }
        // Where two have one name, each is what it is: the token verifies by the one that signed it and no other.
        let both = key_set(&[P256.jwk("rsa"), OTHER_RSA.jwk("rsa"), RSA.jwk("rsa")]);
        door.try_with(&good, &both, Algorithm::ASYMMETRIC, None).unwrap();
    }
}

#[test]
fn tokens_of_another_kind_and_shape_are_refused_at_every_door() {
    for door in DOORS {
        let good = door.with_header(json!({}));
        for typ in ["at+jwt", "dpop+jwt", "secevent+jwt", "application/at+jwt", "JWE", ""] {
            door.refuses(typ, &door.with_header(json!({"typ": typ})), &all_keys(), SIGNATURE);
        }
        door.refuses("no text as typ", &door.with_header(json!({"typ": ["JWT"]})), &all_keys(), SIGNATURE);
        let deep = format!("{}{}", r#"{"a":"#.repeat(5_000), "1}".repeat(5_000));
        let sign = |message: &[u8]| signature(Algorithm::RS256, message);
        for (what, token) in [
            ("nothing", String::new()),
            ("dots", "...".to_owned()),
            ("a hundred thousand dots", ".".repeat(100_000)),
            ("a part too many", format!("{good}.e30")),
            ("a part too few", good.rsplit_once('.').unwrap().0.to_owned()),
            ("the five parts of an encrypted token", "e30.e30.e30.e30.e30".to_owned()),
            ("a megabyte", format!("{good}{}", "A".repeat(1_000_000))),
            ("a nested header", raw_token(&deep, "{}", sign)),
            ("a nested payload", raw_token(&Value::Object(door.header()).to_string(), &deep, sign)),
            ("padding", format!("{good}==")),
            ("a line feed", format!("{good}\n.")),
        ] {
            door.refuses(what, &token, &all_keys(), SHAPE);
        }
        let (message, good_signature) = good.rsplit_once('.').unwrap();
        for bad in ["", "AA", &good_signature[..good_signature.len() - 4], &b64(&[0; 256])] {
            door.refuses("another signature", &format!("{message}.{bad}"), &all_keys(), SHAPE);
        }
    }
}

#[test]
fn another_issuer_audience_or_time_is_refused_at_every_door() {
    for door in DOORS {
        for (change, codes) in [
            (json!({"iss": "https://attacker.example"}), &["invalid_claim"][..]),
            (json!({"iss": format!("{ISSUER}/")}), &["invalid_claim"]),
            (json!({"iss": ""}), &["invalid_claim"]),
            (json!({"aud": "another"}), &["invalid_claim"]),
            (json!({"aud": []}), &["invalid_claim"]),
            (json!({"aud": ""}), &["invalid_claim"]),
            (json!({"exp": NOW - 10}), &["response_expired"]),
            (json!({"exp": 0}), &["response_expired"]),
            (json!({"nbf": NOW + 1000}), &["response_not_yet_valid"]),
        ] {
            door.refuses(&change.to_string(), &door.with_claims(change), &all_keys(), codes);
        }
    }
}

// Each is signed by the same issuer for the same client: only what it is tells them apart.
#[test]
fn a_token_of_one_door_opens_no_other() {
    let opens = |from: &Door, to: &Door| {
        to.try_with(
            &token_with(&json!({"alg": "RS256", "kid": "rsa"}), Algorithm::RS256, &(from.claims)()),
            &all_keys(),
            Algorithm::ASYMMETRIC,
            None,
        )
        .is_ok()
    };
    for from in &DOORS {
        for to in &DOORS {
            // Userinfo may be signed like an id token, and holds the claims of one.
            let alike = from.name == to.name
                || (from.name == "id token" && to.name == "userinfo")
                || (from.name == "userinfo" && to.name == "id token");
            // A logout token has every claim that userinfo needs; it comes from the userinfo endpoint all the same.
            if alike || (from.name == "logout token" && to.name == "userinfo") {
                continue;
            }
            assert!(!opens(from, to), "a {} passes for a {}", from.name, to.name);
        }
    }
    // By its `typ`, which section 2.4 of Back-Channel Logout recommends, it is told from an id token.
    let typed = token_with(&json!({"alg": "RS256", "kid": "rsa", "typ": "logout+jwt"}), Algorithm::RS256, &(DOORS[2].claims)());
    for door in [&DOORS[0], &DOORS[1], &DOORS[3]] {
        door.refuses("a logout token", &typed, &all_keys(), SIGNATURE);
    }
    // And an id token with a nonce, as each sign-in has one, passes for no logout token.
    let id_token = token(
        Algorithm::RS256,
        &json!({"iss": ISSUER, "aud": CLIENT, "sub": "1", "iat": NOW, "exp": NOW + 9, "jti": "1", "nonce": "n", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
    );
    DOORS[2].refuses("an id token", &id_token, &all_keys(), &["invalid_claim"]);
}
