//! OAuth 2.0, by a backend that is made of a description and answered by a canned provider.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};
use social_auth::attempt::Attempt;
use social_auth::backend::{Backend, Callback, Departure, TokenCredentials};
use social_auth::clock::Clock;
use social_auth::error::{Error, Reason, Stage};
use social_auth::http::{Client, Incoming, Outgoing, Transport};
use social_auth::identity::{Email, Fields, Identity, UserDetails};
use social_auth::protocol::oauth2::{
    Call, HookSettings, Hooks, Kept, OAuth2, OAuth2Backend, UidField, keep, keep_as, optional, stated_error,
};
use social_auth::settings::SettingDecl;
use social_auth::storage::{Association, UserId};
use social_auth::web::Params;
use social_auth::{Result, Secret};
use time::OffsetDateTime;
use url::Url;

use crate::case::{Answer, Case, raised};
use crate::world;

const NOW: i64 = 1_767_960_000;

/// What the files call "scoped".
const SCOPED: OAuth2 = OAuth2 {
    name: "scoped",
    title: "Scoped",
    authorization_url: "https://provider.example/authorize",
    token_url: "https://provider.example/token",
    scope: &["one", "two"],
    profile: &[Call { url: "https://provider.example/me", ..Call::GET }],
    ..OAuth2::STANDARD
};

/// Answers requests one after the other.
struct Canned(Mutex<VecDeque<Result<Incoming>>>);

#[async_trait]
impl Transport for Canned {
    async fn send(&self, _: Outgoing) -> Result<Incoming> {
        self.0.lock().unwrap().pop_front().expect("no answer is left")
    }
}

fn answer(status: u16, body: &str) -> Result<Incoming> {
    Ok(Incoming { status, headers: HeaderMap::new(), body: body.to_owned().into() })
}

fn backend(provider: OAuth2, settings: &Map<String, Value>, answers: Vec<Result<Incoming>>) -> Result<OAuth2Backend> {
    let name = provider.name;
    let mut settings = world::settings(settings);
    for key in ["KEY", "SECRET"] {
        settings.set(&social_auth::settings::setting_name(&[name, key]), key.to_lowercase());
    }
    let client = Client::new(Arc::new(Canned(Mutex::new(answers.into()))), None);
    OAuth2Backend::new(Box::leak(Box::new(provider)), name, &settings.of_backend(name), client, Clock::fixed(NOW))
}

/// The parameters of the authorization request, and the attempt that goes with it.
fn begin(provider: OAuth2, settings: &Map<String, Value>, data: &Map<String, Value>) -> Result<(Map<String, Value>, Attempt)> {
    let backend = backend(provider, settings, Vec::new())?;
    let mut attempt = Attempt::new("scoped", "https://app.example/complete/scoped/", NOW, 900);
    let request: Params = data.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default())).collect();
    let Departure::Redirect(url) = world::wait(backend.begin(&mut attempt, &request))? else { panic!("OAuth 2.0 begins with a redirect") };
    let url = Url::parse(&url).unwrap();
    Ok((url.query_pairs().map(|(name, value)| (name.into_owned(), json!(value))).collect(), attempt))
}

pub fn scope_argument(case: &Case) -> Answer {
    let provider = match case.text("class") {
        "comma" => OAuth2 { scope_separator: ",", scope_parameter: "permissions", ..SCOPED },
        "none" => OAuth2 { scope: &[], ..SCOPED },
        _ => SCOPED,
    };
    let (mut params, _) = begin(provider, &case.object("settings"), &Map::new()).map_err(raised)?;
    params.retain(|name, _| ["scope", "permissions"].contains(&name.as_str()));
    Ok(Value::Object(params))
}

pub fn auth_extra_arguments(case: &Case) -> Answer {
    let (mut params, _) = begin(OAuth2 { scope: &[], ..SCOPED }, &case.object("settings"), &case.object("data")).map_err(raised)?;
    let ours = ["client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method"];
    params.retain(|name, _| !ours.contains(&name.as_str()));
    Ok(Value::Object(params))
}

