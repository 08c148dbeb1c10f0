//! What fuzzing begins with: good inputs of every kind, and some that are nearly good. Names begin with `good` where the
//! target must take it.

use std::path::Path;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::fuzzing::jose::{PRIVATE, stated};
use crate::jose::Algorithm;

type Seeds = Vec<(&'static str, String, Vec<u8>)>;

/// Writes all of them.
pub fn write(folder: &Path) {
    let all = [crate::protocol::saml::fuzzing::seeds(), jose(), openid(), redirect(), signed(), answers()].concat();
    drop(std::fs::remove_dir_all(folder));
    for (target, name, input) in all {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), input).unwrap();
    }
}

fn of(target: &'static str, all: &[(&str, &[u8], &str)]) -> Seeds {
    all.iter().map(|(name, way, text)| (target, (*name).to_owned(), [*way, text.as_bytes()].concat())).collect()
}

fn jose() -> Seeds {
    let by = |algorithm| PRIVATE.sign(Some(algorithm), "JWT", &stated()).unwrap().expose().to_owned();
    let (rs256, es256) = (by(Algorithm::RS256), by(Algorithm::ES256));
    let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(stated().to_string()));
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let mut logout = stated();
    logout.as_object_mut().unwrap().extend([
        ("events".to_owned(), event),
        ("jti".to_owned(), Value::from("1")),
        ("sid".to_owned(), Value::from("s")),
    ]);
    logout.as_object_mut().unwrap().remove("nonce");
    let private = json!({"keys": [{
        "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig",
        "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
        "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
    }]});
    let rich = json!({
        "iss": "https://id.example", "aud": ["a-client", "another"], "azp": "a-client", "sub": "1234", "iat": 1_767_960_000, "nbf": 1_767_960_000.5,
        "exp": 1_767_960_300, "auth_time": 1_767_950_000, "acr": "a", "amr": ["pwd"], "at_hash": "x", "c_hash": "x", "s_hash": "x", "sid": "s",
    });
    let public = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEl0H2G8hMqhdZXzJ+evTy2aN3jGdG0dwCBV8fuin4gTQ6gWOEqCCn05rqWE3ak1NNqRiGK+2KY/3oB9u4/Q7DJw==\n-----END PUBLIC KEY-----\n";
    of(
        "jose",
        &[
            ("good-rs256", &[0], &rs256),
            ("good-es256", &[0], &es256),
            ("none", &[0], &none),
            ("good-claims", &[1], &stated().to_string()),
            ("further-claims", &[1], &rich.to_string()),
            ("logout-claims", &[1], &logout.to_string()),
            ("good-header", &[2], &format!("{{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k\"}}\n{}", stated())),
            ("logout-header", &[2], &format!("{{\"alg\":\"HS256\",\"typ\":\"logout+jwt\"}}\n{logout}")),
            ("crit", &[2], &format!("{{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}}\n{}", stated())),
            ("good-encrypted", &[3], &encrypted(&rs256)),
            ("agreed", &[3], &agreed(&es256)),
            ("good-key-set", &[4], &PRIVATE.published(true).to_string()),
            ("good-private-jwk", &[5], &private.to_string()),
            ("good-private-pem", &[5], include_str!("../../protocol/saml/tests/keys/ec.key")),
            ("good-public-pem", &[6], public),
        ],
    )
}

/// A token for our RSA key, by RSA-OAEP-256 and A128GCM.
fn encrypted(inside: &str) -> String {
    let key = [7; 16];
    let pem = include_str!("../../protocol/saml/tests/keys/idp.key");
    let pair = KeyPair::from_pkcs8(pem::parse(pem).unwrap().contents()).unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let public = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(public.as_ref()).unwrap()).unwrap();
    let mut room = vec![0; public.ciphertext_size()];
    let wrapped = public.encrypt(&OAEP_SHA256_MGF1SHA256, &key, &mut room, None).unwrap().to_vec();
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP-256","enc":"A128GCM","cty":"JWT"}"#);
    let mut text = inside.as_bytes().to_vec();
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
    let tag = cipher.seal_in_place_separate_tag(Nonce::assume_unique_for_key([9; 12]), Aad::from(header.as_bytes()), &mut text).unwrap();
    let parts = [wrapped.as_slice(), &[9; 12], &text, tag.as_ref()].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{}", parts.join("."))
}

/// A token for our key on a curve, which does not open: nobody has the ephemeral key.
fn agreed(inside: &str) -> String {
    let header = json!({
        "alg": "ECDH-ES", "enc": "A128CBC-HS256", "apu": "QWxpY2U", "apv": "Qm9i", "epk": {
            "kty": "EC", "crv": "P-256", "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
        },
    });
    let parts = [header.to_string().as_bytes(), b"", &[1; 16], inside.as_bytes(), &[2; 16]].map(|part| URL_SAFE_NO_PAD.encode(part));
    parts.join(".")
}

