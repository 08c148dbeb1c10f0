//! Names of people and users.

use serde_json::{Value, json};
use social_auth::names::Names;
use social_auth::settings::NameSettings;
use social_auth::username;

use crate::case::{Answer, Case};
use crate::world::{self, World};

pub fn clean_username(case: &Case) -> Answer {
    Ok(json!(username::clean(case.text("value"))))
}

pub fn slugify(case: &Case) -> Answer {
    Ok(json!(username::slugify(case.text("value"))))
}

pub fn normalize_user_names(case: &Case) -> Answer {
    let text = |name: &str| case.get(name).as_str().map(str::to_owned);
    let flag = |name: &str| case.get(name).as_bool().unwrap();
    let settings = NameSettings { firstlast_from_full: flag("firstlast_from_full"), full_from_firstlast: flag("full_from_firstlast") };
    let names = Names { fullname: text("fullname"), first_name: text("first_name"), last_name: text("last_name") }.completed(&settings);
    Ok(json!([names.fullname.unwrap_or_default(), names.first_name.unwrap_or_default(), names.last_name.unwrap_or_default()]))
}

pub fn social_names(case: &Case) -> Answer {
    let world = World::new(&case.object("settings"));
    let given = case.object("details");
    let context = world.context().map(|mut context| {
        context.details = world::details(&given);
        context
    });
    world::run("social_names", context, |context| {
        let mut details = given.clone();
        for name in ["fullname", "first_name", "last_name"] {
            match context.details.get(name) {
                Some(value) => details.insert(name.to_owned(), value),
                // What was given blank was recorded as ""; with us it is absent.
                None => details
                    .get(name)
                    .filter(|value| value.is_string())
                    .is_some()
                    .then(|| details.insert(name.to_owned(), Value::from("")))
                    .flatten(),
            };
        }
        json!({ "details": details })
    })
}
