//! The letters' texts, which a site may replace one by one.

use std::path::Path;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};

use super::{Letter, Mail, Purpose};
use crate::error::{Error, Reason, Result};

const BUILT_IN: &[(&str, &str)] = &[
    ("validation.subject.txt", include_str!("templates/validation.subject.txt")),
    ("validation.txt", include_str!("templates/validation.txt")),
    ("validation.html", include_str!("templates/validation.html")),
    ("sign_in.subject.txt", include_str!("templates/sign_in.subject.txt")),
    ("sign_in.txt", include_str!("templates/sign_in.txt")),
    ("sign_in.html", include_str!("templates/sign_in.html")),
];

/// The texts of all letters, as templates of [minijinja](https://docs.rs/minijinja) (the language of
/// Jinja): for each [`Purpose`] a subject, a text and an HTML page.
///
/// | template | letter |
/// | --- | --- |
/// | `validation.subject.txt`, `validation.txt`, `validation.html` | [`Purpose::Validation`] |
/// | `sign_in.subject.txt`, `sign_in.txt`, `sign_in.html` | [`Purpose::SignIn`] |
///
/// They know `site`, `address`, `backend` (its title), `link` and `lifetime` (such as "7 days", or "" for
/// ever). In `.html` everything is escaped.
///
/// ```
/// use social_auth::mail::MailTemplates;
/// let templates = MailTemplates::default().with("sign_in.subject.txt", "Your way into {{ site }}")?;
/// assert!(MailTemplates::default().with("sign_in.txt", "{{ lnik }}").is_err());
/// # Ok::<(), social_auth::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MailTemplates(Environment<'static>);

impl Default for MailTemplates {
    fn default() -> Self {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in BUILT_IN {
            if let Err(error) = templates.add_template(name, source) {
                tracing::error!(%error, name, "a built-in letter cannot be read");
            }
        }
        MailTemplates(templates)
    }
}

impl MailTemplates {
    /// The built-in templates, with those of this folder in their places.
    ///
    /// # Errors
    /// `invalid_setting` (`EMAIL_TEMPLATES`) when the folder cannot be read; as [`with`](Self::with).
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let unreadable = |error: std::io::Error| invalid(format!("the templates in {} cannot be read: {error}", folder.display()));
        let mut templates = MailTemplates::default();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // Backups of editors, and what file managers leave behind.
            if name.starts_with('.') || name.ends_with('~') || !path.is_file() {
                continue;
            }
            templates = templates.with(name, std::fs::read_to_string(&path).map_err(unreadable)?)?;
        }
        Ok(templates)
    }

    /// The same with another text for one template.
    ///
    /// # Errors
    /// `invalid_setting` for a name that no template has, and for one that cannot be read or uses a
    /// variable that there is not.
    pub fn with(mut self, name: &str, source: impl Into<String>) -> Result<Self> {
        if !BUILT_IN.iter().any(|(known, _)| *known == name) {
            let known: Vec<&str> = BUILT_IN.iter().map(|(known, _)| *known).collect();
            return Err(invalid(format!("there is no letter template \"{name}\", only {}", known.join(", "))));
        }
        self.0.add_template_owned(name.to_owned(), source.into()).map_err(|error| broken(name, &error))?;
        let purpose = if name.starts_with("sign_in") { Purpose::SignIn } else { Purpose::Validation };
        let trial = Letter { purpose, to: "ann@example.com", link: "https://example.com/", backend: "Example", lifetime: Some(1) };
        self.render("example.com", &trial)?;
        Ok(self)
    }

    /// Writes a letter.
    ///
    /// # Errors
    /// `invalid_setting` when a template of the site's fails.
    pub(super) fn render(&self, site: &str, letter: &Letter<'_>) -> Result<Mail> {
        let stem = match letter.purpose {
            Purpose::Validation => "validation",
            Purpose::SignIn => "sign_in",
        };
        let Letter { purpose, to, link, backend, lifetime } = *letter;
        let values = context! { site, address => to, backend, link, lifetime => lifetime.map(in_words).unwrap_or_default() };
        let part = |kind: &str| {
            let name = format!("{stem}.{kind}");
            let text = self.0.get_template(&name).and_then(|template| template.render(&values));
            text.map_err(|error| broken(&name, &error))
        };
        // A subject of two lines would be two headers.
        let subject = part("subject.txt")?.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Mail { to: to.to_owned(), subject, text: part("txt")?, html: part("html")?, purpose, link: link.to_owned() })
    }
}

