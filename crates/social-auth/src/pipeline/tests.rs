//! Whole runs of the default pipeline against a storage that misbehaves like a busy database.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{Context, ContextParts, Ended, Outcome, Pipeline, steps};
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Departure};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result};
use crate::identity::{Email, Fields, Identity, ProviderSession, Tokens, Uid, UserDetails};
use crate::settings::{FlowSettings, Settings};
use crate::storage::{
    MemoryStorage, NewAssociation, NewUser, SocialStorage, StorageError, StorageResult, User, UserChanges, UserId, UserStorage,
};
use crate::web::Params;

struct Stub(BackendInfo);

#[async_trait]
impl Backend for Stub {
    fn info(&self) -> &BackendInfo {
        &self.0
    }
    async fn begin(&self, _: &mut Attempt, _: &Params) -> Result<Departure> {
        Err(self.unsupported("beginning"))
    }
    async fn complete(&self, _: &Attempt, _: &Callback) -> Result<Identity> {
        Err(self.unsupported("completing"))
    }
}

struct World {
    storage: Arc<MemoryStorage>,
    users: Arc<dyn UserStorage>,
    settings: Settings,
    association_only: bool,
}

impl World {
    fn new() -> Self {
        let storage = Arc::new(MemoryStorage::new());
        World { users: storage.clone(), storage, settings: Settings::new(), association_only: false }
    }

    fn context(&self, identity: Identity, current_user: Option<User>) -> Context {
        let name = "acme".to_owned();
        let info = BackendInfo {
            provider: name.clone(),
            title: "Acme".into(),
            icon: "acme".into(),
            protocol: "oauth2",
            association_only: self.association_only,
            requires_email_validation: false,
            had_other_identifiers: false,
            name,
        };
        Context::new(ContextParts {
            backend: Arc::new(Stub(info)),
            settings: Arc::new(FlowSettings::resolve(&self.settings.of_backend("acme")).unwrap()),
            users: self.users.clone(),
            social: self.storage.clone(),
            clock: Clock::fixed(1_800_000_000),
            identity,
            current_user,
            session_fields: Map::new(),
            associates: true,
            validates_email: false,
            client: None,
            passwords: crate::password::Passwords::default(),
            params: Params::default(),
            resume_url: String::new(),
            events: crate::event::Events::default(),
            mailroom: Arc::default(),
        })
    }

    async fn sign_in(&self, identity: Identity, current_user: Option<User>) -> Result<Context> {
        let mut context = self.context(identity, current_user);
        match Pipeline::authentication().run(&mut context, 0).await? {
            Ended::Finished => Ok(context),
            _ => panic!("the default pipeline neither stops nor pauses"),
        }
    }

    async fn user(&self, name: &str) -> User {
        self.storage.create_user(&NewUser { username: name.into(), ..NewUser::default() }).await.unwrap()
    }
}

fn identity(uid: &str, username: &str) -> Identity {
    let details = UserDetails {
        username: Some(username.into()),
        email: Some(Email { address: format!("{username}@example.com"), verified: true }),
        fullname: Some("Ada Lovelace".into()),
        ..UserDetails::default()
    };
    let extra = json!({"id": uid, "access_token": "fixture-token"});
    Identity {
        uid: Uid::from_text("id", uid).unwrap(),
        id_key: "id".into(),
        details,
        response: Fields::default(),
        tokens: Tokens::default(),
        extra_data: Fields(extra.as_object().unwrap().clone()),
        groups: None,
        legacy_uids: Vec::new(),
        session_lifetime: None,
        provider_session: ProviderSession::default(),
    }
}

fn reason(result: Result<Context>) -> Reason {
    result.map(|context| context.user.map(|user| user.username)).unwrap_err().reason()
}

/// Users whose storage conflicts a few times, as when somebody else is quicker.
struct Busy {
    inner: Arc<MemoryStorage>,
    conflict: fn(&NewUser) -> Option<StorageError>,
    calls: AtomicUsize,
}

#[async_trait]
impl UserStorage for Busy {
    async fn user(&self, id: &UserId) -> StorageResult<Option<User>> {
        self.inner.user(id).await
    }
    async fn username_exists(&self, username: &str) -> StorageResult<bool> {
        self.inner.username_exists(username).await
    }
    async fn users_by_email(&self, email: &str) -> StorageResult<Vec<User>> {
        self.inner.users_by_email(email).await
    }
    async fn create_user(&self, user: &NewUser) -> StorageResult<User> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match (self.conflict)(user) {
            Some(error) => Err(error),
            None => self.inner.create_user(user).await,
        }
    }
    async fn update_user(&self, id: &UserId, changes: &UserChanges) -> StorageResult<()> {
        self.inner.update_user(id, changes).await
    }
    async fn delete_user(&self, id: &UserId) -> StorageResult<()> {
        self.inner.delete_user(id).await
    }
    async fn record_login(&self, id: &UserId, at: OffsetDateTime) -> StorageResult<()> {
        self.inner.record_login(id, at).await
    }
    async fn has_usable_password(&self, id: &UserId) -> StorageResult<bool> {
        self.inner.has_usable_password(id).await
    }
}

