//! The Belgian identity card, by e-Contract. <https://www.e-contract.be>

use crate::protocol::openid::{Identifier, OpenId};

/// Belgium eID by OpenID 2.0.
pub const BELGIUMEID: OpenId = OpenId {
    name: "belgiumeid",
    title: "Belgium eID",
    docs: "https://www.e-contract.be/eid-idp/endpoints/openid/auth",
    class_paths: &["social_core.backends.belgiumeid.BelgiumEIDOpenId", "social.backends.belgiumeid.BelgiumEIDOpenId"],
    identifier: Identifier::Fixed("https://www.e-contract.be/eid-idp/endpoints/openid/auth"),
    ..OpenId::BASE
};
