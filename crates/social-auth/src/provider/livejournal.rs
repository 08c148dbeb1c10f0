//! LiveJournal: everybody has an address of their own. <https://www.livejournal.com/openid/about.bml>

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::openid::{HookSettings, Hooks, Identifier, OpenId, complete_names};

/// LiveJournal by OpenID 2.0: the parameter `openid_lj_user` of begin is the user name.
pub const LIVEJOURNAL: OpenId = OpenId {
    name: "livejournal",
    title: "LiveJournal",
    docs: "https://www.livejournal.com/openid/about.bml",
    class_paths: &[
        "social_core.backends.livejournal.LiveJournalOpenId",
        "social.backends.livejournal.LiveJournalOpenId",
        "social_auth.backends.contrib.livejournal.LiveJournalBackend",
    ],
    identifier: Identifier::Username { parameter: "openid_lj_user", address: "https://{username}.livejournal.com/" },
    hooks: Hooks { details: username_of_host, ..OpenId::BASE.hooks },
    ..OpenId::BASE
};

fn username_of_host(settings: &HookSettings, answer: &Value, details: &mut UserDetails) {
    complete_names(settings, answer, details);
    let host = answer["identity_url"].as_str().and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
    let label = host.and_then(|host| host.split_once('.')).map(|(label, _)| label.to_owned());
    details.username = details.username.take().or(label);
}
