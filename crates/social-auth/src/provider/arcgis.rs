//! ArcGIS: OAuth 2.0. <https://developers.arcgis.com/documentation/security-and-authentication/user-authentication/>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// ArcGIS.
pub const ARCGIS: OAuth2 = OAuth2 {
    name: "arcgis",
    title: "ArcGIS",
    docs: "https://developers.arcgis.com/documentation/security-and-authentication/user-authentication/",
    class_paths: &["social_core.backends.arcgis.ArcGISOAuth2", "social.backends.arcgis.ArcGISOAuth2"],
    authorization_url: "https://www.arcgis.com/sharing/rest/oauth2/authorize",
    token_url: "https://www.arcgis.com/sharing/rest/oauth2/token",
    redirect_state: true,
    profile: &[Call {
        url: "https://www.arcgis.com/sharing/rest/community/self",
        token: TokenIn::Query("token"),
        query: &[("f", "json")],
        ..Call::GET
    }],
    uid: UidField::StableOnce("id", &["username"]),
    details: Details {
        username: "username",
        email: "email",
        fullname: "fullName",
        first_name: "firstName",
        last_name: "lastName",
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep("expires_in"), keep("refresh_token")],
    ..OAuth2::STANDARD
};
