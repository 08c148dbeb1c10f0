//! The backend: a description with settings applied, as the flows use it.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::description::{Asks, OwnForm};
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Departure};
use crate::clock::Clock;
use crate::email::Mailbox;
use crate::error::{Error, Reason, Result, Stage};
use crate::form::{Field, Form, FormTemplate};
use crate::identity::{Identity, Tokens};
use crate::protocol::profile::{self, About, Described, HookSettings, IdentityConfig, Reading, UidField, info};
use crate::secret::Secret;
use crate::settings::BackendSettings;
use crate::web::Params;

/// The fields of the form that are read. A password is none of them: it must not get into what is kept.
const READ: &[&str] = &["email", "username", "fullname", "first_name", "last_name"];

/// A form of this site's own, ready for use.
pub struct FormBackend {
    asks: Asks,
    info: BackendInfo,
    identity: IdentityConfig,
    hook_settings: HookSettings,
    form_url: Option<String>,
    form_html: Option<FormTemplate>,
    clock: Clock,
}

impl FormBackend {
    /// Applies the settings of the instance to the description.
    ///
    /// # Errors
    /// `invalid_setting`, stage `start`.
    pub fn new(provider: &'static OwnForm, instance: &str, settings: &BackendSettings<'_>, clock: Clock) -> Result<Self> {
        let field = provider.asks.field();
        // What a step proves is what the form asks for, so that and nothing else has to be the identifier.
        if settings.text("ID_KEY")?.is_some_and(|key| key != field) {
            return Err(settings.invalid("ID_KEY", &format!("can only be {field}: it is what the form asks for, and what is proved")));
        }
        let uid = UidField::Stable(field);
        let about = About {
            name: provider.name,
            title: provider.title,
            icon: provider.icon,
            protocol: OwnForm::PROTOCOL,
            association_only: false,
            uid,
        };
        let described = Described { uid, uid_switches: &[], details: provider.details, groups: "", extra_data: provider.extra_data };
        let mut info = info(&about, instance, settings)?;
        info.requires_email_validation = settings.boolean("REQUIRES_EMAIL_VALIDATION", provider.requires_email_validation)?;
        Ok(FormBackend {
            asks: provider.asks,
            info,
            identity: IdentityConfig::resolve(&described, settings)?,
            hook_settings: HookSettings {
                backend: instance.to_owned(),
                client_id: String::new(),
                secret: Secret::default(),
                scope: Vec::new(),
                declared: Map::new(),
            },
            form_url: settings.text("FORM_URL")?.map(str::to_owned),
            form_html: form_html(settings)?,
            clock,
        })
    }

    /// What the person wrote, if it can be such a thing at all.
    fn stated(&self, callback: &Callback) -> Result<String> {
        let field = self.asks.field();
        let text = callback.params.get(field).map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| Error::missing_parameter(field))?;
        if self.asks == Asks::Email && Mailbox::parse(text).is_none() {
            return Err(Error::new(Reason::InvalidParameter).parameter(field).detail("it is no e-mail address"));
        }
        Ok(text.to_owned())
    }
}

/// `FORM_HTML`, which must be a page and not the name of one.
fn form_html(settings: &BackendSettings<'_>) -> Result<Option<FormTemplate>> {
    let Some(html) = settings.text("FORM_HTML")? else { return Ok(None) };
    if !html.contains('<') {
        return Err(settings.invalid("FORM_HTML", "must be HTML; name a file with it as { file = \"login.html\" }"));
    }
    let template = FormTemplate::parse(html);
    template.map(Some).map_err(|error| settings.invalid("FORM_HTML", error.explanation().unwrap_or_default()))
}

#[async_trait]
impl Backend for FormBackend {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn claim(&self) -> Option<&'static str> {
        Some(self.asks.field())
    }

    async fn begin(&self, _attempt: &mut Attempt, request: &Params) -> Result<Departure> {
        if let Some(url) = &self.form_url {
            return Ok(Departure::Redirect(url.clone()));
        }
        let name = self.asks.field();
        let field = match self.asks {
            Asks::Email => Field::email(name, "E-mail address"),
            Asks::Username => Field::username(name, "User name"),
        };
        let value = request.get(name).unwrap_or_default();
        let form = Form::new(format!("Sign in with {}", self.info.title)).field(field.value(value));
        Ok(Departure::Ask { form: Box::new(form), html: self.form_html.clone() })
    }

    /// A form of the site's own need not carry the state: the browser's cookie and the page's origin do.
    fn stateless(&self) -> bool {
        true
    }

    async fn complete(&self, _attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let stated = self.stated(callback).map_err(|error| error.stage(Stage::Callback))?;
        let mut answer: Map<String, Value> =
            READ.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(callback.params.get(name)?.trim())))).collect();
        answer.insert(self.asks.field().to_owned(), Value::from(stated));
        let reading = Reading { settings: &self.hook_settings, answer: None, details: None };
        let mut identity = profile::read(&self.identity, &reading, answer, Tokens::default(), self.clock.now())?;
        if let Some(email) = &mut identity.details.email {
            // Whatever DETAILS says: nobody has verified what stands in a form.
            email.verified = false;
        }
        Ok(identity)
    }
}
