//! A small world of providers to check settings against.

use social_auth::settings::{Kind, Problem, Problems, ProviderIndex, SettingDecl, Settings};

pub(crate) struct Providers;

const GITHUB: &[SettingDecl] = &[];
const GITEA: &[SettingDecl] = &[
    SettingDecl::new("API_URL", Kind::Url, "The installation.").or("https://gitea.com"),
    SettingDecl::new("EXTRAS", Kind::Table, "A table of anything."),
];
const GOOGLE: &[SettingDecl] = &[];
const AZURE: &[SettingDecl] = &[SettingDecl::new("FEDERATED_TOKEN_FILE", Kind::File, "A file with a token.")];

impl ProviderIndex for Providers {
    fn names(&self) -> Vec<&str> {
        vec![
            "github",
            "github-org",
            "gitea",
            "google-oauth2",
            "google-openidconnect",
            "gitlab",
            "azuread-oauth2",
            "steam-like",
            "oauth2",
            "oidc",
        ]
    }

    fn settings(&self, provider: &str) -> Option<&[SettingDecl]> {
        match provider {
            "gitea" => Some(GITEA),
            "azuread-oauth2" => Some(AZURE),
            "github" | "github-org" | "gitlab" | "steam-like" | "jukebox" => Some(GITHUB),
            "google-oauth2" | "google-openidconnect" | "oauth2" | "oidc" => Some(GOOGLE),
            _ => None,
        }
    }

    fn protocol(&self, provider: &str) -> Option<&str> {
        match provider {
            "google-openidconnect" | "oidc" => Some("oidc"),
            _ => Some("oauth2"),
        }
    }

    fn client_id_setting(&self, provider: &str) -> &'static str {
        if provider == "steam-like" { "API_KEY" } else { "KEY" }
    }

    fn retired(&self, name: &str) -> Option<String> {
        match name {
            "jukebox" => Some("the jukebox was sold in 2015; nothing takes its place".to_owned()),
            "horn" | "social_core.backends.horn.Horn" => Some("horns were given up in 2010; `github` serves instead".to_owned()),
            _ => None,
        }
    }

    fn by_class_path(&self, path: &str) -> Option<&str> {
        match path {
            "social_core.backends.github.GithubOAuth2" => Some("github"),
            "social_core.backends.google.GoogleOAuth2" => Some("google-oauth2"),
            _ => None,
        }
    }
}

pub(crate) fn file(text: &str) -> Settings {
    Settings::from_toml_str(text, "social-auth.toml").unwrap_or_else(|problems| panic!("{problems}"))
}

pub(crate) fn check(settings: &mut Settings) -> Result<Vec<Problem>, Problems> {
    settings.check(&Providers)
}

/// Errors and warnings of a file and an environment, a line each.
pub(crate) fn told(text: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let mut settings = match Settings::from_toml_str(text, "social-auth.toml") {
        Ok(settings) => settings,
        Err(problems) => return lines(problems.all()),
    };
    if let Err(problems) = settings.merge_environment(environment.iter().copied()) {
        return lines(problems.all());
    }
    match settings.check(&Providers) {
        Ok(warnings) => lines(&warnings),
        Err(problems) => lines(problems.all()),
    }
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{:?}: {}", problem.severity(), problem.in_one_line()).to_lowercase_first()).collect()
}

trait LowercaseFirst {
    fn to_lowercase_first(self) -> String;
}

impl LowercaseFirst for String {
    fn to_lowercase_first(self) -> String {
        self.replacen("Error:", "error:", 1).replacen("Warning:", "warning:", 1)
    }
}
