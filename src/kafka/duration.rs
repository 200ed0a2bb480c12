//! Durations as Kafka's tools and configs write them: ISO 8601, `PnDTnHnMnS`.
//!
//! Left out: signs, which make no sense where the model has durations, and weeks, months and years, which Java's
//! `Duration.parse` does not take either.

/// Microseconds of a duration; nothing if it is none, or longer than can be counted.
pub fn parse(text: &str) -> Option<u64> {
    let rest = text.strip_prefix(['P', 'p'])?;
    let (days, time) = match rest.split_once(['T', 't']) {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (rest, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let mut seconds_us = 0_u64;
    for (part, units) in [(days, &[('D', 86_400)][..]), (time, &[('H', 3_600), ('M', 60), ('S', 1)][..])] {
        let (mut rest, mut units) = (part, units.iter());
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
            let letter = rest.as_bytes()[end].to_ascii_uppercase() as char;
            // Each at most once, in this order.
            let (_, seconds) = units.find(|(unit, _)| *unit == letter)?;
            let amount_us = amount(&rest[..end], letter == 'S')?;
            seconds_us = seconds_us.checked_add(amount_us.checked_mul(*seconds)?)?;
            rest = &rest[end + 1..];
        }
    }
    Some(seconds_us)
}

/// The shortest way to write it.
pub fn print(duration_us: u64) -> String {
    let (seconds, part) = (duration_us / 1_000_000, duration_us % 1_000_000);
    if part > 0 {
        let part = format!("{part:06}");
        return format!("PT{seconds}.{}S", part.trim_end_matches('0'));
    }
    match seconds {
        0 => "PT0S".to_owned(),
        _ if seconds % 86_400 == 0 => format!("P{}D", seconds / 86_400),
        _ if seconds % 3_600 == 0 => format!("PT{}H", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("PT{}M", seconds / 60),
        _ => format!("PT{seconds}S"),
    }
}

/// A number in millionths; only seconds have a fraction.
fn amount(text: &str, fraction: bool) -> Option<u64> {
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) if fraction && part.len() <= 9 => (whole, part),
        Some(_) => return None,
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let part: u64 = format!("{part:0<6}").get(..6)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_java_reads_them() {
        for (text, seconds) in [("PT10S", 10), ("P1D", 86_400), ("PT1H30M", 5_400), ("p2dt3m", 172_980), ("PT0S", 0)] {
            assert_eq!(parse(text), Some(seconds * 1_000_000), "{text}");
            assert_eq!(parse(&print(seconds * 1_000_000)), Some(seconds * 1_000_000));
        }
        assert_eq!(parse("PT0.25S"), Some(250_000));
        assert_eq!(print(1_500_000), "PT1.5S");
        for text in ["", "P", "PT", "P1DT", "10", "PT1M1H", "PT1.5M", "P1H", "PT-1S", "PTS", "PT99999999999999999999S"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
