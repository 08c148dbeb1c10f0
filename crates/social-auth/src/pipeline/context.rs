//! What the steps of a pipeline share.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Outcome, Question, Step, Subject, steps};
use crate::backend::{Backend, BackendInfo};
use crate::clock::Clock;
use crate::error::Result;
use crate::event::Events;
use crate::form::Form;
use crate::identity::{Identity, Uid, UserDetails};
use crate::mail::Mailroom;
use crate::password::{PasswordHash, Passwords};
use crate::seal::random_token;
use crate::settings::FlowSettings;
use crate::storage::{Association, SocialStorage, User, UserId, UserStorage};
use crate::web::{Params, Reply};

/// The parameter, and session key, that names a paused run.
pub(crate) const PARTIAL_TOKEN: &str = "partial_token";

/// What a run of a pipeline begins with.
pub struct ContextParts {
    /// The backend that vouches.
    pub backend: Arc<dyn Backend>,
    /// Its flow settings.
    pub settings: Arc<FlowSettings>,
    /// The users.
    pub users: Arc<dyn UserStorage>,
    /// Our own tables.
    pub social: Arc<dyn SocialStorage>,
    /// The time.
    pub clock: Clock,
    /// Who the provider says that it is.
    pub identity: Identity,
    /// Who was signed in when the attempt began: the sign-in connects the identity to this user.
    pub current_user: Option<User>,
    /// `FIELDS_STORED_IN_SESSION`.
    pub session_fields: Map<String, Value>,
    /// Whether a later step connects the new user (`associate_user`).
    pub associates: bool,
    /// Whether a step has people prove their address by a letter (`mail_validation`), for those who must.
    pub validates_email: bool,
    /// What the browser sent with the request that runs the pipeline now.
    pub params: Params,
    /// Where a paused run goes on.
    pub resume_url: String,
    /// For steps that have to do with passwords.
    pub passwords: Passwords,
    /// Who is told of what happens.
    pub events: Events,
    /// What sends letters.
    pub mailroom: Arc<Mailroom>,
    /// The address that the request comes from, where the adapter knows it.
    pub client: Option<IpAddr>,
}

/// The state of one run of a pipeline. Steps read and change it; nothing else do they know.
pub struct Context {
    parts: ContextParts,
    /// The profile in normal form, once `social_details` has run.
    pub details: UserDetails,
    /// The identifier, once `social_uid` has run.
    pub uid: Option<Uid>,
    /// The user that the sign-in leads to, once one is known.
    pub user: Option<User>,
    /// The association, once one is known.
    pub association: Option<Association>,
    /// The user name for a new user, once `get_username` has run.
    pub username: Option<String>,
    /// Whether this run made the user.
    pub created_user: bool,
    /// Whether this run connected the identity to a user.
    pub new_association: bool,
    /// Plain values that steps hand on; they survive a pause.
    pub values: Map<String, Value>,
    typed: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    partial_token: Option<String>,
    answered: bool,
    new_password: Option<PasswordHash>,
    knows_password_of: Option<UserId>,
    left_password_behind: bool,
    awaited_user: Option<UserId>,
    session_changes: Vec<(String, Option<Value>)>,
    question: Option<Question>,
    confirmed: Option<(String, bool)>,
    can_ask: bool,
}

impl Context {
    /// A context before the first step.
    #[must_use]
    pub fn new(parts: ContextParts) -> Self {
        Context {
            user: parts.current_user.clone(),
            parts,
            details: UserDetails::default(),
            uid: None,
            association: None,
            username: None,
            created_user: false,
            new_association: false,
            values: Map::new(),
            typed: HashMap::new(),
            partial_token: None,
            answered: false,
            new_password: None,
            knows_password_of: None,
            left_password_behind: false,
            awaited_user: None,
            session_changes: Vec::new(),
            question: None,
            confirmed: None,
            can_ask: false,
        }
    }