fn openid() -> Seeds {
    const FIELDS: &str = "openid.ns=http%3A%2F%2Fspecs.openid.net%2Fauth%2F2.0&openid.mode=id_res&openid.op_endpoint=https%3A%2F%2Fop.example.com%2Fauth\
         &openid.claimed_id=https%3A%2F%2Fme.example.com%2F&openid.identity=https%3A%2F%2Fme.example.com%2F&openid.return_to=RETURN_TO\
         &openid.response_nonce=2026-01-09T12%3A00%3A00Zabc&openid.assoc_handle=shared&openid.ns.ax=http%3A%2F%2Fopenid.net%2Fsrv%2Fax%2F1.0\
         &openid.ax.mode=fetch_response&openid.ax.type.mail=http%3A%2F%2Faxschema.org%2Fcontact%2Femail&openid.ax.value.mail=me%40example.com\
         &openid.ns.sreg=http%3A%2F%2Fopenid.net%2Fextensions%2Fsreg%2F1.1&openid.sreg.nickname=me\
         &openid.ns.pape=http%3A%2F%2Fspecs.openid.net%2Fextensions%2Fpape%2F1.0&openid.pape.auth_policies=none\
         &openid.signed=op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle,ax.mode,ax.type.mail,ax.value.mail,sreg.nickname&openid.sig=AA";
    let fragment = FIELDS.replace("claimed_id=https%3A%2F%2Fme.example.com%2F", "claimed_id=https%3A%2F%2Fme.example.com%2F%23b");
    let lists = FIELDS.replace("ax.value.mail=me%40example.com", "ax.count.mail=2&openid.ax.value.mail.1=a&openid.ax.value.mail.2=b");
    let xrds = "<?xml version=\"1.0\"?><xrds:XRDS xmlns:xrds='xri://$xrds' xmlns='xri://$xrd*($v*2.0)'><XRD><Service priority='1'>\
         <Type>http://specs.openid.net/auth/2.0/signon</Type><Type>http://openid.net/srv/ax/1.0</Type><URI priority='2'>https://op.example.com/auth</URI>\
         <LocalID>https://op.example.com/me</LocalID></Service><Service><Type>http://openid.net/signon/1.1</Type>\
         <URI>https://op.example.com/1</URI><openid:Delegate xmlns:openid='http://openid.net/xmlns/1.0'>https://op.example.com/me</openid:Delegate></Service></XRD></xrds:XRDS>";
    let html = "<!doctype html><html><head><meta http-equiv='X-XRDS-Location' content='https://me.example.com/xrds'>\
         <link rel='openid2.provider openid.server' href='https://op.example.com/auth?a=1&amp;b=2'><link rel=openid2.local_id href=https://op.example.com/me></head><body>";
    let plain = "<head><link rel='openid2.provider' href='https://op.example.com/auth'></head>";
    let mut seeds = of(
        "openid_answer",
        &[
            ("good", &[1], FIELDS),
            ("good-fragment", &[1], &fragment),
            ("lists", &[1], &lists),
            ("unsigned", &[0], FIELDS),
            ("cancel", &[0], "openid.mode=cancel"),
            ("setup-needed", &[0], "openid.mode=setup_needed"),
            ("error", &[0], "openid.mode=error&openid.error=no"),
            (
                "one",
                &[1],
                "openid.mode=id_res&openid.identity=https%3A%2F%2Fme.example.com%2F&openid.return_to=RETURN_TO&openid.signed=mode,identity,return_to",
            ),
        ],
    );
    seeds.extend(of(
        "openid_discovery",
        &[
            ("good-xrds", &[2], xrds),
            ("good-html", &[0], plain),
            ("html", &[0], html),
            ("good-location", &[6], &format!("https://me.example.com/xrds\n{xrds}")),
            ("redirects", &[8], &format!("/elsewhere\n{plain}")),
            ("redirect-inside", &[8], "http://169.254.169.254/\n"),
            ("entered", &[1], "me.example.com"),
            ("entered-inside", &[1], "http://0x7f.1/"),
            ("entered-mapped", &[1], "http://[::ffff:10.0.0.1]/"),
            ("entered-xri", &[1], "xri://=example"),
        ],
    ));
    seeds
}

fn redirect() -> Seeds {
    let all: &[(&str, &[u8], &str)] = &[
        ("good-path", &[], "/profile?tab=1#a"),
        ("good-host", &[], "https://example.com/a/../b"),
        ("good-port", &[], "//app.example.com:8443/"),
        ("good-app", &[], "com.example.app:/done"),
        ("user", &[], "https://example.com@evil.example/"),
        ("backslash", &[], "/\\evil.example"),
        ("tab", &[], "/\t/evil.example"),
        ("script", &[], "javascript:alert(1)"),
        ("slashes", &[], "///evil.example"),
        ("number", &[], "http://2130706433/"),
        ("letters", &[], "https://ｅxample.com/"),
        ("direction", &[], "/\u{202e}/elpmaxe.live"),
    ];
    of("redirect", all)
}

