//! NationBuilder: OAuth 2.0. <https://support.nationbuilder.com/en/articles/9180269-api-quick-start-guide>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep, required};

/// NationBuilder.
pub const NATIONBUILDER: OAuth2 = OAuth2 {
    name: "nationbuilder",
    title: "NationBuilder",
    docs: "https://support.nationbuilder.com/en/articles/9180269-api-quick-start-guide",
    class_paths: &["social_core.backends.nationbuilder.NationBuilderOAuth2", "social.backends.nationbuilder.NationBuilderOAuth2"],
    authorization_url: "https://{slug}.nationbuilder.com/oauth/authorize",
    token_url: "https://{slug}.nationbuilder.com/oauth/token",
    scope_separator: ",",
    profile: &[Call {
        url: "https://{slug}.nationbuilder.com/api/v1/people/me",
        token: TokenIn::Query("access_token"),
        root: "person",
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "email:before(@)",
        email: "email",
        fullname: "full_name",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep("expires")],
    settings: &[required("SLUG", "The nation's name in its address.")],
    ..OAuth2::STANDARD
};
