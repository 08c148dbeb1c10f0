//! Settings of the outgoing client, as a backend sees them.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use social_auth::http::ClientOptions;
use social_auth::settings::Settings;

fn options(settings: &Settings) -> Result<ClientOptions, String> {
    ClientOptions::from_settings(&settings.of_backend("github")).map_err(|error| error.to_string())
}

#[test]
fn without_settings_the_client_is_the_default_one() {
    assert_eq!(options(&Settings::new()).unwrap(), ClientOptions::default());
}

#[test]
fn a_backends_own_settings_win_over_the_sites() {
    let mut settings = Settings::new();
    settings.set("urlopen_timeout", 30).set("requests_timeout", 20).set("ca_bundle", "/etc/ours.pem").set("verify_ssl", false);
    settings.set_for("github", "requests_timeout", 0.5).set_for("github", "proxies", json!({"https": "http://user:pass@proxy:3128"}));
    let github = options(&settings).unwrap();
    assert_eq!(github.timeout, Duration::from_millis(500));
    assert_eq!(github.connect_timeout, Duration::from_millis(500));
    assert_eq!(github.ca_bundle.as_deref(), Some(Path::new("/etc/ours.pem")));
    assert_eq!(github.proxies["https"], "http://user:pass@proxy:3128");
    assert!(!github.verify_tls);
    let gitlab = ClientOptions::from_settings(&settings.of_backend("gitlab")).unwrap();
    assert_eq!((gitlab.timeout, gitlab.proxies.len()), (Duration::from_secs(20), 0));
    settings.unset("SOCIAL_AUTH_REQUESTS_TIMEOUT");
    assert_eq!(ClientOptions::from_settings(&settings.of_backend("gitlab")).unwrap().timeout, Duration::from_secs(30));
}

#[test]
fn wrong_values_are_refused_without_showing_them() {
    for (name, value, expected) in [
        ("requests_timeout", json!(0), "must be a number of seconds, more than 0"),
        ("requests_timeout", json!("nan"), "must be a number of seconds, more than 0"),
        ("requests_timeout", json!(1e300), "must be a number of seconds, more than 0"),
        ("proxies", json!({"ftp": "http://u:hunter2@proxy"}), "has \"ftp\", which is no scheme"),
        ("proxies", json!({"http": "u:hunter2@proxy"}), "has no URL for \"http\""),
        ("ca_bundle", json!(1), "must be text"),
    ] {
        let mut settings = Settings::new();
        settings.set(name, value);
        let message = options(&settings).unwrap_err();
        assert!(message.contains(expected) && !message.contains("hunter2"), "{message}");
    }
}
