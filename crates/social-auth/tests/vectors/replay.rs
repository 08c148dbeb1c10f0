//! One case from beginning to end.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, Method};
use serde_json::{Map, Value};
use social_auth::Secret;
use social_auth::SocialAuth;
use social_auth::clock::Clock;
use social_auth::error::{Error, Result};
use social_auth::flow::BeginOptions;
use social_auth::identity::Fields;
use social_auth::pipeline::{Context, Outcome as StepOutcome, Pipeline};
use social_auth::settings::{Origin, Settings, setting_name};
use social_auth::storage::{Association, MemoryStorage, SocialStorage, UserId, UserStorage};
use social_auth::web::{Params, ReplyBody};
use url::Url;

use crate::bindings::Bindings;
use crate::browser::Browser;
use crate::difference::{Difference, What};
use crate::metadata::{Known, Metadata};
use crate::openid;
use crate::outcome::{self, Outcome, Seen};
use crate::people::People;
use crate::signed;
use crate::tokens::Tokens;
use crate::transport::Replay;
use crate::wire::{Action, Case, Recording, Step};

const PUBLIC_URL: &str = "http://myapp.com";

/// Values for settings that a recording goes some way without.
const NEEDED_LATER: &[(&str, &str)] = &[
    // Any key: these recordings verify nothing with it.
    (
        "PUBLIC_KEY",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvyo2hx1L3ALHeUd/6xk/lIhTyZ/HJZ+Sss/ge6T6gPdES4DwBvwGlAp21iEbmjmizsv6+Zsy\
         uKZUiC1J4A90lmIA57aYXHHoh9GBWQZzXeCNgghPJpGYYSCN+1qeD4nbwD9cQBtPrGBpPpPtv2a/xdPqDm5ko6adMhmbm8e4Me/ppWPi0U+skWQJepBh\
         jEt3x+AOMKDv2TUBWOc3mYFNkr9qNOPe7FxnqUk6ZtkI3QNjZTkyAU7cat87u1vT5thAxVY18i1GfSZwtQbU3Ba6hXI5SIHB1lS88SJ9/+E/flJJPD2N\
         Nzv2z3HAVuTUOYi48fnXFHpJLGv+mGLNtE77hwIDAQAB",
    ),
    // What the recorded library takes for a tenant that is not named.
    ("TENANT_ID", "common"),
    ("NAMESPACE", "an-application"),
    ("SERVER_URL", "http://example.com"),
    ("SECRET", "secret"),
];

/// Everything that lives as long as a case.
struct World {
    backend: String,
    provider: String,
    settings: Map<String, Value>,
    storage: Arc<MemoryStorage>,
    people: Arc<People>,
    replay: Arc<Replay>,
    clock: Clock,
    browser: Browser,
    seen: Arc<Mutex<Option<Seen>>>,
    /// The PKCE challenges that we sent: method and challenge.
    challenges: Vec<(String, String)>,
    /// The OpenID `return_to` of the last attempt that was begun.
    return_to: Option<String>,
    /// What was sent to a provider of signed callbacks.
    signed: Option<signed::Begun>,
    /// The first step.
    begun: &'static Step,
    /// The state of the last attempt that was begun.
    last_state: Option<String>,
}

/// Replays a case; answers everything that differs.
pub async fn run(recording: &'static Recording, known: Arc<Known>, case: &'static Case) -> Vec<Difference> {
    let backend = case.backend.clone().unwrap_or_else(|| recording.backend.clone());
    let provider = provider_of(&backend, &case.class).unwrap_or_else(|| recording.backend.clone());
    let storage = Arc::new(MemoryStorage::new());
    let secret = [&backend, ""].map(|of| setting_name(&[of, "SECRET"])).iter().find_map(|name| case.settings.get(name)?.as_str());
    let tokens = Tokens::new(&case.jwts, &recording.keys);
    let replay = Replay::new(Bindings::new(case.clock), tokens, Metadata::new(&known, case), secret.unwrap_or_default().to_owned());
    let mut world = World {
        backend,
        provider,
        settings: case.settings.clone(),
        people: Arc::new(People::new(storage.clone(), case)),
        storage,
        replay: Arc::new(replay),
        clock: Clock::fixed(case.clock),
        browser: Browser::default(),
        seen: Arc::default(),
        challenges: Vec::new(),
        return_to: None,
        signed: None,
        begun: &case.steps[0],
        last_state: None,
    };
    for (index, step) in case.steps.iter().enumerate() {
        if !world.play(index, step, &case.steps[index..]).await {
            break;
        }
    }
    world.replay.state().differences.clone()
}

