//! What is refused, what is warned of, and what is said about it.

use crate::providers::{check, file, told};

/// Each: a file, and all that is said about it.
fn table(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(told(text, &[]), *expected, "\n{text}");
    }
}

#[test]
fn a_complete_file_has_nothing_said_about_it() {
    let mut settings = file(
        r#"
public_url = "https://login.example.org/"
secret_key = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"]
listen = "0.0.0.0:8000"
trusted_proxies = ["10.0.0.0/8", "::1"]
login_redirect_url = "/account/"
pipeline = ["social_details", "social_uid"]
requests_timeout = 2.5

[backends.github]
key = "a"
secret = "b"
scope = ["user:email"]
login_redirect_url = "https://www.example.org/"
proxies = { https = "http://proxy:3128" }

[backends.acme]
protocol = "oidc"
oidc_endpoint = "https://id.example.org"
extra_data = ["a", ["b", "c", true]]

[backends.gitea]
api-url = "http://localhost:3000"
"#,
    );
    assert_eq!(check(&mut settings).unwrap(), []);
}

#[test]
fn an_unknown_name_is_refused_with_what_was_probably_meant() {
    table(&[
        (
            "[backends.github]\nsecrett = \"x\"",
            &["error: there is no setting [backends.github] secrett (social-auth.toml:2): did you mean secret?"],
        ),
        (
            "[backends.github]\nclient_id = \"x\"",
            &["error: there is no setting [backends.github] client_id (social-auth.toml:2): did you mean key?"],
        ),
        (
            "[backends.gitea]\napi_ulr = \"x\"",
            &["error: there is no setting [backends.gitea] api_ulr (social-auth.toml:2): did you mean api_url?"],
        ),
        (
            "[backends.github]\napi_url = \"https://x\"",
            &[
                "error: there is no setting [backends.github] api_url (social-auth.toml:2): `docs/settings.md` lists what there is; take it out if nothing fits",
            ],
        ),
        (
            "login_redirct_url = \"/\"",
            &["error: there is no setting login_redirct_url (social-auth.toml:1): did you mean login_redirect_url?"],
        ),
        (
            "SOCIAL_AUTH_GITHUB_KYE = \"x\"\n[backends.github]",
            &["error: there is no setting SOCIAL_AUTH_GITHUB_KYE (social-auth.toml:1): did you mean SOCIAL_AUTH_GITHUB_KEY?"],
        ),
        (
            "SOCIAL_AUTH_GITHBU_KEY = \"x\"",
            &["error: there is no setting SOCIAL_AUTH_GITHBU_KEY (social-auth.toml:1): did you mean SOCIAL_AUTH_GITHUB_KEY?"],
        ),
        (
            "FACEBOOK_AUTH_EXTRA_ARGUMENTS = {}\n[backends.facebook]\nprovider = \"github\"",
            &[
                "error: there is no setting FACEBOOK_AUTH_EXTRA_ARGUMENTS (social-auth.toml:1): did you mean SOCIAL_AUTH_FACEBOOK_AUTH_EXTRA_ARGUMENTS?",
            ],
        ),
        (
            "GITHUB_APP_ID = \"x\"\n[backends.github]",
            &["error: there is no setting GITHUB_APP_ID (social-auth.toml:1): did you mean SOCIAL_AUTH_GITHUB_KEY?"],
        ),
        ("[backend.github]\nkey = \"x\"", &["error: there is no setting backend (social-auth.toml:1): did you mean [backends.<name>]?"]),
        (
            "[server]\nlisten = \"127.0.0.1:1\"",
            &[
                "error: there is no setting server (social-auth.toml:1): put the settings of [server] at the top of the file, before the first [table]",
            ],
        ),
    ]);
}

