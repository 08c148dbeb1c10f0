//! Settings of the requests that go to providers.

use super::Group;
use crate::settings::kind::{Kind, Scope, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc).of(Scope::Both)
}

pub(super) const GROUP: Group = Group {
    title: "Requests to providers",
    doc: "For the site, or for one backend in its table.",
    protocols: &[],
    settings: &[
        setting("REQUESTS_TIMEOUT", Kind::Timeout, "Seconds that a request may take.").or("10"),
        setting("URLOPEN_TIMEOUT", Kind::Timeout, "The former name of `REQUESTS_TIMEOUT`, which wins."),
        setting("PROXIES", Kind::Pairs, "Proxies to go through: URLs by `http`, `https` or `all`.").or("{}"),
        setting("VERIFY_SSL", Kind::Switch, "Check the certificates of providers.").or("true"),
        setting("CA_BUNDLE", Kind::File, "A PEM file of further authorities to trust."),
        setting(
            "TLS_CLIENT_CERTIFICATE",
            Kind::Secret,
            "A certificate in PEM that requests are made with (mutual TLS, RFC 8705), its chain after it.",
        ),
        setting("TLS_CLIENT_KEY", Kind::Secret, "The private key of that certificate, in PEM.").or("it stands with the certificate"),
        setting("USER_AGENT", Kind::Text, "The `User-Agent` of requests.").or("this program and its version"),
    ],
};
