//! Signing in from a command line by the device authorization grant (RFC 8628): the person approves in a browser,
//! on this machine or another, and this program needs neither a browser nor an address.

use std::time::Duration;

use social_auth::flow::{DevicePoll, DeviceSignIn, DeviceUser};
use social_auth::seal::random_token;
use social_auth::storage::MemoryStorage;
use social_auth::{BuildError, Result, Secret, SocialAuth};

/// The name of the one backend.
pub const BACKEND: &str = "work";

/// What the program knows of the provider.
pub struct Provider<'a> {
    /// Its issuer: the address before `/.well-known/openid-configuration`.
    pub issuer: &'a str,
    /// The client id that it gave this program.
    pub client_id: &'a str,
}

/// Everything that signing in needs. A program that people have on their machines can keep no secret, so that it is a
/// public client; and it remembers nobody, so that memory will do.
///
/// # Errors
/// What is wrong with the settings.
pub fn social_auth(provider: &Provider<'_>) -> std::result::Result<SocialAuth, BuildError> {
    SocialAuth::builder()
        // Nobody calls this program, and nothing that it seals outlives it.
        .public_url("http://localhost")
        .secret_key(&random_token(32))
        .storage(MemoryStorage::new())
        .backend_as(
            BACKEND,
            "oidc",
            [("OIDC_ENDPOINT", provider.issuer), ("KEY", provider.client_id), ("TOKEN_ENDPOINT_AUTH_METHOD", "none")],
        )
        .build()
}

/// Shows the code and asks until the person has decided, no more often than the provider likes. `wait_for_device` does
/// the same; here the program has the loop and may do something meanwhile.
///
/// # Errors
/// `authorization_declined`, `attempt_expired`; what the provider is at fault of.
pub async fn sign_in(social: &SocialAuth, show: impl FnOnce(&DeviceSignIn), mut waiting: impl FnMut(Duration)) -> Result<DeviceUser> {
    let mut device = social.begin_device(BACKEND, None).await?;
    show(&device);
    loop {
        match social.poll_device(&mut device).await? {
            DevicePoll::SignedIn(user) => return Ok(*user),
            DevicePoll::Pending(pause) => {
                waiting(pause);
                tokio::time::sleep(pause).await;
            }
        }
    }
}

/// The access token for the provider's API, refreshed if need be.
///
/// # Errors
/// `reauthentication_required` when the person has to sign in again.
pub async fn access_token(social: &SocialAuth, user: &DeviceUser) -> Result<Secret> {
    let associations = social.social().associations_of(&user.user.id).await?;
    match associations.iter().find(|association| association.provider == BACKEND) {
        Some(association) => social.access_token(association).await,
        None => Err(social_auth::Error::new(social_auth::Reason::ReauthenticationRequired)),
    }
}
