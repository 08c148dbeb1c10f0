//! Settings of CAS backends.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "CAS",
    doc: "Tickets of CAS 1, 2 and 3. Neither key nor secret is needed: the server knows this site by its callback address.",
    protocols: &["cas"],
    settings: &[
        setting("CAS_VERSION", Kind::Integer(1), "Which version of the protocol checks tickets: 1, 2 or 3, which tells attributes.")
            .or("3"),
        setting("RENEW", Kind::Switch, "Have everybody give their password, whatever session they have at the server.").or("false"),
        setting("GATEWAY", Kind::Switch, "Sign in only whom the server need not ask anything.").or("false"),
        setting("ANSWER_BY_POST", Kind::Switch, "Have the server post the ticket, so that it stands in no address (CAS 3).").or("false"),
        setting("LOGIN_PAGE_URL", Kind::Url, "Where the browser is sent, if not at `login` below `SERVER_URL`."),
        setting("VALIDATE_URL", Kind::Url, "Where tickets are checked, if not at the version's usual place below `SERVER_URL`."),
        setting("CAS_LOGOUT_URL", Kind::Url, "Where the server's own session ends, if not at `logout` below `SERVER_URL`."),
    ],
};
