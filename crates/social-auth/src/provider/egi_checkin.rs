//! EGI Check-in: OpenID Connect. <https://docs.egi.eu/providers/check-in/sp/>

use super::helmholtz::has_an_entitlement;
use crate::protocol::oauth2::{Details, Hooks, OAuth2, OpenId, keep_if_present, optional};

/// EGI Check-in.
pub const EGI_CHECKIN: OAuth2 = OAuth2 {
    name: "egi-checkin",
    title: "EGI Check-in",
    docs: "https://docs.egi.eu/providers/check-in/sp/",
    class_paths: &["social_core.backends.egi_checkin.EGICheckinOpenIdConnect"],
    scope: &["openid", "profile", "email", "voperson_id", "eduperson_entitlement", "offline_access"],
    details: Details { username: "voperson_id", ..OAuth2::OPENID.details },
    extra_data: &[keep_if_present("expires_in"), keep_if_present("refresh_token"), keep_if_present("id_token")],
    openid: Some(OpenId { endpoint: "https://{checkin_env}/auth/realms/egi", ..OpenId::STANDARD }),
    settings: &[
        optional("CHECKIN_ENV", "The system's host: aai.egi.eu, aai-demo.egi.eu or aai-dev.egi.eu.").or("aai.egi.eu"),
        optional("ALLOWED_ENTITLEMENTS", "Let in only who has one of these entitlements."),
        optional("ENTITLEMENT_KEY", "The claim with the entitlements.").or("eduperson_entitlement"),
    ],
    hooks: Hooks { answer: Some(has_an_entitlement), ..Hooks::NONE },
    ..OAuth2::OPENID
};
