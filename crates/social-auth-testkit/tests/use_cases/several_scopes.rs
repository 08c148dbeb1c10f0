//! Several scopes for one provider: a second backend of it, under a name of its own, asks for more.

use social_auth::SocialAuth;

use crate::{Door, associations, set_up};

#[tokio::test]
async fn a_second_backend_of_the_provider_asks_for_more() {
    let (idp, social) = set_up().await;
    // The same application at the provider, once more.
    let first = social.settings().of_backend("dev-oidc");
    let of_first = |name: &'static str| (name, serde_json::Value::from(first.text(name).unwrap()));
    let more = [of_first("KEY"), of_first("SECRET"), of_first("OIDC_ENDPOINT"), ("SCOPE", vec!["phone", "address"].into())];
    let storage = social_auth::storage::MemoryStorage::new();
    let builder = SocialAuth::builder().settings(social.settings().clone()).storage(storage);
    let social = builder.backend_as("dev-more", "oidc", more).build().unwrap();
    let asked = async |backend: &str| {
        let away = Door::default().get(&social, &format!("/login/{backend}/")).await;
        let url = url::Url::parse(away.location().unwrap()).unwrap();
        url.query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned()
    };
    assert_eq!(asked("dev-oidc").await, "openid profile email");
    assert_eq!(asked("dev-more").await, "phone address openid profile email");

    // Whoever is signed in gives the further permissions when they are needed, and keeps the account.
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    door.connect(&idp, &social, "dev-more", "alice").await;
    let names: Vec<_> = associations(&social, &door).await.into_iter().map(|one| one.provider).collect();
    assert_eq!(names, ["dev-oidc", "dev-more"]);
}
