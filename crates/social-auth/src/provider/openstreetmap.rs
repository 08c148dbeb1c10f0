//! OpenStreetMap: OAuth 1.0a, switched off in 2024; `openstreetmap-oauth2` serves instead.

use crate::protocol::oauth1::{Call, Details, Format, OAuth1, UidField, keep_as};

/// openstreetmap.org, with a profile in XML.
pub const OPENSTREETMAP: OAuth1 = OAuth1 {
    name: "openstreetmap",
    title: "OpenStreetMap",
    docs: "https://wiki.openstreetmap.org/wiki/OAuth",
    class_paths: &["social_core.backends.openstreetmap.OpenStreetMapOAuth", "social.backends.openstreetmap.OpenStreetMapOAuth"],
    request_token_url: "https://www.openstreetmap.org/oauth/request_token",
    authorization_url: "https://www.openstreetmap.org/oauth/authorize",
    access_token_url: "https://www.openstreetmap.org/oauth/access_token",
    access_token_method: "GET",
    profile: &[Call { url: "https://api.openstreetmap.org/api/0.6/user/details", format: Format::Xml, root: "user", ..Call::GET }],
    uid: UidField::Joined("id", "@id"),
    details: Details { username: "@display_name", ..Details::NONE },
    extra_data: &[keep_as("@id", "id"), keep_as("img.@href", "avatar"), keep_as("@account_created", "account_created")],
    ..OAuth1::STANDARD
};
