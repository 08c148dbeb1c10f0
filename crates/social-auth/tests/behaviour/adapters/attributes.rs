//! Class attributes of every backend: what our description of the provider says of the same thing, under the name that
//! it has in Python Social Auth. Null where ours has nothing of the kind.

use serde_json::{Map, Value, json};

use social_auth::protocol::oauth1::OAuth1;
use social_auth::protocol::oauth2::{Call, ClientAuth, Details, Kept, Nonce, OAuth2, OpenId, Pkce, TokenRequest, UidField};
use social_auth::protocol::openid::Identifier;
use social_auth::protocol::signed::{Departs, Proof, Signed};
use social_auth::provider::{self, Provider};
use social_auth::settings::names;

use crate::case::{Answer, Case};

/// Null where no provider has the class.
pub fn backend_attributes(case: &Case) -> Answer {
    let path = case.text("class");
    let Some(provider) = provider::find_by_class_path(path) else { return Ok(Value::Null) };
    let recorded = case.expected.as_ref().unwrap();
    let facts = Facts::of(provider);
    let attributes = recorded["attributes"].as_object().unwrap().iter();
    let attributes: Map<String, Value> = attributes.map(|(name, value)| (name.clone(), facts.in_the_form_of(name, value))).collect();
    Ok(json!({ "bases": bases(provider, &recorded["bases"]), "attributes": attributes }))
}

/// The recorded bases, if they are of the protocol that ours speaks; else that protocol.
fn bases(provider: Provider, recorded: &Value) -> Value {
    let has = |class: &str| recorded.as_array().unwrap().iter().any(|base| base == class);
    let speaks = [
        ("social_core.backends.open_id_connect.OpenIdConnectAuth", "oidc"),
        // With an id token or without.
        ("social_core.backends.oauth.BaseOAuth2", "oauth2 oidc"),
        ("social_core.backends.oauth.BaseOAuth1", "oauth1"),
        ("social_core.backends.open_id.OpenIdAuth", "openid"),
        ("social_core.backends.legacy.LegacyAuth", "form"),
    ];
    let spoken = speaks.iter().find(|(class, _)| has(class)).map(|(_, protocols)| *protocols);
    let same = spoken.is_none_or(|protocols| protocols.split(' ').any(|protocol| protocol == provider.protocol()));
    if same { recorded.clone() } else { json!(provider.protocol()) }
}

/// What a description says.
struct Facts {
    provider: Provider,
    /// By the name of the class attribute.
    named: Map<String, Value>,
    /// All addresses and other texts that are sent or asked for.
    texts: Vec<String>,
}

impl Facts {
    fn of(provider: Provider) -> Self {
        let mut facts = Facts { provider, named: Map::new(), texts: Vec::new() };
        facts.say("name", provider.backend_name());
        facts.say("title", provider.title());
        facts.say("SEND_USER_AGENT", true);
        facts.say("GET_ALL_EXTRA_DATA", false);
        facts.say("ASSOCIATION_ONLY", false);
        facts.say("REQUIRES_EMAIL_VALIDATION", false);
        facts.say("REQUIRES_USER_ID", true);
        facts.texts.extend(provider.settings().iter().filter_map(|decl| decl.default).map(str::to_owned));
        match provider {
            Provider::OAuth1(one) => facts.oauth1(one),
            Provider::OAuth2(one) => facts.oauth2(one),
            Provider::OpenId(one) => {
                facts.person(one.icon, one.uid, one.details, &[]);
                facts.calls(one.profile);
                facts.say("PROTOCOL_ID_KEY", "identity_url");
                facts.say("URL", if let Identifier::Fixed(url) = one.identifier { url } else { "" });
            }
            Provider::Signed(one) => facts.signed(one),
            Provider::Form(one) => {
                facts.person(one.icon, UidField::Stable(one.asks.field()), one.details, one.extra_data);
                facts.say("REQUIRES_EMAIL_VALIDATION", one.requires_email_validation);
            }
            Provider::Cas(one) => facts.person(one.icon, one.uid, one.details, one.extra_data),
            #[cfg(feature = "saml")]
            Provider::Saml(_) => facts.say("icon", "saml.svg"),
        }
        facts
    }

