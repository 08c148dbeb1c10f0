//! Names and resolution as Python Social Auth 7 does them. The whole recordings are replayed by
//! the test target `behaviour`; these are the cases that people meet.

use serde_json::{Value, json};
use social_auth::settings::{Origin, Setting, Settings, setting_name};

#[test]
fn flat_names_are_python_social_auths() {
    for (parts, name) in [
        (&["google-oauth2", "KEY"][..], "SOCIAL_AUTH_GOOGLE_OAUTH2_KEY"),
        (&["", "key"], "SOCIAL_AUTH_KEY"),
        (&[], "SOCIAL_AUTH"),
        (&["a--b", "x"], "SOCIAL_AUTH_A__B_X"),
        (&["ß", "x"], "SOCIAL_AUTH_SS_X"),
        (&["a.b", "C"], "SOCIAL_AUTH_A.B_C"),
    ] {
        assert_eq!(setting_name(parts), name);
    }
}

#[test]
fn the_nearest_present_setting_wins_even_when_it_is_empty() {
    let mut settings = Settings::new();
    let scope = |settings: &Settings| settings.resolve(Some("google-oauth2"), "SCOPE").map(|setting| setting.value.clone());
    assert_eq!(scope(&settings), None);
    let plain = Setting { value: json!("plain"), origin: Origin::Code };
    settings.insert("SCOPE", plain);
    assert_eq!(scope(&settings), Some(json!("plain")));
    settings.set("SOCIAL_AUTH_SCOPE", "site");
    assert_eq!(scope(&settings), Some(json!("site")));
    for nearest in [json!("backend"), json!(""), json!(false), json!(0), json!([]), json!({}), Value::Null] {
        settings.set("SOCIAL_AUTH_GOOGLE_OAUTH2_SCOPE", nearest.clone());
        assert_eq!(scope(&settings), Some(nearest));
    }
    assert_eq!(settings.resolve(None, "SCOPE").unwrap().value, json!("site"));
}
