//! OpenShift: OAuth 2.0. <https://docs.openshift.com/container-platform/latest/authentication/configuring-internal-oauth.html>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, required};

/// OpenShift.
pub const OPENSHIFT: OAuth2 = OAuth2 {
    name: "openshift",
    title: "OpenShift",
    docs: "https://docs.openshift.com/container-platform/latest/authentication/configuring-internal-oauth.html",
    class_paths: &["social_core.backends.openshift.OpenshiftOAuth2"],
    authorization_url: "{url}/oauth/authorize",
    token_url: "{url}/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "{url}/oapi/v1/users/~", ..Call::GET }],
    uid: UidField::Stable("metadata.uid"),
    details: Details { username: "metadata.name", email: "metadata.name", ..Details::NONE },
    settings: &[required("URL", "The API server of the cluster.")],
    ..OAuth2::STANDARD
};
