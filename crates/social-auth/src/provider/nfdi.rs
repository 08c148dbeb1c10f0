//! NFDI: the communities of Germany's research data infrastructure, each with a proxy of its own.
//! <https://doc.nfdi-aai.de/>
//!
//! `ALLOWED_ENTITLEMENTS` lets in only who has one of these entitlements, by its own or a parent's name.

use super::helmholtz::HELMHOLTZ;
use crate::protocol::oauth2::{OAuth2, OpenId, required};

/// What they have in common.
const NFDI: OAuth2 = OAuth2 {
    docs: "https://doc.nfdi-aai.de/",
    icon: "nfdi",
    class_paths: &[],
    scope: &[
        "openid",
        "profile",
        "email",
        "voperson_id",
        "eduperson_entitlement",
        "eduperson_scoped_affiliation",
        "voperson_external_affiliation",
        "eduperson_assurance",
        "orcid",
    ],
    ..HELMHOLTZ
};

/// NFDI4Cat.
pub const CAT: OAuth2 = OAuth2 {
    name: "cat",
    title: "NFDI4Cat",
    class_paths: &["social_core.backends.nfdi.CatOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://regapp.nfdi-aai.de/oidc/realms/nfdi", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI4Chem.
pub const CHEM: OAuth2 = OAuth2 {
    name: "chem",
    title: "NFDI4Chem",
    class_paths: &["social_core.backends.nfdi.ChemOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://regapp.nfdi-aai.de/oidc/realms/nfdi", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI4Culture.
pub const CULTURE: OAuth2 = OAuth2 {
    name: "culture",
    title: "NFDI4Culture",
    class_paths: &["social_core.backends.nfdi.CultureOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://auth.aai.nfdi4culture.de", ..OpenId::STANDARD }),
    ..NFDI
};

/// DAPHNE4NFDI.
pub const DAPHNE: OAuth2 = OAuth2 {
    name: "daphne",
    title: "DAPHNE4NFDI",
    class_paths: &["social_core.backends.nfdi.DaphneOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.helmholtz.de/oauth2", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI4DataScience.
pub const DATASCIENCE: OAuth2 = OAuth2 {
    name: "datascience",
    title: "NFDI4DataScience",
    class_paths: &["social_core.backends.nfdi.DatascienceOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://regapp.nfdi-aai.de/oidc/realms/nfdi", ..OpenId::STANDARD }),
    ..NFDI
};

/// edu-ID.
pub const EDUID: OAuth2 = OAuth2 {
    name: "eduid",
    title: "edu-ID",
    class_paths: &["social_core.backends.nfdi.EduidOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://proxy.edu-id.dfn.de", ..OpenId::STANDARD }),
    ..NFDI
};

/// edu-ID (Staging).
pub const EDUID_STAGING: OAuth2 = OAuth2 {
    name: "eduid-staging",
    title: "edu-ID (Staging)",
    class_paths: &["social_core.backends.nfdi.EduidStagingOpenIdConnect"],
    openid: Some(OpenId { endpoint: "", ..OpenId::STANDARD }),
    settings: &[required("OIDC_ENDPOINT", "The issuer of the staging system.")],
    ..NFDI
};

/// NFDI4Energy.
pub const ENERGY: OAuth2 = OAuth2 {
    name: "energy",
    title: "NFDI4Energy",
    class_paths: &["social_core.backends.nfdi.EnergyOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://regapp.nfdi-aai.de/oidc/realms/nfdi", ..OpenId::STANDARD }),
    ..NFDI
};

/// FAIRmat.
pub const FAIRMAT: OAuth2 = OAuth2 {
    name: "fairmat",
    title: "FAIRmat",
    class_paths: &["social_core.backends.nfdi.FairmatOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.helmholtz.de/oauth2", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI4Immuno.
pub const IMMUNO: OAuth2 = OAuth2 {
    name: "immuno",
    title: "NFDI4Immuno",
    class_paths: &["social_core.backends.nfdi.ImmunoOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.helmholtz.de/oauth2", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI Infrastructure Proxy.
pub const INFRAPROXY: OAuth2 = OAuth2 {
    name: "infraproxy",
    title: "NFDI Infrastructure Proxy",
    class_paths: &["social_core.backends.nfdi.InfraproxyOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://infraproxy.nfdi-aai.dfn.de", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI Infrastructure Proxy (Staging).
pub const INFRAPROXY_STAGING: OAuth2 = OAuth2 {
    name: "infraproxy-staging",
    title: "NFDI Infrastructure Proxy (Staging)",
    class_paths: &["social_core.backends.nfdi.InfraproxyStagingOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://infraproxy-staging.nfdi-aai.dfn.de", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI4Ing.
pub const ING: OAuth2 = OAuth2 {
    name: "ing",
    title: "NFDI4Ing",
    class_paths: &["social_core.backends.nfdi.IngOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://regapp.nfdi-aai.de/oidc/realms/nfdi", ..OpenId::STANDARD }),
    ..NFDI
};

/// MaRDI.
pub const MARDI: OAuth2 = OAuth2 {
    name: "mardi",
    title: "MaRDI",
    class_paths: &["social_core.backends.nfdi.MardiOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://auth.didmos.nfdi-aai.de", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI-MatWerk.
pub const MATWERK: OAuth2 = OAuth2 {
    name: "matWerk",
    title: "NFDI-MatWerk",
    class_paths: &["social_core.backends.nfdi.MatWerkOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://regapp.nfdi-aai.de/oidc/realms/nfdi", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI4Objects.
pub const OBJECTS: OAuth2 = OAuth2 {
    name: "objects",
    title: "NFDI4Objects",
    class_paths: &["social_core.backends.nfdi.ObjectsOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://auth.didmos.nfdi-aai.de", ..OpenId::STANDARD }),
    ..NFDI
};

/// PUNCH4NFDI.
pub const PUNCH: OAuth2 = OAuth2 {
    name: "punch",
    title: "PUNCH4NFDI",
    class_paths: &["social_core.backends.nfdi.PunchOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://login.helmholtz.de/punch-oauth2", ..OpenId::STANDARD }),
    ..NFDI
};

/// Text+.
pub const TEXTPLUS: OAuth2 = OAuth2 {
    name: "textplus",
    title: "Text+",
    class_paths: &["social_core.backends.nfdi.TextplusOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://keycloak.sso.gwdg.de/auth/realms/academiccloud", ..OpenId::STANDARD }),
    ..NFDI
};

/// NFDI cross-domain services.
pub const XCS: OAuth2 = OAuth2 {
    name: "xcs",
    title: "NFDI cross-domain services",
    class_paths: &["social_core.backends.nfdi.XcsOpenIdConnect"],
    openid: Some(OpenId { endpoint: "https://keycloak.sso.gwdg.de/auth/realms/academiccloud", ..OpenId::STANDARD }),
    ..NFDI
};
