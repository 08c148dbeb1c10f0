//! Names, resolution and addresses as Python Social Auth 7 does them. The whole recordings are replayed by
//! the test target `behaviour`; these are the cases that people meet.

use serde_json::{Value, json};
use social_auth::settings::{Settings, setting_name};

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
    settings.set("SCOPE", "plain");
    assert_eq!(scope(&settings), Some(json!("plain")));
    settings.set("SOCIAL_AUTH_SCOPE", "site");
    assert_eq!(scope(&settings), Some(json!("site")));
    for nearest in [json!("backend"), json!(""), json!(false), json!(0), json!([]), json!({}), Value::Null] {
        settings.set("SOCIAL_AUTH_GOOGLE_OAUTH2_SCOPE", nearest.clone());
        assert_eq!(scope(&settings), Some(nearest));
    }
    assert_eq!(settings.resolve(None, "SCOPE").unwrap().value, json!("site"));
}

#[test]
fn the_first_address_or_name_of_one_is_taken() {
    let mut settings = Settings::new();
    settings.set("SOCIAL_AUTH_A", "not-a-url").set("SOCIAL_AUTH_B", "/b").set("SOCIAL_AUTH_GITHUB_C", "https://gh/c");
    let is_url = |text: &str| text.starts_with('/') || text.starts_with("https://");
    let first = |names: &[&'static str]| settings.of_backend("github").first_url(names, is_url).map(str::to_owned);
    assert_eq!(first(&["A"]), None);
    assert_eq!(first(&["A", "B"]), Some("/b".to_owned()));
    assert_eq!(first(&["/direct", "B"]), Some("/direct".to_owned()));
    assert_eq!(first(&["ftp://x", "C"]), Some("https://gh/c".to_owned()));
    assert_eq!(first(&["missing", ""]), None);
}
