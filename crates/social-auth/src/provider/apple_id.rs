//! Sign in with Apple. <https://developer.apple.com/documentation/signinwithapple>
//!
//! `CLIENT` is the services id, `TEAM` the team's id, `KEY` the key's id and `SECRET` the private key itself,
//! by which the client secret is made. With scopes (`name`, `email`) the answer comes by POST. Apple tells
//! the name once, when a person comes for the first time, unsigned beside the code; the address only counts
//! as the id token has it.

use serde_json::{Map, Value, json};

use crate::error::Result;
use crate::identity::UserDetails;
use crate::jose::SigningKey;
use crate::protocol::oauth2::{
    Details, HookSettings, Hooks, IdentityFrom, Nonce, OAuth2, OpenId, UidField, Verified, keep, keep_if_present, optional, required,
};
use crate::secret::Secret;
use crate::settings::Kind;
use crate::settings::SettingDecl;
use crate::web::Params;

const ISSUER: &str = "https://appleid.apple.com";

/// Apple allows at most six months; a new one is made for each request.
const SECRET_LIFETIME: i64 = 180 * 24 * 3600;

/// Apple.
pub const APPLE_ID: OAuth2 = OAuth2 {
    name: "apple-id",
    title: "Apple",
    icon: "apple",
    docs: "https://developer.apple.com/account/resources/identifiers/list/serviceId",
    class_paths: &["social_core.backends.apple.AppleIdAuth"],
    authorization_url: "https://appleid.apple.com/auth/authorize",
    token_url: "https://appleid.apple.com/auth/token",
    client_id_setting: "CLIENT",
    response_mode: "form_post",
    uid: UidField::Stable("sub"),
    details: Details {
        username: "sub",
        email: "email",
        email_verified: Verified::When("email_verified"),
        first_name: "_apple_user_name.firstName",
        last_name: "_apple_user_name.lastName",
        ..Details::NONE
    },
    extra_data: &[keep("expires_in"), keep_if_present("refresh_token")],
    settings: &[
        required("TEAM", "The team's id, of ten characters."),
        required("KEY", "The id of the key for Sign in with Apple, of ten characters."),
        SettingDecl::new("AUDIENCE", Kind::List, "Further client ids whose id tokens are welcome, such as a mobile application's."),
        optional("EMAIL_AS_USERNAME", "Whether the address becomes the wish for a user name."),
    ],
    openid: Some(OpenId {
        issuers: &[ISSUER],
        jwks_url: "https://appleid.apple.com/auth/keys",
        discovers: false,
        nonce: Nonce::Sent,
        identity: IdentityFrom::IdToken,
        audience_setting: "AUDIENCE",
        ..OpenId::STANDARD
    }),
    hooks: Hooks {
        check_settings: Some(key_is_readable),
        client_secret: Some(client_secret),
        callback: Some(take_name),
        details: Some(choose_username),
        ..Hooks::NONE
    },
    ..OAuth2::STANDARD
};

fn key_is_readable(settings: &HookSettings) -> Result<()> {
    SigningKey::from_pem(&settings.secret).map(|_| ())
}

/// <https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret>
fn client_secret(settings: &HookSettings, now: i64) -> Result<Secret> {
    let claims = json!({
        "iss": settings.text("TEAM"),
        "iat": now,
        "exp": now + SECRET_LIFETIME,
        "aud": ISSUER,
        "sub": settings.client_id,
    });
    SigningKey::from_pem(&settings.secret)?.sign(settings.text("KEY").unwrap_or_default(), &claims)
}

/// Only the name: anyone could put an address into this parameter.
fn take_name(_: &HookSettings, params: &Params, answer: &mut Map<String, Value>) -> Result<()> {
    let user = params.get("user").and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let Some(name) = user.as_ref().and_then(|user| user.get("name")) {
        answer.insert("_apple_user_name".to_owned(), name.clone());
    }
    Ok(())
}

fn choose_username(settings: &HookSettings, _: &Value, details: &mut UserDetails) {
    if let (true, Some(email)) = (settings.is_on("EMAIL_AS_USERNAME"), &details.email) {
        details.username = Some(email.address.clone());
    }
}
