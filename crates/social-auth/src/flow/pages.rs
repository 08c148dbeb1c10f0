//! The few pages that the journeys need of their own.

use http::StatusCode;
use minijinja::{Value, context};
use url::Url;

use super::complete::RETURNED;
use crate::backend::WidgetPage;
use crate::error::{Error, Recovery, Result};
use crate::page::{policy, policy_with_script, render, source_of};
use crate::pipeline::Question;
use crate::social_auth::SocialAuth;
use crate::web::{Reply, Request};

/// A page with one button that begins or connects. Its policy names no form action: the browser applies
/// that to the redirect to the provider too, wherever that is.
pub(super) fn one_button(action: &str, fields: &[(String, String)], provider: &str, signed_in: bool) -> Result<Reply> {
    let (title, text) = if signed_in {
        (
            format!("Connect {provider}"),
            format!("You are signed in. Do you want to connect your {provider} account as another way to sign in?"),
        )
    } else {
        (format!("Sign in with {provider}"), String::new())
    };
    let page = render(
        "form.html",
        context! { title, text, action, fields => hidden(fields), button => format!("Continue with {provider}"), automatic => false },
    )?;
    Ok(Reply::html(StatusCode::OK, page, policy("")))
}

/// A page with one button that goes on with a paused sign-in. It says as whom: the link may be somebody else's.
pub(super) fn confirm_resume(action: &str, fields: &[(String, String)], provider: &str, account: Option<&str>) -> Result<Reply> {
    let account = account.map(|account| format!(" as “{account}”")).unwrap_or_default();
    let text = format!("A sign-in with {provider}{account} was begun and waits for you. Go on only if it was you who began it.");
    let page = render(
        "form.html",
        context! { title => "Go on with the sign-in?", text, action, fields => hidden(fields), button => "Yes, go on", automatic => false },
    )?;
    Ok(Reply::html(StatusCode::OK, page, policy("")))
}

/// A page with a question and a button for each answer.
pub(super) fn yes_or_no(action: &str, fields: &[(String, String)], question: &Question) -> Result<Reply> {
    let Question { title, text, yes, no, .. } = question;
    let page = render("question.html", context! { title, text, yes, no, action, fields => hidden(fields) })?;
    Ok(Reply::html(StatusCode::OK, page, policy("")))
}

/// A page with one button that goes on with a sign-in which began on the provider's pages.
pub(super) fn confirm_launch(action: &str, fields: &[(String, String)], provider: &str, who: &str, signed_in: bool) -> Result<Reply> {
    let as_whom = if who.is_empty() { String::new() } else { format!(" as {who}") };
    let before = if signed_in { " You are signed in here already, and will be signed in anew." } else { "" };
    let text = format!("{provider} wants to sign you in{as_whom}. Go on only if that is you.{before}");
    let page = render(
        "form.html",
        context! { title => format!("Sign in with {provider}?"), text, action, fields => hidden(fields), button => "Yes, sign me in", automatic => false },
    )?;
    Ok(Reply::html(StatusCode::OK, page, policy("")))
}

/// A page for a frame on the provider's page, with one button that leaves the frame.
pub(super) fn way_out(action: &str, fields: &[(String, String)], provider: &str, framed_by: &[&str]) -> Result<Reply> {
    let text = format!("You are leaving the page of {provider}.");
    let page = render(
        "form.html",
        context! { title => "Go on here", text, action, fields => hidden(fields), button => "Open in the whole window", automatic => false, target => "_top" },
    )?;
    Ok(Reply::html(StatusCode::OK, page, policy("").replace("frame-ancestors 'none'", &format!("frame-ancestors {}", framed_by.join(" ")))))
}

