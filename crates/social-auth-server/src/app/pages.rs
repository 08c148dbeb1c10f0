//! Pages made from templates: escaped by default, without scripts, under a strict policy.

use http::StatusCode;
use minijinja::{AutoEscape, Environment, Value, context};
use social_auth::SocialAuth;
use social_auth::error::{Error, Reason, Result};
use social_auth::web::Reply;

use super::{Kind, assets};

/// No `form-action`: browsers apply it to the redirects after a form too, and sign-in forms are redirected
/// to providers anywhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../templates/base.html")),
    ("login.html", include_str!("../../templates/login.html")),
    ("account.html", include_str!("../../templates/account.html")),
    ("message.html", include_str!("../../templates/message.html")),
];

/// The templates, compiled, with what all of them show.
pub(super) struct Pages(Environment<'static>);

impl Pages {
    pub(super) fn new(social: &SocialAuth, kind: Kind) -> Self {
        let mut pages = Environment::new();
        pages.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, text) in TEMPLATES {
            if let Err(error) = pages.add_template(name, text) {
                tracing::error!(%error, name, "a built-in page cannot be read");
            }
        }
        let host = social.public_url().split_once("://").map_or(social.public_url(), |(_, host)| host);
        let development = kind == Kind::Demo;
        let site = context! {
            name => if development { "social-auth demo" } else { host },
            home => social.mount(),
            icon => format!("{}static/{}", social.mount(), assets::ICON.name()),
            stylesheet => format!("{}static/{}", social.mount(), assets::STYLE.name()),
            development,
        };
        pages.add_global("site", site);
        Pages(pages)
    }

    /// A page of this template and values.
    pub(super) fn render(&self, status: StatusCode, template: &str, values: Value) -> Result<Reply> {
        let html = self.0.get_template(template).and_then(|template| template.render(values));
        let html = html.map_err(|error| Error::new(Reason::UnknownError).detail("a page could not be made").caused_by(error))?;
        Ok(Reply::html(status, html, POLICY))
    }

    /// A page that says one thing and leads on.
    pub(super) fn message(&self, status: StatusCode, title: &str, text: &str, onward: (&str, &str)) -> Result<Reply> {
        let (onward, onward_text) = onward;
        self.render(status, "message.html", context! { title, text, onward, onward_text })
    }
}