fn busy(world: &mut World, conflict: fn(&NewUser) -> Option<StorageError>) -> Arc<Busy> {
    let busy = Arc::new(Busy { inner: world.storage.clone(), conflict, calls: AtomicUsize::new(0) });
    world.users = busy.clone();
    busy
}

#[tokio::test]
async fn a_first_sign_in_makes_a_user_and_keeps_the_extra_data() {
    let world = World::new();
    let context = world.sign_in(identity("1", "ada"), None).await.unwrap();
    assert!(context.created_user && context.new_association && context.is_new());
    let user = context.user.unwrap();
    assert_eq!((user.username.as_str(), user.first_name.as_deref(), user.last_name.as_deref()), ("ada", Some("Ada"), Some("Lovelace")));
    let stored = world.storage.association("acme", "1").await.unwrap().unwrap();
    assert_eq!(stored.extra_data.text("access_token"), Some("fixture-token"));
    assert_eq!((stored.user_id, stored.id_key.as_str()), (user.id, "id"));
}

#[tokio::test]
async fn a_second_sign_in_finds_the_same_user_and_writes_nothing() {
    let world = World::new();
    let first = world.sign_in(identity("1", "ada"), None).await.unwrap().user.unwrap();
    let before = world.storage.association("acme", "1").await.unwrap().unwrap();
    let again = world.sign_in(identity("1", "ada"), None).await.unwrap();
    assert!(!again.is_new() && !again.new_association);
    assert_eq!(again.user.unwrap().id, first.id);
    assert_eq!(world.storage.association("acme", "1").await.unwrap().unwrap().modified, before.modified);
}

#[tokio::test]
async fn null_and_absent_never_overwrite_what_is_stored() {
    let world = World::new();
    let user = world.sign_in(identity("1", "ada"), None).await.unwrap().user.unwrap();
    let mut poorer = identity("1", "ada");
    poorer.details = UserDetails::default();
    poorer.extra_data = Fields(json!({"access_token": null, "scope": "read"}).as_object().unwrap().clone());
    let context = world.sign_in(poorer, None).await.unwrap();
    let extra = context.association.unwrap().extra_data;
    assert_eq!((extra.text("access_token"), extra.text("scope")), (Some("fixture-token"), Some("read")));
    assert_eq!(context.user.unwrap().first_name, user.first_name);
}

#[tokio::test]
async fn an_identity_of_somebody_else_is_not_connected() {
    let world = World::new();
    world.sign_in(identity("1", "ada"), None).await.unwrap();
    let bob = world.user("bob").await;
    assert_eq!(reason(world.sign_in(identity("1", "ada"), Some(bob)).await), Reason::IdentityInUse);
}

