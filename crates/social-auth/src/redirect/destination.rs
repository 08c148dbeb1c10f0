//! Where a person goes after a journey: what they asked for, if they may go there, or what the settings say.

use super::build::with_parameter;
use super::{authority_of, first_url, sanitize, scheme_of};
use crate::settings::FlowSettings;

/// The parameter that says where a person wants to go.
const NEXT: &str = "next";

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AfterLogin<'a> {
    /// Where the person wanted to go. Always an address, never the name of a setting.
    pub next: Option<&'a str>,
    /// Whether the sign-in made the user.
    pub is_new: bool,
    /// Whether somebody who was signed in already connected an identity.
    pub new_association: bool,
    /// Whether the user is switched off, and `ALLOW_INACTIVE_USERS_LOGIN` is not set.
    pub inactive: bool,
}

/// The settings about destinations, applied. Every method answers `None` where no setting says where to go.
#[derive(Debug, Clone, Copy)]
pub struct Destinations<'a> {
    settings: &'a FlowSettings,
    own_host: Option<&'a str>,
}

impl<'a> Destinations<'a> {
    /// For a site at `public_url`, such as `https://example.com`.
    #[must_use]
    pub fn new(settings: &'a FlowSettings, public_url: &'a str) -> Self {
        Destinations { settings, own_host: scheme_of(public_url).and_then(|(_, rest)| authority_of(rest)) }
    }

    /// The address if a browser may be sent there (`ALLOWED_REDIRECT_HOSTS`, `ALLOWED_REDIRECT_SCHEMES`);
    /// any but the empty one with `SANITIZE_REDIRECTS = false`.
    #[must_use]
    pub fn allowed<'u>(&self, url: &'u str) -> Option<&'u str> {
        if !self.settings.sanitize_redirects {
            return Some(url).filter(|url| !url.is_empty());
        }
        let hosts = self.settings.allowed_redirect_hosts.iter().map(String::as_str).chain(self.own_host);
        sanitize(url, &hosts.collect::<Vec<_>>(), &self.settings.allowed_redirect_schemes)
    }

    /// What to remember of the `next` that a sign-in was begun with: itself, or `LOGIN_REDIRECT_URL` if
    /// nobody may be sent there.
    #[must_use]
    pub fn next_to_keep(&self, next: &str) -> Option<String> {
        self.allowed(next).or(self.settings.login_redirect_url.as_deref()).map(str::to_owned)
    }

    /// Where a person goes after signing in. A destination of the settings gets `next` as a parameter.
    #[must_use]
    pub fn after_login(&self, after: &AfterLogin<'_>) -> Option<String> {
        let settings = self.settings;
        let next = after.next.and_then(|next| self.allowed(next));
        let usual = settings.login_redirect_url.as_deref();
        let url = if after.inactive {
            self.first(&[settings.inactive_user_url.as_deref(), settings.login_error_url.as_deref(), settings.login_url.as_deref()])
        } else if after.is_new {
            self.first(&[settings.new_user_redirect_url.as_deref(), next, usual])
        } else if after.new_association {
            self.first(&[next, settings.new_association_redirect_url.as_deref(), usual])
        } else {
            self.first(&[next, usual])
        };
        self.checked(&with_next(url?, next))
    }

    /// Where a person goes whose sign-in failed.
    #[must_use]
    pub fn after_failure(&self, next: Option<&str>) -> Option<String> {
        let next = next.and_then(|next| self.allowed(next));
        let url = self.first(&[self.settings.login_error_url.as_deref(), self.settings.login_url.as_deref()])?;
        self.checked(&with_next(url, next))
    }

    /// Where a person goes after disconnecting.
    #[must_use]
    pub fn after_disconnect(&self, next: Option<&str>) -> Option<String> {
        let next = next.and_then(|next| self.allowed(next));
        let settings = self.settings;
        let url = self.first(&[next, settings.disconnect_redirect_url.as_deref(), settings.login_redirect_url.as_deref()]);
        self.checked(url?)
    }

    fn first<'u>(&self, candidates: &[Option<&'u str>]) -> Option<&'u str> {
        first_url(candidates, &self.settings.allowed_redirect_schemes)
    }

    /// What a setting names must be allowed too; `LOGIN_REDIRECT_URL` takes the place of what is not.
    fn checked(&self, url: &str) -> Option<String> {
        self.allowed(url).or_else(|| self.first(&[self.settings.login_redirect_url.as_deref()])).map(str::to_owned)
    }
}

fn with_next(url: &str, next: Option<&str>) -> String {
    match next {
        Some(next) if next != url => with_parameter(url, NEXT, next),
        _ => url.to_owned(),
    }
}
