//! Who is signed in, as extractors.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::response::Response;
use http::request::Parts;
use social_auth::SocialAuth;
use social_auth::error::{Error, Reason};
use social_auth::storage::User;
use social_auth::web::Request;

use crate::request::{read_parts, respond_with};
use crate::sessions::Sessions;

/// Who is signed in, by a session or by a token that `token/<backend>/` gave out. Answers 401 when nobody is; ask for `Option<CurrentUser>` where that is fine, or for
/// [`LoginRequired`] where a browser should be sent to the login page.
#[derive(Debug, Clone)]
pub struct CurrentUser(pub User);

/// Who is signed in. When nobody is, a browser goes to `LOGIN_URL` and comes back afterwards, and a program
/// gets 401 as Problem Details.
#[derive(Debug, Clone)]
pub struct LoginRequired(pub User);

/// What a handler's page looked up before, so that it is looked up once a request.
#[derive(Clone)]
struct Known(Option<User>);

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser
where
    SocialAuth: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let social = SocialAuth::from_ref(state);
        let nobody = |parts: &Parts| refuse(&social, parts, &Error::new(Reason::LoginRequired));
        user(&social, parts).await?.map(CurrentUser).ok_or_else(|| nobody(parts))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for CurrentUser
where
    SocialAuth: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Response> {
        Ok(user(&SocialAuth::from_ref(state), parts).await?.map(CurrentUser))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LoginRequired
where
    SocialAuth: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let social = SocialAuth::from_ref(state);
        let to_login = |parts: &Parts| respond_with(social.login_required(&read_parts(&social, parts)));
        user(&social, parts).await?.map(LoginRequired).ok_or_else(|| to_login(parts))
    }
}

async fn user(social: &SocialAuth, parts: &mut Parts) -> Result<Option<User>, Response> {
    if let Some(Known(user)) = parts.extensions.get() {
        return Ok(user.clone());
    }
    let request = read_parts(social, parts);
    let user = token_or_session(social, &request, parts).await.map_err(|error| refuse(social, parts, &error))?;
    parts.extensions.insert(Known(user.clone()));
    Ok(user)
}

/// A token of ours says who it is, and else the session.
async fn token_or_session(social: &SocialAuth, request: &Request, parts: &Parts) -> social_auth::Result<Option<User>> {
    match social.bearer_user(request).await? {
        Some(user) => Ok(Some(user)),
        None => Sessions::of(&parts.extensions).user(social, request, &parts.extensions).await,
    }
}

fn refuse(social: &SocialAuth, parts: &Parts, error: &Error) -> Response {
    respond_with(social.error_reply(error, &read_parts(social, parts)))
}
