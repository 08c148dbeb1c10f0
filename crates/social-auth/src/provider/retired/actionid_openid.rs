//! NGP VAN ActionID: OpenID 1.1, which Python Social Auth gave up in 2026.

use crate::protocol::openid::{Attributes, Details, Identifier, OpenId};

/// NGP VAN ActionID. It answers attributes without announcing that it does, under addresses of its own.
pub const ACTIONID_OPENID: OpenId = OpenId {
    name: "actionid-openid",
    title: "NGP VAN ActionID",
    docs: "https://developers.ngpvan.com",
    class_paths: &["social_core.backends.ngpvan.ActionIDOpenID", "social.backends.ngpvan.ActionIDOpenID"],
    identifier: Identifier::Fixed("https://accounts.ngpvan.com/Home/Xrds"),
    attributes: Attributes::Always(&[
        ("http://openid.net/schema/contact/internet/email", "email"),
        ("http://openid.net/schema/contact/phone/business", "phone"),
        ("http://openid.net/schema/namePerson/first", "first_name"),
        ("http://openid.net/schema/namePerson/last", "last_name"),
        ("http://openid.net/schema/namePerson", "fullname"),
    ]),
    details: Details { username: "email", ..OpenId::BASE.details },
    ..OpenId::BASE
};
