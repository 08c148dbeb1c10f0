//! Grafana: OAuth 2.0. <https://grafana.com/docs/grafana-cloud/>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField};

/// Grafana.
pub const GRAFANA: OAuth2 = OAuth2 {
    name: "grafana",
    title: "Grafana",
    docs: "https://grafana.com/docs/grafana-cloud/",
    class_paths: &["social_core.backends.grafana.GrafanaOAuth2"],
    authorization_url: "https://grafana.com/oauth2/authorize",
    token_url: "https://grafana.com/api/oauth2/token",
    scope: &["profile", "email"],
    scope_separator: ",",
    redirect_state: true,
    profile: &[Call { url: "https://grafana.com/api/oauth2/user", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "login", email: "email", fullname: "name", ..Details::NONE },
    ..OAuth2::STANDARD
};
