//! MediaWiki: OAuth 1.0a, on any wiki with the extension. <https://www.mediawiki.org/wiki/OAuth/For_Developers>

use crate::protocol::oauth1::{Details, OAuth1, Repeats, UidField, Verified, setting};

/// Wikimedia's wikis, or `MEDIAWIKI_URL`.
///
/// With `CALLBACK = "oob"`, the default, the wiki sends people back to the address that was registered with
/// the consumer; else `CALLBACK` must begin with that address.
pub const MEDIAWIKI: OAuth1 = OAuth1 {
    name: "mediawiki",
    title: "MediaWiki",
    docs: "https://meta.wikimedia.org/wiki/Special:OAuthConsumerRegistration",
    class_paths: &["social_core.backends.mediawiki.MediaWiki"],
    request_token_url: "{mediawiki_url}?title=Special:OAuth/initiate",
    authorization_url: "{mediawiki_url}?title=Special:Oauth/authenticate",
    access_token_url: "{mediawiki_url}?title=Special:Oauth/token",
    identity_token_url: "{mediawiki_url}?title=Special:OAuth/identify",
    repeats: Repeats::ForAccessToken,
    callback_setting: "CALLBACK",
    scope_to_authorize: false,
    uid: UidField::Joined("userID", "sub"),
    details: Details {
        username: "username",
        email: "email",
        email_verified: Verified::When("confirmed_email"),
        extra: &[
            ("userID", "sub"),
            ("confirmed_email", "confirmed_email"),
            ("editcount", "editcount"),
            ("rights", "rights"),
            ("groups", "groups"),
            ("registered", "registered"),
            ("blocked", "blocked"),
        ],
        ..Details::NONE
    },
    settings: &[setting("MEDIAWIKI_URL", "https://meta.wikimedia.org/w/index.php"), setting("CALLBACK", "oob")],
    ..OAuth1::STANDARD
};
