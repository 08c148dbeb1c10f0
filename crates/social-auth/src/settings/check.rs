//! Strict checking: nothing that somebody wrote is ignored in silence.

use std::path::Path;

use serde_json::Value;

use super::judge::{Judge, Verdict};
use super::problem::{Problem, Problems};
use super::{Kind, Origin, ProviderIndex, Setting, SettingDecl, Settings, Written, references, rules};

impl Settings {
    /// Switches the backends of `AUTHENTICATION_BACKENDS` on, reads what variables of the environment hold,
    /// and then looks for everything that is wrong, all at once: unknown names, wrong types, settings in a
    /// place where nobody reads them, backends of one name, values that would be unsafe. Answers the warnings.
    ///
    /// Settings of a provider of which there is no backend are a warning: they do no harm, and whoever
    /// switches a backend off for an hour should not have to hunt for its secrets first.
    ///
    /// A backend's missing `KEY` or `SECRET` is for its protocol to tell, which knows whether it needs one.
    ///
    /// # Errors
    /// All problems, among them at least one that nothing should start with.
    pub fn check(&mut self, providers: &dyn ProviderIndex) -> Result<Vec<Problem>, Problems> {
        let mut problems = Vec::new();
        // Which backends there are must be known before their settings can be told apart.
        self.read_variables(&Judge::new(self, providers), &mut problems, |flat| flat.ends_with("AUTHENTICATION_BACKENDS"));
        self.enable_listed(providers, &mut problems);
        self.check_backends(providers, &mut problems);
        let judge = Judge::new(self, providers);
        self.read_named_files(&judge, &mut problems);
        self.read_variables(&judge, &mut problems, |_| true);
        for (flat, setting) in &self.values {
            let written = self.written(flat);
            match judge.judge(flat, &written) {
                Verdict::Known(decl) => problems.extend(value_problem(&decl, setting, &written)),
                Verdict::Unknown(_) if self.is_own(flat) => {}
                verdict => problems.extend(name_problem(verdict, setting, &written)),
            }
        }
        self.hidden(&mut problems);
        rules::of_site(self, &mut problems);
        Problems::unless_fine(problems)
    }

    /// `SOCIAL_AUTH_GITHUB_SECRET_FILE=/run/secrets/github` in the environment, as containers have it.
    fn read_named_files(&mut self, judge: &Judge<'_>, problems: &mut Vec<Problem>) {
        let variables: Vec<(String, Setting)> = self.values.iter().map(|(name, setting)| (name.clone(), setting.clone())).collect();
        for (name, setting) in variables {
            let (Origin::Environment(_), Value::String(path), Some(stem)) = (&setting.origin, &setting.value, name.strip_suffix("_FILE"))
            else {
                continue;
            };
            let known = |flat: &str| match judge.judge(flat, &Written { backend: None, name: flat.to_owned() }) {
                Verdict::Known(decl) => Some(decl),
                _ => None,
            };
            if known(&name).is_some() || !known(stem).is_some_and(|decl| decl.kind.may_refer()) {
                continue;
            }
            self.unset(&name);
            let problem = match references::read(Path::new(path)) {
                Err(what) => Some(Problem::error(format!("{name} {what}")).about(&name).at(&setting.origin)),
                Ok(text) => {
                    let written = Written { backend: None, name: name.clone() };
                    self.offer(stem, Setting { value: Value::String(text), origin: setting.origin.clone() }, written)
                }
            };
            problems.extend(problem);
        }
    }