#[test]
fn a_name_in_a_place_where_nobody_reads_it_is_refused() {
    table(&[
        (
            "[backends.github]\nlisten = \"127.0.0.1:1\"",
            &[
                "error: [backends.github] listen is not read here (social-auth.toml:2): it is for the whole site; put it at the top of the file, before the first [table]",
            ],
        ),
        (
            "[backends.github]\nSOCIAL_AUTH_LOGIN_URL = \"/\"",
            &[
                "error: [backends.github] SOCIAL_AUTH_LOGIN_URL is not read here (social-auth.toml:2): it stands in the table [backends.…] above it; move it to the top of the file, before the first [table]",
            ],
        ),
        (
            "[backends.github]\noidc_endpoint = \"https://x\"",
            &[
                "error: [backends.github] oidc_endpoint is not read here (social-auth.toml:2): it is for OpenID Connect; github speaks oauth2; take it out",
            ],
        ),
        (
            "LOGIN_URL = \"/a\"\nlogin_url = \"/b\"",
            &[
                "error: LOGIN_URL is never read: SOCIAL_AUTH_LOGIN_URL is set too, and wins (social-auth.toml:1; social-auth.toml:2): keep one of them",
            ],
        ),
    ]);
}

#[test]
fn one_thing_said_twice_in_one_file_is_refused_naming_both_places() {
    table(&[
        (
            "SOCIAL_AUTH_GITHUB_KEY = \"a\"\n\n[backends.github]\nkey = \"b\"",
            &["error: [backends.github] key is set twice (social-auth.toml:4; social-auth.toml:1): keep one of them"],
        ),
        (
            "[backends.github]\nadmin-key = \"a\"\n[backends.github-admin]\nkey = \"b\"\nprovider = \"github\"",
            &["error: [backends.github-admin] key is set twice (social-auth.toml:4; social-auth.toml:2): keep one of them"],
        ),
        (
            "[backends.a-b]\nprovider = \"github\"\n[backends.a_b]\nprovider = \"gitlab\"",
            &[
                "error: backends \"a-b\" and \"a_b\" have the same settings (social-auth.toml:3; social-auth.toml:1): their names differ only in case or in - and _; give one of them another name",
            ],
        ),
        (
            "authentication_backends = [\"github\", \"social_core.backends.github.GithubOAuth2\"]",
            &["error: AUTHENTICATION_BACKENDS has \"github\" twice (social-auth.toml:1): keep one of them"],
        ),
    ]);
}

#[test]
fn a_backend_of_no_provider_or_with_no_proper_name_is_refused() {
    table(&[
        (
            "[backends.githubb]",
            &[
                "error: backend \"githubb\": there is no provider \"githubb\" (social-auth.toml:1): did you mean \"github\"? If it is a name of your own: provider = \"github\"",
            ],
        ),
        (
            "[backends.staff]\nprovider = \"gogle-oauth2\"\nanything = 1",
            &["error: backend \"staff\": there is no provider \"gogle-oauth2\" (social-auth.toml:1): did you mean \"google-oauth2\"?"],
        ),
        (
            "[backends.\"a/b\"]\nprovider = \"github\"",
            &[
                "error: \"a/b\" is no name for a backend: it is part of addresses (social-auth.toml:1): use up to 32 letters, digits, -, _ and .",
            ],
        ),
        (
            "[backends.acme]\nprovider = \"github\"\nprotocol = \"oauth2\"",
            &[
                "error: [backends.acme] has both provider and protocol (social-auth.toml:3): protocol is for a provider that we do not know; keep one of them",
            ],
        ),
        (
            "backends = [\"github\"]",
            &[
                "error: backends must be tables (social-auth.toml:1): write a table [backends.<name>] for each, or authentication_backends = [\"<name>\"]",
            ],
        ),
        (
            "authentication_backends = [\"django.contrib.auth.backends.ModelBackend\", \"social_core.backends.nowhere.Nowhere\"]",
            &[
                "error: AUTHENTICATION_BACKENDS has \"social_core.backends.nowhere.Nowhere\", a backend that is not there (social-auth.toml:1): take it out",
                "warning: AUTHENTICATION_BACKENDS has \"django.contrib.auth.backends.ModelBackend\", which is Django's own (social-auth.toml:1): it has no effect here; take it out",
            ],
        ),
    ]);
}

#[test]
fn whoever_configures_a_closed_service_is_told_what_became_of_it() {
    table(&[
        (
            "[backends.jukebox]\nkey = \"k\"",
            &[
                "warning: backend \"jukebox\": the jukebox was sold in 2015; nothing takes its place (social-auth.toml:1): take it out: who owns its addresses now could sign in as anybody who came by it",
            ],
        ),
        (
            "[backends.horn]\nkey = \"k\"",
            &[
                "error: backend \"horn\": the provider \"horn\" serves no longer: horns were given up in 2010; `github` serves instead (social-auth.toml:1): take it out",
            ],
        ),
        (
            "authentication_backends = [\"social_core.backends.horn.Horn\"]",
            &[
                "error: AUTHENTICATION_BACKENDS has \"social_core.backends.horn.Horn\", which serves no longer: horns were given up in 2010; `github` serves instead (social-auth.toml:1): take it out",
            ],
        ),
    ]);
}

