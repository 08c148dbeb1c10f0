//! Signing somebody in without a sign-in, for tests of an application's own pages.

use http::{HeaderMap, Method, Uri};
use social_auth::SocialAuth;
use social_auth::identity::Fields;
use social_auth::session::{Session as _, SessionLifetime};
use social_auth::storage::{NewAssociation, NewUser, StorageError, User, UserId};
use social_auth::web::{CookieSession, Request};

use crate::error::Error;
use crate::guard::refuse_production;
use crate::people::{People, Person};

/// Signs a person in at the application and answers the `Cookie` header of their browser.
///
/// The person is one of the [`DevProvider`](crate::DevProvider)'s: a key (`alice`),
/// [`NEW_PERSON`](crate::NEW_PERSON), or any name or e-mail address. The user and the association with the
/// first backend are made in the application's storage if they are missing, so signing in as the same
/// person later through a `DevProvider` leads to the same user. Works with the sessions of
/// [`CookieSession`] only.
///
/// ```
/// use social_auth::{SocialAuth, storage::MemoryStorage};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let social = SocialAuth::builder()
///     .public_url("http://localhost:8000")
///     .secret_key("a key of at least thirty-two random characters")
///     .storage(MemoryStorage::new())
///     .backend("github", [("KEY", "Iv1.0123"), ("SECRET", "shh")])
///     .build()?;
/// let cookie = social_auth_testkit::login_as(&social, "alice").await?;
/// assert!(cookie.starts_with("social_auth_session="));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
///
/// # Errors
/// [`Error::Production`] when `SOCIAL_AUTH_ENV` or `RUST_ENV` says so; [`Error::NoBackend`];
/// [`Error::SignIn`] when the storage fails.
pub async fn login_as(social: &SocialAuth, person: &str) -> Result<String, Error> {
    refuse_production(|name| std::env::var(name).ok())?;
    let backend = social.backends().next().map(|backend| backend.info().name.clone()).ok_or(Error::NoBackend)?;
    let person = People::standard().choose(person)?;
    let user = user(social, &backend, &person).await.map_err(social_auth::Error::from)?;
    let request = Request::new(Method::GET, Uri::from_static("/"), HeaderMap::new(), &[], None)?;
    let mut session = CookieSession::load(social, &request).await?;
    session.sign_in(&user, SessionLifetime::default()).await?;
    let cookies = session.commit().await?;
    Ok(cookies.iter().map(|cookie| cookie.stripped().to_string()).collect::<Vec<_>>().join("; "))
}

/// The user of this person, made if missing.
async fn user(social: &SocialAuth, backend: &str, person: &Person) -> Result<User, StorageError> {
    if let Some(user) = connected(social, backend, person).await? {
        return Ok(user);
    }
    let association = NewAssociation {
        provider: backend.to_owned(),
        uid: person.id.clone(),
        id_key: "id".to_owned(),
        user_id: UserId::new(""),
        extra_data: Fields::default(),
        created: social.clock().date_time(),
    };
    let username = person.login.clone().unwrap_or_else(|| person.key.clone());
    // Somebody else of that name has it already: the identifier makes a name that is free.
    let names = [username.clone(), format!("{username}-{}", person.id)];
    for username in names {
        let new = NewUser {
            username,
            email: person.email.clone(),
            first_name: person.given_name.clone(),
            last_name: person.family_name.clone(),
            ..NewUser::default()
        };
        match social.social().create_user_with_association(social.users().as_ref(), &new, &association).await {
            Ok((user, _)) => return Ok(user),
            // A test that runs at the same time was quicker.
            Err(StorageError::Conflict(_)) => {
                if let Some(user) = connected(social, backend, person).await? {
                    return Ok(user);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Err(StorageError::Conflict("username"))
}

async fn connected(social: &SocialAuth, backend: &str, person: &Person) -> Result<Option<User>, StorageError> {
    match social.social().association(backend, &person.id).await? {
        Some(association) => social.users().user(&association.user_id).await,
        None => Ok(None),
    }
}