/// A page on which the provider's own script asks.
pub(super) fn widget(page: &WidgetPage) -> Result<Reply> {
    let pairs = |pairs: &[(&str, String)]| {
        pairs.iter().map(|(name, value)| Value::from(vec![(*name).to_owned(), value.clone()])).collect::<Value>()
    };
    let elements: Value = page.elements.iter().map(|element| pairs(element)).collect();
    let widget = page.widget;
    let html = render(
        "widget.html",
        context! { title => page.title.as_str(), address => widget.script, attributes => pairs(&page.script), elements, inline => widget.inline },
    )?;
    let origins = widget.origins.join(" ");
    let script = Url::parse(widget.script).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let inline = if widget.inline.is_empty() { String::new() } else { source_of(widget.inline) };
    // The script styles what it adds, and leads the browser on to wherever the provider wants.
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline' {origins}; script-src {script} {inline}; frame-src {origins}; connect-src {origins}; \
         img-src {origins} data:; base-uri 'none'; frame-ancestors 'none'"
    );
    Ok(Reply::html(StatusCode::OK, html, policy))
}

/// A page with one button that signs out.
pub(super) fn sign_out_button(action: &str, fields: &[(String, String)]) -> Result<Reply> {
    let text = "You will need to sign in again to use your account.";
    let page = render(
        "form.html",
        context! { title => "Sign out", text, action, fields => hidden(fields), button => "Sign out", automatic => false },
    )?;
    Ok(Reply::html(StatusCode::OK, page, policy("")))
}

/// Posts what a provider posted to us on to ourselves, now as a same-origin request with cookies.
pub(super) fn return_page(request: &Request) -> Result<Reply> {
    let mut fields: Vec<(&str, &str)> = request.form.iter().collect();
    fields.push((RETURNED, "1"));
    let action = request.uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
    let page = render(
        "form.html",
        context! { title => "Signing you in", text => "", action, fields => hidden(&fields), button => "Continue", automatic => true },
    )?;
    Ok(Reply::html(StatusCode::OK, page, policy_with_script()))
}

/// Sends the browser to a provider by posting a form.
pub(super) fn post_onward(action: &str, fields: &[(String, String)]) -> Result<Reply> {
    if !(action.starts_with("https://") || action.starts_with("http://")) {
        return Err(Error::invalid_setting("url", "a form can only be posted to an http(s) address"));
    }
    let page = render(
        "form.html",
        context! { title => "Signing you in", text => "", action, fields => hidden(fields), button => "Continue", automatic => true },
    )?;
    Ok(Reply::html(StatusCode::OK, page, policy_with_script()))
}

/// What went wrong, in words a person understands, and the way on.
pub(super) fn error(social: &SocialAuth, error: &Error, status: StatusCode) -> Result<Reply> {
    let facts = error.facts();
    let login_page = social.flow_settings().login_url.as_deref();
    let (retry, retry_text) = match (facts.recovery, facts.backend) {
        (Recovery::RestartLogin | Recovery::Reauthenticate | Recovery::RetryLater, Some(backend)) if login_page.is_none() => {
            (Some(social.login_path(backend)), "Try again")
        }
        _ => (login_page.map(str::to_owned).or(Some(social.url(""))), "Back"),
    };
    let page = render("error.html", context! { message => error.reason().message(), code => facts.code, retry, retry_text })?;
    Ok(Reply::html(status, page, policy("; form-action 'none'")))
}

fn hidden<T: AsRef<str>>(fields: &[(T, T)]) -> Value {
    fields.iter().map(|(name, value)| Value::from(vec![name.as_ref().to_owned(), value.as_ref().to_owned()])).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::web::ReplyBody;

    // GHSA-vvpx-j8f3-3w6h and its like: an address of a form that a provider's metadata chose.
    #[test]
    fn a_form_posts_to_a_web_address_only_and_its_fields_stay_fields() {
        for action in
            ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//evil.example", "/path", "", "ftp://a", " https://a"]
        {
            assert!(post_onward(action, &[]).is_err(), "{action:?}");
        }
        let hostile = "\"><script>alert(1)</script>";
        let fields = [(hostile.to_owned(), hostile.to_owned())];
        let reply = post_onward(&format!("https://op.example/?{hostile}"), &fields).unwrap();
        let ReplyBody::Html { html, csp } = reply.body else { panic!("no page") };
        assert_eq!(html.matches("<script>").count(), 1, "only our own: {html}");
        assert!(!html.contains("<script>alert") && html.contains("action=\"https:"), "{html}");
        assert!(csp.contains("default-src 'none'") && csp.contains("script-src 'sha256-") && !csp.contains("unsafe"), "{csp}");
    }
}
