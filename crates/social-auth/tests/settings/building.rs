//! What the builder makes of settings.

use social_auth::SocialAuth;
use social_auth::settings::Settings;
use social_auth::storage::MemoryStorage;

use crate::providers::file;

const GOOD: &str = r#"
public_url = "https://login.example.org"
secret_key = "a key of at least thirty-two random characters"
[backends.github]
key = "a"
secret = "b"
"#;

fn build(settings: Settings) -> Result<SocialAuth, String> {
    SocialAuth::builder().settings(settings).storage(MemoryStorage::new()).build().map_err(|error| error.to_string())
}

#[test]
fn a_file_makes_ready_backends() {
    let social = build(file(GOOD)).unwrap();
    assert_eq!(social.callback_url("github"), "https://login.example.org/complete/github/");
}

#[test]
fn nothing_is_built_from_settings_that_would_be_ignored_or_are_wrong() {
    for (more, expected) in [
        ("secrett = \"x\"", "social-auth.toml:7): did you mean secret?"),
        ("requests_timeout = -1", "[backends.github] requests_timeout must be a number of seconds, more than 0 (social-auth.toml:7)"),
        ("[backends.githubb]", "did you mean \"github\"?"),
    ] {
        let message = build(file(&format!("{GOOD}{more}\n"))).map(|_| ()).unwrap_err();
        assert!(message.contains(expected), "{message}");
        assert_eq!(message.lines().count(), 1, "told once: {message}");
    }
}

#[test]
fn the_programs_address_wins_over_the_files() {
    let mut settings = file(GOOD);
    settings.merge_environment([("SOCIAL_AUTH_PUBLIC_URL", "https://environment.example.org")]).unwrap();
    assert_eq!(build(settings.clone()).unwrap().public_url(), "https://environment.example.org");
    let social = SocialAuth::builder().settings(settings).public_url("https://program.example.org").storage(MemoryStorage::new()).build();
    assert_eq!(social.unwrap().public_url(), "https://program.example.org");
}
