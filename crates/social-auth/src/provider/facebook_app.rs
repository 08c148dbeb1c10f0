//! Facebook: sites that are opened inside it, with a `signed_request`.
//! <https://developers.facebook.com/docs/facebook-login/guides/advanced/existing-system#parsingsr>

use aws_lc_rs::hmac;
use serde_json::{Map, Value};

use crate::error::Result;
use crate::http::Outgoing;
use crate::protocol::signed::{
    Call, Departs, Details, Encoding, Fields, HookSettings, Hooks, Launches, Mac, Proof, Signed, Text, TokenIn, UidField, keep, keep_as,
    optional, required,
};

/// Facebook, where the site is opened as a canvas application or a page's tab.
pub const FACEBOOK_APP: Signed = Signed {
    name: "facebook-app",
    title: "Facebook",
    icon: "facebook",
    docs: "https://developers.facebook.com/docs/facebook-login/guides/advanced/existing-system#parsingsr",
    class_paths: &[
        "social_core.backends.facebook.FacebookAppOAuth2",
        "social.backends.facebook.FacebookAppOAuth2",
        "social_auth.backends.facebook.FacebookAppBackend",
    ],
    client_id_setting: "KEY",
    departure: Departs::Redirect { url: "https://apps.facebook.com/{namespace}/", return_parameter: "", params: &[] },
    proof: Proof::Mac(Mac {
        fields: Fields::SignedRequest("signed_request"),
        text: Text::Payload,
        encoding: Encoding::Base64Url,
        time: "issued_at",
        max_age: 600,
        ..Mac::BASE
    }),
    launches: Launches::Confirmed { framed_by: &["https://apps.facebook.com", "https://www.facebook.com"] },
    profile: &[Call {
        url: "https://graph.facebook.com/v{api_version}/me",
        token: TokenIn::Nowhere,
        query: &[("access_token", "{oauth_token}"), ("fields", "id,name,first_name,last_name,email")],
        ..Call::GET
    }],
    profile_of: ("user_id", "id"),
    uid: UidField::Stable("id"),
    details: Details {
        username: "username | name",
        email: "email",
        fullname: "name",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep_as("oauth_token", "access_token"), keep("expires")],
    settings: &[
        required("SECRET", "The application's secret."),
        optional("NAMESPACE", "The application's name in https://apps.facebook.com/…, where the button here leads."),
        optional("API_VERSION", "The version of the Graph API.").or("24.0"),
    ],
    hooks: Hooks { answer: None, sign: Some(prove) },
    ..Signed::BASE
};

/// <https://developers.facebook.com/docs/graph-api/guides/secure-requests>
fn prove(settings: &HookSettings, delivered: &Map<String, Value>, request: Outgoing) -> Result<Outgoing> {
    let token = delivered.get("oauth_token").and_then(Value::as_str).unwrap_or_default();
    let key = hmac::Key::new(hmac::HMAC_SHA256, settings.secret.expose().as_bytes());
    let proof = hex::encode(hmac::sign(&key, token.as_bytes()));
    Ok(request.query(&[("appsecret_proof", proof)]))
}