    fn say(&mut self, attribute: &str, value: impl Into<Value>) {
        self.named.insert(attribute.to_owned(), value.into());
    }

    /// An address, with the defaults of the settings that it names.
    fn address(&mut self, attribute: &str, url: &str) {
        let mut filled = url.to_owned();
        for decl in self.provider.settings() {
            let default = decl.default.unwrap_or_default().trim_end_matches('/');
            if !default.is_empty() {
                filled = filled.replace(&format!("{{{}}}", decl.name.to_lowercase()), default);
            }
        }
        self.texts.push(filled.clone());
        if !attribute.is_empty() {
            self.say(attribute, filled);
        }
    }

    fn pairs(&mut self, pairs: &[(&str, &str)]) {
        pairs.iter().for_each(|(_, value)| self.address("", value));
    }

    fn calls(&mut self, calls: &[Call]) {
        for call in calls {
            self.address("", call.url);
            self.pairs(call.query);
            self.pairs(call.headers);
        }
    }

    fn person(&mut self, icon: &str, uid: UidField, details: Details, extra_data: &[Kept]) {
        let icon = if icon.is_empty() { self.provider.name() } else { icon };
        self.say("icon", format!("{icon}.svg"));
        let (key, former): (&str, &[&str]) = match uid {
            UidField::Stable(selector) => (last_member(selector), &[]),
            UidField::StableOnce(selector, former) => (last_member(selector), former),
            UidField::Joined(key, _) => (key, &[]),
        };
        self.say("ID_KEY", key);
        self.say("LEGACY_ID_KEYS", json!(former.iter().map(|selector| last_member(selector)).collect::<Vec<_>>()));
        self.say("EXTRA_DATA", json!(extra_data.iter().map(kept).collect::<Vec<_>>()));
        let named = [
            ("USERNAME", details.username),
            ("EMAIL", details.email),
            ("FULLNAME", details.fullname),
            ("FIRST_NAME", details.first_name),
            ("LAST_NAME", details.last_name),
        ];
        for (name, selector) in named {
            self.say(&format!("{name}_KEY"), selector);
        }
    }

    fn oauth1(&mut self, one: &OAuth1) {
        self.person(one.icon, one.uid, one.details, one.extra_data);
        self.calls(one.profile);
        self.say("ASSOCIATION_ONLY", one.association_only);
        self.address("REQUEST_TOKEN_URL", one.request_token_url);
        self.say("REQUEST_TOKEN_METHOD", one.request_token_method);
        self.address("AUTHORIZATION_URL", one.authorization_url);
        self.address("ACCESS_TOKEN_URL", one.access_token_url);
        self.say("ACCESS_TOKEN_METHOD", one.access_token_method);
        self.say("REDIRECT_URI_PARAMETER_NAME", one.redirect_parameter);
        self.say("REDIRECT_STATE", one.redirect_state);
        self.say("STATE_PARAMETER", false);
        self.scopes(one.scope, one.scope_separator, "scope");
        self.say("OAUTH_TOKEN_PARAMETER_NAME", "oauth_token");
        self.say("ACCESS_TOKEN_PAYLOAD", "form");
    }

