//! Pages of our own: plain, without JavaScript but for one line that presses the only button, and under a
//! strict `Content-Security-Policy`.

mod form_template;

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::{AutoEscape, Environment, Value};

pub use form_template::FormTemplate;
pub(crate) use form_template::FormValues;

use crate::error::{Error, Reason, Result};

const STYLE: &str = include_str!("templates/style.css");
const PRESS: &str = "document.getElementById('onward').submit()";

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, text) in [
        ("base.html", include_str!("templates/base.html")),
        ("ask.html", include_str!("templates/ask.html")),
        ("form.html", include_str!("templates/form.html")),
        ("question.html", include_str!("templates/question.html")),
        ("widget.html", include_str!("templates/widget.html")),
        ("error.html", include_str!("templates/error.html")),
    ] {
        if let Err(error) = pages.add_template(name, text) {
            tracing::error!(%error, name, "a built-in page cannot be read");
        }
    }
    pages.add_global("style", STYLE);
    pages.add_global("script", PRESS);
    pages
});

static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| source_of(STYLE));
static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| source_of(PRESS));

/// A page of this template and values.
///
/// # Errors
/// `unknown_error` when the template fails.
pub(crate) fn render(name: &str, values: Value) -> Result<String> {
    let rendered = PAGES.get_template(name).and_then(|template| template.render(values));
    rendered.map_err(|error| Error::new(Reason::UnknownError).detail("a page could not be made").caused_by(error))
}

/// The policy of a page without a script. It names no form action unless `more` does: the browser applies
/// that to redirects behind a form too, wherever those lead.
pub(crate) fn policy(more: &str) -> String {
    format!("default-src 'none'; style-src {}; base-uri 'none'; frame-ancestors 'none'{more}", *STYLE_SOURCE)
}

/// The policy of a page that presses its only button by itself.
pub(crate) fn policy_with_script() -> String {
    policy(&format!("; script-src {}", *SCRIPT_SOURCE))
}

/// The source expression of a script or style that stands in a page (CSP 3, section 2.3.1).
pub(crate) fn source_of(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}
