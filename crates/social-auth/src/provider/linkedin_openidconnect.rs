//! LinkedIn: OpenID Connect. <https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2>

use super::linkedin_oauth2::INTROSPECTION;
use crate::protocol::oauth2::{ClientAuth, IssuerFrom, Nonce, OAuth2, OpenId};

/// LinkedIn.
pub const LINKEDIN_OPENIDCONNECT: OAuth2 = OAuth2 {
    name: "linkedin-openidconnect",
    title: "LinkedIn",
    icon: "linkedin",
    docs: "https://www.linkedin.com/developers/apps",
    class_paths: &["social_core.backends.linkedin.LinkedinOpenIdConnect"],
    client_auth: ClientAuth::Post,
    openid: Some(OpenId {
        endpoint: "https://www.linkedin.com/oauth",
        issuer: IssuerFrom::Document("the document stands below /oauth, the issuer is the bare host"),
        nonce: Nonce::Dropped("LinkedIn leaves it out of its id tokens"),
        ..OpenId::STANDARD
    }),
    token_check: Some(INTROSPECTION),
    ..OAuth2::OPENID
};
