//! URLs and parameters with `{names}` in them, as providers declare them.

use crate::error::{Error, Result};

/// Fills `{name}` from `lookup`. Values are taken as they are; URL parts are encoded by the caller. Braces
/// around anything but a name, as in JSON, stay.
///
/// # Errors
/// `missing_setting` naming the first name that `lookup` does not know.
pub fn fill(template: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((fixed, behind)) = rest.split_once('{') {
        filled.push_str(fixed);
        let Some((name, behind)) = behind.split_once('}').filter(|(name, _)| is_name(name)) else {
            filled.push('{');
            rest = behind;
            continue;
        };
        filled.push_str(&lookup(name).ok_or_else(|| {
            Error::new(crate::error::Reason::MissingSetting)
                .parameter(name.to_uppercase())
                .detail(format!("nothing gives a value for {{{name}}}"))
        })?);
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Whether there is a `{name}` in it.
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.split('{').skip(1).any(|behind| behind.split_once('}').is_some_and(|(name, _)| is_name(name)))
}

fn is_name(text: &str) -> bool {
    !text.contains('"')
}
