//! Flickr: OAuth 1.0a. <https://www.flickr.com/services/api/auth.oauth.html>

use crate::protocol::oauth1::{Details, OAuth1, UidField, keep, keep_as};

/// flickr.com. All that there is to know comes with the access token.
pub const FLICKR: OAuth1 = OAuth1 {
    name: "flickr",
    title: "Flickr",
    docs: "https://www.flickr.com/services/apps/create/",
    class_paths: &[
        "social_core.backends.flickr.FlickrOAuth",
        "social.backends.flickr.FlickrOAuth",
        "social_auth.backends.contrib.flickr.FlickrBackend",
    ],
    request_token_url: "https://www.flickr.com/services/oauth/request_token",
    authorization_url: "https://www.flickr.com/services/oauth/authorize",
    access_token_url: "https://www.flickr.com/services/oauth/access_token",
    authorize_params: &[("perms", "read")],
    uid: UidField::Joined("id", "access_token.user_nsid"),
    details: Details { username: "access_token.username", fullname: "access_token.fullname", ..Details::NONE },
    extra_data: &[keep_as("access_token.user_nsid", "id"), keep_as("access_token.username", "username"), keep("expires")],
    ..OAuth1::STANDARD
};