impl World {
    /// Plays one step. Answers whether there is a point in going on.
    async fn play(&mut self, index: usize, step: &'static Step, rest: &'static [Step]) -> bool {
        for name in &step.settings_edits.unset {
            self.settings.remove(name);
        }
        self.settings.extend(step.settings_edits.set.clone());
        self.replay.state().enter(index, &step.http);
        let social = match self.build_without_unknown(index) {
            Ok(social) => social,
            Err(problems) => return self.refused_at_start(index, problems, rest),
        };
        let launches = social.backend(&self.backend).is_ok_and(|backend| backend.takes_launches(&Params::default()));
        // Each of those is good once, so that several need several attempts.
        let unrecorded = self.last_state.is_none() || self.signed.is_some() && self.begun_unrecorded();
        if step.action == Action::Callback && unrecorded && !launches {
            self.begin_unrecorded(index, &social, step).await;
        }
        let mut outcome = self.act(index, &social, step).await.unwrap_or_else(Outcome::Failed);
        if let Some(social) = self.with_stated_issuer(index, &outcome) {
            outcome = self.act(index, &social, step).await.unwrap_or_else(Outcome::Failed);
        }
        self.conclude(index, step, &outcome);
        true
    }

    /// Where the metadata names another issuer than the address it is found at, we want to be told that
    /// this is right. Then the setting is made and the step played again.
    fn with_stated_issuer(&mut self, index: usize, outcome: &Outcome) -> Option<SocialAuth> {
        let Outcome::Failed(error) = outcome else { return None };
        let explanation = error.explanation().filter(|_| error.facts().parameter == Some("ID_TOKEN_ISSUER"))?;
        let issuer =
            self.replay.state().metadata.issuers().find(|issuer| explanation.contains(&format!("names the issuer \"{issuer}\"")))?;
        let name = setting_name(&[&self.backend, "ID_TOKEN_ISSUER"]);
        if self.settings.insert(name, Value::from(issuer.clone())).is_some() {
            return None;
        }
        self.note(Difference::new(index, What::Consistency("issuer".to_owned()), None, Some(Value::from(issuer))));
        self.build().ok()
    }

    async fn act(&mut self, index: usize, social: &SocialAuth, step: &Step) -> Result<Outcome> {
        match step.action {
            Action::Begin => self.begin(social, step).await,
            Action::Callback => self.callback(index, social, step).await,
            Action::Refresh => self.refresh(social, step).await,
            Action::Revoke => {
                let text = |index: usize| step.args.get(index).and_then(Value::as_str).unwrap_or_default();
                social.backend(&self.backend)?.revoke(&Secret::from(text(0)), text(1)).await.map(Outcome::Revoked)
            }
        }
    }

