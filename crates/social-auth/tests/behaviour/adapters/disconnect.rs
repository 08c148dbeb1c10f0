//! Disconnecting, through the public journey.

use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use social_auth::SocialAuth;
use social_auth::identity::Fields;
use social_auth::session::MemorySession;
use social_auth::storage::{MemoryStorage, NewAssociation, NewUser, SocialStorage, UserStorage};
use social_auth::web::Request;
use std::sync::Arc;
use time::OffsetDateTime;

use crate::case::{Answer, Case};
use crate::world;

/// Recorded on http, which we take from this machine only.
const SITE: &str = "https://myapp.com";

pub fn do_disconnect(case: &Case) -> Answer {
    let storage = Arc::new(MemoryStorage::new());
    let person = &case.get("users")[0];
    let user =
        world::wait(storage.create_user(&NewUser { username: person["username"].as_str().unwrap().to_owned(), ..NewUser::default() }))
            .unwrap();
    if person["password"] == true {
        storage.mark_password_usable(&user.id);
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let associations = case.get("social").as_array().unwrap().iter().map(|social| NewAssociation {
        provider: text(&social["provider"]),
        uid: text(&social["uid"]),
        id_key: text(&social["id_key"]),
        user_id: user.id.clone(),
        extra_data: Fields(social["extra_data"].as_object().unwrap().clone()),
        created: OffsetDateTime::UNIX_EPOCH,
    });
    let ids: Vec<_> = associations.map(|association| world::wait(storage.create_association(&association)).unwrap().id).collect();
    // An association that the recorded index does not have.
    let chosen = case.get("association").as_u64().map(|index| ids.get(usize::try_from(index).unwrap()).copied().unwrap_or(i64::MAX));

    let mut builder = SocialAuth::builder().secret_key("0123456789abcdef0123456789abcdef").public_url(SITE);
    for (name, value) in case.object("settings") {
        builder = builder.set(&name, value);
    }
    let builder = builder.set("SOCIAL_AUTH_LOGIN_REDIRECT_URL", "/done").own_backend(world::plain("github"));
    let social = builder.users(storage.clone()).social(storage.clone()).build().unwrap_or_else(|error| panic!("{error}"));
    let headers = HeaderMap::from_iter([
        (http::header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
        (http::HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static("same-origin")),
    ]);
    let data = case.object("data");
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(data.iter().map(|(name, value)| (name, value.as_str().unwrap())))
        .finish();
    let request = Request::new(Method::POST, "/disconnect/github/".parse().unwrap(), headers, form.as_bytes(), None).unwrap();
    let mut session = MemorySession { user: Some(user.id.clone()), ..MemorySession::default() };
    let reply = world::wait(social.disconnect("github", chosen, &request, &mut session));
    let reply = reply.map_err(|error| json!(error.facts()))?;
    let left = world::wait(storage.associations_of(&user.id)).unwrap();
    let left: Vec<_> = left.iter().map(|association| json!({"provider": association.provider, "uid": association.uid})).collect();
    Ok(json!({"result": {"$redirect": as_recorded(case, reply.location().unwrap())}, "left": left}))
}

/// We redirect to a path where Python Social Auth redirects to our address with that path: a browser goes
/// to the same place.
fn as_recorded(case: &Case, location: &str) -> String {
    let expected = case.expected.as_ref().ok().and_then(|expected| expected["result"]["$redirect"].as_str()).unwrap_or_default();
    let same = |site: &str| expected.strip_prefix(site) == Some(location) && !location.starts_with("//");
    if same("http://myapp.com") || same(SITE) { expected.to_owned() } else { location.to_owned() }
}