    fn oauth2(&mut self, one: &OAuth2) {
        self.person(one.icon, one.uid, one.details, one.extra_data);
        self.calls(one.profile);
        self.pairs(one.authorize_params);
        self.say("ASSOCIATION_ONLY", one.association_only);
        self.address("AUTHORIZATION_URL", one.authorization_url);
        self.address("ACCESS_TOKEN_URL", one.token_url);
        self.say("ACCESS_TOKEN_METHOD", method(one.token_request));
        self.say("ACCESS_TOKEN_PAYLOAD", if one.token_request == TokenRequest::PostJson { "json" } else { "form" });
        self.address("REFRESH_TOKEN_URL", if one.refresh_url.is_empty() { one.token_url } else { one.refresh_url });
        self.say("REFRESH_TOKEN_METHOD", method(one.refresh_request.unwrap_or(one.token_request)));
        self.address("REVOKE_TOKEN_URL", one.revoke.map_or("", |revoke| revoke.url));
        if let Some(revoke) = one.revoke {
            self.say("REVOKE_TOKEN_METHOD", revoke.method);
        }
        self.scopes(one.scope, one.scope_separator, one.scope_parameter);
        self.say("RESPONSE_TYPE", one.response_type);
        self.say("RESPONSE_MODE", one.response_mode);
        self.say("REDIRECT_STATE", one.redirect_state);
        self.say("STATE_PARAMETER", true);
        let basic = matches!(one.client_auth, ClientAuth::Basic | ClientAuth::BasicAndPost);
        self.say("USE_BASIC_AUTH", basic);
        self.say("TOKEN_ENDPOINT_AUTH_METHOD", if basic { "client_secret_basic" } else { "client_secret_post" });
        self.say("DEFAULT_USE_PKCE", matches!(one.pkce, Pkce::S256 | Pkce::Required));
        self.say("PKCE_DEFAULT_CODE_CHALLENGE_METHOD", "S256");
        self.say("PKCE_DEFAULT_CODE_VERIFIER_LENGTH", default_of("PKCE_CODE_VERIFIER_LENGTH"));
        if let Some(openid) = one.openid {
            self.openid(&openid);
        }
    }

    fn openid(&mut self, openid: &OpenId) {
        self.address("OIDC_ENDPOINT", openid.endpoint);
        self.address("OPENID_CONFIGURATION_URL", openid.configuration_url);
        self.say("ID_TOKEN_ISSUER", openid.issuers.first().copied().unwrap_or_default());
        openid.issuers.iter().for_each(|issuer| self.address("", issuer));
        self.address("JWKS_URI", openid.jwks_url);
        self.say("USE_NONCE", openid.nonce == Nonce::Sent);
        self.say("JWT_ALGORITHMS", json!(openid.algorithms));
        self.say("VALIDATE_AT_HASH", true);
        self.say("ID_TOKEN_MAX_AGE", openid.token_max_age);
        // Discovered.
        self.say("USERINFO_URL", "");
    }

    fn scopes(&mut self, scope: &[&str], separator: &str, parameter: &str) {
        self.texts.extend(scope.iter().map(|scope| (*scope).to_owned()));
        self.say("DEFAULT_SCOPE", json!(scope));
        self.say("SCOPE_SEPARATOR", separator);
        self.say("SCOPE_PARAMETER_NAME", parameter);
    }

    fn signed(&mut self, one: &Signed) {
        self.person(one.icon, one.uid, one.details, one.extra_data);
        self.calls(one.profile);
        self.say("ASSOCIATION_ONLY", one.association_only);
        match one.departure {
            Departs::Redirect { url, params, .. } => {
                self.address("", url);
                self.pairs(params);
            }
            Departs::SignedRequest { url, .. } => self.address("", url),
            Departs::Widget(_) | Departs::Elsewhere(_) => {}
        }
        if let Proof::IdToken { parameter, double_submit, openid } = one.proof {
            self.openid(&openid);
            self.texts.extend([parameter.to_owned(), double_submit.to_owned()]);
        }
    }

    /// What is said of an attribute, as it was recorded if that means the same.
    fn in_the_form_of(&self, attribute: &str, recorded: &Value) -> Value {
        let ours = match self.named.get(attribute) {
            Some(ours) => ours.clone(),
            None => self.elsewhere(attribute, recorded),
        };
        // Without an address of its own, refreshing goes to the token endpoint.
        let is_token_endpoint = attribute == "REFRESH_TOKEN_URL" && self.named.get("ACCESS_TOKEN_URL") == Some(&ours);
        if means_the_same(attribute, recorded, &ours) || is_token_endpoint && recorded.is_null() { recorded.clone() } else { ours }
    }