/// Our verifiers are random. So the method is tried with ours, checked, and done by hand with the recorded one.
pub fn code_challenge(case: &Case) -> Answer {
    let settings = Map::from_iter([("SOCIAL_AUTH_SCOPED_PKCE_CODE_CHALLENGE_METHOD".to_owned(), case.get("method").clone())]);
    let (params, attempt) = begin(SCOPED, &settings, &Map::new()).map_err(raised)?;
    let s256 = |verifier: &str| URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let (sent, verifier) = (params["code_challenge"].as_str().unwrap(), attempt.pkce_verifier.unwrap());
    match params["code_challenge_method"].as_str().unwrap() {
        "plain" if sent == verifier => Ok(case.get("verifier").clone()),
        "S256" if sent == s256(&verifier) => Ok(json!(s256(case.text("verifier")))),
        other => panic!("method {other} with challenge {sent}"),
    }
}

pub fn basic_auth_header(case: &Case) -> Answer {
    let request = Outgoing::get("https://provider.example/").unwrap().basic(case.text("key"), case.text("secret"));
    let header = request.headers[http::header::AUTHORIZATION].to_str().unwrap();
    Ok(json!({ "$bytes": header }))
}

pub fn provider_error(case: &Case) -> Answer {
    let status = case.get("status_code").as_u64().and_then(|status| u16::try_from(status).ok());
    let Some(mut error) = stated_error(case.get("data"), stage(case), status) else { return Ok(Value::Null) };
    if let Some(seconds) = case.get("retry_after").as_str() {
        error = error.retry_after(seconds.parse().unwrap());
    }
    Ok(as_recorded(case, &error))
}

