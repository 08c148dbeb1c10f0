//! What a provider states about itself: [`Signed`].

use serde_json::{Map, Value};

use crate::backend::Widget;
use crate::error::Result;
use crate::http::Outgoing;
use crate::protocol::oauth2::OpenId;
use crate::protocol::profile::{Call, Details, HookSettings, Kept, UidField};
use crate::settings::SettingDecl;

/// A provider whose callback carries its own proof.
///
/// URLs and texts may hold `{names}`: settings in lower case, and in calls also fields that were delivered.
pub struct Signed {
    /// The name in URLs and settings.
    pub name: &'static str,
    /// What the button says.
    pub title: &'static str,
    /// The icon's file name without extension; empty: the name.
    pub icon: &'static str,
    /// Where the provider documents this.
    pub docs: &'static str,
    /// Dotted paths of the classes in Python Social Auth, for `AUTHENTICATION_BACKENDS`.
    pub class_paths: &'static [&'static str],
    /// The setting that holds what the provider calls us; it must be made.
    pub client_id_setting: &'static str,
    /// How a sign-in begins.
    pub departure: Departs,
    /// What proves the callback.
    pub proof: Proof,
    /// Whether the provider's own pages may begin one.
    pub launches: Launches,
    /// Calls for a profile.
    pub profile: &'static [Call],
    /// Of whom such a profile has to be: the signed field, and the profile's that must equal it. Both empty: the
    /// calls are made with what only the person's own answer can hold.
    pub profile_of: (&'static str, &'static str),
    /// The identifier of a person.
    pub uid: UidField,
    /// Where names and address stand.
    pub details: Details,
    /// Where groups stand.
    pub groups: &'static str,
    /// What is kept with the association.
    pub extra_data: &'static [Kept],
    /// Whether all fields that were signed are kept.
    pub keeps_all: bool,
    /// Settings of its own.
    pub settings: &'static [SettingDecl],
    /// Where a refresh token is exchanged for a fresh access token; empty: nowhere.
    pub refresh_url: &'static str,
    /// Whether it can only be connected, never create or sign in.
    pub association_only: bool,
    /// What it does in code.
    pub hooks: Hooks,
}

impl Signed {
    /// The protocol as settings and pages call it.
    pub const PROTOCOL: &str = "signed";

    /// Nothing is known.
    pub const BASE: Signed = Signed {
        name: "",
        title: "",
        icon: "",
        docs: "",
        class_paths: &[],
        client_id_setting: "",
        departure: Departs::Elsewhere(""),
        proof: Proof::Attempt,
        launches: Launches::Never,
        profile: &[],
        profile_of: ("", ""),
        uid: UidField::Stable("id"),
        details: Details::NONE,
        groups: "",
        extra_data: &[],
        keeps_all: false,
        settings: &[],
        refresh_url: "",
        association_only: false,
        hooks: Hooks { answer: None, sign: None },
    };
}

