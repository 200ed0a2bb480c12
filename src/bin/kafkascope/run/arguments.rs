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

/// A simulated time such as `20s`, `500ms`, `2min`, `1.5s`.
fn time_us(text: &str) -> Result<u64, lexopt::Error> {
    let time_us = kafkascope::codec::time::parse(text);
    time_us.ok_or_else(|| format!("--until {text}: expected a time such as 20s, 500ms or 2min").into())
}
