//! Names and resolution of settings.

use serde_json::{Value, json};
use social_auth::settings;

use crate::case::{Answer, Case};
use crate::world;

pub fn setting_name(case: &Case) -> Answer {
    let names = case.texts("names");
    Ok(json!(settings::setting_name(&names.iter().map(String::as_str).collect::<Vec<_>>())))
}

pub fn setting_resolution(case: &Case) -> Answer {
    let settings = world::settings(&case.object("settings"));
    let found = settings.resolve(case.get("backend").as_str(), case.text("name"));
    Ok(found.map_or_else(|| case.get("default").clone(), |setting| Value::clone(&setting.value)))
}
