//! Everything is checked, and what is ready is put together.

use std::sync::Arc;

use super::Builder;
use super::problems::{BuildError, Problems};
use super::site::{normal_mount, public_url, secret_keys};
use crate::api_token::SignedTokens;
use crate::error::{Error, Reason, Result, Stage};
use crate::event::Events;
use crate::mail::{self, LetterLimits, Mailroom};
use crate::password::Passwords;
use crate::rate::RateLimits;
use crate::seal::Sealer;
use crate::settings::FlowSettings;
use crate::social_auth::{Inner, SocialAuth};
use crate::storage::{SealedStorage, SocialStorage};
use crate::web::TrustedProxies;

impl Builder {
    /// Checks everything and makes the backends.
    ///
    /// # Errors
    /// Every problem found, each with the place and what would be right.
    pub fn build(mut self) -> Result<SocialAuth, BuildError> {
        let mut problems = Problems::default();
        for backend in &self.own_backends {
            self.settings.declare_own(&backend.info().name);
        }
        problems.of_settings(&mut self.settings);
        match self.put_together(&mut problems) {
            Some(inner) if problems.0.is_empty() => Ok(SocialAuth(Arc::new(inner))),
            _ => Err(BuildError(problems.0)),
        }
    }

    /// `None` for a part that is missing, which the problems then tell.
    fn put_together(self, problems: &mut Problems) -> Option<Inner> {
        let site = self.settings.of_site();
        let public_url = problems.take(public_url(&self.settings));
        let mount = problems.take(site.text("MOUNT").map(|text| normal_mount(text.unwrap_or("/"))));
        let keys = secret_keys(&self.settings).and_then(|keys| Ok((Sealer::new(&keys)?, keys)));
        let sealing = problems.take(keys.map_err(|error| error.stage(Stage::Start))).and_then(|(sealer, keys)| {
            let signed = SignedTokens::resolve(&site, public_url.as_deref().unwrap_or_default(), &keys);
            Some((Arc::new(sealer), problems.take(signed)?))
        });
        let flow = problems.take(FlowSettings::resolve(&site));
        let proxies = problems.take(TrustedProxies::resolve(&site));
        let limits = problems.take(RateLimits::resolve(&site));
        let passwords = problems.take(Passwords::resolve(&site));
        let missing =
            || Error::new(Reason::MissingSetting).stage(Stage::Start).detail("no storage was given: call .storage(…) on the builder");
        let users = problems.take(self.users.clone().ok_or_else(missing));
        let social = problems.take(self.social.clone().ok_or_else(missing));
        let encrypt = problems.take(site.boolean("ENCRYPT_TOKENS", false));
        let disconnection = problems.take(self.disconnect_pipeline_of(&site));
        let mailroom = problems.take(self.mailroom(public_url.as_deref()));
        let (order, instances) = self.instances(mailroom.as_ref(), problems);

        let (sealer, signed_tokens) = sealing?;
        let sealed = encrypt?.then_some(social.clone()?).map(|social| Arc::new(SealedStorage::new(social, sealer.clone())));
        let social = sealed.clone().map_or(social?, |sealed| sealed as Arc<dyn SocialStorage>);
        instances.values().for_each(|instance| instance.backend.lend(&social));
        Some(Inner {
            public_url: public_url?,
            mount: mount?,
            sealer,
            signed_tokens,
            flow: Arc::new(flow?),
            proxies: proxies?,
            limits: limits?,
            passwords: passwords?,
            users: users?,
            social,
            sealed,
            instances,
            order,
            disconnection: disconnection?,
            events: Events::new(self.listeners, self.update_hooks),
            error_handler: self.error_handler,
            mailroom: Arc::new(mailroom?),
            clock: self.clock,
            settings: self.settings,
        })
    }

    /// What sends letters: what the application gave, or else what the settings say.
    fn mailroom(&self, public_url: Option<&str>) -> Result<Mailroom> {
        let site = self.settings.of_site();
        let mailer = match &self.mailer {
            Some(mailer) => Some(mailer.clone()),
            None => mail::mailer_of(&site)?,
        };
        let templates = match &self.mail_templates {
            Some(templates) => templates.clone(),
            None => mail::templates_of(&site)?,
        };
        let name = public_url.and_then(|url| url.split_once("://")).map_or("", |(_, host)| host);
        Ok(Mailroom::new(name, mailer, templates).limited(LetterLimits::resolve(&site)?))
    }
}