/// An answer with this status, where it is met at this stage.
pub fn http_error(case: &Case) -> Answer {
    let mut failure = match case.get("status").as_u64() {
        Some(status) => answer(u16::try_from(status).unwrap(), case.text("body")),
        None => Err(Error::new(Reason::ConnectionFailed)),
    };
    if let (Some(seconds), Ok(failure)) = (case.get("retry_after").as_str(), &mut failure) {
        failure.headers.insert("retry-after", HeaderValue::try_from(seconds).unwrap());
    }
    let tokens = answer(200, r#"{"access_token": "token"}"#);
    let error = match stage(case) {
        Stage::Refresh => world::wait(backend(SCOPED, &Map::new(), vec![failure]).unwrap().refresh(&association())).map(|_| ()),
        Stage::UserInfo => complete(SCOPED, &Map::new(), vec![tokens, failure]).map(|_| ()),
        _ => complete(SCOPED, &Map::new(), vec![failure]).map(|_| ()),
    };
    Ok(as_recorded(case, &error.unwrap_err()))
}

fn stage(case: &Case) -> Stage {
    let all = [Stage::Callback, Stage::TokenExchange, Stage::UserInfo, Stage::Refresh, Stage::Pipeline, Stage::Unknown];
    all.into_iter().find(|stage| stage.to_string() == case.text("stage")).unwrap()
}

/// An error in the recorded form; class and sentence are the library's own.
fn as_recorded(case: &Case, error: &Error) -> Value {
    let recorded = case.expected.as_ref().map(|expected| expected["exception"].clone()).unwrap_or_default();
    let facts = error.facts();
    let mut ours = json!({"code": facts.code, "source": facts.source, "stage": facts.stage, "recovery": facts.recovery});
    let members = ours.as_object_mut().unwrap();
    for own in ["class", "detail"] {
        members.extend(recorded.get(own).map(|value| (own.to_owned(), value.clone())));
    }
    // A code that the provider sends as a number is text with us.
    let same_code = |code: &str| recorded["provider_code"].as_i64().is_some_and(|number| code.parse() == Ok(number));
    members.extend(
        facts
            .provider_code
            .map(|code| ("provider_code".to_owned(), if same_code(code) { recorded["provider_code"].clone() } else { json!(code) })),
    );
    members.extend(facts.status.map(|status| ("status_code".to_owned(), json!(status))));
    members.extend(facts.retry_after.map(|seconds| ("retry_after".to_owned(), json!(seconds.to_string()))));
    json!({ "exception": ours })
}

fn association() -> Association {
    Association {
        id: 1,
        provider: "scoped".to_owned(),
        uid: "1".to_owned(),
        id_key: "id".to_owned(),
        user_id: UserId::new(1),
        extra_data: Fields(Map::from_iter([("refresh_token".to_owned(), json!("stored"))])),
        created: OffsetDateTime::UNIX_EPOCH,
        modified: OffsetDateTime::UNIX_EPOCH,
    }
}

fn complete(provider: OAuth2, settings: &Map<String, Value>, answers: Vec<Result<Incoming>>) -> Result<Identity> {
    let backend = backend(provider, settings, answers)?;
    let attempt = Attempt::new("scoped", "https://app.example/complete/scoped/", NOW, 900);
    let params = Params::from_iter([("code", "code")]);
    let callback = Callback { params, url: attempt.redirect_uri.clone(), posted: false, cookies: Params::default(), client: None };
    world::wait(backend.complete(&attempt, &callback))
}

/// Which field of the answer the identifier is taken from.
pub fn id_key(case: &Case) -> Answer {
    let field: &'static str = case.text("ID_KEY").to_owned().leak();
    let provider = OAuth2 { name: world::PLAIN, uid: UidField::Stable(field), ..SCOPED };
    let profile = r#"{"id": "1", "sub": "1", "email": "1", "global": "1", "bare": "1"}"#;
    let answers = vec![answer(200, r#"{"access_token": "token"}"#), answer(200, profile)];
    complete(provider, &case.object("settings"), answers).map(|identity| json!(identity.id_key)).map_err(raised)
}

/// Fills the details with those of the case.
fn recorded_details(settings: &HookSettings, _: &Value, details: &mut UserDetails) {
    let Some(Value::Object(recorded)) = settings.declared.get("RECORDED_DETAILS") else { return };
    for (name, value) in recorded {
        let text = value.as_str().unwrap_or_default().to_owned();
        match name.as_str() {
            "username" => details.username = Some(text),
            "email" => details.email = Some(Email { address: text, verified: false }),
            _ => details.extra.extend([(name.clone(), value.clone())]),
        }
    }
}

const RECORDED: &[SettingDecl] = &[optional("RECORDED_DETAILS", "")];

pub fn extra_data(case: &Case) -> Answer {
    const ID: &[Kept] = &[keep("id")];
    const PLAIN: &[Kept] = &[
        keep("email"),
        keep_as("name", "full"),
        Kept { field: "missing", name: "gone", only_if_present: true },
        keep_as("nothing", "kept"),
    ];
    let fields: &[Kept] = match case.text("class") {
        "plain" => PLAIN,
        "oauth2" => ID,
        _ => &[],
    };
    let provider =
        OAuth2 { extra_data: fields, settings: RECORDED, hooks: Hooks { details: Some(recorded_details), ..Hooks::NONE }, ..SCOPED };
    let mut settings = Map::from_iter([("SOCIAL_AUTH_SCOPED_RECORDED_DETAILS".to_owned(), case.get("details").clone())]);
    // The recordings take anybody's access token; ours asks for whom it was issued unless told not to.
    settings.insert("SOCIAL_AUTH_SCOPED_ALLOW_UNCHECKED_ACCESS_TOKENS".to_owned(), true.into());
    settings.extend((!case.get("setting").is_null()).then(|| ("SOCIAL_AUTH_SCOPED_EXTRA_DATA".to_owned(), case.get("setting").clone())));
    settings.extend(case.input.get("all").map(|all| ("SOCIAL_AUTH_SCOPED_GET_ALL_EXTRA_DATA".to_owned(), all.clone())));
    let profile = || answer(200, &case.get("response").to_string());
    let given = case.object("pipeline_kwargs").get("access_token").and_then(Value::as_str).map(str::to_owned);
    let identity = match (given, case.get("response")["access_token"].as_str()) {
        (Some(token), None | Some("")) => {
            let credentials = TokenCredentials { access_token: Some(Secret::from(token.as_str())), ..TokenCredentials::default() };
            backend(provider, &settings, vec![profile()]).and_then(|backend| world::wait(backend.complete_with_token(&credentials)))
        }
        _ => complete(provider, &settings, vec![profile(), answer(200, "{}")]),
    };
    let mut kept = identity.map_err(raised)?.extra_data.0;
    if case.text("class") != "oauth2" {
        // These classes know no tokens; a backend of ours always has them.
        let expected = case.expected.as_ref().ok();
        kept.retain(|name, _| {
            !["access_token", "token_type"].contains(&name.as_str()) || expected.is_some_and(|kept| kept.get(name).is_some())
        });
    }
    Ok(Value::Object(kept))
}
