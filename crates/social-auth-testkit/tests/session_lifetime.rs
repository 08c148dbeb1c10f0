//! How long a session lasts: by the provider's word, by the site's, and by the person's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use door::{Door, set_up_by};
use social_auth::session::SessionLifetime;

/// The lifetime that a sign-in begun at this address gives its session.
async fn lifetime(settings: &[(&'static str, serde_json::Value)], path: &str) -> SessionLifetime {
    let (idp, social) = set_up_by(|builder| settings.iter().fold(builder, |builder, (name, value)| builder.set(name, value.clone()))).await;
    let mut door = Door::default();
    door.sign_in_by(&idp, &social, path, "alice").await;
    door.session.lifetime.expect("somebody signed in")
}

#[tokio::test]
async fn without_settings_the_application_decides() {
    assert_eq!(lifetime(&[], "/login/dev-oidc/?keep=1").await, SessionLifetime::default());
}

#[tokio::test]
async fn the_session_may_last_as_long_as_the_providers_token() {
    for backend in ["dev-oidc", "dev-oauth2"] {
        let lifetime = lifetime(&[("SOCIAL_AUTH_SESSION_EXPIRATION", true.into())], &format!("/login/{backend}/")).await;
        assert_eq!(lifetime.seconds, Some(3600), "{backend}");
    }
}

#[tokio::test]
async fn the_site_may_set_an_end_to_all_sessions() {
    let longest = ("SOCIAL_AUTH_MAX_SESSION_LENGTH", 600.into());
    assert_eq!(lifetime(std::slice::from_ref(&longest), "/login/dev-oidc/").await.seconds, Some(600));
    let both = [longest, ("SOCIAL_AUTH_SESSION_EXPIRATION", true.into())];
    assert_eq!(lifetime(&both, "/login/dev-oidc/").await.seconds, Some(600), "whichever is sooner");
    let longer = [("SOCIAL_AUTH_MAX_SESSION_LENGTH", 99_999.into()), ("SOCIAL_AUTH_SESSION_EXPIRATION", true.into())];
    assert_eq!(lifetime(&longer, "/login/dev-oidc/").await.seconds, Some(3600));
}

#[tokio::test]
async fn only_who_asks_is_remembered_after_the_browser_is_closed() {
    let remember = [("SOCIAL_AUTH_REMEMBER_SESSION_NAME", "keep".into())];
    for (query, ends_with_browser) in [("", true), ("?keep=1", false), ("?keep=on", false), ("?keep=0", true), ("?keep=", true)] {
        let lifetime = lifetime(&remember, &format!("/login/dev-oidc/{query}")).await;
        assert_eq!(lifetime.ends_with_browser, ends_with_browser, "{query}");
    }
}
