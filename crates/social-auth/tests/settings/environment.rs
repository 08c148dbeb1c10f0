//! Variables of the environment.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use serde_json::json;
use social_auth::settings::Settings;

use crate::providers::{check, file, told};

fn of(variables: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::new();
    settings.merge_environment(variables.iter().copied()).unwrap();
    settings
}

#[test]
fn the_environment_wins_over_the_file_and_the_program_over_both() {
    let mut settings = file("[backends.github]\nkey = \"file\"\nsecret = \"file\"");
    settings.merge_environment([("SOCIAL_AUTH_GITHUB_KEY", "environment"), ("SOCIAL_AUTH_GITHUB_SECRET", "environment")]).unwrap();
    settings.set("SOCIAL_AUTH_GITHUB_SECRET", "program");
    let github = settings.of_backend("github");
    assert_eq!(github.text("KEY").unwrap(), Some("environment"));
    assert_eq!(github.text("SECRET").unwrap(), Some("program"));
    settings.set("LISTEN", "program");
    settings.merge_environment([("SOCIAL_AUTH_GITHUB_SECRET", "environment"), ("SOCIAL_AUTH_LISTEN", "environment")]).unwrap();
    assert_eq!(settings.of_site().text("LISTEN").unwrap(), Some("program"), "without the prefix, too");
    assert_eq!(settings.of_backend("github").text("SECRET").unwrap(), Some("program"));
}

#[test]
fn text_becomes_what_the_setting_wants() {
    let mut settings = of(&[
        ("AUTHENTICATION_BACKENDS", "gitea"),
        ("SOCIAL_AUTH_GITEA_SCOPE", "read:user, repo"),
        ("SOCIAL_AUTH_WHITELISTED_DOMAINS", r#"["example.org"]"#),
        ("SOCIAL_AUTH_GITEA_AUTH_EXTRA_ARGUMENTS", r#"{"hd": "example.org"}"#),
        ("SOCIAL_AUTH_GITEA_EXTRAS", r#"{"deep": [1]}"#),
        ("SOCIAL_AUTH_GITEA_SECRET", "{not json}"),
        ("SOCIAL_AUTH_STATE_LIFETIME", "60"),
        ("SOCIAL_AUTH_VERIFY_SSL", "yes"),
        ("SOCIAL_AUTH_UUID_LENGTH", ""),
        ("HOME", "/root"),
        ("SOCIAL_AUTH_", "nothing"),
    ]);
    assert_eq!(check(&mut settings).unwrap(), []);
    let gitea = settings.of_backend("gitea");
    assert_eq!(gitea.list("SCOPE").unwrap().unwrap(), ["read:user", "repo"]);
    assert_eq!(gitea.list("WHITELISTED_DOMAINS").unwrap().unwrap(), ["example.org"]);
    assert_eq!(gitea.pairs("AUTH_EXTRA_ARGUMENTS").unwrap(), [("hd".to_owned(), "example.org".to_owned())]);
    assert_eq!(gitea.value("EXTRAS"), Some(&json!({"deep": [1]})));
    assert_eq!(gitea.text("SECRET").unwrap(), Some("{not json}"));
    assert_eq!(gitea.integer("STATE_LIFETIME").unwrap(), Some(60));
    assert!(gitea.boolean("VERIFY_SSL", false).unwrap());
    assert_eq!(gitea.integer("UUID_LENGTH").unwrap(), None);
    assert!(settings.iter().all(|(name, _)| name.starts_with("SOCIAL_AUTH_") || name == "AUTHENTICATION_BACKENDS"));
    assert_eq!(check(&mut settings).unwrap(), [], "a second look finds the same");
}

#[test]
fn a_list_of_backends_switches_them_on_in_its_order() {
    let listed = r#"["social_core.backends.google.GoogleOAuth2", "staff", "github"]"#;
    let mut settings = file("[backends.gitea]\n[backends.staff]\nprovider = \"gitlab\"");
    settings.merge_environment([("SOCIAL_AUTH_AUTHENTICATION_BACKENDS", listed)]).unwrap();
    check(&mut settings).unwrap();
    let backends: Vec<_> = settings.backends().iter().map(|entry| (entry.name.as_str(), entry.provider.as_str())).collect();
    assert_eq!(backends, [("google-oauth2", "google-oauth2"), ("staff", "gitlab"), ("github", "github"), ("gitea", "gitea")]);
}

#[test]
fn a_name_that_ends_in_file_names_a_file() {
    let path = std::env::temp_dir().join(format!("social-auth-secret-{}", std::process::id()));
    std::fs::write(&path, "s3cret\n").unwrap();
    let path = path.to_str().unwrap();
    let mut settings = of(&[
        ("AUTHENTICATION_BACKENDS", "github azuread-oauth2"),
        ("SOCIAL_AUTH_GITHUB_SECRET_FILE", path),
        ("SOCIAL_AUTH_AZUREAD_OAUTH2_FEDERATED_TOKEN_FILE", path),
    ]);
    assert_eq!(check(&mut settings).unwrap(), []);
    std::fs::remove_file(path).unwrap();
    assert_eq!(settings.of_backend("github").text("SECRET").unwrap(), Some("s3cret"));
    assert_eq!(settings.of_backend("azuread-oauth2").text("FEDERATED_TOKEN_FILE").unwrap(), Some(path));

    let both = [("SOCIAL_AUTH_GITHUB_SECRET", "a"), ("SOCIAL_AUTH_GITHUB_SECRET_FILE", "/nowhere/b")];
    assert!(
        told("[backends.github]", &both)[0]
            .starts_with("error: SOCIAL_AUTH_GITHUB_SECRET_FILE refers to the file /nowhere/b, which cannot be read")
    );
}

#[test]
fn what_kubernetes_tells_of_a_service_of_our_name_is_no_setting() {
    let variables = [
        ("SOCIAL_AUTH_SERVICE_HOST", "10.0.0.1"),
        ("SOCIAL_AUTH_SERVICE_PORT", "80"),
        ("SOCIAL_AUTH_SERVICE_PORT_HTTP", "80"),
        ("SOCIAL_AUTH_PORT", "tcp://10.0.0.1:80"),
        ("SOCIAL_AUTH_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("SOCIAL_AUTH_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("SOCIAL_AUTH_SERVER_PORT_8000_TCP_PROTO", "tcp"),
    ];
    assert_eq!(told("", &variables), Vec::<String>::new());
    assert_eq!(
        told("", &[("SOCIAL_AUTH_PORT", "80")]),
        ["error: there is no setting SOCIAL_AUTH_PORT (environment variable SOCIAL_AUTH_PORT): did you mean SOCIAL_AUTH_LISTEN?"]
    );
}

#[test]
fn a_value_that_is_no_text_is_refused_and_a_foreign_one_is_nobodys_business() {
    let broken = OsString::from_vec(vec![0xff]);
    let mut settings = Settings::new();
    settings.merge_environment([(OsString::from("LANG"), broken.clone()), (broken.clone(), broken.clone())]).unwrap();
    let problems = settings.merge_environment([(OsString::from("SOCIAL_AUTH_KEY"), broken)]).unwrap_err();
    assert_eq!(problems.all()[0].in_one_line(), "SOCIAL_AUTH_KEY is not UTF-8 text (environment variable SOCIAL_AUTH_KEY)");
}
