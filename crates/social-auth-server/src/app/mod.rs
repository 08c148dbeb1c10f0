//! The application: pages for people, an API for programs, and the journeys of the library below them.

mod account;
mod api;
mod assets;
mod browser_name;
mod headers;
mod health;
mod icon;
mod login;
mod not_found;
mod pages;
mod sessions;
mod spans;
mod visit;
mod when;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::{delete, get, post};
use social_auth::SocialAuth;

use pages::Pages;

/// What the server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A site with users.
    Site,
    /// Looking around; every page says so.
    Demo,
}

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

struct Inner {
    social: SocialAuth,
    pages: Pages,
    has_one_name: bool,
}

impl App {
    /// `has_one_name` is for a public address that nobody chose: browsers that came by another name of this
    /// machine, `localhost` for `127.0.0.1`, are then sent to it before they sign in. Cookies stay with a
    /// name, and providers send browsers back to the public address.
    pub(crate) fn new(social: SocialAuth, kind: Kind, has_one_name: bool) -> Self {
        let pages = Pages::new(&social, kind);
        App(Arc::new(Inner { social, pages, has_one_name }))
    }

    pub(crate) fn social(&self) -> &SocialAuth {
        &self.0.social
    }

    fn pages(&self) -> &Pages {
        &self.0.pages
    }

    fn has_one_name(&self) -> bool {
        self.0.has_one_name
    }

    /// The address of a page below the mount.
    fn path(&self, page: &str) -> String {
        format!("{}{page}", self.social().mount())
    }

    /// All addresses: our pages, and the journeys of the library.
    pub(crate) fn router(&self) -> Router {
        let to = |page: &str| {
            let target = self.path(page);
            get(move || async move { Redirect::permanent(&target) })
        };
        let mut router = Router::new()
            .route(&self.path(""), get(login::home))
            .route(&self.path("login/"), get(login::page))
            .route(&self.path("login"), to("login/"))
            .route(&self.path("account/"), get(account::page))
            .route(&self.path("account"), to("account/"))
            .route(&self.path("account/sessions/others/"), post(sessions::revoke_others))
            .route(&self.path("account/sessions/{id}/"), post(sessions::revoke))
            .route(&self.path("api/me"), get(api::me))
            .route(&self.path("api/token"), delete(api::revoke_token))
            .route(&self.path("api/token/revoke"), post(api::revoke_named_token))
            .route(&self.path("static/{file}"), get(assets::file))
            .route("/healthz", get(health::check));
        if self.social().mount() != "/" {
            router = router.route("/", to(""));
        }
        router
            .merge(social_auth_axum::routes(self.social().clone()))
            .fallback(not_found::answer)
            .layer(from_fn_with_state(self.clone(), headers::secure))
            .layer(from_fn(spans::record))
            .with_state(self.clone())
    }
}
