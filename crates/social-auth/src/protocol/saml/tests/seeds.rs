//! What fuzzing begins with: good messages of every kind, and the attacks of these tests.

use super::answer::*;
use super::{encryption, logout, theirs, wrapping};

/// A target's name, a name that begins with `good` where the target must take it, and the input.
pub(crate) fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut seeds = Vec::new();
    let mut add = |target, name: &str, input: Vec<u8>| seeds.push((target, name.replace(' ', "-").replace('\'', ""), input));
    for (name, signed) in [("good assertion", Signed::Assertion), ("good response", Signed::Response), ("good both", Signed::Both)] {
        add("saml_response", name, good(signed).into());
    }
    add("saml_response", "unsigned", good(Signed::Nothing).into());
    add("saml_response", "declined", good(Signed::Response).replace("status:Success", "status:Responder").into());
    for cipher in ["aes128-cbc", "aes256-cbc", "aes256-gcm"] {
        add("saml_response", &format!("good {cipher}"), encryption::sealed(cipher).into());
    }
    for (name, attack) in wrapping::attacks() {
        add("saml_response", name, attack.into());
    }
    let of = |way: u8, text: String| [vec![way], text.into_bytes()].concat();
    let end = logout::request("_end", "alice", &["s1"]);
    add("saml_logout", "good form", of(1, logout::signed(&end, IDP_KEY)));
    add("saml_logout", "good address", of(0, logout::query("SAMLRequest", &end, Some("theirs"), IDP_KEY)));
    add("saml_logout", "unsigned form", of(1, end.replace("SIGNATURE", "")));
    add("saml_logout", "a strangers address", of(0, logout::query("SAMLRequest", &end, None, STRANGER_KEY)));
    let answer = logout::answer_to("_request", "Success");
    add("saml_logout", "good answer by form", of(3, logout::signed(&answer, IDP_KEY)));
    add("saml_logout", "good answer in the address", of(2, logout::query("SAMLResponse", &answer, None, IDP_KEY)));
    let signed = |text: String, id: &str| sign(&text.replace("SIGNATURE", &template(id)), IDP_KEY);
    let described = theirs::entity(ISSUER, IDP_CERTIFICATE, " validUntil=\"2027-01-01T00:00:00Z\" cacheDuration=\"P1DT2H\"");
    let id = format!("_e{}", ISSUER.len());
    add("saml_metadata", "good one", signed(described.clone(), &id).into());
    add("saml_metadata", "unsigned one", theirs::one().into());
    let federation = theirs::federation("", &[described, theirs::entity("https://other.test", IDP_CERTIFICATE, "")]);
    add("saml_metadata", "unsigned federation", federation.replace("SIGNATURE", "").into());
    let federation = theirs::federation("", &[theirs::entity(ISSUER, IDP_CERTIFICATE, "")]);
    add("saml_metadata", "good federation", signed(federation, "_federation").into());
    seeds
}
