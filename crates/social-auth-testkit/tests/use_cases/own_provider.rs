//! A provider that nobody here has heard of: settings are enough.

use social_auth::SocialAuth;
use social_auth::storage::MemoryStorage;
use social_auth_testkit::DevProvider;

use crate::{Door, user};

#[tokio::test]
async fn a_provider_needs_no_code() {
    let idp = DevProvider::start().await.unwrap();
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as(
            "acme",
            "oauth2",
            [
                ("TITLE", "Acme".to_owned()),
                ("KEY", idp.client_id().to_owned()),
                ("SECRET", idp.client_secret().to_owned()),
                ("AUTHORIZATION_URL", format!("{}/oauth2/authorize", idp.url())),
                ("ACCESS_TOKEN_URL", format!("{}/oauth2/token", idp.url())),
                ("USER_URL", format!("{}/oauth2/user", idp.url())),
                ("USERNAME_KEY", "login".to_owned()),
            ],
        )
        .build()
        .unwrap();
    let mut door = Door::default();
    door.sign_in(&idp, &social, "acme", "alice").await;
    assert_eq!(user(&social, &door).await.username, "alice");
}