    async fn begin(&mut self, social: &SocialAuth, step: &Step) -> Result<Outcome> {
        let address = format!("{PUBLIC_URL}{}", social.login_path(&self.backend));
        let request = self.browser.get(&address, &self.filled(&step.params))?;
        let options = BeginOptions { redirect_uri: Some(step.redirect_uri.clone()), confirmed: true };
        let reply = social.begin_with(&self.backend, &request, &mut self.browser.session, &options).await?;
        self.browser.keep(&reply);
        self.last_state = Some(String::new());
        if signed::is_signed(&self.provider) {
            self.signed = Some(signed::Begun::new(step, &reply));
        }
        if let ReplyBody::Html { html, .. } = &reply.body {
            self.return_to = openid::our_return_to(html);
        }
        if let Some(url) = reply.location().and_then(|location| Url::parse(location).ok()) {
            let param = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
            self.challenges
                .extend(param("code_challenge").map(|challenge| (param("code_challenge_method").unwrap_or_default(), challenge)));
            self.last_state = param("state").or(self.last_state.take());
        }
        Ok(Outcome::Reply(reply, None))
    }

    /// Recordings that start at the callback have no attempt, without which we let nobody in: one is begun.
    async fn begin_unrecorded(&mut self, index: usize, social: &SocialAuth, step: &Step) {
        self.last_state = Some(String::new());
        let begun = Step {
            action: Action::Begin,
            params: Map::new(),
            args: Vec::new(),
            redirect_uri: step.redirect_uri.clone(),
            settings_edits: Default::default(),
            http: Vec::new(),
            expect: crate::wire::Expect::None(serde::de::IgnoredAny),
        };
        let got = self.begin(social, &begun).await.err().map(|error| Value::from(error.to_string()));
        self.note(Difference::new(index, What::Consistency("attempt".to_owned()), None, got));
    }

