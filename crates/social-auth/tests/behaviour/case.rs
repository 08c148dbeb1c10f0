//! The recorded cases.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use social_auth::Error;
use social_auth::error::Stage;

/// What was answered, or the facts of what was raised.
pub type Answer = Result<Value, Value>;

/// One file of cases.
pub struct CaseFile {
    /// The file's name without extension.
    pub name: String,
    pub cases: Vec<Case>,
}

/// One case.
pub struct Case {
    pub id: u64,
    pub input: Value,
    pub expected: Answer,
    /// What else the case holds, such as the random values that were drawn.
    pub rest: Map<String, Value>,
}

impl Case {
    /// A member of the input; null when it is absent.
    pub fn get(&self, name: &str) -> &Value {
        self.input.get(name).unwrap_or(&Value::Null)
    }

    /// A text of the input; "" when it is absent or no text.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }

    /// The texts of a list of the input.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.get(name).as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The members of an object of the input.
    pub fn object(&self, name: &str) -> Map<String, Value> {
        self.get(name).as_object().cloned().unwrap_or_default()
    }

    /// Outputs must be equal. Of what is raised, our facts must be equal as far as both sides state
    /// them; classes and sentences are each library's own.
    pub fn agrees_with(&self, ours: &Answer) -> bool {
        match (&self.expected, ours) {
            (Ok(expected), Ok(ours)) => expected == ours,
            (Err(expected), Err(ours)) => {
                let stated = ["code", "source", "stage", "recovery", "parameter", "claim", "provider_code", "status", "retry_after"];
                expected.get("code").is_some() && stated.iter().all(|fact| expected.get(fact) == ours.get(fact))
            }
            _ => false,
        }
    }
}

/// A case and our answer, or, where the output is a description of many attributes, one for each of them: then `input`
/// has the attribute besides.
pub fn parts(case: &Case, ours: &Answer) -> Vec<(Case, Answer)> {
    let part = |input: Value, expected: Answer| Case { id: case.id, input, expected, rest: case.rest.clone() };
    let (Ok(expected), Ok(ours)) = (&case.expected, ours) else {
        return vec![(part(case.input.clone(), case.expected.clone()), ours.clone())];
    };
    let Some(attributes) = expected.get("attributes").and_then(Value::as_object) else {
        return vec![(part(case.input.clone(), Ok(expected.clone())), Ok(ours.clone()))];
    };
    let all = attributes.iter().map(|(name, value)| (name.as_str(), value, &ours["attributes"][name]));
    let all = all.chain([("bases", &expected["bases"], &ours["bases"])]);
    let input = |name: &str| {
        let mut input = case.input.clone();
        input["attribute"] = json!(name);
        input["bases"] = expected["bases"].clone();
        input
    };
    all.map(|(name, expected, ours)| (part(input(name), Ok(expected.clone())), Ok(ours.clone()))).collect()
}

/// The facts of an error, as a pipeline's caller states them.
pub fn raised(error: Error) -> Value {
    json!(error.stage_if_unknown(Stage::Pipeline).facts())
}

/// The facts of an error outside any journey.
pub fn raised_at_unknown(error: Error) -> Value {
    json!(error.facts())
}

/// All files of a directory, by name.
pub fn read_all(directory: &Path) -> Vec<CaseFile> {
    let mut paths: Vec<_> = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> CaseFile {
    let text = fs::read_to_string(path).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let Some(Value::Array(cases)) = file.get_mut("cases").map(Value::take) else { panic!("{}: no cases", path.display()) };
    let cases = cases.into_iter().map(|case| {
        let Value::Object(mut rest) = case else { panic!("{}: a case is no object", path.display()) };
        let expected = match rest.remove("raises") {
            Some(raised) => Err(raised),
            None => Ok(rest.remove("output").unwrap_or(Value::Null)),
        };
        let id = rest.remove("id").and_then(|id| id.as_u64()).unwrap();
        Case { id, input: rest.remove("input").unwrap_or(Value::Null), expected, rest }
    });
    CaseFile { name: path.file_stem().unwrap().to_string_lossy().into_owned(), cases: cases.collect() }
}
