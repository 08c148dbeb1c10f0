//! The page with the buttons.

use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use social_auth::backend::BackendInfo;
use social_auth::error::Result;
use social_auth::web::Reply;

use super::visit::Visit;
use super::{App, icon};

/// A button for each backend, in the order of the settings.
pub(super) fn choices(app: &App) -> Vec<Value> {
    let choice = |info: &BackendInfo| {
        let action = app.social().login_path(&info.name);
        context! { name => info.name.as_str(), title => info.title.as_str(), action, icon => icon::of(info) }
    };
    app.social().backends().map(|backend| choice(backend.info())).collect()
}

/// `/`: to the account, or to the buttons.
pub(super) async fn home(visit: Visit) -> Response {
    let page = if visit.session.user().is_some() { "account/" } else { "login/" };
    let reply = by_the_right_name(&visit).unwrap_or_else(|| Reply::redirect(visit.app.path(page)));
    visit.end(Ok(reply)).await
}

/// `/login/`.
pub(super) async fn page(visit: Visit) -> Response {
    let outcome = by_the_right_name(&visit).map_or_else(|| show(&visit), Ok);
    visit.end(outcome).await
}

/// The way to the same page by the name that providers send browsers back to.
fn by_the_right_name(visit: &Visit) -> Option<Reply> {
    let public_url = visit.app.social().public_url();
    let (_, name) = public_url.split_once("://")?;
    let other = visit.request.host().filter(|host| *host != name);
    let here = visit.request.uri.path_and_query()?;
    other.filter(|_| visit.app.has_one_name()).map(|_| Reply::redirect(format!("{public_url}{here}")))
}

fn show(visit: &Visit) -> Result<Reply> {
    if visit.session.user().is_some() {
        return Ok(Reply::redirect(visit.app.path("account/")));
    }
    // Where to go afterwards is judged when the sign-in begins.
    let next = visit.request.query.get("next").filter(|next| !next.is_empty());
    let backends = choices(&visit.app);
    let remember = visit.app.social().flow_settings().remember_session_name.as_deref();
    visit.with_form(|csrf| {
        let values = context! { csrf, next, backends, remember };
        visit.app.pages().render(StatusCode::OK, "login.html", values)
    })
}
