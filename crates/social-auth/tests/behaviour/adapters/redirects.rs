//! Addresses, and where a browser may be sent.

use serde_json::{Map, Value, json};
use social_auth::redirect::{self, AfterLogin, Destinations};
use social_auth::settings::FlowSettings;
use social_auth::web::Params;

use crate::case::{Answer, Case};
use crate::world;

const SITE: &str = "http://myapp.com";

fn flow(case: &Case) -> FlowSettings {
    FlowSettings::resolve(&world::settings(&case.object("settings")).of_backend("github")).unwrap()
}

fn schemes(case: &Case) -> Vec<String> {
    if case.get("allowed_schemes").is_null() { vec!["http".to_owned(), "https".to_owned()] } else { case.texts("allowed_schemes") }
}

pub fn sanitize_redirect(case: &Case) -> Answer {
    Ok(json!(redirect::sanitize(case.text("redirect_to"), &case.texts("hosts"), &schemes(case))))
}

pub fn is_url(case: &Case) -> Answer {
    let (value, schemes) = (case.text("value"), schemes(case));
    Ok(json!([redirect::is_url(value, &schemes), redirect::is_private_use_redirect(value, &schemes)]))
}

/// Names of settings are looked up here: in our code the settings are fields already.
pub fn setting_url(case: &Case) -> Answer {
    let settings = world::settings(&case.object("settings"));
    let backend = settings.of_backend("github");
    let schemes = flow(case).allowed_redirect_schemes;
    let names = case.texts("names");
    let candidates: Vec<_> =
        names.iter().map(|name| if redirect::is_url(name, &schemes) { Some(name.as_str()) } else { backend.text(name).unwrap() }).collect();
    Ok(json!(redirect::first_url(&candidates, &schemes)))
}

pub fn append_slash(case: &Case) -> Answer {
    Ok(json!(redirect::append_slash(case.text("url"))))
}

pub fn build_absolute_uri(case: &Case) -> Answer {
    Ok(json!(redirect::build_absolute_uri(case.text("host_url"), case.text("path"))))
}

pub fn absolute_uri(case: &Case) -> Answer {
    Ok(json!(redirect::absolute_uri(SITE, case.text("path"), flow(case).redirect_is_https)))
}

pub fn url_add_parameters(case: &Case) -> Answer {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let params: Vec<_> = case.object("params").iter().map(|(name, value)| (name.clone(), text(value))).collect();
    Ok(json!(redirect::url_add_parameters(case.text("url"), &params)))
}

pub fn parse_qs(case: &Case) -> Answer {
    let params = Params::from_urlencoded(case.text("value").as_bytes());
    let mut first = Map::new();
    for (name, _) in params.iter() {
        first.insert(name.to_owned(), json!(params.get(name)));
    }
    Ok(Value::Object(first))
}

/// What a sign-in remembers of the parameters that it was begun with.
pub fn do_auth(case: &Case) -> Answer {
    let (flow, data) = (flow(case), case.object("data"));
    let name = case.get("redirect_name").as_str().unwrap_or("next");
    let mut session = Map::new();
    for field in &flow.fields_stored_in_session {
        session.insert(field.clone(), data.get(field).cloned().unwrap_or_default());
    }
    if let Some(next) = data.get(name) {
        let next = next.as_str().unwrap_or_default();
        session.insert(name.to_owned(), json!(Destinations::new(&flow, SITE).next_to_keep(next)));
    }
    Ok(json!({"redirects_to_provider": true, "session": session}))
}

/// Where the person goes. Who is signed in, and what is left in the session, is the flow's.
pub fn do_complete(case: &Case) -> Answer {
    let flow = flow(case);
    let Ok(Value::Object(expected)) = &case.expected else { return after(case, &flow).map(|url| json!(url)) };
    let mut answer = expected.clone();
    if case.text("result") != "response" {
        answer.insert("result".to_owned(), json!({"$redirect": after(case, &flow)?}));
    }
    Ok(Value::Object(answer))
}

fn after(case: &Case, flow: &FlowSettings) -> Result<String, Value> {
    let given = |object: &str| case.object(object).get("next").and_then(Value::as_str).filter(|next| !next.is_empty()).map(str::to_owned);
    let next = given("session").or_else(|| given("data"));
    let flag = |name: &str| case.get(name).as_bool() == Some(true);
    let (known, user) = (flag("logged_in"), case.text("result") == "user");
    let destinations = Destinations::new(flow, SITE);
    let url = if known || user {
        destinations.after_login(&AfterLogin {
            next: next.as_deref(),
            is_new: !known && flag("is_new"),
            new_association: known && user,
            inactive: !known && flag("inactive") && !flow.allow_inactive_users_login,
        })
    } else {
        destinations.after_failure(next.as_deref())
    };
    url.ok_or_else(|| json!("no setting says where to go"))
}