    /// The backend that vouches.
    #[must_use]
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.parts.backend
    }

    /// The backend's name, title and so on.
    #[must_use]
    pub fn backend_info(&self) -> &BackendInfo {
        self.parts.backend.info()
    }

    /// The flow settings of the backend.
    #[must_use]
    pub fn settings(&self) -> &Arc<FlowSettings> {
        &self.parts.settings
    }

    /// The users.
    #[must_use]
    pub fn users(&self) -> &Arc<dyn UserStorage> {
        &self.parts.users
    }

    /// Our own tables.
    #[must_use]
    pub fn social(&self) -> &Arc<dyn SocialStorage> {
        &self.parts.social
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.parts.clock
    }

    /// Who is told of what happens.
    pub(super) fn events(&self) -> &Events {
        &self.parts.events
    }

    /// What sends letters.
    #[must_use]
    pub fn mailroom(&self) -> &Arc<Mailroom> {
        &self.parts.mailroom
    }

    /// The address that the request comes from, where the adapter knows it.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.parts.client
    }

    /// Hashes passwords and compares them.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.parts.passwords
    }

    /// Has `create_user` give the new user this password.
    ///
    /// It stays with the browser that it was chosen in: where the run goes on in another one, by a link in a letter,
    /// it is forgotten, since whoever began may be somebody else than who reads the letter.
    pub fn choose_password(&mut self, hash: PasswordHash) {
        self.new_password = Some(hash);
    }

    /// Whoever sits at this browser has shown that they know the password of the account. Stays with the browser, as
    /// [`choose_password`](Self::choose_password) does.
    pub(super) fn know_password_of(&mut self, user: UserId) {
        self.knows_password_of = Some(user);
    }

    /// The account whose password was shown in this browser, in this run.
    pub(super) fn knows_password_of(&self) -> Option<&UserId> {
        self.knows_password_of.as_ref()
    }

    /// Whether the run was begun in another browser, where somebody chose or showed a password that does not count
    /// here.
    pub(super) fn left_password_behind(&self) -> bool {
        self.left_password_behind
    }

    pub(super) fn leave_password_behind(&mut self) {
        self.left_password_behind = true;
    }

    /// From now on the run goes on in this browser only, should it pause again: neither links that were sent, nor the
    /// browser that began, have a part in it any more.
    pub(super) fn close_to_others(&mut self) {
        self.partial_token = None;
    }

    /// The password that a new user will have.
    #[must_use]
    pub fn new_password(&self) -> Option<&PasswordHash> {
        self.new_password.as_ref()
    }

    /// Who the provider says that it is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.parts.identity
    }

    /// Who was signed in when the attempt began.
    #[must_use]
    pub fn current_user(&self) -> Option<&User> {
        self.parts.current_user.as_ref()
    }

    /// A parameter of begin that `FIELDS_STORED_IN_SESSION` names.
    #[must_use]
    pub fn session_field(&self, name: &str) -> Option<&Value> {
        self.parts.session_fields.get(name)
    }

    /// A parameter that the browser sent with the request that runs the pipeline now, whoever made it: anybody can
    /// have somebody follow a link. For what a paused step asked there is [`Context::answer`].
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.parts.params.get(name)
    }

    /// What the person answered to a [`Form`] that a step of this run asked with, or on a page of the application's
    /// own. Unlike [`Context::param`] it is nothing that the provider, another site or a link made the browser send.
    #[must_use]
    pub fn answer(&self, name: &str) -> Option<&str> {
        self.param(name).filter(|_| self.answered)
    }

    /// Pauses with a page of ours that asks the person something; the step runs again when they answer.
    ///
    /// # Errors
    /// `unknown_error` when the page cannot be made.
    pub fn ask(&mut self, form: Form) -> Result<Outcome> {
        let token = self.partial_token().to_owned();
        form.reply(&self.parts.resume_url, &[(PARTIAL_TOKEN, &token)]).map(Outcome::Pause)
    }

    /// The parameters are what the person answered on a page of this site.
    pub(crate) fn believe_answers(&mut self) {
        self.answered = true;
    }

    /// The token under which this run is kept if a step pauses it. It makes the link that goes on with
    /// it, for an e-mail or a page of the application: see [`Context::resume_url`].
    pub fn partial_token(&mut self) -> &str {
        self.partial_token.get_or_insert_with(|| random_token(24))
    }

    /// The address that goes on with a paused run: in the browser that began it at once; from a link in
    /// an e-mail, or in another browser, after a question.
    pub fn resume_url(&mut self) -> String {
        let token = self.partial_token().to_owned();
        format!("{}?{PARTIAL_TOKEN}={token}", self.parts.resume_url)
    }

    /// Goes on under the token that a paused run was kept under: links to it stay good.
    pub(super) fn keep_partial_token(&mut self, token: &str) {
        self.partial_token = Some(token.to_owned());
    }

    /// Keeps a value in the session of the browser that sent the request, for pages of the application.
    pub fn set_in_session(&mut self, name: &str, value: impl Into<Value>) {
        self.session_changes.push((name.to_owned(), Some(value.into())));
    }

    /// Forgets a value that [`set_in_session`](Self::set_in_session) kept.
    pub fn remove_from_session(&mut self, name: &str) {
        self.session_changes.push((name.to_owned(), None));
    }

    /// What is to be changed in the session.
    pub(crate) fn take_session_changes(&mut self) -> Vec<(String, Option<Value>)> {
        std::mem::take(&mut self.session_changes)
    }

    /// Lets a run that was begun by nobody go on for this user, once they have signed in in the browser that
    /// began it; for a step that pauses to have somebody prove that an account is theirs.
    pub fn await_user(&mut self, user: UserId) {
        self.awaited_user = Some(user);
    }

    pub(crate) fn awaited_user(&self) -> Option<&UserId> {
        self.awaited_user.as_ref()
    }

    /// Whether there is a person at a browser who can be asked: not when a client signs in with a token.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// Asks the person yes or no, on a page of the application or else on one of ours, and pauses. Only the
    /// same person answers, in the same browser, once and in time; this step then runs again, and
    /// [`confirmed`](Context::confirmed) tells.
    pub fn ask_to_confirm(&mut self, question: Question, page: Option<String>) -> Outcome {
        self.question = Some(question);
        let page = page.unwrap_or_else(|| self.resume_url());
        Outcome::Pause(Reply::redirect(page))
    }

    /// What the person said to the question of this step.
    #[must_use]
    pub fn confirmed(&self, step: &str) -> Option<bool> {
        self.confirmed.as_ref().filter(|(asked, _)| asked == step).map(|(_, said)| *said)
    }

    pub(crate) fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// For a run that a browser began.
    pub(crate) fn at_a_browser(mut self, confirmed: Option<(String, bool)>) -> Self {
        self.can_ask = true;
        self.confirmed = confirmed;
        self
    }

    /// Whether a step of this pipeline connects users (`associate_user`).
    #[must_use]
    pub fn associates(&self) -> bool {
        self.parts.associates
    }

    /// Whether people of this backend prove their address by a letter before there is an account.
    #[must_use]
    pub fn validates_email(&self) -> bool {
        self.parts.validates_email
    }

    /// Whether nobody is known yet for this identity, or this run made the user.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.created_user || self.user.is_none()
    }

    /// Hands a value of any type on to later steps. It does not survive a pause; see `values` for that.
    pub fn put<T: Any + Send + Sync>(&mut self, value: T) {
        self.typed.insert(TypeId::of::<T>(), Box::new(value));
    }

    /// A value that an earlier step put in.
    #[must_use]
    pub fn value<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.typed.get(&TypeId::of::<T>()).and_then(|value| value.downcast_ref())
    }
}

impl Subject for Context {
    const SETTING: &'static str = "PIPELINE";

    fn built_in(name: &str) -> Option<Arc<dyn Step>> {
        steps::built_in(name)
    }

    fn names() -> Vec<&'static str> {
        steps::names().collect()
    }

    fn forget_lookups(&mut self) {
        self.user = self.parts.current_user.clone();
        self.association = None;
        self.username = None;
        self.created_user = false;
        self.new_association = false;
    }
}
