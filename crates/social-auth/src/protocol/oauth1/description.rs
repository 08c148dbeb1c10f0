//! What an OAuth 1.0a provider states about itself: constants first, code only for what is odd.

use serde_json::{Map, Value};

use super::request::Placement;
use super::signature::SignatureMethod;
use crate::error::Result;
use crate::identity::UserDetails;
use crate::protocol::profile::{Call, Details, HookSettings, Kept, UidField};
use crate::settings::SettingDecl;

/// An OAuth 1.0a provider. Begin from [`OAuth1::STANDARD`].
///
/// URLs and parameters may hold `{names}`: settings in lower case (`{api_url}`), and in profile calls also
/// fields of the answers so far. What came with the access token stands under `access_token`:
/// `access_token.user_id`.
#[derive(Clone)]
pub struct OAuth1 {
    /// The name in URLs and settings.
    pub name: &'static str,
    /// The name of the class in Python Social Auth, where another provider has that name here; empty: the name.
    pub known_as: &'static str,
    /// What the button says.
    pub title: &'static str,
    /// The icon's file name without extension; empty: the name.
    pub icon: &'static str,
    /// Where the provider documents this, and where a key and secret are made.
    pub docs: &'static str,
    /// Dotted paths of the classes in Python Social Auth, for `AUTHENTICATION_BACKENDS`.
    pub class_paths: &'static [&'static str],
    /// Where request tokens come from (RFC 5849, section 2.1: temporary credentials).
    pub request_token_url: &'static str,
    /// `GET` or `POST`.
    pub request_token_method: &'static str,
    /// Who asks for the request token.
    pub asked_by: AskedBy,
    /// Where the browser is sent (section 2.2).
    pub authorization_url: &'static str,
    /// Where access tokens come from (section 2.3: token credentials).
    pub access_token_url: &'static str,
    /// `GET` or `POST`.
    pub access_token_method: &'static str,
    /// How requests are signed.
    pub signature_method: SignatureMethod,
    /// Where the protocol parameters stand.
    pub placement: Placement,
    /// Which requests carry `oauth_callback` and `oauth_verifier`.
    pub repeats: Repeats,
    /// The setting that holds the `oauth_callback` to send in place of our callback address; empty: none.
    pub callback_setting: &'static str,
    /// Whether the answer with the request token confirms the callback.
    pub confirms_callback: Confirms,
    /// Whether the state travels in the callback address too. Without it, the request token tells which
    /// attempt an answer belongs to.
    pub redirect_state: bool,
    /// The name under which the callback address is sent to the authorization endpoint; empty: it is not.
    pub redirect_parameter: &'static str,
    /// Whether access tokens have a secret.
    pub token_secret: TokenSecret,
    /// Key and secret of who has none; empty: everybody needs their own.
    pub anonymous: &'static str,
    /// Scopes always asked for unless `IGNORE_DEFAULT_SCOPE`: with the request token.
    pub scope: &'static [&'static str],
    /// Between scopes.
    pub scope_separator: &'static str,
    /// Whether the scopes are sent to the authorization endpoint too.
    pub scope_to_authorize: bool,
    /// Further parameters of the authorization request; one whose setting is not made is left out.
    pub authorize_params: &'static [(&'static str, &'static str)],
    /// Where the identity comes as a token signed with our secret; empty: it does not.
    pub identity_token_url: &'static str,
    /// The calls that make up the profile, all signed.
    pub profile: &'static [Call],
    /// The identifier.
    pub uid: UidField,
    /// Switches that choose another identifier: (setting, selector).
    pub uid_switches: &'static [(&'static str, &'static str)],
    /// Where names and address stand.
    pub details: Details,
    /// What is kept with the association.
    pub extra_data: &'static [Kept],
    /// Settings of its own.
    pub settings: &'static [SettingDecl],
    /// Whether it can only be connected, never create or sign in.
    pub association_only: bool,
    /// What is really odd about it.
    pub hooks: Hooks,
}

impl OAuth1 {
    /// What this protocol is called in settings and elsewhere.
    pub const PROTOCOL: &'static str = "oauth1";

    /// What most providers do, as Python Social Auth asks them.
    pub const STANDARD: OAuth1 = OAuth1 {
        name: "",
        known_as: "",
        title: "",
        icon: "",
        docs: "",
        class_paths: &[],
        request_token_url: "",
        request_token_method: "GET",
        asked_by: AskedBy::Us,
        authorization_url: "",
        access_token_url: "",
        access_token_method: "POST",
        signature_method: SignatureMethod::HmacSha1,
        placement: Placement::Header,
        repeats: Repeats::Always,
        callback_setting: "",
        confirms_callback: Confirms::Yes,
        redirect_state: false,
        redirect_parameter: "redirect_uri",
        token_secret: TokenSecret::Given,
        anonymous: "",
        scope: &[],
        scope_separator: " ",
        scope_to_authorize: true,
        authorize_params: &[],
        identity_token_url: "",
        profile: &[],
        uid: UidField::Stable("id"),
        uid_switches: &[],
        details: Details::NONE,
        extra_data: &[],
        settings: &[],
        association_only: false,
        hooks: Hooks::NONE,
    };
}

/// Who asks for the request token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// We do, and send the browser on with it.
    Us,
    /// The browser, with a request that we signed: token, secret and verifier come with the callback, which
    /// only the state binds to the attempt.
    Browser,
}

/// Which requests carry `oauth_callback` and `oauth_verifier`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// The callback goes with the request for a request token, the verifier with that for an access token:
    /// RFC 5849, sections 2.1 and 2.3.
    Never,
    /// The request for an access token has the callback too; calls of the API have neither.
    ForAccessToken,
    /// All later requests have both: as Python Social Auth has always asked these providers.
    Always,
}

/// Whether `oauth_callback_confirmed` comes with the request token (RFC 5849, section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirms {
    /// It must.
    Yes,
    /// It does not: the reason. The verifier is asked for all the same.
    No(&'static str),
}

/// Whether access tokens have a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSecret {
    /// They have.
    Given,
    /// They have none: the reason.
    None(&'static str),
}

/// What is really odd about a provider, as code. All optional, all without I/O.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Reshapes or refuses the whole answer before fields are read.
    pub answer: Option<fn(&HookSettings, &mut Map<String, Value>) -> Result<()>>,
    /// Completes the details.
    pub details: Option<fn(&HookSettings, &Value, &mut UserDetails)>,
}

impl Hooks {
    /// Nothing odd.
    pub const NONE: Hooks = Hooks { answer: None, details: None };
}
