//! The pages a person sees, and their headers. Shared by all protocols.

use std::sync::Arc;

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use minijinja::Environment;
use serde::Serialize;
use serde_json::json;
use social_auth::mail::Mail;
use url::{Host, Url};

use crate::error::Error;
use crate::oidc::Frame;
use crate::people::{NEW_PERSON, Person};
use crate::provider::Shared;

/// What the consent page says about a request.
#[derive(Debug, Serialize)]
pub(crate) struct Ask {
    /// Who asks.
    pub(crate) application: String,
    /// The protocol in words.
    pub(crate) protocol: &'static str,
    /// Where the browser goes afterwards.
    pub(crate) destination: String,
    /// What the application wants to know, one line each.
    pub(crate) wants: Vec<String>,
    /// The request in detail, for the developer.
    pub(crate) details: Vec<(&'static str, String)>,
    /// Whom the application expects.
    pub(crate) hint: Option<String>,
}

/// Whether the requester is a browser or a program that asked for JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Browser,
    Program,
}

impl Reader {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        match accept {
            Some(accept) if accept.trim().starts_with("application/json") => Self::Program,
            _ => Self::Browser,
        }
    }
}

/// The compiled templates.
#[derive(Debug)]
pub(crate) struct Pages {
    templates: Environment<'static>,
    base: String,
}

impl Pages {
    pub(crate) fn compile(base: &str) -> Result<Self, Error> {
        let mut templates = Environment::new();
        for (name, source) in [
            ("layout.html", include_str!("../templates/layout.html")),
            ("consent.html", include_str!("../templates/consent.html")),
            ("form_post.html", include_str!("../templates/form_post.html")),
            ("mailbox.html", include_str!("../templates/mailbox.html")),
            ("message.html", include_str!("../templates/message.html")),
            ("signed_out.html", include_str!("../templates/signed_out.html")),
            ("user_code.html", include_str!("../templates/user_code.html")),
        ] {
            templates.add_template(name, source)?;
        }
        Ok(Self { templates, base: base.to_owned() })
    }

    /// The page that asks who signs in.
    pub(crate) fn consent(&self, reader: Reader, ask: &Ask, people: &[Person], transaction: &str) -> Response {
        let hint = ask.hint.as_deref();
        let buttons: Vec<_> = people
            .iter()
            .map(|person| {
                json!({
                    "key": person.key, "title": person.title(), "note": person.note,
                    "expected": hint.is_some_and(|hint| is_hinted(person, hint)),
                })
            })
            .collect();
        let typed = hint.filter(|hint| !people.iter().any(|person| is_hinted(person, hint)));
        let page = json!({
            "base": self.base, "action": format!("{}/consent", self.base),
            "transaction": transaction, "typed": typed.unwrap_or_default(), "ask": ask, "people": buttons, "new_person": NEW_PERSON,
        });
        match reader {
            Reader::Program => axum::Json(json!({"consent": page})).into_response(),
            Reader::Browser => self.render("consent.html", StatusCode::OK, &forms(&form_action(&ask.destination)), page),
        }
    }

    /// The page that carries fields to `action` by itself, or by a button without JavaScript.
    pub(crate) fn form_post(&self, reader: Reader, action: &str, fields: &[(&str, String)]) -> Response {
        let page = json!({"base": self.base, "action": action, "fields": fields});
        match reader {
            Reader::Program => axum::Json(json!({"form_post": page})).into_response(),
            Reader::Browser => self.render("form_post.html", StatusCode::OK, &forms(&form_action(action)), page),
        }
    }

    /// The letters that were sent.
    pub(crate) fn mailbox(&self, reader: Reader, mails: &[Mail]) -> Response {
        let mails: Vec<_> =
            mails.iter().map(|mail| json!({"to": mail.to, "subject": mail.subject, "text": mail.text, "link": mail.link})).collect();
        let page = json!({"base": self.base, "mails": mails});
        match reader {
            Reader::Program => axum::Json(json!({"mailbox": page})).into_response(),
            Reader::Browser => self.render("mailbox.html", StatusCode::OK, &forms("'none'"), page),
        }
    }

