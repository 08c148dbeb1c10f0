//! What happens between "the provider vouches" and "the user is signed in": an ordered list of named
//! steps that the site's owner may change.

mod context;
pub mod disconnection;
mod proof;
mod question;
mod saved;
pub mod steps;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

pub(crate) use context::PARTIAL_TOKEN;
pub use context::{Context, ContextParts};
pub use disconnection::Disconnection;
pub use question::Question;
pub(crate) use saved::SavedRun;

use crate::backend::BackendInfo;
use crate::error::{Error, Reason, Result};
use crate::settings::{FlowSettings, closest};
use crate::web::Reply;

/// What a step decides.
#[derive(Debug)]
pub enum Outcome {
    /// Go on with the next step.
    Continue,
    /// Send this reply, and go on with this step when the person comes back. A disconnection keeps nothing
    /// meanwhile: it begins again when the person posts again, now with what the step asked for.
    Pause(Reply),
    /// Send this reply; the sign-in, or disconnection, ends here.
    Stop(Reply),
    /// Somebody else was quicker in the database: begin again with the first step, at most a few times.
    Restart,
}

/// What the steps of one kind of pipeline work on: [`Context`] for a sign-in, [`Disconnection`].
pub trait Subject: Send + Sized + 'static {
    /// The setting that names the steps.
    const SETTING: &'static str;

    /// The built-in step of this name.
    fn built_in(name: &str) -> Option<Arc<dyn Step<Self>>>;

    /// The names of all built-in steps.
    fn names() -> Vec<&'static str>;

    /// Forgets what was read from the database, before the pipeline begins again.
    fn forget_lookups(&mut self);
}

/// One step of a pipeline.
#[async_trait]
pub trait Step<C: Subject = Context>: Send + Sync + 'static {
    /// Does the step's work on the context.
    ///
    /// # Errors
    /// What ends the sign-in, or disconnection.
    async fn run(&self, context: &mut C) -> Result<Outcome>;

    /// Whether nobody gets past this step who cannot prove what they state in the field `claim` of a form of this
    /// site (`email`, `username`): see [`Backend::claim`](crate::backend::Backend::claim).
    fn proves(&self, _backend: &BackendInfo, _claim: &str, _settings: &FlowSettings) -> bool {
        false
    }
}

/// The future of a step that is a closure.
pub type StepFuture<'a> = Pin<Box<dyn Future<Output = Result<Outcome>> + Send + 'a>>;

struct Closure<F>(F);

#[async_trait]
impl<C, F> Step<C> for Closure<F>
where
    C: Subject,
    F: for<'a> Fn(&'a mut C) -> StepFuture<'a> + Send + Sync + 'static,
{
    async fn run(&self, context: &mut C) -> Result<Outcome> {
        (self.0)(context).await
    }
}

struct NamedStep<C: Subject> {
    name: Arc<str>,
    step: Arc<dyn Step<C>>,
}

// Derived, it would ask the context to be cloneable too.
impl<C: Subject> Clone for NamedStep<C> {
    fn clone(&self) -> Self {
        NamedStep { name: self.name.clone(), step: self.step.clone() }
    }
}

/// An ordered list of named steps.
///
/// ```
/// use social_auth::pipeline::{Outcome, Pipeline};
/// let pipeline = Pipeline::authentication().after("social_user", "greet", |context| {
///     Box::pin(async move {
///         tracing::info!(new = context.is_new(), "hello");
///         Ok(Outcome::Continue)
///     })
/// });
/// assert!(pipeline.unwrap().names().any(|name| name == "greet"));
/// ```
pub struct Pipeline<C: Subject = Context> {
    steps: Vec<NamedStep<C>>,
}

impl<C: Subject> Clone for Pipeline<C> {
    fn clone(&self) -> Self {
        Pipeline { steps: self.steps.clone() }
    }
}

impl<C: Subject> Default for Pipeline<C> {
    fn default() -> Self {
        Pipeline { steps: Vec::new() }
    }
}

impl Pipeline {
    /// The default authentication pipeline.
    #[must_use]
    pub fn authentication() -> Self {
        Pipeline::built_in(steps::DEFAULT_AUTHENTICATION)
    }
}

impl Pipeline<Disconnection> {
    /// The default disconnection pipeline.
    #[must_use]
    pub fn disconnection() -> Self {
        Pipeline::built_in(disconnection::DEFAULT_DISCONNECTION)
    }
}

impl<C: Subject> Pipeline<C> {
    /// No steps.
    #[must_use]
    pub fn empty() -> Self {
        Pipeline::default()
    }

    fn built_in(names: &[&str]) -> Self {
        let steps = names.iter().filter_map(|name| Some(NamedStep { name: Arc::from(*name), step: C::built_in(name)? }));
        Pipeline { steps: steps.collect() }
    }

    /// A pipeline of built-in steps by their own or their Python Social Auth dotted names.
    ///
    /// # Errors
    /// `invalid_setting` for the names that are no built-in steps, each with the nearest one that is.
    pub fn from_names<S: AsRef<str>>(names: &[S]) -> Result<Self> {
        let (mut pipeline, mut unknown) = (Pipeline::empty(), Vec::new());
        for name in names {
            let short = steps::short_name(name.as_ref());
            match C::built_in(short) {
                Some(step) => pipeline.steps.push(NamedStep { name: Arc::from(short), step }),
                None => unknown.push(no_such_step(name.as_ref(), C::names())),
            }
        }
        if unknown.is_empty() { Ok(pipeline) } else { Err(Error::invalid_setting(C::SETTING, unknown.join("; "))) }
    }