fn signed() -> Seeds {
    of(
        "signed_callback",
        &[
            ("good-telegram", &[0x80], "id=42&first_name=Ada&username=ada&auth_date=1767960000"),
            (
                "telegram",
                &[0],
                "id=42&first_name=Ada&auth_date=1767960000&hash=a787c3ef676c41ee57e2568d071543beaefde8c5329c07c8ed55936a0ee6b61a",
            ),
            ("good-discourse", &[0x81], "nonce=NONCE&external_id=42&username=ada&email=ada%40example.com&name=Ada&admin=true&groups=a,b"),
            ("discourse", &[1], "sso=bm9uY2U9MQ%3D%3D&sig=00"),
            (
                "good-facebook",
                &[0x82],
                r#"{"algorithm":"HMAC-SHA256","issued_at":1767960000,"user_id":"42","oauth_token":"t","expires":1767963600,"user":{"country":"gb"}}"#,
            ),
            ("facebook", &[2], "signed_request=AAAA.eyJhIjoxfQ"),
            ("vk-app", &[3], "viewer_id=42&auth_key=00000000000000000000000000000000&api_result=%7B%7D"),
            ("odnoklassniki", &[4], "logged_user_id=42&session_key=k&session_secret_key=s&auth_sig=0&sig=0"),
            ("vk-openapi", &[5], "expire=1767963600&mid=42&secret=s&sid=s&sig=00"),
            ("mini-app", &[6], "initData=user%3D%257B%2522id%2522%253A42%257D%26auth_date%3D1767960000%26hash%3D00"),
            ("vk-mini-app", &[7], "vk_user_id=42&vk_app_id=1&vk_ts=1767960000&sign=AA"),
            ("lastfm", &[8], "token=t"),
            ("loginradius", &[9], "token=t"),
            ("onetap", &[10], "credential=a.b.c&g_csrf_token=t"),
            ("twilio", &[11], "AccountSid=AC42"),
        ],
    )
}

fn answers() -> Seeds {
    of(
        "oauth_answer",
        &[
            ("good-token", &[0, 0], r#"{"access_token":"t","token_type":"bearer","expires_in":3600,"refresh_token":"r","scope":"a b"}"#),
            ("good-token-form", &[0, 1], "access_token=t&token_type=bearer&expires_in=3600"),
            ("token-list", &[0, 0], r#"[{"access_token":["t"]}]"#),
            ("token-error", &[0, 0x80], r#"{"error":"invalid_grant","error_description":"no","error_uri":"https://e.example/"}"#),
            ("deep", &[0, 0], &"[".repeat(3_000)),
            (
                "profile",
                &[1, 0],
                r#"{"id":1,"login":"ada","name":"Ada \ud83d\ude00","email":"ada@example.com","a":{"b":[1,1e400,-0.0,null]}}"#,
            ),
            ("good-asked", &[2, 1], "oauth_token=asked&oauth_token_secret=s&oauth_callback_confirmed=true"),
            ("good-oauth1-token", &[3, 1], "oauth_token=t&oauth_token_secret=s&user_id=1"),
            ("oauth1-profile", &[4, 0], r#"{"id_str":"1","screen_name":"ada","name":"Ada Lovelace"}"#),
            (
                "good-xml",
                &[5, 3],
                "<?xml version=\"1.0\"?><osm><user id=\"1\" display_name=\"ada\"><languages><lang>en</lang><lang>de</lang></languages></user></osm>",
            ),
            (
                "oidc-token",
                &[6, 0],
                r#"{"access_token":"t","token_type":"Bearer","id_token":"eyJhbGciOiJSUzI1NiJ9.e30.AA","expires_in":"3600"}"#,
            ),
            (
                "discovery",
                &[6, 0],
                r#"{"issuer":"https://id.example","authorization_endpoint":"https://id.example/a","response_types_supported":["code"],"jwks_uri":"https://id.example/j"}"#,
            ),
            ("userinfo", &[7, 0], r#"{"sub":"1","email":"a@example.com","email_verified":"true"}"#),
            ("par", &[8, 0], r#"{"request_uri":"urn:ietf:params:oauth:request_uri:1","expires_in":60}"#),
            (
                "good-registered",
                &[9, 0],
                r#"{"client_id":"c","client_secret":"s","client_secret_expires_at":0,"registration_access_token":"t"}"#,
            ),
            (
                "good-cas",
                &[10, 3],
                "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'><cas:authenticationSuccess><cas:user>ada</cas:user><cas:attributes><cas:email>a@example.com</cas:email></cas:attributes></cas:authenticationSuccess></cas:serviceResponse>",
            ),
            (
                "cas-failure",
                &[10, 3],
                "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'><cas:authenticationFailure code='INVALID_TICKET'>no</cas:authenticationFailure></cas:serviceResponse>",
            ),
            ("good-callback", &[11, 2], "callback( {\"client_id\":\"a-client\",\"openid\":\"1\"} );"),
            ("shopify", &[12, 0], r#"{"access_token":"t","associated_user":{"id":1}}"#),
        ],
    )
}
