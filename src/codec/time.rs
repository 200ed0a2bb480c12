//! Simulated times as people write them: `12.5s`, `500ms`, `2min`.

/// Units of time, longest names first so that `ms` is not read as `s`.
const UNITS: [(&str, u64); 5] = [("min", 60_000_000), ("ms", 1_000), ("us", 1), ("s", 1_000_000), ("h", 3_600_000_000)];

/// Reads a time, in microseconds.
pub fn parse(text: &str) -> Option<u64> {
    let (number, unit) = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(part) || part.len() > 6 || number.ends_with('.') {
        return None;
    }
    let part_us = format!("{part:0<6}").parse::<u64>().ok()?.checked_mul(unit)? / 1_000_000;
    whole.parse::<u64>().ok()?.checked_mul(unit)?.checked_add(part_us)
}

/// Writes a time in seconds, to the last microsecond.
pub fn print(time_us: u64) -> String {
    let (whole, part) = (time_us / 1_000_000, time_us % 1_000_000);
    match part {
        0 => format!("{whole}s"),
        _ => format!("{}s", format!("{whole}.{part:06}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, print};

    #[test]
    fn times_have_units() {
        for (text, us) in [
            ("20s", 20_000_000),
            ("500ms", 500_000),
            ("2min", 120_000_000),
            ("1.5s", 1_500_000),
            ("7us", 7),
            ("1h", 3_600_000_000),
        ] {
            assert_eq!(parse(text), Some(us), "{text}");
        }
        for text in ["", "20", "s", "1.s", "-1s", "1,5s", "99999999999999999999s", "1.0000001s", "5 s"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_printed_reads_back() {
        for us in [0, 1, 10, 999_999, 1_000_000, 12_500_000, 2_592_000_000_000, u64::MAX] {
            assert_eq!(parse(&print(us)), Some(us), "{}", print(us));
        }
        assert_eq!(print(12_500_000), "12.5s");
    }
}
