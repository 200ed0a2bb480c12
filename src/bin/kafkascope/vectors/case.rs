//! What the kinds of recorded cases have in common: reading them one by one, so that a case that
//! does not fit is named by its line, and counting those the model gets wrong.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// A recorded call of Kafka's code, with its answer. Fields it does not know are ignored: files
/// carry their provenance with them.
pub trait Case: DeserializeOwned {
    /// The fields a case has, for whoever wrote one without.
    const LAYOUT: &'static str;

    /// The name to tell it by.
    fn id(&self) -> String;

    /// Says what is wrong if the fields do not fit together or are beyond the model's limits.
    fn validate(&self) -> Result<(), String>;

    /// Asks the model and compares.
    fn check(&self) -> Result<(), Mismatch>;
}

/// Where the model says something else than Kafka did.
pub struct Mismatch {
    /// What Kafka did.
    pub expected: String,
    /// What the model does.
    pub got: String,
}

impl Mismatch {
    /// An error if `got`, which is `what`, is not `expected`.
    pub fn unless_equal<T: PartialEq + fmt::Debug>(what: &str, expected: &T, got: &T) -> Result<(), Self> {
        if expected == got {
            return Ok(());
        }
        Err(Self { expected: format!("{what} to be {expected:?}"), got: format!("{got:?}") })
    }
}

/// The count of a file's cases.
pub struct Tally {
    pub total: usize,
    /// A line for each case that failed.
    pub failures: Vec<String>,
}

impl Tally {
    pub fn passed(&self) -> usize {
        self.total - self.failures.len()
    }
}

/// Why a file cannot be used.
pub struct Unusable {
    /// The line, counted from 1, if it is about one.
    pub line: Option<usize>,
    /// What is wrong and what was expected.
    pub problem: String,
}

impl Unusable {
    pub fn whole_file(problem: String) -> Self {
        Self { line: None, problem }
    }

    /// An error of a JSON text that begins in `first_line`.
    pub fn json(error: &serde_json::Error, first_line: usize, expected: &str) -> Self {
        let problem = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = problem.strip_suffix(&place).unwrap_or(&problem);
        Self {
            line: Some(first_line + error.line().saturating_sub(1)),
            problem: format!("{}; expected {expected}", one_line(problem)),
        }
    }
}

/// The cases of a file, not yet looked into.
#[derive(Deserialize)]
struct CaseList<'a> {
    #[serde(borrow, alias = "vectors")]
    cases: Vec<&'a RawValue>,
}

/// Reads every case of a file, then runs them all. One that cannot be used spoils the file.
pub fn run_cases<C: Case>(text: &str) -> Result<Tally, Unusable> {
    let list: CaseList<'_> =
        serde_json::from_str(text).map_err(|error| Unusable::json(&error, 1, "a list `cases` or `vectors`"))?;
    if list.cases.is_empty() {
        return Err(Unusable::whole_file("no case; expected at least one".to_owned()));
    }
    let mut cases: Vec<C> = Vec::with_capacity(list.cases.len());
    let (mut line, mut seen) = (1, 0);
    for raw in list.cases {
        let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        line += newlines(&text.as_bytes()[seen..start]);
        seen = start;
        let expected = || format!("a case with {}", C::LAYOUT);
        let case: C = serde_json::from_str(raw.get()).map_err(|error| Unusable::json(&error, line, &expected()))?;
        case.validate().map_err(|problem| Unusable {
            line: Some(line),
            problem: format!("case {}: {}", one_line(&case.id()), one_line(&problem)),
        })?;
        cases.push(case);
    }
    let failures = cases
        .iter()
        .filter_map(|case| Some((case, case.check().err()?)))
        .map(|(case, Mismatch { expected, got })| {
            let (id, expected, got) = (one_line(&case.id()), one_line(&expected), one_line(&got));
            format!("case {id}: expected {expected}, got {got}")
        })
        .collect();
    Ok(Tally { total: cases.len(), failures })
}

/// The line in which a text goes on after `before`, counted from 1.
pub fn line_at(before: &[u8]) -> usize {
    newlines(before) + 1
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// `text` without what would break a line or steer a terminal, and not endless.
fn one_line(text: &str) -> String {
    const MOST: usize = 1_000;
    let mut line: String = text.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}
