//! `kafkascope fuzz`: random clusters, loads and faults under all invariants, on every core. A finding is told with its
//! seed, the shortest list of commands that shows it, and what led to it.
//!
//! Left out: what is drawn and how it is checked; that is `check::fuzz`, which the tests share.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "seeds a second are told of this machine, not of a world"
)]

use std::{
    collections::BTreeMap,
    io::{self, Write},
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use kafkascope::{
    check::fuzz::{self, Failure, Outcome as Played, PEACE, Script, Size},
    cluster::command_text,
    history::{Run, Scenario},
    i18n::Lang,
    view::{story, why},
};
use lexopt::{Arg, Parser};

use crate::Outcome;

/// Findings that are shrunk and told; of more only the seed and the check.
const TOLD_MAX: usize = 5;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub seeds: Range<u64>,
    pub size: Size,
    pub lang: Lang,
}

/// Reads the arguments; `None`: help is asked for.
pub fn parse(args: &mut Parser) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options { seeds: 0..2_000, size: Size::default(), lang: Lang::En };
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("seeds") => {
                let text = args.value()?.to_string_lossy().into_owned();
                let range = text.split_once("..");
                let range = range.and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
                let range = range.filter(|range: &Range<u64>| !range.is_empty());
                options.seeds = range.ok_or_else(|| format!("--seeds {text}: expected a range such as 0..2000"))?;
            }
            Arg::Long("steps") => {
                let text = args.value()?.to_string_lossy().into_owned();
                let steps = text.parse().ok().filter(|steps| *steps > 0);
                options.size.steps =
                    Some(steps.ok_or_else(|| format!("--steps {text}: expected a whole number from 1"))?);
            }
            Arg::Long("lang") => {
                let text = args.value()?.to_string_lossy().into_owned();
                let known = Lang::ALL.into_iter().find(|lang| lang.tag() == text);
                options.lang = known.ok_or_else(|| format!("--lang {text}: expected `en` or `zh-CN`"))?;
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

/// Plays all seeds, and tells of them.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Outcome> {
    let began = Instant::now();
    let (events, failures) = play(options);
    let seconds = began.elapsed().as_secs_f64();
    for (index, (seed, failure)) in failures.iter().enumerate() {
        match index < TOLD_MAX {
            true => tell(*seed, failure, options.lang, out)?,
            false => writeln!(out, "seed {seed}: {}", failure.check)?,
        }
    }
    let seeds = options.seeds.end - options.seeds.start;
    let findings = if failures.len() == 1 { "finding" } else { "findings" };
    writeln!(
        out,
        "{seeds} seeds, {} events, {} {findings}, {:.0} seeds/s",
        millions(events),
        failures.len(),
        seeds as f64 / seconds
    )?;
    Ok(if failures.is_empty() { Outcome::AllWell } else { Outcome::CheckFailed })
}

/// Every seed once, on as many threads as there are cores; what failed in the order of the seeds.
fn play(options: &Options) -> (u64, BTreeMap<u64, Box<Failure>>) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, events) = (AtomicU64::new(options.seeds.start), AtomicU64::new(0));
    let failures = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= options.seeds.end {
                        break;
                    }
                    match fuzz::run(seed, options.size) {
                        Ok(Played { events: played, .. }) => drop(events.fetch_add(played, Ordering::Relaxed)),
                        Err(failure) => {
                            let mut failures = failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                            failures.insert(seed, failure);
                        }
                    }
                }
            });
        }
    });
    (events.into_inner(), failures.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()))
}

fn tell(seed: u64, failure: &Failure, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let shrunk = fuzz::shrink(failure);
    let failure = &shrunk.failure;
    writeln!(out, "seed {seed}: {}", failure.check)?;
    match failure.check {
        PEACE => {
            writeln!(out, "Peace was made at least 15 minutes before, and this had not come right:")?;
            writeln!(out, "{}", failure.what.trim_end())?;
        }
        _ => {
            for finding in &failure.findings {
                writeln!(out, "{}", finding.text.plain(lang))?;
            }
        }
    }
    writeln!(out, "\nThe shortest that shows it, found in {} tries:\n{}", shrunk.tries, failure.script)?;
    if let (Some(id), Some(run)) =
        (failure.findings.iter().find_map(|finding| finding.events.first()), replay(&failure.played))
        && let Some(event) = run.event_by_id(*id)
    {
        writeln!(out, "What led to it, the last first:")?;
        for line in std::iter::once(story::line(&run, event)).chain(why::chain(&run, *id)) {
            let (seconds, micros) = (line.time_us / 1_000_000, line.time_us % 1_000_000);
            writeln!(out, "{seconds}.{micros:06} s  event {}  {}", line.event, line.text.plain(lang))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The same as a run, up to when it showed.
fn replay(script: &Script) -> Option<Run> {
    let command = |(at_us, line): &(u64, String)| Some((*at_us, command_text::parse(line).ok()?));
    let commands = script.commands.iter().map(command).collect::<Option<Vec<_>>>()?;
    let scenario = Scenario { seed: script.seed, cluster: script.spec.clone(), commands, begin_us: 0 };
    let mut run = Run::new(&scenario).ok()?;
    run.advance_to(script.end_us);
    Some(run)
}

/// `9.1 M`, or the number itself while it is small.
fn millions(events: u64) -> String {
    match events {
        0..100_000 => events.to_string(),
        _ => format!("{}.{} M", events / 1_000_000, events / 100_000 % 10),
    }
}
