//! Dates and times as Django keeps them where the database has no type of its own for them:
//! `YYYY-MM-DD HH:MM:SS[.ffffff]` in UTC, without the fraction when it is zero.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

const WHOLE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const FRACTION: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:6]");
const ANY_FRACTION: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond]");

/// The text for a time, cut to the microsecond. `None` for years that have no four digits.
pub(crate) fn format(at: OffsetDateTime) -> Option<String> {
    let at = at.checked_to_offset(UtcOffset::UTC)?;
    if !(0..=9999).contains(&at.year()) {
        return None;
    }
    at.format(if at.microsecond() == 0 { WHOLE } else { FRACTION }).ok()
}

/// The time that a text means, if it means one.
pub(crate) fn parse(text: &str) -> Option<OffsetDateTime> {
    PrimitiveDateTime::parse(text, if text.contains('.') { ANY_FRACTION } else { WHOLE })
        .map(PrimitiveDateTime::assume_utc)
        .or_else(|_| OffsetDateTime::parse(text, &Rfc3339))
        .ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_are_written_as_django_writes_them() {
        assert_eq!(format(datetime!(2026-01-31 12:00:01.000_042 UTC)).unwrap(), "2026-01-31 12:00:01.000042");
        assert_eq!(format(datetime!(2026-01-31 12:00:01.000_000_999 UTC)).unwrap(), "2026-01-31 12:00:01");
        assert_eq!(format(datetime!(2026-01-31 01:30 +02:00)).unwrap(), "2026-01-30 23:30:00");
    }

    #[test]
    fn times_are_read_as_django_and_others_write_them() {
        for (text, expected) in [
            ("2026-01-31 12:00:01.000042", datetime!(2026-01-31 12:00:01.000_042 UTC)),
            ("2026-01-31 12:00:01", datetime!(2026-01-31 12:00:01 UTC)),
            ("2026-01-31 12:00:01.5", datetime!(2026-01-31 12:00:01.5 UTC)),
            ("2026-01-31T12:00:01+02:00", datetime!(2026-01-31 10:00:01 UTC)),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for nonsense in ["", "yesterday", "2026-02-30 00:00:00", "2026-01-31"] {
            assert_eq!(parse(nonsense), None, "{nonsense}");
        }
    }
}
