//! Asks the person something on a page of ours: what a step shows that pauses.

use http::StatusCode;
use minijinja::{Value, context};

pub use crate::page::FormTemplate;

use crate::error::Result;
use crate::page;
use crate::web::Reply;

/// A page with a form: labelled fields, and words about what was wrong with the last answer.
///
/// A step asks with it by [`Context::ask`](crate::pipeline::Context::ask), and reads the answer when it runs
/// again:
///
/// ```
/// use social_auth::form::{Field, Form};
/// use social_auth::pipeline::{Outcome, Pipeline};
///
/// let pipeline = Pipeline::authentication().before("create_user", "ask_for_city", |context| {
///     Box::pin(async move {
///         let Some(city) = context.answer("city").map(str::to_owned) else {
///             return context.ask(Form::new("Where do you live?").field(Field::text("city", "City")));
///         };
///         context.values.insert("city".to_owned(), city.into());
///         Ok(Outcome::Continue)
///     })
/// })?;
/// # Ok::<(), social_auth::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    title: String,
    text: String,
    message: Option<String>,
    status: Option<StatusCode>,
    fields: Vec<Field>,
    buttons: Vec<Button>,
}

/// A labelled field of a [`Form`]. `Debug` does not show its value.
#[derive(Clone, PartialEq)]
pub struct Field {
    name: String,
    label: String,
    kind: &'static str,
    value: String,
    hint: String,
    autocomplete: &'static str,
    min_length: Option<usize>,
    max_length: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
struct Button {
    label: String,
    name: &'static str,
    value: &'static str,
    /// Whether it can be pressed with fields left empty.
    is_other: bool,
}

impl Form {
    /// A form under this heading, with a button that says "Continue".
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Form { title: title.into(), text: String::new(), message: None, status: None, fields: Vec::new(), buttons: Vec::new() }
    }

    /// A sentence below the heading.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// What was wrong with the last answer; read out by screen readers. The page's status is then 422.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The page's status, where it is neither 200 nor, with a message, 422.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// What the button says.
    #[must_use]
    pub fn button(self, label: impl Into<String>) -> Self {
        self.choice(label, "", "")
    }

    /// Adds a button that also answers `value` under `name`. The first one is what Enter presses.
    #[must_use]
    pub fn choice(mut self, label: impl Into<String>, name: &'static str, value: &'static str) -> Self {
        self.buttons.push(Button { label: label.into(), name, value, is_other: false });
        self
    }

    /// The same for who does not want to fill in the fields: browsers let it through as it is.
    #[must_use]
    pub fn other_choice(mut self, label: impl Into<String>, name: &'static str, value: &'static str) -> Self {
        self.buttons.push(Button { label: label.into(), name, value, is_other: true });
        self
    }

    /// Whether one of its fields has this name.
    pub(crate) fn asks(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// The page. The form posts to `action`, with the `hidden` fields beside its own.
    ///
    /// # Errors
    /// `unknown_error` when the page cannot be made.
    pub fn reply(&self, action: &str, hidden: &[(&str, &str)]) -> Result<Reply> {
        let button = [Button { label: "Continue".to_owned(), name: "", value: "", is_other: false }];
        let buttons = if self.buttons.is_empty() { button.as_slice() } else { &self.buttons };
        let hidden: Vec<Value> = hidden.iter().map(|(name, value)| Value::from(vec![(*name).to_owned(), (*value).to_owned()])).collect();
        let Form { title, text, message, fields, .. } = self;
        let fields: Vec<Value> = fields.iter().map(Field::values).collect();
        let values = |&Button { ref label, name, value, is_other }: &Button| context! { label, name, value, is_other };
        let buttons: Vec<Value> = buttons.iter().map(values).collect();
        let html = page::render("ask.html", context! { title, text, message, fields, buttons, hidden, action })?;
        let usual = if message.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        Ok(Reply::html(self.status.unwrap_or(usual), html, page::policy("")))
    }
}

impl Field {
    fn new(name: impl Into<String>, label: impl Into<String>, kind: &'static str, autocomplete: &'static str) -> Self {
        Field {
            name: name.into(),
            label: label.into(),
            kind,
            value: String::new(),
            hint: String::new(),
            autocomplete,
            min_length: None,
            max_length: None,
        }
    }

    /// A line of text.
    #[must_use]
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Field::new(name, label, "text", "")
    }

    /// An e-mail address.
    #[must_use]
    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Field::new(name, label, "email", "email")
    }

    /// A user name.
    #[must_use]
    pub fn username(name: impl Into<String>, label: impl Into<String>) -> Self {
        Field::new(name, label, "text", "username")
    }

    /// The password that the person has.
    #[must_use]
    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Field::new(name, label, "password", "current-password")
    }

    /// A password that the person chooses now, for which browsers propose a good one.
    #[must_use]
    pub fn new_password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Field::new(name, label, "password", "new-password")
    }

    /// What stands in it. Never of a password.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        if self.kind != "password" {
            self.value = value.into();
        }
        self
    }

    /// A sentence below it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The fewest characters that the browser lets through.
    #[must_use]
    pub fn min_length(mut self, characters: usize) -> Self {
        self.min_length = Some(characters);
        self
    }

    /// The most characters that the browser lets through.
    #[must_use]
    pub fn max_length(mut self, characters: usize) -> Self {
        self.max_length = Some(characters);
        self
    }
}

impl Field {
    fn values(&self) -> Value {
        let &Field { ref name, ref label, kind, ref value, ref hint, autocomplete, min_length, max_length } = self;
        context! { name, label, kind, value, hint, autocomplete, min_length, max_length }
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::web::ReplyBody;

    fn html(form: &Form) -> String {
        match form.reply("/complete/x/", &[("token", "t\"><script>")]).unwrap().body {
            ReplyBody::Html { html, .. } => html,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_people_wrote_is_text_and_never_markup() {
        let form = Form::new("<b>").text("<i>").message("<u>").field(Field::text("city", "<s>").value("\"><script>alert(1)</script>"));
        let html = html(&form);
        for markup in ["<b>", "<i>", "<u>", "<s>", "<script>"] {
            assert!(!html.contains(markup), "{markup} in {html}");
        }
    }

    #[test]
    fn a_password_is_never_shown_again() {
        let html = html(&Form::new("Sign in").field(Field::password("password", "Password").value("hunter2")));
        assert!(!html.contains("hunter2") && html.contains("autocomplete=\"current-password\""), "{html}");
    }

    #[test]
    fn every_field_has_a_label_and_a_message_is_read_out() {
        let form = Form::new("Name").message("It is taken.").field(Field::username("username", "User name").hint("Letters."));
        let html = html(&form);
        for part in
            ["<label for=\"username\">", "id=\"username\"", "role=\"alert\"", "aria-describedby=\"username-hint\"", "id=\"username-hint\""]
        {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(form.reply("/", &[]).unwrap().status, 422);
    }
}
