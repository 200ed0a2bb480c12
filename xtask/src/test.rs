//! `cargo xtask test`: everything that must hold, each part as one step, with the counts of all
//! at the end. A step that fails does not keep the others from running.
//!
//! What is tested stands in the tests themselves; timing budgets stand in the benches.

use crate::counts::{Counts, closing_line};
use crate::page;
use crate::process;
use crate::say::{self, Failure};
use crate::tools::rust;

/// The steps in their order, by the names that the command takes.
const STEPS: [&str; 6] = ["format", "lint", "unit", "fuzz", "page", "browser"];

/// Random worlds that are played; `cargo test` by itself plays others, and few.
const SEEDS: &str = "0..2000";

/// What the command was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// All steps if none is named.
    steps: Vec<String>,
    filter: Option<String>,
}

/// One line of the closing table.
struct Row {
    name: &'static str,
    counts: Counts,
}

pub fn run(args: &[String]) -> Result<(), Failure> {
    let wanted = Wanted::read(args)?;
    let mut rows = Vec::new();
    if wanted.has("format") {
        rows.push(check("format", format));
    }
    if wanted.has("lint") {
        rows.push(check("lint: library and tools", || lint(&["--workspace", "--all-targets"])));
        rows.push(check("lint: command line", || lint(&["--package=kafkascope", "--all-targets", "--features=cli"])));
        rows.push(check("lint: page, on wasm32", lint_page));
    }
    if wanted.has("unit") {
        rows.push(unit());
    }
    if wanted.has("fuzz") {
        rows.push(worlds());
    }
    let mut built = true;
    if wanted.has("page") {
        let row = check("release page", page::build);
        built = row.counts.failed == 0;
        rows.push(row);
    }
    if wanted.has("browser") {
        rows.push(browser(built, wanted.filter.as_deref()));
    }
    close(&rows)
}

fn format() -> Result<(), Failure> {
    rust::component("fmt")?;
    process::run("cargo fmt", &mut process::cargo(&["fmt", "--all", "--check"]))
        .map_err(|failure| Failure::new(failure.what()).help("Format it with: cargo fmt --all"))
}

fn lint(what: &[&str]) -> Result<(), Failure> {
    rust::component("clippy")?;
    let mut clippy = process::cargo(&["clippy", "--locked"]);
    clippy.args(what).args(["--", "-D", "warnings"]);
    process::run("cargo clippy", &mut clippy)
}

fn lint_page() -> Result<(), Failure> {
    rust::wasm_target()?;
    lint(&[
        "--package=kafkascope",
        "--lib",
        "--bin=kafkascope-web",
        "--features=web",
        "--target=wasm32-unknown-unknown",
    ])
}

/// Unit, integration and documentation tests, with the command line so that it is tested too.
/// That the library stands without it is what the first lint compiles.
fn unit() -> Row {
    let mut cargo = process::cargo(&["test", "--locked", "--workspace", "--no-fail-fast"]);
    cargo.arg("--features=kafkascope/cli");
    counted("cargo test", &mut cargo)
}

/// Random worlds under every invariant, each seed one of the counts. The command line is the one that the tests have built.
fn worlds() -> Row {
    let mut cargo = process::cargo(&["run", "--locked", "--quiet", "--package=kafkascope", "--features=cli"]);
    cargo.args(["--bin=kafkascope", "--", "fuzz", "--seeds", SEEDS]);
    counted("random worlds", &mut cargo)
}

/// The browser tests, against what is in `dist/`: the page just built, or when only this step is
/// asked for, the one that is there.
fn browser(built: bool, filter: Option<&str>) -> Row {
    let script = if built {
        page::browser_script("run.mjs")
    } else {
        Err(Failure::new("no browser test ran: there is no page to test"))
    };
    match script {
        Ok(mut script) => {
            script.args(filter);
            counted("browser", &mut script)
        }
        Err(failure) => {
            failure.show();
            Row { name: "browser", counts: Counts::one(false) }
        }
    }
}

/// Runs one check that passes or fails as a whole.
fn check(name: &'static str, run: impl FnOnce() -> Result<(), Failure>) -> Row {
    let step = say::step(name);
    let well = match run() {
        Ok(()) => true,
        Err(failure) => {
            failure.show();
            false
        }
    };
    step.done();
    Row { name, counts: Counts::one(well) }
}

/// Runs a test runner and adds up its closing lines.
fn counted(name: &'static str, command: &mut std::process::Command) -> Row {
    let step = say::step(name);
    let mut counts = Counts::default();
    let ended = process::run_seeing(name, command, |line| {
        println!("{line}");
        if let Some(more) = closing_line(line) {
            counts += more;
        }
    });
    if let Err(failure) = ended {
        failure.show();
        // It may have failed before any test ran: that is a failure too.
        counts.failed = counts.failed.max(1);
    }
    step.done();
    Row { name, counts }
}

fn close(rows: &[Row]) -> Result<(), Failure> {
    let mut sum = Counts::default();
    println!();
    for Row { name, counts } in rows {
        let mut line = format!("{name:<26}{:>6} passed", counts.passed);
        if counts.failed > 0 {
            line += &format!(", {} FAILED", counts.failed);
        }
        if counts.ignored > 0 {
            line += &format!(", {} ignored", counts.ignored);
        }
        println!("{line}");
        sum += *counts;
    }
    println!();
    println!("{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed > 0 {
        Err(Failure::new("not everything holds"))
    } else if sum.passed == 0 {
        Err(Failure::new("no test ran"))
    } else {
        Ok(())
    }
}

impl Wanted {
    fn read(args: &[String]) -> Result<Self, Failure> {
        let mut wanted = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if arg == "--filter" {
                wanted.filter = args.next().cloned();
                if wanted.filter.is_none() {
                    return Err(Failure::new("--filter needs a text"));
                }
            } else if STEPS.contains(&arg.as_str()) {
                wanted.steps.push(arg.clone());
            } else {
                return Err(
                    Failure::new(format!("test has no step {arg}")).help(format!("The steps: {}", STEPS.join(", ")))
                );
            }
        }
        Ok(wanted)
    }

    fn has(&self, step: &str) -> bool {
        self.steps.is_empty() || self.steps.iter().any(|wanted| wanted == step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Option<Wanted> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        Wanted::read(&args).ok()
    }

    #[test]
    fn runs_everything_unless_told_otherwise() {
        let wanted = read(&[]).expect("no argument is fine");
        assert!(STEPS.iter().all(|step| wanted.has(step)));
    }

    #[test]
    fn runs_only_the_named_steps() {
        let wanted = read(&["browser", "--filter", "keys"]).expect("known arguments");
        assert!(wanted.has("browser") && !wanted.has("unit"));
        assert_eq!(wanted.filter.as_deref(), Some("keys"));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for args in [&["everything"][..], &["--filter"], &["--fast"]] {
            assert_eq!(read(args), None, "{args:?}");
        }
    }
}