#[tokio::test]
async fn a_signed_in_user_gets_the_identity_connected() {
    let world = World::new();
    let bob = world.user("bob").await;
    let context = world.sign_in(identity("1", "ada"), Some(bob.clone())).await.unwrap();
    assert!(context.new_association && !context.created_user && !context.is_new());
    assert_eq!(context.user.unwrap().id, bob.id);
    assert_eq!(world.storage.associations_of(&bob.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_backend_for_association_only_neither_makes_nor_signs_in_users() {
    let mut world = World::new();
    let bob = world.user("bob").await;
    world.association_only = true;
    assert_eq!(reason(world.sign_in(identity("1", "ada"), None).await), Reason::AuthenticationDisallowed);
    world.sign_in(identity("1", "ada"), Some(bob)).await.unwrap();
    assert_eq!(reason(world.sign_in(identity("1", "ada"), None).await), Reason::AuthenticationDisallowed);
}

/// CVE-2025-61783: the user who has the name or address must not be the outcome.
#[tokio::test]
async fn a_conflict_never_signs_in_the_user_who_is_there() {
    let mut world = World::new();
    let victim = world.user("ada").await;
    // The name looks free to us (as under a collation wider than ours), but the database refuses it.
    let storage = busy(&mut world, |user| (user.username.len() <= "Ada".len()).then_some(StorageError::Conflict("username")));
    let context = world.sign_in(identity("1", "Ada"), None).await.unwrap();
    let user = context.user.unwrap();
    assert_ne!(user.id, victim.id);
    assert!(user.username.starts_with("Ada") && user.username.len() == 3 + 16, "{}", user.username);
    assert_eq!(storage.calls.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_address_that_is_taken_says_so() {
    let mut world = World::new();
    busy(&mut world, |_| Some(StorageError::Conflict("email")));
    assert_eq!(reason(world.sign_in(identity("1", "ada"), None).await), Reason::EmailInUse);
    assert!(world.storage.association("acme", "1").await.unwrap().is_none());
}

#[tokio::test]
async fn a_conflict_that_never_settles_ends_in_an_error() {
    let mut world = World::new();
    let storage = busy(&mut world, |_| Some(StorageError::Conflict("username")));
    assert_eq!(reason(world.sign_in(identity("1", "ada"), None).await), Reason::StorageFailed);
    assert_eq!(storage.calls.load(Ordering::Relaxed), 6);
}

#[tokio::test]
async fn a_name_too_long_for_its_column_keeps_nobody_out() {
    let mut world = World::new();
    world.settings.set("SOCIAL_AUTH_USER_FIELDS", json!(["username", "email", "first_name", "last_name"]));
    busy(&mut world, |user| {
        let too_long = user.first_name.as_ref().is_some_and(|name| name.len() > 150);
        too_long.then_some(StorageError::TooLong { what: "first_name", limit: 150 })
    });
    let mut long = identity("1", "ada");
    long.details.first_name = Some("A".repeat(151));
    let user = world.sign_in(long, None).await.unwrap().user.unwrap();
    assert_eq!(user.username, "ada");
}

/// Advisory 1: two first sign-ins of one person at once make one user.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_first_sign_ins_lead_to_one_user() {
    let world = Arc::new(World::new());
    let runs: Vec<_> = (0..16)
        .map(|_| {
            let world = world.clone();
            tokio::spawn(async move { world.sign_in(identity("1", "ada"), None).await.unwrap().user.unwrap().id })
        })
        .collect();
    let mut ids = Vec::new();
    for run in runs {
        ids.push(run.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.storage.associations_of(&ids[0]).await.unwrap().len(), 1);
    assert!(world.storage.users_by_email("ada@example.com").await.unwrap().len() == 1);
}

#[tokio::test]
async fn two_people_with_one_name_get_two_users() {
    let world = World::new();
    let one = world.sign_in(identity("1", "ada"), None).await.unwrap().user.unwrap();
    let two = world.sign_in(identity("2", "ada"), None).await.unwrap().user.unwrap();
    assert_ne!(one.id, two.id);
    assert_ne!(one.username, two.username);
}

#[tokio::test]
async fn an_association_under_a_former_identifier_moves_only_with_evidence() {
    let world = World::new();
    let bob = world.user("bob").await;
    let extra = |value: Value| Fields(value.as_object().unwrap().clone());
    let old = NewAssociation {
        provider: "acme".into(),
        uid: "bob@example.com".into(),
        id_key: String::new(),
        user_id: bob.id.clone(),
        extra_data: extra(json!({})),
        created: OffsetDateTime::UNIX_EPOCH,
    };
    let association = world.storage.create_association(&old).await.unwrap();
    let mut newer = identity("1", "bob");
    newer.legacy_uids = vec![("email".into(), "bob@example.com".into())];
    assert_eq!(reason(world.sign_in(newer.clone(), None).await), Reason::IdentifierMigrationConflict);
    let now = OffsetDateTime::now_utc();
    assert!(world.storage.update_extra_data(association.id, &extra(json!({"id": 1})), now, None).await.unwrap());
    let context = world.sign_in(newer, None).await.unwrap();
    assert_eq!(context.user.unwrap().id, bob.id);
    assert!(world.storage.association("acme", "bob@example.com").await.unwrap().is_none());
}

#[tokio::test]
async fn an_association_from_before_the_column_id_key_signs_its_user_in() {
    let world = World::new();
    let bob = world.user("bob").await;
    let old = NewAssociation {
        provider: "acme".into(),
        uid: "1".into(),
        id_key: String::new(),
        user_id: bob.id.clone(),
        extra_data: Fields::default(),
        created: OffsetDateTime::UNIX_EPOCH,
    };
    world.storage.create_association(&old).await.unwrap();
    let context = world.sign_in(identity("1", "bob"), None).await.unwrap();
    assert_eq!(context.user.unwrap().id, bob.id);
}

#[tokio::test]
async fn rules_deny_whom_they_do_not_name() {
    let mut world = World::new();
    world.settings.set("SOCIAL_AUTH_ACME_WHITELISTED_DOMAINS", json!(["example.org"]));
    assert_eq!(reason(world.sign_in(identity("1", "ada"), None).await), Reason::AuthenticationDisallowed);
    let mut world = World::new();
    world.settings.set("SOCIAL_AUTH_ACME_ALLOW_GROUPS", json!(["staff"]));
    assert_eq!(reason(world.sign_in(identity("1", "ada"), None).await), Reason::MissingSetting);
    let mut outsider = identity("1", "ada");
    outsider.groups = Some(vec!["Staff".into()]);
    assert_eq!(reason(world.sign_in(outsider.clone(), None).await), Reason::MembershipRequired);
    outsider.groups = Some(vec!["guests".into(), "staff".into()]);
    world.sign_in(outsider, None).await.unwrap();
}

/// Signs somebody new in whose address `victim` has.
async fn with_an_address_in_use(policy: &str, provider_vouches: bool, verified_here: bool) -> (Result<Context>, User) {
    let mut world = World::new();
    world.settings.set("SOCIAL_AUTH_ASSOCIATE_BY_EMAIL", policy);
    let new = NewUser { username: "victim".into(), email: Some("Ada@example.com".into()), ..NewUser::default() };
    let victim = world.storage.create_user(&new).await.unwrap();
    if verified_here {
        world.storage.mark_email_verified(&victim.id, "ada@example.com");
    }
    let mut ada = identity("1", "ada");
    ada.details.email = Some(Email { address: "ada@example.com".into(), verified: provider_vouches });
    let steps = [&["social_details", "social_uid", "social_user", "associate_by_email"][..], &steps::DEFAULT_AUTHENTICATION[5..]].concat();
    let mut context = world.context(ada, None);
    let ended = Pipeline::from_names(&steps).unwrap().run(&mut context, 0).await;
    (ended.map(|_| context), victim)
}

/// Advisories 7, 8 and 10: an address that one side did not verify proves nothing.
#[tokio::test]
async fn people_are_connected_by_address_only_when_both_sides_verified_it() {
    let (outcome, victim) = with_an_address_in_use("verified", true, true).await;
    let context = outcome.unwrap();
    assert_eq!(context.user.as_ref().map(|user| &user.id), Some(&victim.id));
    assert!(context.new_association && !context.created_user);
    for (provider_vouches, verified_here) in [(false, true), (true, false), (false, false)] {
        let (outcome, _) = with_an_address_in_use("verified", provider_vouches, verified_here).await;
        assert_eq!(reason(outcome), Reason::EmailInUse, "{provider_vouches} {verified_here}");
    }
    let (outcome, _) = with_an_address_in_use("refuse", true, true).await;
    assert_eq!(reason(outcome), Reason::EmailInUse);
}

#[tokio::test]
async fn groups_follow_the_provider_and_stay_when_it_is_silent() {
    let world = World::new();
    let pipeline = Pipeline::from_names(&[steps::DEFAULT_AUTHENTICATION, &["sync_groups"]].concat()).unwrap();
    let mut member = identity("1", "ada");
    for (stated, expected) in [(Some(vec!["staff".to_owned()]), json!(["staff"])), (None, json!(["staff"])), (Some(Vec::new()), json!([]))]
    {
        member.groups = stated;
        let mut context = world.context(member.clone(), None);
        pipeline.run(&mut context, 0).await.unwrap();
        let user = world.storage.user(&context.user.unwrap().id).await.unwrap().unwrap();
        assert_eq!(user.attributes["groups"], expected);
    }
}

#[tokio::test]
async fn a_step_that_is_a_closure_sees_the_context_and_can_refuse() {
    let world = World::new();
    let pipeline = Pipeline::authentication().before("create_user", "closed", |context| {
        Box::pin(async move { if context.is_new() { Err(Error::new(Reason::AuthenticationDisallowed)) } else { Ok(Outcome::Continue) } })
    });
    let mut context = world.context(identity("1", "ada"), None);
    let ended = pipeline.unwrap().run(&mut context, 0).await;
    assert_eq!(ended.err().map(|error| error.reason()), Some(Reason::AuthenticationDisallowed));
    assert!(context.user.is_none());
}

#[test]
fn every_step_that_is_misspelt_is_told_with_the_nearest_one() {
    let names = ["social_core.pipeline.social_auth.social_detials", "social_uid", "create_usr", "myapp.pipeline.save_profile"];
    let error = Pipeline::<Context>::from_names(&names).unwrap_err();
    let told = error.explanation().unwrap();
    for part in [
        "no step \"social_core.pipeline.social_auth.social_detials\"; did you mean \"social_details\"?",
        "no step \"create_usr\"; did you mean \"create_user\"?",
        "no step \"myapp.pipeline.save_profile\"; docs/pipeline.md",
    ] {
        assert!(told.contains(part), "no {part} in {told}");
    }
    let error = Pipeline::authentication().remove("nope").unwrap_err();
    assert!(!error.to_string().contains("did you mean"), "nothing is like it: {error}");
}
