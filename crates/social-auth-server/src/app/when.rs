//! Points in time as people say them.

use minijinja::{Value, context};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// A point in time, for a `<time>` element.
#[derive(Debug, PartialEq)]
pub(super) struct When {
    exact: String,
    text: String,
}

impl When {
    /// `on 21 November 2026`, or `today`.
    pub(super) fn day(at: OffsetDateTime, now: OffsetDateTime) -> Self {
        let text = if at.date() == now.date() { "today".to_owned() } else { format!("on {}", date(at)) };
        When { exact: exact(at), text }
    }

    /// `21 November 2026`.
    pub(super) fn since(at: OffsetDateTime) -> Self {
        When { exact: exact(at), text: date(at) }
    }

    /// `just now`, `5 minutes ago`, … and after a month the date.
    pub(super) fn ago(at: OffsetDateTime, now: OffsetDateTime) -> Self {
        let passed = now - at;
        let (minutes, hours, days) = (passed.whole_minutes(), passed.whole_hours(), passed.whole_days());
        let text = match (minutes, hours, days) {
            (..1, _, _) => "just now".to_owned(),
            (1, _, _) => "a minute ago".to_owned(),
            (2..60, _, _) => format!("{minutes} minutes ago"),
            (_, 1, _) => "an hour ago".to_owned(),
            (_, 2..24, _) => format!("{hours} hours ago"),
            (_, _, 1) => "a day ago".to_owned(),
            (_, _, 2..31) => format!("{days} days ago"),
            _ => format!("on {}", date(at)),
        };
        When { exact: exact(at), text }
    }
}

impl From<When> for Value {
    fn from(when: When) -> Value {
        context! { exact => when.exact, text => when.text }
    }
}

fn exact(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
}

fn date(at: OffsetDateTime) -> String {
    at.format(format_description!("[day padding:none] [month repr:long] [year]")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use time::macros::datetime;

    use super::*;

    #[test]
    fn time_is_told_as_people_tell_it() {
        let now = datetime!(2026-11-21 12:00:00 UTC);
        let ago = |at| When::ago(at, now).text;
        assert_eq!(ago(datetime!(2026-11-21 12:00:30 UTC)), "just now");
        assert_eq!(ago(datetime!(2026-11-21 11:59:30 UTC)), "just now");
        assert_eq!(ago(datetime!(2026-11-21 11:58:30 UTC)), "a minute ago");
        assert_eq!(ago(datetime!(2026-11-21 11:00:30 UTC)), "59 minutes ago");
        assert_eq!(ago(datetime!(2026-11-21 10:30:00 UTC)), "an hour ago");
        assert_eq!(ago(datetime!(2026-11-20 13:00:00 UTC)), "23 hours ago");
        assert_eq!(ago(datetime!(2026-11-20 11:00:00 UTC)), "a day ago");
        assert_eq!(ago(datetime!(2026-11-01 11:00:00 UTC)), "20 days ago");
        assert_eq!(ago(datetime!(2026-03-09 11:00:00 UTC)), "on 9 March 2026");
        assert_eq!(When::day(datetime!(2026-11-21 01:00:00 UTC), now).text, "today");
        assert_eq!(When::day(datetime!(2026-11-20 01:00:00 UTC), now).text, "on 20 November 2026");
    }

    #[test]
    fn machines_get_the_exact_time() {
        let at = datetime!(2026-11-21 12:00:00.123456 UTC);
        assert_eq!(When::since(at), When { exact: "2026-11-21T12:00:00Z".into(), text: "21 November 2026".into() });
    }
}
