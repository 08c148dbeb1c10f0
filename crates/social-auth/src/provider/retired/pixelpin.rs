//! PixelPin: OAuth 2.0, then OpenID Connect. Its hosts are gone.

use crate::protocol::oauth2::{Call, Details, OAuth2, OpenId, TokenIn, UidField, keep};

/// PixelPin until 2018.
pub const PIXELPIN_OAUTH2: OAuth2 = OAuth2 {
    name: "pixelpin-oauth2",
    title: "PixelPin",
    icon: "pixelpin",
    docs: "https://developer.pixelpin.io",
    class_paths: &["social_core.backends.pixelpin.PixelPinOAuth2", "social.backends.pixelpin.PixelPinOAuth2"],
    authorization_url: "https://login.pixelpin.co.uk/OAuth2/Flogin.aspx",
    token_url: "https://ws3.pixelpin.co.uk/index.php/api/token",
    redirect_state: true,
    profile: &[Call { url: "https://ws3.pixelpin.co.uk/index.php/api/userdata", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "firstName",
        email: "email",
        fullname: "{firstName} {lastName}",
        first_name: "firstName",
        last_name: "lastName",
        ..Details::NONE
    },
    extra_data: &[keep("id")],
    ..OAuth2::STANDARD
};

/// PixelPin by OpenID Connect.
pub const PIXELPIN_OPENIDCONNECT: OAuth2 = OAuth2 {
    name: "pixelpin-openidconnect",
    title: "PixelPin",
    icon: "pixelpin",
    docs: "https://developer.pixelpin.io",
    class_paths: &["social_core.backends.pixelpin.PixelPinOpenIDConnect"],
    details: Details { username: "{given_name}{family_name}{sub}", fullname: "{given_name} {family_name}", ..OAuth2::OPENID.details },
    openid: Some(OpenId { endpoint: "https://login.pixelpin.io", ..OpenId::STANDARD }),
    ..OAuth2::OPENID
};
