//! How problems look in the terminal, and that no secret is in them.

use social_auth::Error;
use social_auth::settings::Settings;

use crate::providers::Providers;

fn shown(text: &str) -> String {
    match Settings::from_toml_str(text, "social-auth.toml").and_then(|mut settings| settings.check(&Providers).map(|_| ())) {
        Ok(()) => String::new(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn a_problem_is_shown_with_its_place_and_what_to_do() {
    let text = "verify_ssl = false\nSOCIAL_AUTH_GITHUB_KEY = \"a\"\nlogin_ulr = \"/\"\n[backends.github]\n";
    insta::assert_snapshot!(shown(text), @r"
    error: there is no setting login_ulr
      --> social-auth.toml:3
      help: did you mean login_url?

    warning: verify_ssl is off: anyone on the way can read and change what providers answer
      --> social-auth.toml:1
      help: set CA_BUNDLE to the authority that your provider's certificate is from

    1 error, 1 warning in the settings
    ");
}

#[test]
fn broken_toml_is_shown_with_line_column_and_text() {
    insta::assert_snapshot!(shown("listen = 127.0.0.1:8000\n"), @r#"
    error: this is not TOML: invalid float, expected nothing
      --> social-auth.toml:1:15
       |
       | listen = 127.0.0.1:8000
       |               ^
      help: text stands in quotes: name = "value"

    1 error in the settings
    "#);
    insta::assert_snapshot!(shown("[backends.github\nkey = \"x\"\n"), @r"
    error: this is not TOML: unclosed table, expected `]`
      --> social-auth.toml:1:17
       |
       | [backends.github
       |                 ^

    1 error in the settings
    ");
    insta::assert_snapshot!(shown("login_url = \"/a\"\nlogin_url = \"/b\"\n"), @r#"
    error: this is not TOML: duplicate key
      --> social-auth.toml:2:1
       |
       | login_url = "/b"
       | ^

    1 error in the settings
    "#);
}

#[test]
fn no_message_ever_holds_a_secret() {
    let secret = "hunter2hunter2";
    for text in [
        format!("[backends.github]\nsecret = \"{secret}\n"),
        format!("[backends.github]\nsecret = {secret}\n"),
        format!("[backends.github]\nsecret = \"\"\"\n{secret}\\q\n\"\"\"\n"),
        format!("[backends.github]\nsecret = \"{secret}\" \"{secret}\"\n"),
        format!("[backends.github]\nsecret = \"\"\"\n{secret}\\q=\n\"\"\"\n"),
        format!("[backends.github]\nsecret =\n{secret}=\n"),
        format!("[backends.github]\nsecret = '{secret}\nkey = 1"),
        format!("[backends.github]\nsecret: {secret}\n"),
        format!("[backends.github]\n\"secret\" = \"{secret}\\q\"\n"),
        format!("[backends.steam]\napi_key = \"{secret}\\q\"\n"),
        format!("SOCIAL_AUTH_GITHUB_SECRET = \"{secret}\\q\"\n"),
        format!("secret_key = \"{secret}\"\n"),
        format!("secret_key = [\"{secret}\n"),
        format!("secret_key = [\n\"{secret}\"\n\"{secret}\"\n]"),
        format!("database_url = postgres://a:{secret}@b/c\n"),
        format!("[backends.github]\nsecret = \"{secret}\"\nsecret = \"{secret}\"\n"),
        format!("[backends.github]\nsecret = [\"{secret}\"]\n"),
        format!("[backends.github]\nsecrett = \"{secret}\"\n"),
    ] {
        let message = shown(&text);
        assert!(!message.is_empty(), "{text}");
        assert!(!message.contains("hunter"), "{message}");
    }
    let settings = Settings::from_toml_str(&format!("secret_key = \"{secret}\""), "x.toml").unwrap();
    assert!(!format!("{settings:?}").contains("hunter"));
}

proptest::proptest! {
    #[test]
    fn whatever_is_in_a_file_or_a_variable_there_is_an_answer(text in "(([a-z_.]{1,9}|\\[{1,2}[a-z.\"]{0,9}\\]{0,2}) ?[=:]? ?[\"'\\[{]{0,3}\\PC{0,9}[\"'\\]}]{0,3}\n){0,6}", value in "\\PC{0,20}") {
        let mut settings = Settings::from_toml_str(&text, "x.toml").unwrap_or_default();
        for name in ["AUTHENTICATION_BACKENDS", "SOCIAL_AUTH_GITEA_EXTRAS", "SOCIAL_AUTH_PUBLIC_URL", "SOCIAL_AUTH_GITHUB_SECRET_FILE", "SOCIAL_AUTH_LISTEN"] {
            settings.merge_environment([(name, value.as_str())]).ok();
        }
        if let Err(problems) = settings.check(&Providers) {
            proptest::prop_assert!(!problems.to_string().is_empty());
        }
    }

    #[test]
    fn however_a_file_is_broken_no_secret_is_shown(before in "[ -~\n]{0,20}", after in "[ -~\n]{0,20}", quote in "[\"']{0,3}") {
        for name in ["secret", "SOCIAL_AUTH_GITHUB_SECRET", "secret_key", "api_key", "backends.github.secret"] {
            let text = format!("{name} = {quote}{before}hunter2{after}\n");
            if let Err(problems) = Settings::from_toml_str(&text, "x.toml") {
                proptest::prop_assert!(!problems.to_string().contains("hunter2"), "{text}\n{problems}");
            }
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let missing = Settings::from_toml_file("/nowhere/social-auth.toml").unwrap_err().to_string();
    assert!(missing.starts_with("error: the settings file /nowhere/social-auth.toml cannot be read"), "{missing}");
    let path = std::env::temp_dir().join(format!("social-auth-latin1-{}.toml", std::process::id()));
    std::fs::write(&path, b"# one\nlogin_url = \"/caf\xe9\"\n").unwrap();
    let latin = Settings::from_toml_file(&path).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(latin.all()[0].in_one_line(), format!("the settings file is not UTF-8 text ({}:2): save it as UTF-8", path.display()));
}

#[test]
fn problems_become_one_error_that_tells_them_all() {
    let problems = Settings::from_toml_str("state_lifetime = 0\nuuid_length = -1", "x.toml").unwrap().check(&Providers).unwrap_err();
    let error = Error::from(problems);
    assert_eq!(error.reason().code(), "invalid_setting");
    let text = error.to_string();
    assert!(text.contains("x.toml:1") && text.contains("x.toml:2"), "{text}");
}
