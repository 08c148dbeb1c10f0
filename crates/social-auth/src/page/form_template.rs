//! A page of the site's own with the form of a backend.

use std::fmt;
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};

use crate::error::{Error, Reason, Result};

const NAME: &str = "form.html";

/// A page of the site's own that asks what a backend wants to know: a template of
/// [minijinja](https://docs.rs/minijinja), read once.
///
/// It has `{{ action }}` (where its form goes), `{{ hidden }}` (the hidden fields), `{{ message }}` (what was wrong
/// with the last answer; none at first) and `{{ value }}` (what was entered before).
///
/// ```
/// use social_auth::form::FormTemplate;
///
/// let page = r#"<form action="{{ action }}" method="post">{{ hidden }}<input name="email" value="{{ value }}"></form>"#;
/// assert!(FormTemplate::parse(page).is_ok());
/// assert!(FormTemplate::parse("{{ acton }}").unwrap_err().to_string().contains("FORM_HTML"));
/// ```
#[derive(Clone)]
pub struct FormTemplate(Arc<Environment<'static>>);

/// What stands in a [`FormTemplate`] for one request.
pub(crate) struct FormValues<'a> {
    pub(crate) action: &'a str,
    /// Names and values of letters, digits and `-_.`.
    pub(crate) hidden: &'a [(&'a str, &'a str)],
    pub(crate) message: Option<&'a str>,
    pub(crate) value: &'a str,
}

impl FormTemplate {
    /// Reads a template and tries it.
    ///
    /// # Errors
    /// `invalid_setting` (`FORM_HTML`) for one that cannot be read or uses a variable that there is not.
    pub fn parse(html: &str) -> Result<Self> {
        let mut template = Environment::new();
        template.set_auto_escape_callback(|_| AutoEscape::Html);
        template.set_undefined_behavior(UndefinedBehavior::Strict);
        template.add_template_owned(NAME, html.to_owned()).map_err(|error| broken(&error))?;
        let template = FormTemplate(Arc::new(template));
        template.render(&FormValues { action: "", hidden: &[], message: None, value: "" })?;
        Ok(template)
    }

    pub(crate) fn render(&self, values: &FormValues<'_>) -> Result<String> {
        let &FormValues { action, hidden, message, value } = values;
        // Nothing in it needs to be escaped.
        let inputs = hidden.iter().map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"));
        let hidden = Value::from_safe_string(inputs.collect());
        let page = self.0.get_template(NAME).and_then(|template| template.render(context! { action, hidden, message, value }));
        page.map_err(|error| broken(&error))
    }
}

impl fmt::Debug for FormTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormTemplate").finish_non_exhaustive()
    }
}

impl PartialEq for FormTemplate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn broken(error: &minijinja::Error) -> Error {
    Error::new(Reason::InvalidSetting).parameter("FORM_HTML").detail(format!("cannot be used: {error}"))
}
