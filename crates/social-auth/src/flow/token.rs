//! Token sign-in: a mobile or single-page client hands over what it got from the provider by itself, and
//! gets the user and a token of ours.

use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::csrf;
use super::failure::problem_reply;
use super::run::{self, Journey, RunEnd, Sent};
use crate::api_token::bearer;
use crate::backend::TokenCredentials;
use crate::error::{Error, Reason, Result, Source, Stage};
use crate::pipeline::Context;
use crate::seal::{random_token, sha256_base64url};
use crate::secret::Secret;
use crate::session::Session;
use crate::social_auth::SocialAuth;
use crate::storage::UserId;
use crate::web::{Params, Reply, ReplyBody, Request};

/// The namespace of id tokens and nonces among the claims.
const CLAIMS: &str = "social-auth:token";

const NONCE_PURPOSE: &str = "token nonce";

/// How long a client has to bring an id token for a nonce, in seconds.
const NONCE_LIFETIME: i64 = 900;

/// The nonce is the sealed form of this, so that nothing is stored until it is spent.
#[derive(Serialize, Deserialize)]
struct IssuedNonce {
    backend: String,
    random: String,
    expires_at: i64,
}

/// `POST /token/<backend>/nonce/`: a nonce for an id token that the client is about to ask for.
pub(crate) fn issue_nonce(social: &SocialAuth, name: &str) -> Result<Reply> {
    social.instance(name)?;
    let nonce = IssuedNonce { backend: name.to_owned(), random: random_token(9), expires_at: social.clock().now() + NONCE_LIFETIME };
    let nonce = social.0.sealer.seal(NONCE_PURPOSE, &nonce)?;
    Ok(Reply::json(StatusCode::OK, json!({ "nonce": nonce, "expires_in": NONCE_LIFETIME })))
}

/// `POST /token/<backend>/`.
pub(crate) async fn sign_in_with_token(social: &SocialAuth, name: &str, request: &Request, session: &mut dyn Session) -> Result<Reply> {
    let outcome = sign_in(social, name, request, session).await;
    outcome.inspect_err(|error| social.0.events.login_failed(name, error))
}

async fn sign_in(social: &SocialAuth, name: &str, request: &Request, session: &mut dyn Session) -> Result<Reply> {
    let instance = social.instance(name)?;
    if request.method != Method::POST {
        return Err(Error::new(Reason::InvalidParameter).parameter("method").detail("token sign-in is a POST").stage(Stage::Callback));
    }
    let connecting = connecting_user(social, request, session).await?;
    let mut credentials = credentials(request)?;
    let nonce = issued_nonce(social, name, &request.form)?;
    credentials.nonce = nonce.as_ref().map(|(sent, _)| sent.clone());
    let identity = instance.backend.complete_with_token(&credentials).await.map_err(blame_the_client)?;
    if let Some((sent, issued)) = nonce {
        spend_nonce(social, name, &sent, &issued).await?;
    }
    if let Some(token) = &credentials.id_token {
        spend_id_token(social, token).await?;
    }
    let journey = Journey { user: connecting, ..Journey::default() };
    let parts = journey.parts(social, instance, identity, Sent { params: request.form.clone(), client: request.peer }).await?;
    let context = match run::pipeline(social, instance, &journey, Context::new(parts), 0, session).await? {
        RunEnd::Reply(reply) => return Ok(reply),
        RunEnd::Paused { reply, resume_url } => return Ok(paused(name, reply, &resume_url)),
        RunEnd::Finished(context) => context,
    };
    answer(social, name, &context, request).await
}

/// A step asks the person something. What a program cannot show, it hands to a browser: the address asks first,
/// and then shows what the step does.
fn paused(name: &str, reply: Reply, resume_url: &str) -> Reply {
    if !matches!(reply.body, ReplyBody::Html { .. } | ReplyBody::Redirect(_)) {
        return reply;
    }
    let error = Error::new(Reason::InteractionRequired).stage(Stage::Pipeline).backend(name);
    let mut problem = problem_reply(&error);
    if let ReplyBody::Problem(Value::Object(document)) = &mut problem.body {
        document.insert("resume_url".to_owned(), resume_url.into());
    }
    problem
}

/// Who the identity is to be connected to: the owner of the token of ours that came along, or of the
/// session if a page of ours sent the request. Another site's page could connect its own account else.
async fn connecting_user(social: &SocialAuth, request: &Request, session: &mut dyn Session) -> Result<Option<UserId>> {
    if bearer(request).is_some() {
        let user = social.bearer_user(request).await?;
        let user = user.ok_or_else(|| Error::new(Reason::CredentialRejected).detail("the bearer token is unknown, expired or revoked"))?;
        return Ok(Some(user.id));
    }
    match session.user_id() {
        Some(user) => csrf::require_own_page(social, request).map(|()| Some(user)),
        None => Ok(None),
    }
}

