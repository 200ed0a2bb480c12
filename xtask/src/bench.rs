//! `cargo xtask bench`: the native figures and those of the page in Chromium, as rows on standard
//! output: name, value, unit, limit, ratio; tab-separated. The ratio is value over limit, so over
//! 1 is over budget; 0 stands for a figure without a limit.
//!
//! What is measured stands in benches/figures.rs and tests/browser/bench.mjs. Both print rows of
//! this form, and whatever else they print (a line that is no such row) is shown as a remark.

use std::process::Command;

use crate::page;
use crate::paths;
use crate::process;
use crate::say::{self, Failure};

/// Tells the page's bench how long the model took natively in this run, in nanoseconds a record.
const NATIVE_NS: &str = "KAFKASCOPE_NATIVE_NS";

pub fn run() -> Result<(), Failure> {
    let mut native_ns = None;
    if paths::project("benches/figures.rs").is_file() {
        let step = say::step("measuring the model, natively");
        let mut native = process::cargo(&["bench", "--locked", "--quiet", "--bench", "figures"]);
        rows_of("cargo bench", &mut native, |row| {
            if let Some(("model", value)) = row.split_once('\t') {
                native_ns = value.split('\t').next().map(str::to_owned);
            }
        })?;
        step.done();
    } else {
        say::note("benches/figures.rs is not there: no native figures");
    }

    page::build()?;
    let mut script = page::browser_script("bench.mjs")?;
    if let Some(native_ns) = native_ns {
        script.env(NATIVE_NS, native_ns);
    }
    let step = say::step("measuring the page, in Chromium");
    rows_of("the page's bench", &mut script, |_| {})?;
    step.done();
    Ok(())
}

fn rows_of(what: &str, command: &mut Command, mut seen: impl FnMut(&str)) -> Result<(), Failure> {
    let mut rows = 0;
    process::run_seeing(what, command, |line| {
        if is_row(line) {
            rows += 1;
            seen(line);
            println!("{line}");
        } else if !line.trim().is_empty() {
            say::note(line);
        }
    })?;
    if rows == 0 {
        return Err(Failure::new(format!("{what} printed no figure")));
    }
    Ok(())
}

/// `name value unit limit ratio`, with numbers where numbers belong.
fn is_row(line: &str) -> bool {
    let cells: Vec<&str> = line.split('\t').collect();
    let number = |cell: &str| cell.parse::<f64>().is_ok_and(f64::is_finite);
    match cells[..] {
        [name, value, _unit, limit, ratio] => !name.is_empty() && number(value) && number(limit) && number(ratio),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_row() {
        assert!(is_row("page weight\t250.1\tkB\t350\t0.71"));
        assert!(is_row("records a second\t1200000\t1/s\t0\t0"));
    }

    #[test]
    fn knows_what_is_no_row() {
        for line in ["", "running 0 tests", "a\tb\tc\td\te", "a\t1\tkB\t2", "a\tNaN\tkB\t1\t1"] {
            assert!(!is_row(line), "{line}");
        }
    }
}