#[test]
fn a_value_of_a_wrong_type_is_refused_saying_what_is_right() {
    table(&[
        ("[backends.github]\nkey = 12345", &["error: [backends.github] key must be text: put the value in quotes (social-auth.toml:2)"]),
        ("verify_ssl = \"maybe\"", &["error: verify_ssl must be true or false (social-auth.toml:1)"]),
        ("requests_timeout = -1", &["error: requests_timeout must be a number of seconds, more than 0 (social-auth.toml:1)"]),
        ("state_lifetime = 0", &["error: state_lifetime must be a whole number of seconds, more than 0 (social-auth.toml:1)"]),
        ("uuid_length = 1.5", &["error: uuid_length must be a whole number from 0 (social-auth.toml:1)"]),
        ("whitelisted_domains = [1]", &["error: whitelisted_domains must be a list of texts (social-auth.toml:1)"]),
        ("proxies = \"http://proxy\"", &["error: proxies must be a table of texts (social-auth.toml:1)"]),
        ("login_url = \"login\"", &["error: login_url must be a path that starts with /, or an absolute URL (social-auth.toml:1)"]),
        (
            "[backends.github]\nauthorization_url = \"github.com/login\"",
            &["error: [backends.github] authorization_url must be an absolute http or https URL (social-auth.toml:2)"],
        ),
        (
            "[backends.github]\npkce_code_challenge_method = \"S512\"",
            &["error: [backends.github] pkce_code_challenge_method must be one of \"S256\", \"plain\" (social-auth.toml:2)"],
        ),
        ("state_lifetime = 99999999999999999999", &["error: state_lifetime is a number that is too big (social-auth.toml:1)"]),
        ("requests_timeout = inf", &["error: requests_timeout must be a finite number (social-auth.toml:1)"]),
        (
            "[backends.github]\nsecret = { env = \"NOT_SET_ANYWHERE\" }",
            &["error: [backends.github] secret refers to the environment variable NOT_SET_ANYWHERE, which is not set (social-auth.toml:2)"],
        ),
    ]);
    assert_eq!(
        told("", &[("SOCIAL_AUTH_PIPELINE", "[\"social_details\"")]),
        ["error: SOCIAL_AUTH_PIPELINE is not JSON, at column 17 (environment variable SOCIAL_AUTH_PIPELINE): write [\"one\", \"two\"]"]
    );
}

