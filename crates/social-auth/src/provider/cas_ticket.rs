//! CAS 1, 2 and 3 by ticket: any server, at `SERVER_URL`. `cas` is CAS by OpenID Connect.
//! <https://apereo.github.io/cas/7.3.x/protocol/CAS-Protocol-Specification.html>

use crate::protocol::cas::{Cas, required};

/// Any CAS server.
pub const CAS_TICKET: Cas = Cas {
    name: "cas-ticket",
    title: "CAS",
    icon: "cas",
    docs: "https://apereo.github.io/cas/7.3.x/protocol/CAS-Protocol-Specification.html",
    settings: &[required("SERVER_URL", "The address below which /login stands, such as https://cas.example.edu/cas.")],
    ..Cas::STANDARD
};