/// How a sign-in begins.
#[derive(Debug, Clone, Copy)]
pub enum Departs {
    /// The browser is sent to this address, with our callback under `return_parameter`.
    Redirect {
        /// The address.
        url: &'static str,
        /// The name of the parameter with our callback.
        return_parameter: &'static str,
        /// Further parameters.
        params: &'static [(&'static str, &'static str)],
    },
    /// The browser is sent to this address with a signed payload: base64 of a query with a nonce and our
    /// callback (DiscourseConnect). The same key and algorithm sign the answer.
    SignedRequest {
        /// The address.
        url: &'static str,
        /// The name of the field with our callback.
        return_parameter: &'static str,
    },
    /// The provider's script on a page of ours asks.
    Widget(&'static Widget),
    /// It begins at the provider only: where, in words for whoever presses the button here.
    Elsewhere(&'static str),
}

/// What proves a callback.
#[derive(Debug, Clone, Copy)]
pub enum Proof {
    /// A signature by a shared secret.
    Mac(Mac),
    /// An id token in this parameter.
    IdToken {
        /// The parameter.
        parameter: &'static str,
        /// A parameter that must repeat a cookie of the same name, by which the provider's script shows that it
        /// ran on a page of ours.
        double_submit: &'static str,
        /// How it is verified.
        openid: OpenId,
    },
    /// A token in this parameter that is good for a call only we can make.
    Token(&'static str),
    /// Nothing but the attempt that it belongs to: for what can only be connected.
    Attempt,
}

/// A signature by a shared secret over fields of the callback.
#[derive(Debug, Clone, Copy)]
pub struct Mac {
    /// Where the fields are.
    pub fields: Fields,
    /// What was signed.
    pub text: Text,
    /// The parameter with the signature. Of [`Fields::SignedRequest`] it is a part.
    pub signature: &'static str,
    /// How the signature is written.
    pub encoding: Encoding,
    /// How it is made.
    pub algorithm: Algorithm,
    /// With what key.
    pub key: Key,
    /// The field that says when it was signed, in Unix seconds.
    pub time: &'static str,
    /// The field that says until when it is good, in Unix seconds.
    pub expires: &'static str,
    /// For how many seconds after `time` it is good, unless `SIGNATURE_MAX_AGE` says otherwise.
    pub max_age: i64,
    /// The field that repeats the nonce of our request.
    pub nonce: &'static str,
}

impl Mac {
    /// HMAC-SHA256 in hexadecimal over sorted lines `name=value`.
    pub const BASE: Mac = Mac {
        fields: Fields::Parameters,
        text: Text::Lines,
        signature: "signature",
        encoding: Encoding::Hex,
        algorithm: Algorithm::HmacSha256,
        key: Key::Plain("SECRET"),
        time: "",
        expires: "",
        max_age: 600,
        nonce: "",
    };
}

/// Where the signed fields are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// All parameters of the callback but the signature.
    Parameters,
    /// Those whose names begin so.
    Prefixed(&'static str),
    /// A query in base64 in this parameter.
    Payload(&'static str),
    /// `signature.payload` in this parameter, the payload a JSON object in base64url.
    SignedRequest(&'static str),
    /// A query in the cookie of this name, which may hold `{settings}`.
    Cookie(&'static str),
}

/// What was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// Lines `name=value`, sorted by name, with a line feed between them.
    Lines,
    /// `name=value` pairs as in a query, sorted by name: the only form in which no character needs refusing.
    Query,
    /// The payload as it was delivered.
    Payload,
    /// These fields' values, in this order, with the separator between them. `{name}` is a setting.
    Values(&'static [&'static str], &'static str),
    /// These fields as `name=value`, in this order, with nothing between them; their values are letters and
    /// digits.
    Run(&'static [&'static str]),
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RFC 2104 with SHA-256.
    HmacSha256,
    /// RFC 2104 with SHA-384.
    HmacSha384,
    /// RFC 2104 with SHA-512.
    HmacSha512,
    /// RFC 2104 with SHA-1.
    HmacSha1,
    /// MD5 of the text with this between it and the secret behind it. Broken for anything but this use, and
    /// only for providers that have nothing else.
    Md5(&'static str),
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Hexadecimal in small letters.
    Hex,
    /// Base64 with padding.
    Base64,
    /// The alphabet of base64url, without padding.
    Base64Url,
}

/// With what key. The setting holds the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The secret's bytes.
    Plain(&'static str),
    /// SHA-256 of the secret.
    Sha256(&'static str),
    /// HMAC-SHA256 of the secret, keyed by the label: (label, setting).
    Labelled(&'static str, &'static str),
}

/// Whether the provider's own pages may begin a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Launches {
    /// A sign-in begins here or not at all.
    Never,
    /// They may; the person confirms it on a page of ours.
    Confirmed {
        /// The origins that may show us in a frame, where nothing happens but a way out of it.
        framed_by: &'static [&'static str],
    },
}

/// Signs a complete call: the settings, the fields so far, the call.
pub type SignCall = fn(&HookSettings, &Map<String, Value>, Outgoing) -> Result<Outgoing>;

/// What a provider does in code.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Reshapes or refuses the answer before fields are read.
    pub answer: Option<fn(&HookSettings, &mut Map<String, Value>) -> Result<()>>,
    /// Signs calls for the profile.
    pub sign: Option<SignCall>,
}
