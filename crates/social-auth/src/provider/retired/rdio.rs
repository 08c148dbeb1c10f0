//! Rdio: OAuth 1.0a and OAuth 2.0. The service ended in 2015.

use crate::protocol::oauth1::OAuth1;
use crate::protocol::oauth2::{Call, Details, Kept, OAuth2, TokenIn, UidField, keep_as, keep_if_present};

/// The interface has one address; the form says what is asked for.
const CURRENT_USER: Call = Call {
    url: "https://www.rdio.com/api/1/",
    method: "POST",
    token: TokenIn::Nowhere,
    form: &[("method", "currentUser"), ("extras", "username,displayName,streamRegion")],
    root: "result",
    ..Call::GET
};

const DETAILS: Details =
    Details { username: "username", fullname: "displayName", first_name: "firstName", last_name: "lastName", ..Details::NONE };

const ID: Kept = keep_as("key", "rdio_id");
const ICON: Kept = keep_as("icon", "rdio_icon_url");
const URL: Kept = keep_as("url", "rdio_profile_url");
const USERNAME: Kept = keep_as("username", "rdio_username");
const REGION: Kept = keep_as("streamRegion", "rdio_stream_region");

/// Rdio by OAuth 1.0a.
pub const RDIO_OAUTH1: OAuth1 = OAuth1 {
    name: "rdio-oauth1",
    title: "Rdio",
    icon: "rdio",
    docs: "https://www.rdio.com/developers/",
    class_paths: &["social_core.backends.rdio.RdioOAuth1", "social.backends.rdio.RdioOAuth1"],
    request_token_url: "http://api.rdio.com/oauth/request_token",
    authorization_url: "https://www.rdio.com/oauth/authorize",
    access_token_url: "http://api.rdio.com/oauth/access_token",
    access_token_method: "GET",
    profile: &[CURRENT_USER],
    uid: UidField::Stable("key"),
    details: DETAILS,
    extra_data: &[ID, ICON, URL, USERNAME, REGION],
    ..OAuth1::STANDARD
};

/// Rdio by OAuth 2.0.
pub const RDIO_OAUTH2: OAuth2 = OAuth2 {
    name: "rdio-oauth2",
    title: "Rdio",
    icon: "rdio",
    docs: "https://www.rdio.com/developers/",
    class_paths: &["social_core.backends.rdio.RdioOAuth2", "social.backends.rdio.RdioOAuth2"],
    authorization_url: "https://www.rdio.com/oauth2/authorize",
    token_url: "https://www.rdio.com/oauth2/token",
    redirect_state: true,
    profile: &[Call {
        form: &[("method", "currentUser"), ("extras", "username,displayName,streamRegion"), ("access_token", "{access_token}")],
        ..CURRENT_USER
    }],
    uid: UidField::Stable("key"),
    details: DETAILS,
    extra_data: &[ID, ICON, URL, USERNAME, REGION, keep_if_present("refresh_token"), keep_if_present("token_type")],
    ..OAuth2::STANDARD
};