    /// The page where people type in the code that a device shows.
    pub(crate) fn user_code(&self, reader: Reader) -> Response {
        let page = json!({"base": self.base});
        match reader {
            Reader::Program => axum::Json(json!({"user_code": page})).into_response(),
            Reader::Browser => self.render("user_code.html", StatusCode::OK, &forms("'self'"), page),
        }
    }

    /// A page with a heading and an explanation.
    pub(crate) fn message(&self, reader: Reader, status: StatusCode, title: &str, text: &str) -> Response {
        let page = json!({"base": self.base, "title": title, "text": text});
        match reader {
            Reader::Program => (status, axum::Json(json!({"message": page}))).into_response(),
            Reader::Browser => self.render("message.html", status, &forms("'none'"), page),
        }
    }

    /// The page that tells applications in frames of a logout, and goes back by itself when they know.
    pub(crate) fn signed_out(&self, reader: Reader, frames: &[Frame], back: Option<&Url>) -> Response {
        let page = json!({"base": self.base, "frames": frames, "back": back});
        let origins: Vec<_> = frames.iter().map(Frame::origin).collect();
        match reader {
            Reader::Program => axum::Json(json!({"signed_out": page})).into_response(),
            Reader::Browser => {
                let policy = format!("form-action 'none'; frame-src {}", origins.join(" "));
                self.render("signed_out.html", StatusCode::OK, &policy, page)
            }
        }
    }

    /// `policy` is what this page needs beside what all have.
    fn render(&self, template: &str, status: StatusCode, policy: &str, page: serde_json::Value) -> Response {
        let page = minijinja::Value::from(minijinja::value::Serde(page));
        let html = match self.templates.get_template(template).and_then(|t| t.render(page)) {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(template, %error, "a page of the development provider failed");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let policy = format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; \
             {policy}; frame-ancestors 'none'; base-uri 'none'"
        );
        let mut response = (status, Html(html)).into_response();
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
        response
    }
}

/// The stylesheet and the scripts.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    let asset = |content_type: &'static str, text: &'static str| get(move || async move { ([(header::CONTENT_TYPE, content_type)], text) });
    Router::new()
        .route("/assets/page.css", asset("text/css; charset=utf-8", include_str!("../templates/page.css")))
        .route("/assets/signed_out.js", asset("text/javascript; charset=utf-8", include_str!("../templates/signed_out.js")))
        .route("/assets/form_post.js", asset("text/javascript; charset=utf-8", include_str!("../templates/form_post.js")))
}

/// The policy of a page whose forms lead there.
fn forms(targets: &str) -> String {
    format!("form-action {targets}")
}

fn is_hinted(person: &Person, hint: &str) -> bool {
    person.key == hint || person.id == hint || person.login.as_deref() == Some(hint) || person.email.as_deref() == Some(hint)
}

/// The sources for CSP's `form-action`.
///
/// Chromium applies it to every redirect after the form was sent, so the application's origin
/// must be in it, and so must other local ports, where a callback may send the browser on to.
fn form_action(destination: &str) -> String {
    let mut sources = vec![
        "'self'".to_owned(),
        "http://127.0.0.1:*".to_owned(),
        "https://127.0.0.1:*".to_owned(),
        "http://localhost:*".to_owned(),
        "https://localhost:*".to_owned(),
        "http://*.localhost:*".to_owned(),
        "https://*.localhost:*".to_owned(),
    ];
    if let Ok(url) = Url::parse(destination) {
        sources.push(match (url.scheme(), url.host()) {
            ("http" | "https", Some(Host::Domain(_) | Host::Ipv4(_))) => url.origin().ascii_serialization(),
            // CSP has no way to write an IPv6 address, nor the host of an application's scheme.
            (scheme, _) => format!("{scheme}:"),
        });
    }
    sources.join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_form_may_lead_to_the_application_only() {
        for (destination, source) in [
            ("https://app.example/callback?x=1;y", "https://app.example"),
            ("http://[::1]:8000/cb", "http:"),
            ("org.example.app:/callback", "org.example.app:"),
        ] {
            let sources = form_action(destination);
            assert!(sources.ends_with(&format!(" {source}")), "{sources}");
            assert!(!sources.contains(';'), "{sources}");
        }
    }
}
