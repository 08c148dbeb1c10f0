//! The journeys, one file each: the only place that knows their order.

mod begin;
mod complete;
mod cookies;
mod csrf;
mod disconnect;
mod ended_sessions;
mod failure;
mod login_required;
mod logout;
mod metadata;
mod pages;
mod provider_logout;
mod question;
mod refresh;
mod resume;
mod routes;
mod run;
mod token;
mod where_to;

pub use begin::BeginOptions;
pub(crate) use begin::{LAST_LOGIN_BACKEND, begin};
pub(crate) use complete::{Completed, complete};
pub(crate) use csrf::{csrf_token, require_own_page};
pub(crate) use disconnect::disconnect;
pub(crate) use ended_sessions::has_ended;
pub(crate) use failure::{error_reply, problem_reply};
pub(crate) use login_required::login_required;
pub(crate) use logout::{after_provider, logout};
pub(crate) use metadata::{client_keys, service_metadata};
pub use question::OpenQuestion;
pub(crate) use refresh::{access_token, refresh};
pub(crate) use resume::{open_question, own_token as partial_of};
pub(crate) use routes::{ROUTES, respond};
pub(crate) use token::{issue_nonce, sign_in_with_token};
pub(crate) use where_to::{NEXT, allowed};