    /// Variables are text; here it becomes what the setting wants.
    fn read_variables(&mut self, judge: &Judge<'_>, problems: &mut Vec<Problem>, wanted: impl Fn(&str) -> bool) {
        let mut read: Vec<(String, Value)> = Vec::new();
        for (flat, setting) in self.values.iter().filter(|(flat, _)| wanted(flat)) {
            let (Origin::Environment(name), Value::String(text)) = (&setting.origin, &setting.value) else { continue };
            let Verdict::Known(decl) = judge.judge(flat, &self.written(flat)) else { continue };
            let looks_like_json = text.trim_start().starts_with(['[', '{']);
            if text.trim().is_empty() && decl.kind.ignores_empty_text() {
                read.push((flat.clone(), Value::Null));
            } else if looks_like_json && decl.kind.reads_json() {
                match serde_json::from_str(text) {
                    Ok(value) => read.push((flat.clone(), value)),
                    Err(_) if decl.kind == Kind::Any => {}
                    Err(error) => {
                        let what = format!("{name} is not JSON, at column {}", error.column());
                        problems.push(Problem::error(what).about(name).at(&setting.origin).help(json_help(decl.kind)));
                        // Reported; its type need not be as well.
                        read.push((flat.clone(), Value::Null));
                    }
                }
            }
        }
        for (flat, value) in read {
            self.set_value(&flat, value);
        }
    }

    /// `LOGIN_URL` is never read where there is `SOCIAL_AUTH_LOGIN_URL`.
    fn hidden(&self, problems: &mut Vec<Problem>) {
        for (flat, setting) in &self.values {
            let Some(winner) = self.values.get(&format!("SOCIAL_AUTH_{flat}")) else { continue };
            let what = format!("{flat} is never read: SOCIAL_AUTH_{flat} is set too, and wins");
            problems.push(Problem::error(what).about(flat).at(&setting.origin).at(&winner.origin).help("keep one of them"));
        }
    }
}

fn json_help(kind: Kind) -> &'static str {
    match kind {
        Kind::List | Kind::Secrets => "write [\"one\", \"two\"]",
        _ => "write {\"name\": \"value\"}",
    }
}

fn value_problem(decl: &SettingDecl, setting: &Setting, written: &Written) -> Vec<Problem> {
    let complete = |problem: Problem| {
        let problem = problem.about(decl.name).at(&setting.origin);
        match &written.backend {
            Some(backend) => problem.of_backend(backend),
            None => problem,
        }
    };
    match decl.kind.check(&setting.value) {
        Err(what) => vec![complete(Problem::error(format!("{written} {what}")))],
        Ok(()) => rules::of_value(decl, &setting.value, written).into_iter().map(complete).collect(),
    }
}

fn name_problem(verdict: Verdict, setting: &Setting, written: &Written) -> Option<Problem> {
    let problem = match verdict {
        Verdict::Known(_) | Verdict::Unjudged => return None,
        Verdict::NotEnabled(provider) => {
            let help = format!("write a table [backends.{provider}], or name it in AUTHENTICATION_BACKENDS; or take the setting out");
            Problem::warning(format!("{written} is not read: there is no backend \"{provider}\"")).help(help)
        }
        Verdict::Misplaced(why) => Problem::error(format!("{written} is not read here")).help(why),
        Verdict::Unsupported(entry) if entry.refused && !is_off(&setting.value) => {
            Problem::error(format!("{written} is not supported, and it would be less safe to start without it")).help(entry.instead)
        }
        Verdict::Unsupported(entry) => Problem::warning(format!("{written} has no effect")).help(entry.instead),
        Verdict::Unknown(meant) => Problem::error(format!("there is no setting {written}")).help(unknown_help(meant, setting, written)),
    };
    Some(problem.about(&written.name).at(&setting.origin))
}

fn unknown_help(meant: Option<String>, setting: &Setting, written: &Written) -> String {
    let from_file = matches!(setting.origin, Origin::File { .. }) && written.backend.is_none();
    let is_table = from_file && setting.value.is_object() && written.name.chars().any(char::is_lowercase);
    match meant {
        _ if is_table && written.name.starts_with("backend") => "did you mean [backends.<name>]?".to_owned(),
        _ if is_table => format!("put the settings of [{}] at the top of the file, before the first [table]", written.name),
        Some(name) => format!("did you mean {name}?"),
        None => "`docs/settings.md` lists what there is; take it out if nothing fits".to_owned(),
    }
}

fn is_off(value: &Value) -> bool {
    value.is_null() || super::kind::switch(value) == Some(false)
}
