//! Users: their names, their making, their fields.

use serde_json::{Map, Value, json};
use social_auth::storage::{NewUser, User};

use crate::case::{Answer, Case};
use crate::world::{self, World};

pub fn get_username(case: &Case) -> Answer {
    let mut settings = case.object("settings");
    let limit = match case.input.get("max_length") {
        None => json!(1024),
        Some(Value::Null) => json!(i64::MAX),
        Some(limit) => limit.clone(),
    };
    settings.insert("SOCIAL_AUTH_USERNAME_MAX_LENGTH".to_owned(), limit);
    let world = World::new(&settings);
    for name in case.texts("existing").into_iter().filter(|name| !name.is_empty()) {
        world.user(&NewUser { username: name, ..NewUser::default() });
    }
    let context = world.context().map(|mut context| {
        context.details = world::details(&case.object("details"));
        context.user = case.get("user").as_str().map(|name| world.user(&NewUser { username: name.to_owned(), ..NewUser::default() }));
        context
    });
    world::run("get_username", context, |context| match &context.username {
        None => Value::Null,
        Some(name) => json!({ "username": as_recorded(case, name) }),
    })
}

/// Random digits differ from run to run: where the recorded name ends with the digits drawn then and ours
/// has as many, of the same kind, in the same place, it counts as the recorded name.
fn as_recorded(case: &Case, name: &str) -> String {
    let Ok(expected) = &case.expected else { return name.to_owned() };
    let (Some(expected), Some(drawn)) = (expected["username"].as_str(), case.rest.get("uuids").and_then(|drawn| drawn[0].as_str())) else {
        return name.to_owned();
    };
    let suffix = (1..=drawn.len()).rev().find(|length| expected.ends_with(&drawn[..*length])).unwrap_or_default();
    let stem = &expected[..expected.len() - suffix];
    let same = name.strip_prefix(stem).is_some_and(|digits| digits.len() == suffix && digits.chars().all(|c| c.is_ascii_hexdigit()));
    if same { expected.to_owned() } else { name.to_owned() }
}

pub fn create_user(case: &Case) -> Answer {
    let world = World::new(&case.object("settings"));
    let context = world.context().map(|mut context| {
        context.details = world::details(&case.object("details"));
        context.username = case.object("kwargs").get("username").and_then(Value::as_str).map(str::to_owned);
        if case.get("user").as_bool() == Some(true) {
            context.user = Some(world.user(&NewUser { username: "existing".to_owned(), ..NewUser::default() }));
        }
        context
    });
    world::run("create_user", context, |context| match (&context.user, context.created_user) {
        (None, _) => Value::Null,
        (Some(_), false) => json!({"is_new": false}),
        (Some(user), true) => json!({"is_new": true, "created": created(user, &context.settings().user.fields)}),
    })
}

/// The fields that were set, and those of `USER_FIELDS` that only the application knows.
fn created(user: &User, fields: &[String]) -> Value {
    let mut created = Map::from_iter([("username".to_owned(), json!(user.username)), ("email".to_owned(), json!(user.email))]);
    for field in fields {
        let known = ["first_name", "last_name", "fullname"].contains(&field.as_str());
        let value = user.get(field).unwrap_or_default();
        if !(known && value.is_null()) {
            created.entry(field.clone()).or_insert(value);
        }
    }
    Value::Object(created)
}

pub fn user_details(case: &Case) -> Answer {
    let world = World::new(&case.object("settings"));
    let mut fields = json!({"username": "existing", "email": "old@mail.com", "first_name": "Old", "last_name": "Name",
        "fullname": "Old Name", "slug": null});
    fields.as_object_mut().unwrap().extend(case.object("user_values"));
    let text = |name: &str| fields[name].as_str().map(str::to_owned);
    let before = world.user(&NewUser {
        username: text("username").unwrap(),
        email: text("email"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        attributes: ["fullname", "slug"].iter().map(|name| ((*name).to_owned(), fields[*name].clone())).collect(),
        ..NewUser::default()
    });
    let context = world.context().map(|mut context| {
        context.details = world::details(&case.object("details"));
        context.user = Some(before.clone());
        context
    });
    world::run("user_details", context, |_| {
        let after = world.stored(&before.id);
        let field = |name: &str| after.get(name).unwrap_or_default();
        json!({"saved": after != before, "user": {
            "username": after.username, "email": field("email"), "first_name": field("first_name"), "last_name": field("last_name"),
            "fullname": field("fullname"), "password": null, "id": 1, "slug": field("slug"),
            "is_staff": after.get("is_staff").unwrap_or_else(|| json!("<absent>")),
        }})
    })
}
