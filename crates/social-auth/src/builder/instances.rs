//! The backends, each with its pipeline.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Builder;
use super::problems::Problems;
use crate::backend::Backend;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, ClientOptions, ReqwestTransport, Transport};
use crate::mail::Mailroom;
use crate::pipeline::{Disconnection, Pipeline, Subject, steps};
use crate::provider;
use crate::settings::{AccountMerge, BackendEntry, BackendSettings, FlowSettings};
use crate::social_auth::Instance;

impl Builder {
    pub(super) fn instances(&self, mailroom: Option<&Mailroom>, problems: &mut Problems) -> (Vec<String>, HashMap<String, Instance>) {
        let (mut order, mut instances) = (Vec::new(), HashMap::new());
        let mut transports = Transports { fixed: self.transport.clone(), made: BTreeMap::new() };
        for entry in self.settings.backends() {
            let Some(backend) = problems.take(self.make(entry, &mut transports)) else { continue };
            self.add(&entry.name, backend, &mut order, &mut instances, problems);
        }
        for backend in &self.own_backends {
            let name = backend.info().name.clone();
            self.add(&name, backend.clone(), &mut order, &mut instances, problems);
        }
        if let Some(mailroom) = mailroom {
            // Without the step, an address that people state is proved by other means.
            let by_other_means = |instance: &&Instance| {
                let settings = self.settings.of_backend(&instance.backend.info().name);
                let asked_for = instance.flow.email.force_validation || settings.value("REQUIRES_EMAIL_VALIDATION").is_some();
                instance.backend.claim().is_some() && !asked_for && !instance.pipeline.contains("mail_validation")
            };
            let backends: Vec<_> = instances
                .values()
                .filter(|instance| !by_other_means(instance))
                .map(|instance| (instance.backend.info(), &*instance.flow, &instance.pipeline))
                .collect();
            problems.0.extend(steps::problems_of_mail_validation(&backends, mailroom).into_iter().map(|error| error.stage(Stage::Start)));
        }
        (order, instances)
    }

    fn add(
        &self,
        name: &str,
        backend: Arc<dyn Backend>,
        order: &mut Vec<String>,
        instances: &mut HashMap<String, Instance>,
        problems: &mut Problems,
    ) {
        let settings = self.settings.of_backend(name);
        let flow = problems.take(FlowSettings::resolve(&settings));
        let pipeline = flow.as_ref().and_then(|flow| problems.take(self.pipeline_of(backend.as_ref(), flow)));
        let disconnection = problems.take(self.disconnect_pipeline_of(&settings));
        let (Some(flow), Some(pipeline), Some(disconnection)) = (flow, pipeline, disconnection) else { return };
        problems.take(pipeline.require_proof(backend.as_ref(), &flow, &settings));
        let instance = Instance { backend, flow: Arc::new(flow), pipeline, disconnection };
        if instances.insert(name.to_owned(), instance).is_some() {
            problems.0.push(
                Error::invalid_setting(
                    "backends",
                    format!("there are two backends named \"{name}\"; give one another name, with provider = \"…\""),
                )
                .stage(Stage::Start),
            );
        } else {
            order.push(name.to_owned());
        }
    }

    fn make(&self, entry: &BackendEntry, transports: &mut Transports) -> Result<Arc<dyn Backend>> {
        let settings = self.settings.of_backend(&entry.name);
        let provider = provider::find(&entry.provider).ok_or_else(|| unknown_provider(entry))?;
        let options = provider.client_options(&settings)?;
        let user_agent = settings.text("USER_AGENT")?.unwrap_or(concat!("social-auth/", env!("CARGO_PKG_VERSION")));
        let http = Client::new(transports.get(&options)?, Some(user_agent));
        provider.backend(&entry.name, &settings, http, self.clock.clone())
    }

    /// The pipeline that the program or the settings chose, or else the backend's default.
    fn pipeline_of(&self, backend: &dyn Backend, flow: &FlowSettings) -> Result<Pipeline> {
        let pipeline = self.own_pipeline_of(&backend.info().name)?.unwrap_or_else(|| Pipeline::default_of(backend, flow));
        let merges = flow.account_merge != AccountMerge::Refuse;
        match steps::built_in("merge_users") {
            // The step that would refuse otherwise comes right after it.
            Some(step) if merges && !pipeline.contains("merge_users") && pipeline.contains("social_user") => {
                pipeline.insert("social_user", 0, "merge_users", step)
            }
            _ => Ok(pipeline),
        }
    }

    fn own_pipeline_of(&self, backend: &str) -> Result<Option<Pipeline>> {
        if let Some(pipeline) = self.pipelines.get(backend) {
            return Ok(Some(pipeline.clone()));
        }
        Ok(named_steps(&self.settings.of_backend(backend), "PIPELINE")?.or_else(|| self.pipeline.clone()))
    }

    pub(super) fn disconnect_pipeline_of(&self, settings: &BackendSettings<'_>) -> Result<Pipeline<Disconnection>> {
        let named = named_steps(settings, "DISCONNECT_PIPELINE")?;
        Ok(named.or_else(|| self.disconnect_pipeline.clone()).unwrap_or_else(Pipeline::disconnection))
    }
}

/// The pipeline that a setting names, step by step.
fn named_steps<C: Subject>(settings: &BackendSettings<'_>, setting: &str) -> Result<Option<Pipeline<C>>> {
    let Some(names) = settings.list(setting)? else { return Ok(None) };
    Pipeline::from_names(&names).map(Some).map_err(|error| {
        let place = settings.setting(setting).map(|setting| format!(" ({})", setting.origin)).unwrap_or_default();
        Error::invalid_setting(setting, format!("{setting}{place}: {}", error.explanation().unwrap_or_default())).stage(Stage::Start)
    })
}

/// Transports by options: backends with the same options share connections.
struct Transports {
    fixed: Option<Arc<dyn Transport>>,
    made: BTreeMap<ClientOptions, Arc<dyn Transport>>,
}

impl Transports {
    fn get(&mut self, options: &ClientOptions) -> Result<Arc<dyn Transport>> {
        if let Some(transport) = self.fixed.as_ref().or_else(|| self.made.get(options)) {
            return Ok(transport.clone());
        }
        let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new(options)?);
        self.made.insert(options.clone(), transport.clone());
        Ok(transport)
    }
}

fn unknown_provider(entry: &BackendEntry) -> Error {
    let near = provider::ALL.iter().map(|known| (strsim::damerau_levenshtein(known.name(), &entry.provider), known.name())).min();
    let hint = near.map(|(_, name)| format!(" Did you mean \"{name}\"?")).unwrap_or_default();
    Error::new(Reason::BackendMissing)
        .stage(Stage::Start)
        .backend(&entry.name)
        .detail(format!("there is no provider \"{}\" ({}).{hint} `social-auth backends` lists them all", entry.provider, entry.origin))
}
