//! Settings of backends with a form of this site's own.

use super::Group;
use crate::settings::kind::{Kind, SettingDecl};

const fn setting(name: &'static str, kind: Kind, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, kind, doc)
}

pub(super) const GROUP: Group = Group {
    title: "E-mail and user name",
    doc: "The backends `email` and `username` ask the person on a form of this site. What somebody writes there proves nothing, so they \
          start only with a pipeline that has a step that does, behind `social_user`: `password`, which the pipeline has unless `PIPELINE` \
          says otherwise, or one that `PROVEN_BY` names. Neither key nor secret is needed.",
    protocols: &["form"],
    settings: &[
        setting(
            "FORM_URL",
            Kind::Target,
            "The page with the form, if it is one of yours. It posts `email` or `username`, and `password`, to `/complete/<backend>/`, from \
             the site's own origin or with a CSRF token.",
        )
        .or("a page of ours"),
        setting(
            "FORM_HTML",
            Kind::Text,
            "The page with the form, as HTML (a minijinja template: `{{ action }}`, `{{ hidden }}` for the hidden fields, `{{ message }}`, \
             `{{ value }}` for what was entered before).",
        )
        .or("a page of ours"),
        setting("PROVEN_BY", Kind::Text, "The step of your own that makes sure that the address or name is the person's."),
    ],
};
