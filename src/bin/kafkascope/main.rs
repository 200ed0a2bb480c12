//! The command line: reads the arguments, calls the command, and ends with 0 (all well), 1 (a check
//! failed) or 2 (unusable input, with one line on standard error).
//!
//! Left out: everything a command does; each has a file of its own.

mod check;
mod fuzz;
mod link;
mod run;
mod source;
mod vectors;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::{Arg, Parser};

const HELP: &str = "\
kafkascope: an Apache Kafka cluster for teaching, without the page

Usage:
  kafkascope vectors FILE...   run cases recorded from Kafka's own code against the model;
                               a line a file: NAME PASSED/TOTAL
  kafkascope run SCENARIO      plays a scenario without the page and prints what happens;
                               SCENARIO: `start`, the id of a lesson, the path of
                               a lesson.toml, or a saved run: the path of its .json
                               or .txt, or its link in quotes
      --seed N                 another seed
      --until TIME             simulated time at which to stop, such as 20s, 500ms, 2min
      --events N               stop after the event with this number
      --format story|json|state|chart|groups|ledger
                               sentences (default), one event a line, the world at the end, a chart
                               of what was sent (a column a node, a line an RPC), the groups at the
                               end as kafka-consumer-groups.sh prints them, or what became of every
                               record: totals, then the records that were lost, failed or doubled
      --group NAME             of a chart or the groups, only what concerns this group
      --lang en|zh-CN          language of the sentences
  kafkascope check SCENARIO... does it load, does every beat end, is every question decided, does no
                               invariant break? A line a scenario
  kafkascope link SCENARIO     prints the fragment of the link to it
      --page ADDRESS           the whole link, to a page at this address
  kafkascope open LINK         prints the run that a link holds, as lines that can be edited
      --format text|json       lines, or a file
      --keep-sound             of a damaged link, what comes before the damage
  kafkascope fuzz              random clusters, loads and faults under all invariants; of what it finds
                               the seed, the shortest list of commands that shows it, and why
      --seeds A..B             seeds to play (0..2000)
      --steps N                commands drawn in each; without it, 15 to 45 seconds of them
      --lang en|zh-CN          language of what it finds
  kafkascope --help            this text
  kafkascope --version         the version

Exit status: 0 all well, 1 a check failed, 2 unusable input.
";

fn main() -> ExitCode {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut err = io::stderr().lock();
    let outcome = parse(Parser::from_env()).map(|command| match command {
        Command::Print(text) => out.write_all(text.as_bytes()).map(|()| Outcome::AllWell),
        Command::Vectors(files) => vectors::run(&files, &mut out, &mut err),
        Command::Check(names) => check::run(&names, &mut out, &mut err),
        Command::Fuzz(options) => fuzz::run(&options, &mut out),
        Command::Run(options) => run::run(&options, &mut out, &mut err),
        Command::Link(options) => link::link(&options, &mut out, &mut err),
        Command::Open(options) => link::open(&options, &mut out, &mut err),
    });
    let outcome = match outcome {
        Ok(Ok(outcome)) => out.flush().map(|()| outcome),
        Ok(Err(error)) => Err(error),
        Err(usage) => writeln!(err, "kafkascope: {usage}; see kafkascope --help").map(|()| Outcome::Unusable),
    };
    match outcome {
        Ok(outcome) => ExitCode::from(outcome as u8),
        // Whoever reads the output has left; there is nobody to tell.
        Err(_) => ExitCode::from(Outcome::CheckFailed as u8),
    }
}

/// How a command ended, by exit status; the greatest of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Everything holds.
    AllWell = 0,
    /// Something that was checked does not hold.
    CheckFailed = 1,
    /// Something could not be read as what it should be.
    Unusable = 2,
}

/// What the arguments ask for.
enum Command {
    Print(String),
    Vectors(Vec<PathBuf>),
    Check(Vec<String>),
    Run(Box<run::Options>),
    Fuzz(Box<fuzz::Options>),
    Link(link::LinkOptions),
    Open(link::OpenOptions),
}

fn parse(mut args: Parser) -> Result<Command, lexopt::Error> {
    match args.next()? {
        None => Err("expected a command".into()),
        Some(Arg::Short('h') | Arg::Long("help")) => Ok(Command::Print(HELP.to_owned())),
        Some(Arg::Short('V') | Arg::Long("version")) => {
            Ok(Command::Print(format!("kafkascope {}\n", env!("CARGO_PKG_VERSION"))))
        }
        Some(Arg::Value(name)) if name == "vectors" => parse_vectors(args),
        Some(Arg::Value(name)) if name == "check" => parse_check(args),
        Some(Arg::Value(name)) if name == "run" => Ok(match run::parse(&mut args)? {
            Some(options) => Command::Run(Box::new(options)),
            None => Command::Print(HELP.to_owned()),
        }),
        Some(Arg::Value(name)) if name == "fuzz" => Ok(match fuzz::parse(&mut args)? {
            Some(options) => Command::Fuzz(Box::new(options)),
            None => Command::Print(HELP.to_owned()),
        }),
        Some(Arg::Value(name)) if name == "link" => {
            Ok(link::parse_link(&mut args)?.map_or(Command::Print(HELP.to_owned()), Command::Link))
        }
        Some(Arg::Value(name)) if name == "open" => {
            Ok(link::parse_open(&mut args)?.map_or(Command::Print(HELP.to_owned()), Command::Open))
        }
        Some(Arg::Value(name)) => Err(unknown_command(name)),
        Some(other) => Err(other.unexpected()),
    }
}

fn parse_vectors(mut args: Parser) -> Result<Command, lexopt::Error> {
    let mut files = Vec::new();
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(HELP.to_owned())),
            Arg::Value(file) => files.push(PathBuf::from(file)),
            other => return Err(other.unexpected()),
        }
    }
    if files.is_empty() {
        return Err("expected a file after `vectors`".into());
    }
    Ok(Command::Vectors(files))
}

fn parse_check(mut args: Parser) -> Result<Command, lexopt::Error> {
    let mut names = Vec::new();
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(HELP.to_owned())),
            Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected()),
        }
    }
    if names.is_empty() {
        return Err("expected a scenario after `check`".into());
    }
    Ok(Command::Check(names))
}

fn unknown_command(name: OsString) -> lexopt::Error {
    format!("{name:?} is not a command; expected `check`, `fuzz`, `link`, `open`, `run` or `vectors`").into()
}
