//! The arguments of `kafkascope run`.

use kafkascope::i18n::Lang;
use lexopt::{Arg, Parser};

use super::{Format, Options};

/// Reads them; `None`: help is asked for.
pub fn parse(args: &mut Parser) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        scenario: String::new(),
        seed: None,
        until_us: None,
        events: None,
        format: Format::Story,
        lang: Lang::En,
        group: None,
    };
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("seed") => options.seed = Some(number("--seed", &text(args)?)?),
            Arg::Long("events") => options.events = Some(number("--events", &text(args)?)?),
            Arg::Long("until") => options.until_us = Some(time_us(&text(args)?)?),
            Arg::Long("format") => options.format = format(&text(args)?)?,
            Arg::Long("group") => options.group = Some(text(args)?),
            Arg::Long("lang") => options.lang = lang(&text(args)?)?,
            Arg::Value(scenario) if options.scenario.is_empty() => {
                options.scenario = scenario.to_string_lossy().into_owned();
            }
            other => return Err(other.unexpected()),
        }
    }
    if options.scenario.is_empty() {
        return Err("expected a scenario after `run`, such as `start`".into());
    }
    Ok(Some(options))
}

fn text(args: &mut Parser) -> Result<String, lexopt::Error> {
    Ok(args.value()?.to_string_lossy().into_owned())
}

fn number(name: &str, text: &str) -> Result<u64, lexopt::Error> {
    text.parse().map_err(|_| format!("{name} {text}: expected a whole number from 0").into())
}

fn format(text: &str) -> Result<Format, lexopt::Error> {
    match text {
        "story" => Ok(Format::Story),
        "json" => Ok(Format::Json),
        "state" => Ok(Format::State),
        "chart" => Ok(Format::Chart),
        "groups" => Ok(Format::Groups),
        "ledger" => Ok(Format::Ledger),
        _ => Err(format!("--format {text}: expected `story`, `json`, `state`, `chart`, `groups` or `ledger`").into()),
    }
}

fn lang(text: &str) -> Result<Lang, lexopt::Error> {
    let known = Lang::ALL.into_iter().find(|lang| lang.tag() == text);
    known.ok_or_else(|| format!("--lang {text}: expected `en` or `zh-CN`").into())
}

/// Units of time, longest names first so that `ms` is not read as `s`.
const UNITS: [(&str, u64); 5] = [("min", 60_000_000), ("ms", 1_000), ("us", 1), ("s", 1_000_000), ("h", 3_600_000_000)];

/// A simulated time such as `20s`, `500ms`, `2min`, `1.5s`.
fn time_us(text: &str) -> Result<u64, lexopt::Error> {
    let read = || {
        let (number, unit) = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))?;
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) || part.len() > 6 || number.ends_with('.') {
            return None;
        }
        let part_us = format!("{part:0<6}").parse::<u64>().ok()?.checked_mul(unit)? / 1_000_000;
        whole.parse::<u64>().ok()?.checked_mul(unit)?.checked_add(part_us)
    };
    read().ok_or_else(|| format!("--until {text}: expected a time such as 20s, 500ms or 2min").into())
}

#[cfg(test)]
mod tests {
    use super::time_us;

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
            assert_eq!(time_us(text).ok(), Some(us), "{text}");
        }
        for text in ["", "20", "s", "1.s", "-1s", "1,5s", "99999999999999999999s", "1.0000001s", "5 s"] {
            assert!(time_us(text).is_err(), "{text}");
        }
    }
}
