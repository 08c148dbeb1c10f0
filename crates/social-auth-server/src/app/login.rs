//! The page with the buttons.

use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use serde::Serialize;
use social_auth::error::Result;
use social_auth::web::Reply;

use super::visit::Visit;
use super::{App, icon};

/// A button of a backend.
#[derive(Serialize)]
pub(super) struct Choice {
    name: String,
    title: String,
    action: String,
    icon: Value,
}

/// All backends, in the order of the settings.
pub(super) fn choices(app: &App) -> Vec<Choice> {
    let choice = |info: &social_auth::backend::BackendInfo| Choice {
        name: info.name.clone(),
        title: info.title.clone(),
        action: app.social().login_path(&info.name),
        icon: icon::of(info),
    };
    app.social().backends().map(|backend| choice(backend.info())).collect()
}

/// `/`: to the account, or to the buttons.
pub(super) async fn home(visit: Visit) -> Response {
    let page = if visit.session.user().is_some() { "account/" } else { "login/" };
    let reply = Reply::redirect(visit.app.path(page));
    visit.end(Ok(reply)).await
}

/// `/login/`.
pub(super) async fn page(visit: Visit) -> Response {
    let outcome = show(&visit);
    visit.end(outcome).await
}

fn show(visit: &Visit) -> Result<Reply> {
    if visit.session.user().is_some() {
        return Ok(Reply::redirect(visit.app.path("account/")));
    }
    let (csrf, cookie) = visit.csrf()?;
    // Where to go afterwards is judged when the sign-in begins.
    let next = visit.request.query.get("next").filter(|next| !next.is_empty());
    let values = context! { csrf => Value::from_serialize(csrf), next, backends => Value::from_serialize(choices(&visit.app)) };
    let mut reply = visit.app.pages().render(StatusCode::OK, "login.html", values)?;
    reply.cookies.extend(cookie);
    Ok(reply)
}
