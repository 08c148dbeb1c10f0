//! OpenID 2.0 and 1.1: any provider, by the identifier that the person enters.
//! <https://openid.net/specs/openid-authentication-2_0.html>

use crate::protocol::openid::OpenId;

/// Any OpenID provider: the parameter `openid_identifier` of begin says which.
pub const OPENID: OpenId = OpenId {
    name: "openid",
    title: "OpenID",
    docs: "https://openid.net/specs/openid-authentication-2_0.html",
    class_paths: &["social_core.backends.open_id.OpenIdAuth", "social.backends.open_id.OpenIdAuth"],
    ..OpenId::BASE
};
