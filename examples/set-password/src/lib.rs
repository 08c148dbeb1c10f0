//! People who signed in by a provider set a password, and sign in by it the next time: a step that pauses.

use axum::{Router, response::Html, routing::get};
use social_auth::form::{Field, Form};
use social_auth::pipeline::{Context, Outcome, Pipeline};
use social_auth::storage::MemoryStorage;
use social_auth::{Result, Secret, SocialAuth};
use social_auth_axum::CurrentUser;
use social_auth_testkit::DevProvider;

/// Runs when the account is there, and again when the person has answered.
async fn set_password(context: &mut Context) -> Result<Outcome> {
    let Some(user) = context.user.clone() else { return Ok(Outcome::Continue) };
    if context.users().has_usable_password(&user.id).await? {
        return Ok(Outcome::Continue);
    }
    let form = Form::new("Set a password")
        .text(format!("Next time you can also sign in as {} with it.", user.username))
        .field(Field::new_password("password", "Password").min_length(context.passwords().min_length()))
        .button("Set password");
    let Some(password) = context.answer("password").map(Secret::from) else { return context.ask(form) };
    if let Some(why) = context.passwords().unfit(&password, &[&user.username]) {
        return context.ask(form.message(why));
    }
    let hash = context.passwords().hash(&password).await?;
    context.users().set_password(&user.id, &hash, None).await?;
    Ok(Outcome::Continue)
}

async fn home(user: Option<CurrentUser>) -> Html<String> {
    Html(match user {
        // A user name is of letters, digits and `@.+-_`: nothing to be escaped.
        Some(CurrentUser(user)) => format!("<p>You are {}. <a href='/logout/'>Sign out</a></p>", user.username),
        None => "<p><a href='/login/oidc/'>Sign in by the provider</a> or <a href='/login/username/'>with a password</a></p>".to_owned(),
    })
}

/// The whole application.
pub fn app(public_url: &str, provider: &DevProvider) -> Result<Router, Box<dyn std::error::Error>> {
    let pipeline = Pipeline::authentication().after("user_details", "set_password", |context| Box::pin(set_password(context)))?;
    let social = SocialAuth::builder()
        .public_url(public_url)
        .secret_key("thirty-two random characters, and not these")
        .storage(MemoryStorage::new())
        .backend(
            "oidc",
            [("OIDC_ENDPOINT", provider.issuer().as_str()), ("KEY", provider.client_id()), ("SECRET", provider.client_secret())],
        )
        .pipeline_for("oidc", pipeline)
        // Its own default pipeline asks for the password.
        .backend("username", [("TITLE", "your user name")])
        .build()?;
    Ok(Router::new().route("/", get(home)).merge(social_auth_axum::routes(social.clone())).with_state(social))
}