fn credentials(request: &Request) -> Result<TokenCredentials> {
    let form = &request.form;
    if let Some(name) = form.ambiguous() {
        let twice = Error::new(Reason::InvalidParameter).parameter(name).detail("the parameter was given with two values");
        return Err(twice.stage(Stage::Callback));
    }
    let secret = |name: &str| form.get(name).filter(|text| !text.is_empty()).map(Secret::from);
    let credentials = TokenCredentials {
        access_token: secret("access_token"),
        access_token_secret: secret("access_token_secret"),
        id_token: secret("id_token"),
        code: secret("code"),
        code_verifier: secret("code_verifier"),
        redirect_uri: form.get("redirect_uri").map(str::to_owned),
        nonce: None,
        extra: form.clone(),
    };
    if credentials.access_token.is_none() && credentials.id_token.is_none() && credentials.code.is_none() {
        if form.is_empty() && request.header(CONTENT_TYPE).is_some_and(|kind| !Request::reads(kind)) {
            let unread = Error::new(Reason::InvalidParameter).parameter("content-type");
            return Err(unread.detail("send a form (application/x-www-form-urlencoded) or application/json").stage(Stage::Callback));
        }
        return Err(Error::missing_parameter("access_token").detail("send access_token, id_token or code").stage(Stage::Callback));
    }
    Ok(credentials)
}

/// The token comes from the client and not from the provider, and so does the choice of what to send to which
/// backend: what is wrong with it is the request's fault.
fn blame_the_client(error: Error) -> Error {
    let error = error.stage_if_unknown(Stage::TokenExchange);
    let chosen_by_it = matches!(error.reason(), Reason::UnsupportedFeature | Reason::AuthorizationCodeRejected);
    if chosen_by_it || error.facts().stage == Stage::TokenValidation { error.from_source(Source::Request) } else { error }
}

/// A nonce proves that the id token was made for this sign-in only if it was ours (kratos#3994).
fn issued_nonce(social: &SocialAuth, name: &str, form: &Params) -> Result<Option<(String, IssuedNonce)>> {
    let Some(sent) = form.get("nonce") else { return Ok(None) };
    let nonce: IssuedNonce =
        social.0.sealer.open(NONCE_PURPOSE, sent).ok_or_else(|| nonce_rejected(name, "is not one that we gave out"))?;
    if nonce.backend != name || nonce.expires_at <= social.clock().now() {
        return Err(nonce_rejected(name, "is for another backend, or expired"));
    }
    Ok(Some((sent.to_owned(), nonce)))
}

async fn spend_nonce(social: &SocialAuth, name: &str, sent: &str, issued: &IssuedNonce) -> Result<()> {
    if social.social().claim(CLAIMS, &sha256_base64url(sent), issued.expires_at).await? {
        return Ok(());
    }
    Err(nonce_rejected(name, "was used already"))
}

fn nonce_rejected(name: &str, why: &str) -> Error {
    Error::new(Reason::NonceMismatch)
        .detail(format!("the nonce {why}; get one with POST token/{name}/nonce/"))
        .stage(Stage::Callback)
        .from_source(Source::Request)
}

/// An id token signs in once (allauth's notice of 64.1): it lies about in logs and devices until it expires.
async fn spend_id_token(social: &SocialAuth, token: &Secret) -> Result<()> {
    // A claim's expiry is part of its key on the Django tables, so it cannot be reckoned from now. The day
    // is what two uses have in common; the next one is claimed too, so that no midnight lets a token in twice.
    let (key, today) = (sha256_base64url(token.expose()), social.clock().now().div_euclid(86_400));
    for day in [today, today + 1] {
        if !social.social().claim(CLAIMS, &format!("{key}:{day}"), (day + 1) * 86_400).await? {
            return Err(Error::new(Reason::CredentialRejected).detail("the id token was used already").stage(Stage::Callback));
        }
    }
    Ok(())
}

async fn answer(social: &SocialAuth, name: &str, context: &Context, request: &Request) -> Result<Reply> {
    let user = run::user_of(social, context)?;
    if !user.is_active && !context.settings().allow_inactive_users_login {
        return Err(Error::new(Reason::UserInactive).stage(Stage::Pipeline));
    }
    run::note_verified_email(social, context, user).await?;
    social.users().record_login(&user.id, social.clock().date_time()).await?;
    let token = match run::origin(context) {
        Some(origin) => social.issue_api_token_from(user, &origin, request).await?,
        None => social.issue_api_token(user, name, request).await?,
    };
    let status = if context.created_user { StatusCode::CREATED } else { StatusCode::OK };
    tracing::info!(backend = name, user = user.id.as_str(), new_user = context.created_user, "signed in with a token");
    run::tell_of_login(social, context, user);
    let body = json!({
        "user": user,
        "is_new": context.created_user,
        "new_association": context.new_association,
        "token": token.token.expose(),
        "token_type": "Bearer",
        "expires_in": token.expires_in,
    });
    Ok(Reply::json(status, body))
}
