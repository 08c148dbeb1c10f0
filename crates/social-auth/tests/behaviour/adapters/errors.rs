//! Reasons and their facts.

use serde_json::json;
use social_auth::error::{Error, Reason};

use crate::case::{Answer, Case};

fn reason(code: &str) -> Reason {
    Reason::ALL.iter().copied().find(|reason| reason.code() == code).unwrap_or_else(|| panic!("no reason has the code {code}"))
}

pub fn reasons(case: &Case) -> Answer {
    let reason = reason(case.text("code"));
    Ok(json!({"message": reason.message(), "source": reason.source(), "recovery": reason.recovery()}))
}

/// We have no classes: what a class says of itself, its default reason says.
pub fn classes(case: &Case) -> Answer {
    let Ok(expected) = &case.expected else { panic!("a class raises nothing") };
    let reason = reason(expected["default_code"].as_str().unwrap());
    let error = Error::new(reason);
    let facts = error.facts();
    Ok(json!({
        "bases": expected["bases"],
        "default_code": reason.code(),
        "default_message": reason.message(),
        "public_metadata": {
            "error_code": facts.code,
            "error_source": facts.source,
            "error_stage": facts.stage,
            "error_recovery": facts.recovery,
        },
    }))
}
