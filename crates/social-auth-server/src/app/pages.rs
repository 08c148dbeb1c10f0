//! Pages made from templates: escaped by default, without scripts, under a strict policy.

use http::StatusCode;
use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;
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

#[derive(Serialize)]
struct Site {
    name: String,
    home: String,
    icon: String,
    stylesheet: String,
    development: bool,
}

/// The hidden field of a form that proves that a page of ours posted it.
#[derive(Serialize)]
pub(super) struct Csrf {
    field: &'static str,
    token: String,
}

impl Csrf {
    pub(super) fn new(token: String) -> Self {
        Csrf { field: "csrfmiddlewaretoken", token }
    }
}

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
        let site = Site {
            name: if development { "social-auth demo".to_owned() } else { host.to_owned() },
            home: social.mount().to_owned(),
            icon: format!("{}static/{}", social.mount(), assets::ICON.name()),
            stylesheet: format!("{}static/{}", social.mount(), assets::STYLE.name()),
            development,
        };
        pages.add_global("site", Value::from_serialize(site));
        Pages(pages)
    }

    /// A page of this template and values.
    pub(super) fn render(&self, status: StatusCode, template: &str, values: impl Serialize) -> Result<Reply> {
        let html = self.0.get_template(template).and_then(|template| template.render(Value::from_serialize(values)));
        let html = html.map_err(|error| Error::new(Reason::UnknownError).detail("a page could not be made").caused_by(error))?;
        Ok(Reply::html(status, html, POLICY))
    }

    /// A page that says one thing and leads on.
    pub(super) fn message(&self, status: StatusCode, title: &str, text: &str, onward: (&str, &str)) -> Result<Reply> {
        let (onward, onward_text) = onward;
        self.render(status, "message.html", context! { title, text, onward, onward_text })
    }
}
