//! Bitbucket Cloud: OAuth 2.0. <https://developer.atlassian.com/cloud/bitbucket/oauth-2/>
//!
//! The addresses are a call of their own, which needs the scope `email`.

use serde_json::{Map, Value};

use crate::error::{Error, Reason, Result, Stage};
use crate::protocol::oauth2::{Call, ClientAuth, Details, HookSettings, Hooks, OAuth2, TokenIn, UidField, Verified, keep, optional};
use crate::select::Selector;
use crate::settings::SettingDecl;

pub(super) const CONFIRMED: &str = "emails[is_primary=true].is_confirmed";

const USER: Call = Call { url: "https://api.bitbucket.org/2.0/user", token: TokenIn::Query("access_token"), ..Call::GET };

pub(super) const SETTINGS: &[SettingDecl] = &[
    optional("USERNAME_AS_ID", "Whether the user name, which people can change, is the identifier; for old installations only."),
    optional("VERIFIED_EMAILS_ONLY", "Whether people without a confirmed primary address are refused."),
];

/// bitbucket.org.
pub const BITBUCKET_OAUTH2: OAuth2 = OAuth2 {
    name: "bitbucket-oauth2",
    title: "Bitbucket",
    icon: "bitbucket",
    docs: "https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/",
    class_paths: &["social_core.backends.bitbucket.BitbucketOAuth2", "social.backends.bitbucket.BitbucketOAuth2"],
    authorization_url: "https://bitbucket.org/site/oauth2/authorize",
    token_url: "https://bitbucket.org/site/oauth2/access_token",
    client_auth: ClientAuth::BasicAndPost,
    // <https://community.atlassian.com/forums/discussion/1545002/how-do-i-refresh-a-token>
    refresh_refused: &["invalid_request"],
    profile: &[Call { url: "https://api.bitbucket.org/2.0/user/emails", root: "values", into: "emails", ..USER }, USER],
    uid: UidField::Stable("uuid"),
    uid_switches: &[("USERNAME_AS_ID", "username")],
    details: Details {
        username: "username",
        email: "emails[is_primary=true].email | emails[0].email",
        email_verified: Verified::When(CONFIRMED),
        fullname: "display_name",
        ..Details::NONE
    },
    extra_data: &[keep("scopes"), keep("expires_in"), keep("token_type"), keep("refresh_token")],
    settings: SETTINGS,
    hooks: Hooks { answer: Some(refuse_unconfirmed), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

pub(super) fn refuse_unconfirmed(settings: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let confirmed = || {
        let selector = Selector::parse(CONFIRMED).unwrap_or_default();
        selector.text(&Value::Object(answer.clone())).is_some_and(|text| text == "true")
    };
    if settings.is_on("VERIFIED_EMAILS_ONLY") && !confirmed() {
        return Err(Error::new(Reason::AuthenticationDisallowed).stage(Stage::UserInfo).detail("the primary address is not confirmed"));
    }
    Ok(())
}
