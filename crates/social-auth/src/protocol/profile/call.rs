//! The calls that make up a profile.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use url::Url;

use super::description::{Call, Format, HookSettings, OnFailure, TokenIn, When};
use super::settings::setting_value;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Incoming, Outgoing};
use crate::protocol::oauth2::{Proving, answer_error, stated_error};
use crate::secret::Secret;
use crate::select::Selector;
use crate::template;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How many pages of a list are read; who is in more groups than that is in those of the first pages.
const MAX_PAGES: usize = 20;

/// A call with its templates and selectors read.
pub(in crate::protocol) struct ResolvedCall {
    url: String,
    method: http::Method,
    token: TokenIn,
    pub(super) query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    headers: &'static [(&'static str, &'static str)],
    format: Format,
    root: Selector,
    into: &'static str,
    hosts: &'static [&'static str],
    header: &'static str,
    pages: bool,
    when: ResolvedWhen,
    on_failure: OnFailure,
}

enum ResolvedWhen {
    Always,
    Never,
    Missing(Selector),
    Scope(&'static str),
}

/// What the calls may use.
pub(in crate::protocol) struct CallContext<'a> {
    pub http: &'a Client,
    pub settings: &'a HookSettings,
    pub scope: &'a [String],
    pub access_token: &'a str,
    pub variables: &'a [(&'static str, String)],
    /// Where requests prove themselves by a signature (OAuth 1.0a): signs one that is complete.
    pub sign: Option<&'a Sign<'a>>,
    /// Where the access token is bound to a key (DPoP).
    pub proving: Option<Proving<'a>>,
}

/// Signs a complete request.
pub(in crate::protocol) type Sign<'a> = dyn Fn(Outgoing) -> Result<Outgoing> + Send + Sync + 'a;

impl CallContext<'_> {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        let request = match self.sign {
            Some(sign) => sign(request)?,
            None => request,
        };
        match self.proving.filter(|_| request.headers.contains_key(http::header::AUTHORIZATION)) {
            Some(proving) => proving.send(self.http, request, &Secret::from(self.access_token)).await,
            None => self.http.send(request).await,
        }
    }
}

