//! TripIt: OAuth 1.0a, with a profile in XML. <https://tripit.github.io/api/doc/v1/>

use crate::protocol::oauth1::{Call, Details, Format, OAuth1, UidField, Verified, keep};

/// One address is an element, several are a list of them.
const ADDRESSES: &str =
    "ProfileEmailAddresses.ProfileEmailAddress[is_primary=true].address | ProfileEmailAddresses.ProfileEmailAddress.address";
const CONFIRMED: &str =
    "ProfileEmailAddresses.ProfileEmailAddress[is_primary=true].is_confirmed | ProfileEmailAddresses.ProfileEmailAddress.is_confirmed";

/// tripit.com.
pub const TRIPIT: OAuth1 = OAuth1 {
    name: "tripit",
    title: "TripIt",
    docs: "https://www.tripit.com/developer",
    class_paths: &["social_core.backends.tripit.TripItOAuth", "social.backends.tripit.TripItOAuth"],
    request_token_url: "https://api.tripit.com/oauth/request_token",
    authorization_url: "https://www.tripit.com/oauth/authorize",
    access_token_url: "https://api.tripit.com/oauth/access_token",
    profile: &[Call { url: "https://api.tripit.com/v1/get/profile", format: Format::Xml, root: "Profile", ..Call::GET }],
    uid: UidField::Joined("id", "@ref"),
    details: Details {
        username: "screen_name",
        email: ADDRESSES,
        email_verified: Verified::When(CONFIRMED),
        fullname: "public_display_name",
        ..Details::NONE
    },
    extra_data: &[keep("screen_name")],
    ..OAuth1::STANDARD
};
