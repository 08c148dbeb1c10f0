//! Discovery documents and key sets: served any number of times at any moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use url::Url;

use crate::request::Sent;
use crate::wire::{Case, RecordedRequest, RecordedResponse, Recording};

/// The metadata of a recording, by address.
pub struct Known(BTreeMap<String, &'static RecordedResponse>);

impl Known {
    pub fn new(recording: &'static Recording) -> Self {
        let exchanges = || recording.cases.iter().flat_map(answered);
        let named: Vec<String> = exchanges().filter_map(|(_, _, response)| jwks_uri(response)).collect();
        let mut known = BTreeMap::new();
        for (_, request, response) in exchanges().filter(|(_, request, _)| request.method == "GET") {
            let address = address(request);
            if address.contains("/.well-known/") || named.contains(&address) || is_metadata(response) {
                known.entry(address).or_insert(response);
            }
        }
        Known(known)
    }
}

/// The metadata of a case. What the recorded library had in its cache, and so did not fetch in this case,
/// comes from the other cases of the recording.
pub struct Metadata {
    /// Address → the answers, each with the step that it was recorded in.
    own: BTreeMap<String, Vec<(usize, &'static RecordedResponse)>>,
    elsewhere: Arc<Known>,
}

impl Metadata {
    pub fn new(known: &Arc<Known>, case: &'static Case) -> Self {
        let mut own: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (step, request, response) in answered(case) {
            let address = address(request);
            if request.method == "GET" && known.0.contains_key(&address) {
                own.entry(address).or_default().push((step, response));
            }
        }
        Metadata { own, elsewhere: known.clone() }
    }

    /// The issuers that the discovery documents name.
    pub fn issuers(&self) -> impl Iterator<Item = String> {
        self.stated("issuer")
    }

    /// Whether this is where userinfo is asked.
    pub fn is_userinfo(&self, url: &str) -> bool {
        url.ends_with("/userinfo") || self.stated("userinfo_endpoint").any(|endpoint| endpoint == url)
    }

    fn stated(&self, member: &str) -> impl Iterator<Item = String> {
        let responses = self.own.values().flatten().map(|(_, response)| *response).chain(self.elsewhere.0.values().copied());
        responses.filter_map(move |response| json(response)?.get(member)?.as_str().map(str::to_owned))
    }

    /// Whether this exchange is not to be counted.
    pub fn serves(&self, request: &RecordedRequest) -> bool {
        request.method == "GET" && self.own.contains_key(&address(request))
    }

    /// The answer of this moment: the last one recorded up to this step, or else the first one ever.
    pub fn answer(&self, step: usize, sent: &Sent) -> Option<&'static RecordedResponse> {
        if sent.method != "GET" {
            return None;
        }
        let address = with_query(&sent.url, &sent.query);
        match self.own.get(&address) {
            Some(answers) => answers.iter().rev().find(|(at, _)| *at <= step).or(answers.first()).map(|(_, response)| *response),
            None => self.elsewhere.0.get(&address).copied(),
        }
    }
}

/// Every answered request of a case, with its step.
fn answered(case: &'static Case) -> impl Iterator<Item = (usize, &'static RecordedRequest, &'static RecordedResponse)> {
    case.steps.iter().enumerate().flat_map(|(index, step)| {
        step.http.iter().filter_map(move |exchange| Some((index, &exchange.request, exchange.response.as_ref()?)))
    })
}

fn json(response: &RecordedResponse) -> Option<Value> {
    serde_json::from_str(response.body.as_str()?).ok()
}

fn jwks_uri(response: &RecordedResponse) -> Option<String> {
    let text = response.body.as_str().filter(|text| text.contains("\"jwks_uri\""))?;
    let document: Value = serde_json::from_str(text).ok()?;
    Some(Url::parse(document.get("jwks_uri")?.as_str()?).ok()?.into())
}

fn is_metadata(response: &RecordedResponse) -> bool {
    let text = response.body.as_str().unwrap_or_default();
    (text.contains("\"keys\"") || text.contains("\"jwks_uri\""))
        && json(response).is_some_and(|document| document["keys"].is_array() || document["jwks_uri"].is_string())
}

fn address(request: &RecordedRequest) -> String {
    with_query(&Url::parse(&request.url).map_or_else(|_| request.url.clone(), Into::into), &request.query)
}

fn with_query(url: &str, query: &serde_json::Map<String, Value>) -> String {
    let sorted: BTreeMap<_, _> = query.iter().collect();
    if sorted.is_empty() { url.to_owned() } else { format!("{url}?{sorted:?}") }
}