    async fn callback(&mut self, index: usize, social: &SocialAuth, step: &Step) -> Result<Outcome> {
        let mut params = self.filled(&step.params);
        if let (Some(state), true) = (&self.last_state, self.begun_unrecorded() && self.signed.is_none()) {
            params.entry("state").or_insert_with(|| Value::from(state.clone()));
        }
        if let Some(ours) = &self.return_to {
            openid::answer(&mut params, step, self.begun, ours);
        }
        if let Some(begun) = &self.signed {
            begun.answer(&mut params, &self.settings, &self.backend, self.begun_unrecorded());
        }
        let address = social.callback_url(&self.backend);
        let request = if self.has_own_form() {
            self.note(Difference::new(index, What::Consistency("proof".to_owned()), None, None));
            let mut request = self.browser.get(&address, &Map::new())?;
            request.method = Method::POST;
            request.headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            request.form = params.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
            request
        } else {
            self.browser.get(&address, &params)?
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let mut reply = social.complete(&self.backend, &request, &mut self.browser.session).await?;
        self.browser.keep(&reply);
        if let Some(confirmed) = signed::confirmed(&reply, request) {
            reply = social.complete(&self.backend, &confirmed, &mut self.browser.session).await?;
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(Outcome::Reply(reply, self.as_stored(seen).await?.map(Box::new)))
    }

    /// Whether people state who they are in a form of the site, which we take only by `POST`, and only with a
    /// step that proves it: here it is the harness's.
    fn has_own_form(&self) -> bool {
        social_auth::provider::find(&self.provider).is_some_and(|provider| provider.protocol() == "form")
    }

    fn begun_unrecorded(&self) -> bool {
        let state = self.replay.state();
        state.differences.iter().any(|difference| difference.what == What::Consistency("attempt".to_owned()))
    }

    /// Association and user as the storage has them now.
    async fn as_stored(&self, seen: Option<Seen>) -> Result<Option<Seen>> {
        let Some(mut seen) = seen else { return Ok(None) };
        if let Some(association) = self.storage.association(&self.backend, &seen.uid).await? {
            seen.extra_data = association.extra_data;
            seen.id_key = association.id_key;
        }
        if let Some(user) = &seen.user {
            seen.user = self.people.user(&user.id).await?;
        }
        Ok(Some(seen))
    }

    async fn refresh(&mut self, social: &SocialAuth, step: &Step) -> Result<Outcome> {
        let argument = step.args.first();
        if let Some([provider, uid]) = argument.and_then(|value| value.get("$social")).and_then(Value::as_array).map(Vec::as_slice) {
            let (provider, uid) = (provider.as_str().unwrap_or_default(), uid.as_str().unwrap_or_default());
            let missing = || Error::new(social_auth::error::Reason::UnknownError).detail("the association of the recording is not there");
            let association = self.storage.association(provider, uid).await?.ok_or_else(missing)?;
            return social.refresh(&association).await.map(Outcome::Refreshed);
        }
        let token = argument.cloned().unwrap_or_default();
        let association = Association {
            id: 0,
            provider: self.backend.clone(),
            uid: "uid".to_owned(),
            id_key: String::new(),
            user_id: UserId::new("0"),
            extra_data: Fields(Map::from_iter([("refresh_token".to_owned(), token)])),
            created: self.clock.date_time(),
            modified: self.clock.date_time(),
        };
        social.backend(&self.backend)?.refresh(&association).await.map(Outcome::Refreshed)
    }

    /// We refuse bad settings at start, the recorded library when it meets them: the error belongs to the
    /// first step that the recording lets fail. Answers whether that is this step, so that later ones count.
    fn refused_at_start(&mut self, index: usize, problems: Vec<Error>, rest: &'static [Step]) -> bool {
        let Some(later) = rest.iter().position(|step| step.expect.error().is_some()) else {
            let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            self.note(Difference::new(
                index,
                What::Outcome,
                Some(Value::from(rest[0].expect.kind())),
                Some(Value::from(format!("refused at start: {text}"))),
            ));
            return false;
        };
        let expected = rest[later].expect.error().and_then(|error| error.code.as_deref());
        let position = problems.iter().position(|error| Some(error.reason().code()) == expected).unwrap_or(0);
        if let Some(problem) = problems.into_iter().nth(position) {
            let mut state = self.replay.state();
            let found =
                outcome::compare(index + later, &self.backend, &rest[later].expect, &Outcome::Failed(problem), &mut state.matcher());
            state.differences.extend(found);
        }
        if later > 0 || !rest[later].http.is_empty() {
            self.note(Difference::new(index, What::Consistency("start".to_owned()), None, None));
        }
        later == 0
    }

    fn conclude(&mut self, index: usize, step: &Step, outcome: &Outcome) {
        let mut state = self.replay.state();
        state.leave();
        let found = outcome::compare(index, &self.backend, &step.expect, outcome, &mut state.matcher());
        for difference in &found {
            if difference.what == What::DepartureQuery("nonce".to_owned()) && difference.expected.is_none() {
                state.tokens.our_nonce = difference.got_text().map(str::to_owned);
            }
        }
        state.differences.extend(found);
        let verifiers = std::mem::take(&mut state.verifiers);
        for verifier in verifiers.iter().filter(|verifier| !self.challenges.iter().any(|sent| answers(sent, verifier))) {
            let got = Some(Value::from(verifier.clone()));
            state.differences.push(Difference::new(index, What::Consistency("code_verifier".to_owned()), None, got));
        }
    }

    fn note(&self, difference: Difference) {
        self.replay.state().differences.push(difference);
    }

    /// The parameters with placeholders and tokens filled in.
    fn filled(&self, params: &Map<String, Value>) -> Map<String, Value> {
        let mut state = self.replay.state();
        let state = &mut *state;
        let fill = |value: &Value| {
            let value = state.tokens.fill_value(value, &state.bindings).unwrap_or_else(|_| value.clone());
            state.bindings.fill_value(&value)
        };
        let mut fill = fill;
        params.iter().map(|(name, value)| (name.clone(), fill(value))).collect()
    }

    /// Recordings carry settings that nothing reads. We refuse those, so they are taken out; what one of
    /// them was needed for shows as another difference.
    fn build_without_unknown(&mut self, index: usize) -> Result<SocialAuth, Vec<Error>> {
        let problems = match self.build() {
            Ok(social) => return Ok(social),
            Err(problems) => problems,
        };
        let is_unknown = |error: &&Error| error.explanation().is_some_and(|text| text.starts_with("there is no setting "));
        let unknown: Vec<String> =
            problems.iter().filter(is_unknown).filter_map(|error| error.facts().parameter.map(str::to_owned)).collect();
        let before = self.settings.len();
        self.settings.retain(|name, _| !unknown.contains(name));
        if self.settings.len() == before {
            return self.build_with_needed_later(index, problems);
        }
        self.note(Difference::new(index, What::Consistency("unknown setting".to_owned()), None, Some(Value::from(unknown))));
        self.build().or_else(|problems| self.build_with_needed_later(index, problems))
    }

    /// Recordings go some way without settings that they would need in the end. We ask for those at start.
    fn build_with_needed_later(&mut self, index: usize, problems: Vec<Error>) -> Result<SocialAuth, Vec<Error>> {
        let missing: Vec<_> = problems.iter().filter_map(|error| error.facts().parameter).collect();
        let mut made = Vec::new();
        // Elsewhere recordings are about a secret that is missing.
        let may_make = |name: &str| name != "SECRET" || signed::is_signed(&self.provider);
        for (name, value) in NEEDED_LATER.iter().filter(|(name, _)| missing.contains(name) && may_make(name)) {
            self.settings.insert(setting_name(&[&self.backend, name]), Value::from(*value));
            made.push(*name);
        }
        if made.is_empty() {
            return Err(problems);
        }
        self.note(Difference::new(index, What::Consistency("needed later".to_owned()), None, Some(Value::from(made))));
        self.build().or_else(|problems| self.build_with_needed_later(index, problems))
    }

    fn build(&self) -> Result<SocialAuth, Vec<Error>> {
        let mut settings = Settings::new();
        for (name, value) in &self.settings {
            settings.set(name, value.clone());
        }
        settings.enable(&self.backend, &self.provider, Origin::Code);
        if self.has_own_form() {
            settings.set_for(&self.backend, "PROVEN_BY", "record");
        }
        let seen = self.seen.clone();
        let pipeline = Pipeline::authentication().then("record", move |context| {
            let seen = seen.clone();
            Box::pin(async move {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(look(context));
                Ok(StepOutcome::Continue)
            })
        });
        SocialAuth::builder()
            .settings(settings)
            .public_url(PUBLIC_URL)
            .set("ALLOW_INSECURE_PUBLIC_URL", true)
            .set("RAISE_EXCEPTIONS", true)
            .secret_key("a key for replays, of at least thirty-two characters")
            .users(self.people.clone())
            .social(self.storage.clone())
            .clock(self.clock.clone())
            .transport(self.replay.clone())
            .pipeline(pipeline)
            .build()
            .map_err(|error| error.0)
    }
}

/// The provider of this name; where classes share one, the one of the class.
fn provider_of(backend: &str, class: &str) -> Option<String> {
    let is_class = |path: &str| path.rsplit('.').next() == Some(class);
    let by_class = social_auth::provider::ALL
        .iter()
        .find(|provider| provider.backend_name() == backend && provider.class_paths().iter().any(|path| is_class(path)));
    by_class.copied().or_else(|| social_auth::provider::find(backend)).map(|provider| provider.name().to_owned())
}

fn look(context: &Context) -> Seen {
    let identity = context.identity();
    Seen {
        uid: context.uid.as_ref().unwrap_or(&identity.uid).as_str().to_owned(),
        id_key: identity.id_key.clone(),
        details: context.details.clone(),
        groups: identity.groups.clone(),
        extra_data: identity.extra_data.clone(),
        response: identity.response.clone(),
        is_new: context.is_new(),
        user: context.user.clone(),
    }
}

/// Whether a verifier is the one of a challenge (RFC 7636, section 4.6).
fn answers((method, challenge): &(String, String), verifier: &str) -> bool {
    if method.eq_ignore_ascii_case("s256") {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        return URL_SAFE_NO_PAD.encode(digest) == *challenge;
    }
    challenge == verifier
}
