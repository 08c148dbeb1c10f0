//! New people choose their user name before the account is made: a step that pauses with a form.

use axum::{Router, response::Html, routing::get};
use social_auth::form::{Field, Form};
use social_auth::pipeline::{Context, Outcome, Pipeline};
use social_auth::storage::MemoryStorage;
use social_auth::{Result, SocialAuth, username};
use social_auth_axum::CurrentUser;
use social_auth_testkit::DevProvider;

/// Runs when the provider has vouched, and again when the person has answered.
async fn choose_username(context: &mut Context) -> Result<Outcome> {
    if context.user.is_some() {
        return Ok(Outcome::Continue);
    }
    let form = Form::new("Choose a user name").text("You are new here. How do you want to be called?");
    let field = Field::username("username", "User name").hint("Letters, digits and @ . + - _").max_length(150);
    let Some(name) = context.answer("username").map(str::to_owned) else {
        let proposed = context.username.clone().unwrap_or_default();
        // What stands in `values` is there again after the pause; `USER_FIELDS` has it kept with the account.
        context.values.insert("name_at_provider".into(), context.details.username.clone().into());
        return context.ask(form.field(field.value(proposed)));
    };
    if name.is_empty() || username::clean(&name) != name || context.users().username_exists(&name).await? {
        return context.ask(form.field(field.value(name)).message("This name is taken, or has other characters in it."));
    }
    context.username = Some(name);
    Ok(Outcome::Continue)
}

async fn home(user: Option<CurrentUser>) -> Html<String> {
    Html(match user {
        // Both names are of letters, digits and `@.+-_`: nothing to be escaped.
        Some(CurrentUser(user)) => {
            let elsewhere = user.attributes.get("name_at_provider").and_then(|name| name.as_str()).unwrap_or("somebody");
            format!("<p>You are {} here, and {elsewhere} there. <a href='/logout/'>Sign out</a></p>", user.username)
        }
        None => "<p><a href='/login/oidc/'>Sign in</a></p>".to_owned(),
    })
}

/// The whole application.
pub fn app(public_url: &str, provider: &DevProvider) -> Result<Router, Box<dyn std::error::Error>> {
    let pipeline = Pipeline::authentication().after("get_username", "choose_username", |context| Box::pin(choose_username(context)))?;
    let social = SocialAuth::builder()
        .public_url(public_url)
        .secret_key("thirty-two random characters, and not these")
        .storage(MemoryStorage::new())
        .set("SOCIAL_AUTH_USER_FIELDS", vec!["username", "email", "name_at_provider"])
        .backend(
            "oidc",
            [("OIDC_ENDPOINT", provider.issuer().as_str()), ("KEY", provider.client_id()), ("SECRET", provider.client_secret())],
        )
        .pipeline(pipeline)
        .build()?;
    Ok(Router::new().route("/", get(home)).merge(social_auth_axum::routes(social.clone())).with_state(social))
}
