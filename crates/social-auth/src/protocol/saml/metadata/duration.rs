//! `xs:duration`, as `cacheDuration` has it.

/// The seconds of a duration such as `P1DT12H`; a month counts 30 days, a year 365. `None` when it is none, or is
/// negative.
pub(in super::super) fn seconds(text: &str) -> Option<i64> {
    let rest = text.trim().strip_prefix('P')?;
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    let days = parts(date, &[('Y', 365 * 86_400), ('M', 30 * 86_400), ('D', 86_400)])?;
    let within = parts(time.unwrap_or_default(), &[('H', 3600), ('M', 60), ('S', 1)])?;
    let empty = date.is_empty() && time.is_none_or(str::is_empty);
    if empty { None } else { days.checked_add(within) }
}

/// Numbers, each before its unit, the units in this order.
fn parts(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum: i64 = 0;
    for (unit, length) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            let whole = if *unit == 'S' { number.split('.').next()? } else { number };
            if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            sum = sum.checked_add(whole.parse::<i64>().ok()?.checked_mul(*length)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_read_as_the_schema_has_them() {
        for (text, length) in [
            ("PT1H", Some(3600)),
            ("P1D", Some(86_400)),
            ("P10DT2H30M1.5S", Some(10 * 86_400 + 9001)),
            ("P1Y2M", Some(425 * 86_400)),
            ("PT5M", Some(300)),
            ("PT0S", Some(0)),
            ("P", None),
            ("PT", None),
            ("", None),
            ("1D", None),
            ("-P1D", None),
            ("P1H", None),
            ("PT1D", None),
            ("P99999999999999999999D", None),
            ("P9223372036854775807D", None),
            ("PD", None),
        ] {
            assert_eq!(seconds(text), length, "{text}");
        }
    }
}
