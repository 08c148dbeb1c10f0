//! OpenID answers repeat what we sent: the recorded `return_to` is put right, as the provider would have it.

use serde_json::{Map, Value};

use crate::outcome;
use crate::wire::{Action, Expect, Step};

const RETURN_TO: &str = "openid.return_to";
const STATE: &str = "redirect_state";

/// Where we told the provider to send the browser.
pub fn our_return_to(html: &str) -> Option<String> {
    let forms = outcome::forms(html);
    forms.iter().find_map(|(_, _, inputs)| inputs.get(RETURN_TO)?.as_str().map(str::to_owned))
}

/// Puts our `return_to` and state where the recording has the ones that its begin sent. What the recording
/// changed on purpose stays changed.
pub fn answer(params: &mut Map<String, Value>, step: &Step, begun: &Step, ours: &str) {
    let recorded = match (&begun.action, &begun.expect) {
        (Action::Begin, Expect::Html { forms }) => forms.iter().find_map(|form| form.inputs.get(RETURN_TO)),
        _ => None,
    };
    if step.params.get(RETURN_TO).is_some_and(|value| Some(value) == recorded) {
        params.insert(RETURN_TO.to_owned(), Value::from(ours));
    }
    params.remove("janrain_nonce");
    let state = ours.rsplit_once(&format!("{STATE}=")).map(|(_, state)| Value::from(state));
    let unchanged = step.params.get(STATE).is_none_or(|value| value == "<random:random_string>");
    if let (Some(state), true) = (state, unchanged) {
        params.insert(STATE.to_owned(), state);
    }
}
