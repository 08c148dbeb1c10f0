//! Okta: OpenID Connect. <https://developer.okta.com/docs/reference/api/oidc/>
//!
//! The endpoints stand below `API_URL`, which is also the issuer of an authorization server of one's own; the
//! organization's own server has another, which `ID_TOKEN_ISSUER` names.

use super::okta_oauth2::OKTA_OAUTH2;
use crate::protocol::oauth2::{ClientAuth, IdentityFrom, OAuth2, OpenId, Revoke, RevokeToken, keep, keep_if_present};

/// Okta by OpenID Connect.
pub const OKTA_OPENIDCONNECT: OAuth2 = OAuth2 {
    name: "okta-openidconnect",
    class_paths: &["social_core.backends.okta_openidconnect.OktaOpenIdConnect"],
    client_auth: ClientAuth::Basic,
    revoke: Some(Revoke { method: "POST", url: "{api_url}/v1/revoke", token: RevokeToken::Form("token") }),
    extra_data: &[keep("sub"), keep("id_token"), keep_if_present("refresh_token"), keep("expires_in"), keep_if_present("token_type")],
    openid: Some(OpenId {
        endpoint: "{api_url}",
        issuers: &["{api_url}"],
        jwks_url: "{api_url}/v1/keys",
        discovers: false,
        identity: IdentityFrom::Profile,
        ..OpenId::STANDARD
    }),
    ..OKTA_OAUTH2
};
