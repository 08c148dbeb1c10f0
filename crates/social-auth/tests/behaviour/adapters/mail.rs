//! Codes that prove an e-mail address.

use serde_json::{Value, json};
use social_auth::error::Reason;
use social_auth::mail::Proof;
use social_auth::settings::FlowSettings;
use social_auth::storage::{Code, SocialStorage};
use time::{Duration, OffsetDateTime};

use crate::case::{Answer, Case, raised};
use crate::world::{self, PLAIN, World};

const NOW: OffsetDateTime = time::macros::datetime!(2026-01-09 12:00 UTC);

/// The code is kept as we keep it: for one identity, under a hash.
pub fn validate_email(case: &Case) -> Answer {
    let world = World::new(&case.object("settings"));
    let settings = FlowSettings::resolve(&world.settings.of_backend(PLAIN)).map_err(raised)?;
    let proof = |address| Proof { address, backend: PLAIN, uid: "1" };
    if let Value::Object(stored) = case.get("stored") {
        let email = stored["email"].as_str().unwrap();
        // Without a date: our column always has one, and no age is as good as the greatest.
        let timestamp = stored["age"].as_i64().map_or(OffsetDateTime::UNIX_EPOCH, |age| NOW - Duration::seconds(age));
        let code = proof(email).hash(stored["code"].as_str().unwrap());
        let verified = stored.get("verified") == Some(&json!(true));
        world::wait(world.storage.create_code(&Code { email: email.to_owned(), code, verified, timestamp })).unwrap();
    }
    let lifetime = settings.email.code_lifetime;
    let validate = || match world::wait(proof(case.text("email")).validate(&*world.storage, case.text("code"), NOW, lifetime)) {
        Ok(()) => true,
        Err(error) if error.reason() == Reason::EmailVerificationRejected => false,
        Err(error) => panic!("{error}"),
    };
    let (valid, valid_again) = (validate(), validate());
    Ok(json!({"valid": valid, "valid_again": valid_again}))
}
