//! Who it is, and whether they may come in.

use serde_json::{Map, Value, json};
use social_auth::error::{Reason, Stage};
use social_auth::identity::{Email, Fields, Uid};
use social_auth::storage::{Association, NewAssociation, NewUser, SocialStorage, User};
use time::OffsetDateTime;

use crate::case::{Answer, Case, raised};
use crate::world::{self, PLAIN, World};

pub fn auth_allowed(case: &Case) -> Answer {
    let world = World::new(&case.object("settings"));
    let context = world.context().map(|mut context| {
        context.details.email = case.get("email").as_str().map(|address| Email { address: address.to_owned(), verified: true });
        context
    });
    let answer = world::run("auth_allowed", context, |_| json!(true));
    let refused = |facts: &Value| facts["code"] == Reason::AuthenticationDisallowed.code();
    match answer {
        Err(facts) if refused(&facts) => Ok(json!(false)),
        other => other,
    }
}

/// The identifier comes from the provider's answer; where it was asked for in the details is recorded too.
pub fn social_uid(case: &Case) -> Answer {
    let settings = world::settings(&case.object("settings"));
    let id_key = settings.of_backend(PLAIN).text("ID_KEY").unwrap().unwrap_or("id").to_owned();
    let response = Fields(case.object("response"));
    let uid = Uid::from_value(&id_key, response.get(&id_key)).map_err(|error| raised(error.stage(Stage::UserInfo)))?;
    let former: Vec<_> = case.texts("legacy").into_iter().filter_map(|key| Some((response.text(&key)?.to_owned(), key))).collect();
    let pairs: Vec<_> = former.iter().map(|(value, key)| json!([key, value])).collect();
    let values: Vec<_> = former.iter().map(|(value, _)| value).collect();
    Ok(json!({"uid": uid, "id_key": id_key, "legacy_identifiers": pairs, "legacy_uids": values}))
}

pub fn social_user(case: &Case) -> Answer {
    let mut world = World::new(&case.object("settings"));
    let named = |name: &Value| NewUser { username: name.as_str().unwrap().to_owned(), ..NewUser::default() };
    let users: Vec<User> = case.get("users").as_array().unwrap().iter().map(|user| world.user(&named(&user["username"]))).collect();
    let find = |name: &Value| users.iter().find(|user| *name == json!(user.username)).cloned();
    for stored in case.get("social").as_array().unwrap() {
        let text = |name: &str| stored[name].as_str().unwrap().to_owned();
        let association = NewAssociation {
            provider: text("provider"),
            uid: text("uid"),
            id_key: text("id_key"),
            user_id: find(&stored["user"]).unwrap().id,
            extra_data: Fields(stored["extra_data"].as_object().unwrap().clone()),
            created: OffsetDateTime::UNIX_EPOCH,
        };
        world::wait(world.storage.create_association(&association)).unwrap();
    }
    world.current_user = find(case.get("user"));
    world.identity = world::identity(case.text("uid"));
    let pairs = case.get("legacy_identifiers").as_array().unwrap().iter();
    world.identity.legacy_uids = pairs.map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned())).collect();
    let storage = world.storage.clone();
    world::run("social_user", world.context(), |context| {
        let stored = context.association.as_ref().map(|found| world::wait(storage.association_by_id(found.id)).unwrap().unwrap());
        assert_eq!(stored, context.association, "what the context holds is what is stored");
        json!({
            "social": stored.map(|association| shown(&association, &users)),
            "user": context.user.as_ref().map(|user| json!({"$user": user.username})),
            "is_new": context.is_new(),
            "new_association": context.association.is_none(),
        })
    })
}

fn shown(association: &Association, users: &[User]) -> Value {
    let user = users.iter().find(|user| user.id == association.user_id).unwrap();
    json!({"$social": {
        "provider": association.provider,
        "uid": association.uid,
        "id_key": association.id_key,
        "user": user.username,
        "extra_data": association.extra_data,
    }})
}

/// With the policy that connects people, and everybody's address verified.
pub fn associate_by_email(case: &Case) -> Answer {
    let policy = Map::from_iter([("SOCIAL_AUTH_ASSOCIATE_BY_EMAIL".to_owned(), json!("verified"))]);
    let mut world = World::new(&policy);
    for user in case.get("users").as_array().unwrap() {
        let email = user["email"].as_str().map(str::to_owned);
        let made =
            world.user(&NewUser { username: user["username"].as_str().unwrap().to_owned(), email: email.clone(), ..NewUser::default() });
        world.storage.mark_email_verified(&made.id, &email.unwrap());
        if *case.get("user") == json!(made.username) {
            world.current_user = Some(made);
        }
    }
    let before = world.current_user.clone();
    let context = world.context().map(|mut context| {
        let address = case.get("details")["email"].as_str().filter(|address| !address.is_empty());
        context.details.email = address.map(|address| Email { address: address.to_owned(), verified: true });
        context
    });
    world::run("associate_by_email", context, |context| match &context.user {
        Some(user) if before.is_none() => json!({"user": {"$user": user.username}, "is_new": context.is_new()}),
        _ => Value::Null,
    })
}