    /// Adds a step at the end.
    #[must_use]
    pub fn then<F>(mut self, name: &str, step: F) -> Self
    where
        F: for<'a> Fn(&'a mut C) -> StepFuture<'a> + Send + Sync + 'static,
    {
        self.steps.push(NamedStep { name: Arc::from(name), step: Arc::new(Closure(step)) });
        self
    }

    /// Adds a step before the named one.
    ///
    /// # Errors
    /// `invalid_setting` when there is no such step.
    pub fn before<F>(self, existing: &str, name: &str, step: F) -> Result<Self>
    where
        F: for<'a> Fn(&'a mut C) -> StepFuture<'a> + Send + Sync + 'static,
    {
        self.insert(existing, 0, name, Arc::new(Closure(step)))
    }

    /// Adds a step after the named one.
    ///
    /// # Errors
    /// `invalid_setting` when there is no such step.
    pub fn after<F>(self, existing: &str, name: &str, step: F) -> Result<Self>
    where
        F: for<'a> Fn(&'a mut C) -> StepFuture<'a> + Send + Sync + 'static,
    {
        self.insert(existing, 1, name, Arc::new(Closure(step)))
    }

    /// Puts a step in the place of the named one, under its name.
    ///
    /// # Errors
    /// `invalid_setting` when there is no such step.
    pub fn replace(mut self, existing: &str, step: Arc<dyn Step<C>>) -> Result<Self> {
        let index = self.position(existing)?;
        if let Some(place) = self.steps.get_mut(index) {
            place.step = step;
        }
        Ok(self)
    }

    /// Takes a step out.
    ///
    /// # Errors
    /// `invalid_setting` when there is no such step.
    pub fn remove(mut self, existing: &str) -> Result<Self> {
        let index = self.position(existing)?;
        self.steps.remove(index);
        Ok(self)
    }

    /// Adds a built-in step by its name, relative to an existing one: `offset` 0 before, 1 after.
    ///
    /// # Errors
    /// `invalid_setting` when there is no such step, built in or existing.
    pub fn insert_built_in(self, existing: &str, offset: usize, name: &str) -> Result<Self> {
        let short = steps::short_name(name);
        let step = C::built_in(short).ok_or_else(|| unknown_step::<C>(name, C::names()))?;
        self.insert(existing, offset, short, step)
    }

    /// Adds a step that is a type, relative to an existing one: `offset` 0 before, 1 after.
    ///
    /// # Errors
    /// `invalid_setting` when there is no such step.
    pub fn insert(mut self, existing: &str, offset: usize, name: &str, step: Arc<dyn Step<C>>) -> Result<Self> {
        let index = self.position(existing)? + offset.min(1);
        self.steps.insert(index, NamedStep { name: Arc::from(name), step });
        Ok(self)
    }

    /// The names of the steps, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| &*step.name)
    }

    /// Whether the named step is in it.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.names().any(|step| step == name)
    }

    fn position(&self, name: &str) -> Result<usize> {
        let short = steps::short_name(name);
        self.steps.iter().position(|step| &*step.name == short).ok_or_else(|| unknown_step::<C>(name, self.names()))
    }

    /// Runs the steps from `first` on. Answers where it stopped.
    ///
    /// # Errors
    /// What a step failed with.
    pub(crate) async fn run(&self, context: &mut C, first: usize) -> Result<Ended> {
        /// A lost race shows after one restart; more than a few would hide a step that never settles.
        const MOST_RESTARTS: usize = 5;
        let (mut index, mut restarts) = (first, 0);
        while let Some(NamedStep { name, step }) = self.steps.get(index) {
            tracing::trace!(step = &**name, "pipeline step");
            match step.run(context).await? {
                Outcome::Continue => index += 1,
                Outcome::Pause(reply) => return Ok(Ended::Paused { step: index, reply }),
                Outcome::Stop(reply) => return Ok(Ended::Stopped(reply)),
                Outcome::Restart if restarts < MOST_RESTARTS => {
                    restarts += 1;
                    context.forget_lookups();
                    index = 0;
                }
                Outcome::Restart => {
                    return Err(Error::new(Reason::StorageFailed)
                        .detail(format!("step \"{name}\" met a conflict in the database {MOST_RESTARTS} times in a row")));
                }
            }
        }
        Ok(Ended::Finished)
    }
}

/// How a run of a pipeline ended.
pub(crate) enum Ended {
    /// All steps are done.
    Finished,
    /// A step ended it with a reply.
    Stopped(Reply),
    /// A step waits for the person.
    Paused {
        /// The index of the step.
        step: usize,
        /// What to send.
        reply: Reply,
    },
}

impl<C: Subject> fmt::Debug for Pipeline<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

fn unknown_step<'a, C: Subject>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
    Error::invalid_setting(C::SETTING, no_such_step(name, known))
}

fn no_such_step<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    // A Python path is misspelt in its last part, or names a step of the application's own.
    let last = name.rsplit('.').next().unwrap_or(name);
    match closest(last, known) {
        Some(near) => format!("there is no step \"{name}\"; did you mean \"{near}\"?"),
        None => format!("there is no step \"{name}\"; docs/pipeline.md lists those there are, and one of your own is added in the program"),
    }
}
