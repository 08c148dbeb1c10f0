//! LinkedIn, for access tokens of its mobile kit. <https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/profile-api>

use super::linkedin_oauth2::{ADDRESS, LINKEDIN_OAUTH2, ME};
use crate::protocol::oauth2::{Call, OAuth2};

const MOBILE: (&str, &str) = ("x-li-src", "msdk");

/// As `linkedin-oauth2`, with tokens of the mobile kit.
pub const LINKEDIN_MOBILE_OAUTH2: OAuth2 = OAuth2 {
    name: "linkedin-mobile-oauth2",
    class_paths: &["social_core.backends.linkedin.LinkedinMobileOAuth2"],
    profile: &[Call { headers: &[("accept-language", "{force_profile_language}"), MOBILE], ..ME }, Call { headers: &[MOBILE], ..ADDRESS }],
    ..LINKEDIN_OAUTH2
};