#[test]
fn a_value_that_would_be_unsafe_is_refused_or_warned_of() {
    table(&[
        (
            "public_url = \"http://login.example.org\"",
            &[
                "error: PUBLIC_URL must be https: over http anyone on the way can take over accounts (social-auth.toml:1): write https://login.example.org, and let your proxy or server have a certificate",
            ],
        ),
        ("public_url = \"http://localhost:8000\"", &[]),
        ("public_url = \"http://[::1]:8000\"", &[]),
        (
            "public_url = \"https://example.org/?x\"",
            &["error: PUBLIC_URL must be scheme, host and port only (social-auth.toml:1): take out what follows ? or #, and any user name"],
        ),
        (
            "public_url = \"https://example.org/auth\"",
            &[
                "error: PUBLIC_URL must have no path (social-auth.toml:1): set mount = \"/auth\" for the path below which the addresses of sign-in are",
            ],
        ),
        (
            "public_url = \"http://idp.test\"\nallow_insecure_public_url = true",
            &[
                "warning: allow_insecure_public_url is on: over http anyone on the way can take over accounts (social-auth.toml:2): let your proxy or server have a certificate, and take it out",
            ],
        ),
        (
            "secret_key = \"short\"",
            &["error: secret_key is shorter than 32 characters (social-auth.toml:1): make one with `openssl rand -base64 32`"],
        ),
        (
            "secret_key = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            &["error: secret_key can be guessed (social-auth.toml:1): make one with `openssl rand -base64 32`"],
        ),
        (
            "listen = \"0.0.0.0:80\"",
            &[
                "error: LISTEN lets other machines in, and PUBLIC_URL is missing (social-auth.toml:1): set public_url to the address that browsers see, for example \"https://login.example.org\"",
            ],
        ),
        (
            "listen = \"80\"",
            &["error: listen must be an address and a port (social-auth.toml:1): write 127.0.0.1:8080, or [::]:8080 for every interface"],
        ),
        (
            "trusted_proxies = [\"10.0.0.0/33\"]",
            &["error: trusted_proxies has \"10.0.0.0/33\", which is no address (social-auth.toml:1): write 10.0.0.7 or 10.0.0.0/8"],
        ),
        (
            "allowed_redirect_schemes = [\"https\", \"javascript\"]",
            &[
                "error: allowed_redirect_schemes must not have \"javascript\": it runs code or reads files (social-auth.toml:1): take it out",
            ],
        ),
        (
            "verify_ssl = false",
            &[
                "warning: verify_ssl is off: anyone on the way can read and change what providers answer (social-auth.toml:1): set CA_BUNDLE to the authority that your provider's certificate is from",
            ],
        ),
        (
            "[backends.github]\naccess_token_url = \"http://id.example.org/token\"",
            &[
                "warning: [backends.github] access_token_url is http: tokens travel where anyone on the way can read them (social-auth.toml:2): use https",
            ],
        ),
    ]);
}

#[test]
fn settings_of_a_backend_that_is_off_are_warned_of() {
    assert_eq!(
        told("[backends.github]", &[("SOCIAL_AUTH_GITLAB_KEY", "x")]),
        ["warning: SOCIAL_AUTH_GITLAB_KEY is not read: there is no backend \"gitlab\" (environment variable SOCIAL_AUTH_GITLAB_KEY): \
             write a table [backends.gitlab], or name it in AUTHENTICATION_BACKENDS; or take the setting out"]
    );
}

#[test]
fn a_known_name_that_is_not_honoured_is_told_and_one_that_protects_is_refused() {
    table(&[
        (
            "SOCIAL_AUTH_STORAGE = \"x\"",
            &[
                "warning: SOCIAL_AUTH_STORAGE has no effect (social-auth.toml:1): The storage is given to the builder, or chosen by DATABASE_URL.",
            ],
        ),
        (
            "create_users = true",
            &[
                "error: create_users is not supported, and it would be less safe to start without it (social-auth.toml:1): To make no new accounts, leave create_user out of PIPELINE.",
            ],
        ),
        (
            "create_users = false",
            &["warning: create_users has no effect (social-auth.toml:1): To make no new accounts, leave create_user out of PIPELINE."],
        ),
    ]);
}

#[test]
fn all_problems_are_told_at_once() {
    let problems = file("login_ulr = \"/\"\nverify_ssl = 7\n[backends.nowhere-at-all]\n[backends.github]\nkey = 1")
        .check(&crate::providers::Providers);
    assert_eq!(problems.unwrap_err().errors().count(), 4);
}

#[test]
fn two_requests_for_one_backend_are_refused_unless_they_agree_across_sources() {
    use social_auth::settings::Origin;
    let mut settings = file("[backends.github]");
    settings.enable("github", "github", Origin::Code);
    check(&mut settings).unwrap();
    assert_eq!(settings.backends().len(), 1);
    settings.enable("github", "gitlab", Origin::Environment("X".into()));
    assert!(check(&mut settings).unwrap_err().all()[0].what().contains("two backends named \"github\""));
}

#[test]
fn what_the_application_declares_as_its_own_is_left_to_it() {
    let mut settings = file("myapp_colour = \"red\"\nmyapplication = 1");
    settings.declare_own("myapp");
    assert_eq!(check(&mut settings).unwrap_err().errors().count(), 1);
}

#[test]
fn a_provider_may_call_its_client_id_otherwise() {
    table(&[
        ("[backends.steam-like]\napi_key = \"x\"", &[]),
        (
            "[backends.steam-like]\nkey = \"x\"",
            &["error: [backends.steam-like] key is not read here (social-auth.toml:2): the client id of steam-like is called api_key"],
        ),
    ]);
}
