//! Whether a pipeline has a step that proves what people merely state.

use super::{NamedStep, Pipeline, steps};
use crate::backend::{Backend, BackendInfo};
use crate::error::Result;
use crate::settings::{BackendSettings, FlowSettings};

impl Pipeline {
    /// The default pipeline of backends with a form of this site's own: with the step `password`.
    #[must_use]
    pub fn authentication_by_password() -> Self {
        Pipeline::default_with("social_user", "password")
    }

    /// The default pipeline of a backend: what people state in a form is proved by a letter with `PASSWORDLESS`,
    /// where it is an address, and else by a password.
    pub(crate) fn default_of(backend: &dyn Backend, flow: &FlowSettings) -> Self {
        match backend.claim() {
            None => Pipeline::authentication(),
            Some("email") if flow.email.passwordless => Pipeline::default_with("get_username", "mail_validation"),
            Some(_) => Pipeline::authentication_by_password(),
        }
    }

    /// Whether people of a backend prove their address by a letter before there is an account.
    pub(crate) fn validates_email(&self, backend: &BackendInfo, flow: &FlowSettings) -> bool {
        self.contains("mail_validation") && steps::requires_letter(backend, flow)
    }

    fn default_with(existing: &'static str, further: &'static str) -> Self {
        let names = steps::DEFAULT_AUTHENTICATION.iter().copied();
        let names: Vec<_> = names.flat_map(|name| if name == existing { vec![name, further] } else { vec![name] }).collect();
        Pipeline::built_in(&names)
    }

    /// Checks that what people state in a form is proved: else anybody could sign in as anybody. The step that
    /// does stands behind `social_user`, which finds the account.
    ///
    /// # Errors
    /// `invalid_setting`, stage `start`.
    pub(crate) fn require_proof(&self, backend: &dyn Backend, flow: &FlowSettings, settings: &BackendSettings<'_>) -> Result<()> {
        let Some(claim) = backend.claim() else { return Ok(()) };
        let proven_by = settings.text("PROVEN_BY")?;
        if let Some(step) = proven_by.filter(|step| !self.contains(step)) {
            return Err(settings.invalid("PROVEN_BY", &format!("names \"{step}\", and the pipeline has no such step")));
        }
        let proves = |NamedStep { name, step }: &NamedStep<_>| proven_by == Some(&**name) || step.proves(backend.info(), claim, flow);
        if self.steps.iter().skip_while(|step| &*step.name != "social_user").skip(1).any(proves) {
            return Ok(());
        }
        let why = format!(
            "lets anybody sign in as anybody: people state their {claim} in a form, and no step behind social_user proves that it is \
             theirs. Put password there, or (for addresses) mail_validation with PASSWORDLESS, or name the step of yours as PROVEN_BY"
        );
        Err(settings.invalid("PIPELINE", &why))
    }
}
