//! `kafkascope vectors`: files of cases recorded from Kafka's own Java classes, run through the
//! model. A file says its `kind`; one the model does not know yet is said to be so and fails.
//!
//! Left out: what a case of a kind means, which is for the module of that kind.

mod case;
mod client_range;
mod client_round_robin;
mod client_sticky;
mod controller_scenarios;
mod group;
mod hashes;
mod partition_change;
mod reconciliation;
mod replica_placement;
mod server_assignors;
mod sticky_partitioner;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Outcome;
use case::{Tally, Unusable, run_cases};

/// A longer file is not a file of cases.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// How many failed cases of a file are told.
const FAILURES_TOLD: usize = 3;

/// Runs the cases of one file's text.
type Runner = fn(&str) -> Result<Tally, Unusable>;

/// The kinds the model answers for.
const MODELLED: [(&str, Runner); 14] = [
    ("client_cooperative_sticky", run_cases::<client_sticky::CooperativeStickyCase>),
    ("client_range", run_cases::<client_range::RangeCase>),
    ("client_roundrobin", run_cases::<client_round_robin::RoundRobinCase>),
    ("client_sticky", run_cases::<client_sticky::StickyCase>),
    ("controller_scenarios", run_cases::<controller_scenarios::ControllerCase>),
    ("coordinator_partition", run_cases::<hashes::CoordinatorCase>),
    ("murmur2", run_cases::<hashes::Murmur2Case>),
    ("partition_change", run_cases::<partition_change::PartitionChangeCase>),
    ("reconciliation", run_cases::<reconciliation::ReconciliationCase>),
    ("replica_placement", run_cases::<replica_placement::PlacementCase>),
    ("server_range", run_cases::<server_assignors::ServerCase>),
    ("server_uniform_heterogeneous", run_cases::<server_assignors::ServerCase>),
    ("server_uniform_homogeneous", run_cases::<server_assignors::ServerCase>),
    ("sticky_partitioner", run_cases::<sticky_partitioner::StickyCase>),
];

/// Runs every file, a line each on `out`; what is wrong with them goes to `err`.
pub fn run(files: &[PathBuf], out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Outcome> {
    let mut worst = Outcome::AllWell;
    for file in files {
        let outcome = match run_file(file) {
            Ok(answer) => report(file, &answer, out, err)?,
            Err(Unusable { line, problem }) => {
                let line = line.map_or(String::new(), |line| format!(":{line}"));
                writeln!(err, "kafkascope: {}{line}: {problem}", file.display())?;
                Outcome::Unusable
            }
        };
        worst = worst.max(outcome);
    }
    Ok(worst)
}

/// What came of a file that could be read.
enum Answer {
    Ran(Tally),
    NotModelled,
}

#[derive(Deserialize)]
struct Head {
    kind: String,
}

fn run_file(path: &Path) -> Result<Answer, Unusable> {
    let text = read(path)?;
    let head: Head = serde_json::from_str(&text)
        .map_err(|error| Unusable::json(&error, 1, "an object with its `kind` and the cases of that kind"))?;
    match MODELLED.iter().find(|(kind, _)| *kind == head.kind) {
        Some((_, run)) => run(&text).map(Answer::Ran),
        None => Ok(Answer::NotModelled),
    }
}

fn read(path: &Path) -> Result<String, Unusable> {
    let unreadable =
        |error: io::Error| Unusable::whole_file(format!("{error}; expected a readable file of recorded cases"));
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Unusable::whole_file(format!("too long; expected a file of at most {MAX_FILE_BYTES} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        Unusable {
            line: Some(case::line_at(&error.as_bytes()[..valid])),
            problem: "a byte that is not UTF-8; expected JSON".to_owned(),
        }
    })
}

fn report(path: &Path, answer: &Answer, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Outcome> {
    let name = path.file_name().unwrap_or(path.as_os_str()).display();
    match answer {
        Answer::NotModelled => {
            writeln!(out, "{name} not modelled yet")?;
            Ok(Outcome::CheckFailed)
        }
        Answer::Ran(tally) => {
            for failure in tally.failures.iter().take(FAILURES_TOLD) {
                writeln!(err, "{name}: {failure}")?;
            }
            writeln!(out, "{name} {}/{}", tally.passed(), tally.total)?;
            Ok(if tally.failures.is_empty() { Outcome::AllWell } else { Outcome::CheckFailed })
        }
    }
}
