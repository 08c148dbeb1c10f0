//! An amount in a time, as settings write it: `20/m`, `10/5m`, `100/h`, `off`.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use governor::Quota;

/// How much is allowed in how much time; `None` is any amount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Allowed(Option<(NonZeroU32, Duration)>);

impl Allowed {
    /// All at once, then as much as comes back in the course of the time.
    pub(super) fn quota(self) -> Option<Quota> {
        let (count, time) = self.0?;
        Quota::with_period(time / count.get()).map(|quota| quota.allow_burst(count))
    }
}

impl Allowed {
    /// How much in how many seconds.
    pub(super) fn each(self) -> Option<(u32, i64)> {
        let (count, time) = self.0?;
        Some((count.get(), i64::try_from(time.as_secs()).ok()?))
    }
}

impl FromStr for Allowed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "off" {
            return Ok(Allowed(None));
        }
        let (count, time) = text.split_once('/').ok_or(())?;
        let count: NonZeroU32 = count.trim().parse().map_err(|_| ())?;
        let time = time.trim();
        let digits = time.trim_end_matches(|c: char| !c.is_ascii_digit());
        let seconds = match time.get(digits.len()..) {
            Some("s") => 1,
            Some("m") => 60,
            Some("h") => 3600,
            Some("d") => 86_400,
            _ => return Err(()),
        };
        let number: u64 = if digits.is_empty() { 1 } else { digits.parse().map_err(|_| ())? };
        let time = number.checked_mul(seconds).filter(|seconds| (1..=366 * 86_400).contains(seconds)).ok_or(())?;
        Ok(Allowed(Some((count, Duration::from_secs(time)))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn amounts_are_read_as_written() {
        for (text, count, seconds) in [("20/m", 20, 60), ("10/5m", 10, 300), ("5/300s", 5, 300), ("1/d", 1, 86_400), ("100/h", 100, 3600)] {
            let expected = Some((NonZeroU32::new(count).unwrap(), Duration::from_secs(seconds)));
            assert_eq!(text.parse::<Allowed>(), Ok(Allowed(expected)), "{text}");
        }
        for wrong in ["", "20", "0/m", "-1/m", "20/", "20/x", "20/0m", "20/m5", "4294967296/m", "1/99999999999d", "20/ m m", "On"] {
            assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
        }
    }
}