impl ResolvedCall {
    pub fn resolve(call: &Call, url: Option<&str>, root: Option<&str>, settings: &HookSettings) -> Result<Self> {
        let parse = |text: &str| Selector::parse(text).map_err(|why| Error::invalid_setting("USER_ROOT", why).stage(Stage::Start));
        // Settings are filled in now; fields of the answer when the call is made.
        let fill = |text: &str| template::fill(text, &|name| Some(setting_value(settings, name).unwrap_or_else(|| format!("{{{name}}}"))));
        let pairs =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| Ok(((*name).to_owned(), fill(value)?))).collect::<Result<_>>();
        Ok(ResolvedCall {
            url: fill(url.unwrap_or(call.url))?,
            method: call.method.parse().map_err(|_| Error::invalid_setting("method", "a profile call is GET or POST"))?,
            token: call.token,
            query: pairs(call.query)?,
            form: pairs(call.form)?,
            headers: call.headers,
            format: call.format,
            root: parse(root.unwrap_or(call.root))?,
            into: call.into,
            hosts: call.hosts,
            header: call.header,
            pages: call.pages,
            when: match call.when {
                When::Always => ResolvedWhen::Always,
                When::Missing(text) => ResolvedWhen::Missing(parse(text)?),
                When::Scope(scope) => ResolvedWhen::Scope(scope),
                When::Setting(name) if settings.is_on(name) => ResolvedWhen::Always,
                When::Setting(_) => ResolvedWhen::Never,
            },
            on_failure: call.on_failure,
        })
    }

    /// Makes the call if it is due and adds what came to the answer so far.
    ///
    /// # Errors
    /// What the provider is at fault of; `membership_required` where the call is a membership test.
    pub async fn make(&self, context: &CallContext<'_>, answer: &mut Value) -> Result<()> {
        if !self.is_due(context, answer) {
            return Ok(());
        }
        match (self.fetch(context, answer).await, self.on_failure) {
            (Ok(Some(part)), _) => self.add(part, answer).map_err(|error| error.stage(Stage::UserInfo)),
            (Ok(None), _) | (Err(_), OnFailure::Ignore) => Ok(()),
            (Err(error), _) => Err(error.stage_if_unknown(Stage::UserInfo)),
        }
    }

    fn is_due(&self, context: &CallContext<'_>, answer: &Value) -> bool {
        match &self.when {
            ResolvedWhen::Always => true,
            ResolvedWhen::Never => false,
            ResolvedWhen::Missing(selector) => selector.value(answer).is_none(),
            ResolvedWhen::Scope(scope) => context.scope.iter().any(|asked| asked == scope),
        }
    }

    async fn fetch(&self, context: &CallContext<'_>, so_far: &Value) -> Result<Option<Value>> {
        let request = self.request(context, so_far)?;
        let answer = context.send(request.clone()).await?;
        if let OnFailure::RefuseUnless(status) = self.on_failure {
            return match answer.status {
                found if found == status => Ok(None),
                429 | 500..=599 => Err(answer_error(&answer, Stage::UserInfo)),
                found => Err(Error::new(Reason::MembershipRequired).stage(Stage::UserInfo).status(found)),
            };
        }
        if !self.header.is_empty() && answer.is_success() {
            return Ok(Some(answer.header(self.header).map_or(Value::Null, Value::from)));
        }
        let body = read(&answer, self.format)?;
        if self.pages { further_pages(context, request, &answer, body).await.map(Some) } else { Ok(Some(body)) }
    }

    fn request(&self, context: &CallContext<'_>, so_far: &Value) -> Result<Outgoing> {
        let lookup = |name: &str| match name {
            "access_token" => Some(context.access_token.to_owned()),
            other => context.variables.iter().find(|(known, _)| *known == other).map(|(_, value)| value.clone()),
        };
        let field = |name: &str| Selector::parse(name).ok().and_then(|selector| selector.text(so_far));
        let address = |name: &str| match Selector::parse(name).ok()?.value(so_far)? {
            Value::String(text) => Some(text).filter(|text| !text.trim().is_empty()),
            _ => None,
        };
        // A field of an answer lands in a path: it may not bring slashes or a query of its own.
        let part = |name: &str| match name.strip_prefix('+') {
            Some(name) => address(name),
            None => lookup(name).or_else(|| field(name)).map(|text| encode_segment(&text)),
        };
        let url = template::fill(&self.url, &part)
            .map_err(|error| Error::missing_claim(error.facts().parameter.unwrap_or_default().to_lowercase().trim_start_matches('+')))?;
        self.leads_to_the_provider(&url)?;
        let mut query = Vec::with_capacity(self.query.len() + 1);
        if let TokenIn::Query(name) = self.token {
            query.push((name.to_owned(), context.access_token.to_owned()));
        }
        let fill = |pairs: &[(String, String)]| {
            let filled = |text: &str| template::fill(text, &|name| lookup(name).or_else(|| field(name)).or(Some(String::new())));
            pairs.iter().map(|(name, value)| Ok((name.clone(), filled(value)?))).collect::<Result<Vec<_>>>()
        };
        query.extend(fill(&self.query)?);
        query.retain(|(_, value)| !value.is_empty());
        let mut request = Outgoing::new(self.method.clone(), &url)?.query(&query).header("accept", "application/json");
        if !self.form.is_empty() {
            request = request.form(&fill(&self.form)?);
        }
        for (name, value) in self.headers {
            if let Ok(value) = template::fill(value, &|name| setting_value(context.settings, name).or_else(|| lookup(name))) {
                request = request.header(name, &value);
            }
        }
        Ok(match self.token {
            // A signed request proves itself by its signature alone.
            TokenIn::Header(scheme) if context.sign.is_none() => request.authorization(scheme, context.access_token),
            _ => request,
        })
    }

    /// An address out of an answer gets the access token, so it has to be one of the provider's.
    fn leads_to_the_provider(&self, url: &str) -> Result<()> {
        if !self.url.contains("{+") {
            return Ok(());
        }
        let url = Url::parse(url).ok().filter(|url| url.scheme() == "https");
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let is_within = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if self.hosts.iter().any(|domain| is_within(domain)) {
            return Ok(());
        }
        Err(Error::malformed("the answer leads to an address that is not the provider's"))
    }

    fn add(&self, part: Value, answer: &mut Value) -> Result<()> {
        let part = if self.root.is_empty() {
            part
        } else {
            self.root.value(&part).ok_or_else(|| Error::malformed("the profile is not where it should be"))?
        };
        let members = answer.as_object_mut().ok_or_else(|| Error::malformed("the answer is no object"))?;
        if !self.into.is_empty() {
            members.insert(self.into.to_owned(), part);
            return Ok(());
        }
        match part {
            Value::Object(part) => merge(members, part),
            _ => return Err(Error::malformed("expected a JSON object as the profile")),
        }
        Ok(())
    }
}

fn read(answer: &Incoming, format: Format) -> Result<Value> {
    if !answer.is_success() {
        return Err(answer_error(answer, Stage::UserInfo));
    }
    let body = format.read(answer)?;
    match stated_error(&body, Stage::UserInfo, None) {
        Some(error) => Err(error),
        None => Ok(body),
    }
}

/// The whole of a list whose first page this is.
async fn further_pages(context: &CallContext<'_>, mut request: Outgoing, answer: &Incoming, body: Value) -> Result<Value> {
    let not_a_list = || Error::malformed("expected a list, page by page");
    let Value::Array(mut items) = body else { return Err(not_a_list()) };
    let mut next = next_page(&request.url, answer);
    for _ in 1..MAX_PAGES {
        let Some(url) = next else { break };
        request.url = url;
        let answer = context.send(request.clone()).await?;
        let Value::Array(more) = read(&answer, Format::Json)? else { return Err(not_a_list()) };
        items.extend(more);
        next = next_page(&request.url, &answer);
    }
    Ok(Value::Array(items))
}

/// Where the `Link` header says that the next page is. The token goes along, so it stays at that origin.
fn next_page(current: &Url, answer: &Incoming) -> Option<Url> {
    let link = answer.header("link")?.split(',').find(|link| link.contains("rel=\"next\""))?;
    let (_, target) = link.split_once('<')?;
    let url = current.join(target.split_once('>')?.0).ok()?;
    (url.origin() == current.origin()).then_some(url)
}

fn merge(members: &mut Map<String, Value>, newer: Map<String, Value>) {
    for (name, value) in newer {
        members.insert(name, value);
    }
}

fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}
