//! The small language by which providers say where a field stands in an answer.
//!
//! | text | means |
//! | --- | --- |
//! | `login` | the member `login` |
//! | `user.profile.email` | a path |
//! | `emails[0].value` | an element by index |
//! | `emails[primary=true,verified=true].email` | the first element whose members are these |
//! | `email \| upn` | the first of several that is there |
//! | `email:before(@)` | the text before the first `@`; `:after(@)` the text behind it |
//! | `url:last(/)` | the last part that `/` sets apart and that is not empty |
//! | `'https://example.com/claim'.id` | a member whose name has special characters |
//! | `{first} {last}` | a template, absent if any of its fields is absent |
//!
//! A field that is absent, null or an empty text counts as not there.

use serde_json::Value;

/// A parsed selector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selector {
    alternatives: Vec<Alternative>,
}

#[derive(Debug, Clone, PartialEq)]
enum Alternative {
    Path(Path),
    Template(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Field(Path),
}

#[derive(Debug, Clone, PartialEq)]
struct Path {
    segments: Vec<Segment>,
    cut: Option<Cut>,
}

#[derive(Debug, Clone, PartialEq)]
enum Segment {
    Member(String),
    Index(usize),
    Where(Vec<(String, String)>),
}

#[derive(Debug, Clone, PartialEq)]
enum Cut {
    Before(String),
    After(String),
    Last(String),
}

impl Selector {
    /// Reads a selector. The empty text selects nothing.
    ///
    /// # Errors
    /// A sentence that says what cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Selector::default());
        }
        let alternatives =
            split_outside_quotes(text, '|').into_iter().map(|part| parse_alternative(part.trim())).collect::<Result<_, _>>()?;
        Ok(Selector { alternatives })
    }

    /// Whether it selects nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alternatives.is_empty()
    }

    /// The first value that is there.
    #[must_use]
    pub fn value(&self, root: &Value) -> Option<Value> {
        self.alternatives.iter().find_map(|alternative| alternative.value(root))
    }

    /// The first value that is there, as text; numbers and booleans become text.
    #[must_use]
    pub fn text(&self, root: &Value) -> Option<String> {
        self.value(root).and_then(|value| as_text(&value))
    }
}

impl Alternative {
    fn value(&self, root: &Value) -> Option<Value> {
        match self {
            Alternative::Path(path) => path.value(root),
            Alternative::Template(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        Part::Text(fixed) => text.push_str(fixed),
                        Part::Field(path) => text.push_str(&as_part(&path.value(root)?)?),
                    }
                }
                Some(Value::String(text)).filter(is_there)
            }
        }
    }
}

impl Path {
    fn value(&self, root: &Value) -> Option<Value> {
        let mut value = root;
        for segment in &self.segments {
            value = match segment {
                Segment::Member(name) => value.get(name)?,
                Segment::Index(index) => value.get(index)?,
                Segment::Where(wanted) => value.as_array()?.iter().find(|item| has_all(item, wanted))?,
            };
        }
        let Some(cut) = &self.cut else { return Some(value.clone()).filter(is_there) };
        let text = as_part(value)?;
        let cut = match cut {
            Cut::Before(mark) => text.split_once(mark.as_str()).map_or(text.as_str(), |(before, _)| before),
            Cut::After(mark) => text.split_once(mark.as_str()).map_or("", |(_, after)| after),
            Cut::Last(mark) => text.rsplit(mark.as_str()).find(|part| !part.is_empty()).unwrap_or(""),
        };
        Some(Value::String(cut.to_owned())).filter(is_there)
    }
}

fn has_all(item: &Value, wanted: &[(String, String)]) -> bool {
    wanted.iter().all(|(name, text)| item.get(name).and_then(as_text).is_some_and(|found| found == *text))
}

fn is_there(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// What is put together of blanks or of yes and no is nobody's name or identifier.
fn as_part(value: &Value) -> Option<String> {
    as_text(value).filter(|text| !value.is_boolean() && !text.trim().is_empty())
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn parse_alternative(text: &str) -> Result<Alternative, String> {
    if !text.contains('{') {
        return parse_path(text).map(Alternative::Path);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((fixed, behind)) = rest.split_once('{') {
        let (field, behind) = behind.split_once('}').ok_or_else(|| format!("\"{text}\" has a {{ without a }}"))?;
        if !fixed.is_empty() {
            parts.push(Part::Text(fixed.to_owned()));
        }
        parts.push(Part::Field(parse_path(field)?));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(Alternative::Template(parts))
}

fn parse_path(text: &str) -> Result<Path, String> {
    let (path, cut) = split_cut(text)?;
    let mut segments = Vec::new();
    for member in split_outside_quotes(path, '.') {
        let (name, brackets) = match member.find('[').filter(|_| !member.starts_with('\'')) {
            Some(at) => member.split_at(at),
            None => (member, ""),
        };
        if !name.is_empty() {
            segments.push(Segment::Member(name.trim_matches('\'').to_owned()));
        }
        for bracket in brackets.split_terminator(']') {
            segments.push(parse_bracket(bracket.strip_prefix('[').ok_or_else(|| format!("\"{text}\" has a stray bracket"))?)?);
        }
    }
    if segments.is_empty() {
        return Err(format!("\"{text}\" names no field"));
    }
    Ok(Path { segments, cut })
}

fn parse_bracket(text: &str) -> Result<Segment, String> {
    if let Ok(index) = text.parse() {
        return Ok(Segment::Index(index));
    }
    let pairs = text.split(',').map(|pair| {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("\"[{text}]\" is neither an index nor name=value"))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    });
    pairs.collect::<Result<_, String>>().map(Segment::Where)
}

fn split_cut(text: &str) -> Result<(&str, Option<Cut>), String> {
    for (mark, make) in [(":before(", Cut::Before as fn(String) -> Cut), (":after(", Cut::After), (":last(", Cut::Last)] {
        if let Some((path, argument)) = text.split_once(mark) {
            let argument = argument.strip_suffix(')').ok_or_else(|| format!("\"{text}\" has a ( without a )"))?;
            return Ok((path, Some(make(argument.to_owned()))));
        }
    }
    Ok((text, None))
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut depth) = (false, 0_i32);
    text.split(|c: char| {
        match c {
            '\'' => quoted = !quoted,
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            _ => {}
        }
        c == separator && !quoted && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_find_what_their_text_says() {
        let answer = json!({
            "login": "ada", "name": "", "id": 7, "first": "Ada", "last": "Lovelace", "mail": "ada@example.com", "page": "https://example.com/ada/",
            "emails": [{"email": "old@example.com", "primary": false}, {"email": "new@example.com", "primary": true}],
            "https://example.com/team.id": {"id": "T1"},
        });
        for (selector, expected) in [
            ("login", Some("ada")),
            ("name", None),
            ("name | login", Some("ada")),
            ("id", Some("7")),
            ("missing.path", None),
            ("emails[0].email", Some("old@example.com")),
            ("emails[primary=true].email | emails[0].email", Some("new@example.com")),
            ("emails[primary=maybe].email", None),
            ("mail:before(@)", Some("ada")),
            ("mail:after(@)", Some("example.com")),
            ("page:last(/)", Some("ada")),
            ("{first} {last}", Some("Ada Lovelace")),
            ("{first} {missing}", None),
            ("'https://example.com/team.id'.id", Some("T1")),
            ("", None),
        ] {
            assert_eq!(Selector::parse(selector).unwrap().text(&answer).as_deref(), expected, "{selector}");
        }
    }

    #[test]
    fn a_selector_that_cannot_be_read_is_refused() {
        for text in ["{open", "a[b]", "a:before(@", "."] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
