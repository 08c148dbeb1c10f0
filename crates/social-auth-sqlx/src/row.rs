//! Rows as read, in values that all databases have, and their way into records.

use serde_json::{Map, Value};
use social_auth::storage::{StorageError, StorageResult, UserId};
use time::OffsetDateTime;

use crate::datetime;

/// A value as read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    /// Neither of these: its type by the database's name.
    Other(String),
}

/// A row, read from left to right. Each call names the column for the error.
#[derive(Clone)]
pub(crate) struct Row {
    cells: std::vec::IntoIter<Cell>,
}

impl Row {
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Row { cells: cells.into_iter() }
    }

    /// The next value as it is.
    pub(crate) fn cell(&mut self, what: &'static str) -> StorageResult<Cell> {
        self.cells.next().ok_or_else(|| corrupt(what, "the column was not read"))
    }

    pub(crate) fn text(&mut self, what: &'static str) -> StorageResult<String> {
        match self.cell(what)? {
            Cell::Text(text) => Ok(text),
            Cell::Int(number) => Ok(number.to_string()),
            other => Err(unexpected(what, "text", &other)),
        }
    }

    /// Text that is absent when the column is empty, as Django keeps absent names.
    pub(crate) fn optional_text(&mut self, what: &'static str) -> StorageResult<Option<String>> {
        match self.cell(what)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text).filter(|text| !text.is_empty())),
            other => Err(unexpected(what, "text", &other)),
        }
    }

    pub(crate) fn int(&mut self, what: &'static str) -> StorageResult<i64> {
        match self.cell(what)? {
            Cell::Int(number) => Ok(number),
            other => Err(unexpected(what, "an integer", &other)),
        }
    }

    pub(crate) fn flag(&mut self, what: &'static str) -> StorageResult<bool> {
        Ok(self.int(what)? != 0)
    }

    /// An id of a user, whatever its type.
    pub(crate) fn user_id(&mut self, what: &'static str) -> StorageResult<UserId> {
        self.text(what).map(UserId::new)
    }

    pub(crate) fn optional_user_id(&mut self, what: &'static str) -> StorageResult<Option<UserId>> {
        Ok(self.optional_text(what)?.map(UserId::new))
    }

    pub(crate) fn time(&mut self, what: &'static str) -> StorageResult<OffsetDateTime> {
        self.optional_time(what)?.ok_or_else(|| unexpected(what, "a date and time", &Cell::Null))
    }

    pub(crate) fn optional_time(&mut self, what: &'static str) -> StorageResult<Option<OffsetDateTime>> {
        match self.cell(what)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => {
                datetime::parse(&text).map(Some).ok_or_else(|| corrupt(what, "it is not a date and time like 2026-01-31 12:00:00.000000"))
            }
            other => Err(unexpected(what, "a date and time", &other)),
        }
    }

    /// A JSON object. Old releases of Python Social Auth left empty text, null, or the object as text
    /// within JSON text.
    pub(crate) fn object(&mut self, what: &'static str) -> StorageResult<Map<String, Value>> {
        match self.cell(what)? {
            Cell::Null => Ok(Map::new()),
            Cell::Text(text) => object(what, &text, true),
            other => Err(unexpected(what, "JSON", &other)),
        }
    }
}

fn object(what: &'static str, text: &str, nested: bool) -> StorageResult<Map<String, Value>> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(Value::String(inner)) if nested => object(what, &inner, false),
        Ok(_) => Err(corrupt(what, "it is JSON but not an object")),
        // The parser's message has positions only, none of the text.
        Err(error) => Err(corrupt(what, &format!("it is not JSON: {error}"))),
    }
}

fn unexpected(what: &'static str, wanted: &str, found: &Cell) -> StorageError {
    let found = match found {
        Cell::Null => "NULL",
        Cell::Int(_) => "an integer",
        Cell::Text(_) => "text",
        Cell::Other(kind) => kind,
    };
    corrupt(what, &format!("it should be {wanted} and is {found}"))
}

fn corrupt(what: &'static str, why: &str) -> StorageError {
    StorageError::Corrupt { what, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn read_object(text: &str) -> StorageResult<Map<String, Value>> {
        Row::new(vec![Cell::Text(text.to_owned())]).object("extra_data")
    }

    #[test]
    fn extra_data_is_read_in_every_form_that_django_left() {
        assert_eq!(read_object(r#"{"id": 7}"#).unwrap().get("id"), Some(&Value::from(7)));
        assert_eq!(read_object(r#""{\"id\": 7}""#).unwrap().get("id"), Some(&Value::from(7)));
        for empty in ["", "{}", "null", r#""""#] {
            assert!(read_object(empty).unwrap().is_empty(), "{empty:?}");
        }
    }

    #[test]
    fn broken_json_is_named_and_never_shown() {
        for broken in [r#"{"access_token": "hunter2""#, "[\"hunter2\"]", r#""\"\\\"hunter2\\\"\"""#, "hunter2"] {
            let message = read_object(broken).unwrap_err().to_string();
            assert!(message.contains("extra_data") && !message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn a_value_of_another_type_says_which_column_and_what_it_is() {
        let error = Row::new(vec![Cell::Other("BLOB".into())]).text("uid").unwrap_err();
        assert_eq!(error.to_string(), "the stored uid cannot be read: it should be text and is BLOB");
    }
}