/// A time as people say it: "7 days", "90 minutes", "1 hour".
fn in_words(seconds: i64) -> String {
    let (number, unit) = match seconds {
        days if days >= 86_400 && days % 86_400 == 0 => (days / 86_400, "day"),
        hours if hours >= 3600 && hours % 3600 == 0 => (hours / 3600, "hour"),
        other => ((other + 59) / 60, "minute"),
    };
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

fn broken(name: &str, error: &minijinja::Error) -> Error {
    invalid(format!("the letter template \"{name}\" cannot be used: {error}"))
}

fn invalid(what: String) -> Error {
    Error::new(Reason::InvalidSetting).parameter("EMAIL_TEMPLATES").detail(what)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::{MailTemplates, in_words};
    use crate::mail::{Letter, Mail, Purpose};

    fn letter(purpose: Purpose) -> Mail {
        // A site may be called anything, and a template may show any of it.
        let letter = Letter {
            purpose,
            to: "a'b&c@example.com",
            link: "https://example.com/complete/acme/?partial_token=t&verification_code=c",
            backend: "<b>Acme</b>\r\nBcc: all@example.com",
            lifetime: Some(604_800),
        };
        MailTemplates::default().render("example.com", &letter).unwrap()
    }

    #[test]
    fn mail_template_escapes() {
        // CVE-2022-31127: HTML in an address was shown as such in the letter.
        for purpose in [Purpose::Validation, Purpose::SignIn] {
            let mail = letter(purpose);
            assert!(!mail.html.contains("<b>") && mail.html.contains("&lt;b&gt;Acme"), "{}", mail.html);
            assert!(mail.html.contains("a&#x27;b&amp;c@example.com"), "{}", mail.html);
            assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
        }
    }

    #[test]
    fn both_letters_have_the_link_and_say_how_long_it_is_good_for() {
        for purpose in [Purpose::Validation, Purpose::SignIn] {
            let mail = letter(purpose);
            assert!(mail.text.contains(&mail.link) && mail.text.contains("7 days"), "{}", mail.text);
            assert!(mail.html.contains("partial_token=t&amp;verification_code=c") && mail.html.contains("7 days"), "{}", mail.html);
            assert!(mail.subject.contains("example.com"), "{}", mail.subject);
            assert!(!format!("{mail:?}").contains("verification_code"));
        }
    }

    #[test]
    fn a_site_replaces_what_it_likes_and_a_mistake_is_told_at_once() {
        let folder = std::env::temp_dir().join(crate::seal::random_token(9));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("validation.txt"), "Hello {{ address }}: {{ link }}").unwrap();
        let templates = MailTemplates::from_folder(&folder).unwrap();
        let own = Letter { purpose: Purpose::Validation, to: "a@b.example", link: "L", backend: "B", lifetime: None };
        assert_eq!(templates.render("S", &own).unwrap().text, "Hello a@b.example: L");
        for (name, text, told) in
            [("validation.txt", "{{ adress }}", "undefined"), ("confirm.txt", "", "no letter template \"confirm.txt\"")]
        {
            std::fs::write(folder.join(name), text).unwrap();
            let error = MailTemplates::from_folder(&folder).unwrap_err().to_string();
            assert!(error.contains(told) && error.contains("EMAIL_TEMPLATES"), "{error}");
            std::fs::remove_file(folder.join(name)).unwrap();
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        for (seconds, words) in [(604_800, "7 days"), (3600, "1 hour"), (5400, "90 minutes"), (1, "1 minute")] {
            assert_eq!(in_words(seconds), words);
        }
    }
}