    /// In the defaults of settings, or among what is sent and asked for.
    fn elsewhere(&self, attribute: &str, recorded: &Value) -> Value {
        if attribute == "MUTABLE_ID_KEYS" {
            // What people can change themselves is nobody's identifier.
            let ours = self.named.get("ID_KEY").is_some_and(|key| recorded.as_array().unwrap().contains(key));
            return if ours { Value::Null } else { recorded.clone() };
        }
        let own = self.provider.settings().iter().find(|decl| decl.name == attribute);
        let default = own.map_or_else(|| default_of(attribute), |decl| read(decl.default));
        if !default.is_null() {
            return default;
        }
        let spoken = |text: &str| self.texts.iter().any(|ours| ours.contains(text.trim_end_matches('/')));
        match recorded {
            Value::String(text) if !text.is_empty() && spoken(text.split('?').next().unwrap()) => recorded.clone(),
            _ => Value::Null,
        }
    }
}

/// The default of a setting of every backend.
fn default_of(setting: &str) -> Value {
    names::find(setting).map_or(Value::Null, |(_, decl)| read(decl.default))
}

/// A default; null where it is said in words where one comes from ("the provider's").
fn read(default: Option<&str>) -> Value {
    default
        .filter(|text| !text.starts_with("the "))
        .map_or(Value::Null, |default| serde_json::from_str(default).unwrap_or_else(|_| json!(default)))
}

fn method(request: TokenRequest) -> &'static str {
    if request == TokenRequest::Get { "GET" } else { "POST" }
}

fn last_member(selector: &str) -> &str {
    selector.rsplit(['.', ' ']).next().unwrap().trim_matches('\'')
}

fn kept(kept: &Kept) -> Value {
    if kept.only_if_present { json!([kept.field, kept.name, true]) } else { json!([kept.field, kept.name]) }
}

/// Nothing is written as null, "" or an empty list, and orders that do not matter as it comes.
fn means_the_same(attribute: &str, recorded: &Value, ours: &Value) -> bool {
    let is_nothing = |value: &Value| value.is_null() || *value == json!("") || *value == json!([]) || *value == json!({});
    match attribute {
        "EXTRA_DATA" => sorted(recorded) == sorted(ours),
        // Whether one of the alternatives is it.
        "USERNAME_KEY" | "EMAIL_KEY" | "FULLNAME_KEY" | "FIRST_NAME_KEY" | "LAST_NAME_KEY" => {
            ours.as_str().is_some_and(|selector| selector.split('|').any(|one| recorded.as_str() == Some(one.trim())))
        }
        "API_URL" => recorded.as_str().map(|url| url.trim_end_matches('/')) == ours.as_str(),
        "JWT_ALGORITHMS" => recorded == ours || ours.as_str().is_some_and(|default| *recorded == json!([default])),
        _ => {
            recorded == ours
                || is_nothing(recorded) && is_nothing(ours)
                || recorded.as_f64().is_some_and(|number| ours.as_f64() == Some(number))
        }
    }
}

/// A list of fields to keep as [field, name, whether only if present], by field.
fn sorted(list: &Value) -> Vec<(String, String, bool)> {
    let entry = |item: &Value| match item {
        Value::Array(parts) => {
            let text = |at: usize| parts.get(at).and_then(Value::as_str).map(str::to_owned);
            let field = text(0).unwrap_or_default();
            (field.clone(), text(1).unwrap_or(field), parts.get(2) == Some(&json!(true)))
        }
        other => (other.as_str().unwrap_or_default().to_owned(), other.as_str().unwrap_or_default().to_owned(), false),
    };
    let mut entries: Vec<_> = list.as_array().into_iter().flatten().map(entry).collect();
    entries.sort();
    entries
}
