//! Sign-in services that run on Perun or beside it: CESiD, ELIXIR, e-INFRA CZ, Life Science Login.
//! <https://docs.e-infra.cz/account/>

use crate::protocol::oauth2::{OAuth2, OpenId, keep_if_present};

/// What they have in common.
const PERUN: OAuth2 = OAuth2 {
    scope: &["openid", "email"],
    extra_data: &[
        keep_if_present("expires_in"),
        keep_if_present("refresh_token"),
        keep_if_present("id_token"),
        keep_if_present("other_tokens"),
    ],
    ..OAuth2::OPENID
};

/// CESiD AAI.
pub const CESID: OAuth2 = OAuth2 {
    name: "cesid",
    title: "CESiD AAI",
    docs: "https://docs.cesnet.cz/",
    class_paths: &["social_core.backends.cesid.CesidOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.cesid.cesnet.cz/cas/oidc", ..OpenId::STANDARD }),
    ..PERUN
};

/// e-INFRA CZ.
pub const E_INFRA_CZ: OAuth2 = OAuth2 {
    name: "e-infra_cz",
    title: "e-INFRA CZ",
    docs: "https://docs.e-infra.cz/account/",
    class_paths: &["social_core.backends.einfracz.EInfraCZOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.e-infra.cz/oidc", ..OpenId::STANDARD }),
    ..PERUN
};

/// ELIXIR AAI.
pub const ELIXIR: OAuth2 = OAuth2 {
    name: "elixir",
    title: "ELIXIR AAI",
    docs: "https://elixir-europe.org/services/compute/aai",
    class_paths: &["social_core.backends.elixir.ElixirOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.elixir-czech.org/oidc", ..OpenId::STANDARD }),
    ..PERUN
};

/// Life Science Login.
pub const LIFE_SCIENCE: OAuth2 = OAuth2 {
    name: "life_science",
    title: "Life Science Login",
    docs: "https://docs.ls-aai.org/",
    class_paths: &["social_core.backends.lifescience.LifeScienceOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.aai.lifescience-ri.eu/oidc", ..OpenId::STANDARD }),
    ..PERUN
};

/// Life Science Login (EOSC).
pub const LIFE_SCIENCE_EOSC: OAuth2 = OAuth2 {
    name: "life_science_eosc",
    title: "Life Science Login (EOSC)",
    docs: "https://docs.ls-aai.org/",
    class_paths: &["social_core.backends.lifescience_eosc.LifeScienceEoscOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.aai.lifescience-ri.eu/cas/oidc", ..OpenId::STANDARD }),
    ..PERUN
};
