//! The project's tools: `cargo xtask serve | test | build | bench | shots`.
//!
//! Each command first sets up what it lacks (see `tools`), then does its work with Cargo, Trunk
//! and Node. Only the standard library is used, so that the first call builds in seconds. Leaves
//! out everything about the model and the page: those are tested and measured by their own files.

mod bench;
mod counts;
mod finish;
mod page;
mod paths;
mod process;
mod say;
mod test;
mod tools;

use std::process::ExitCode;

use say::Failure;

const HELP: &str = "\
cargo xtask COMMAND

  serve [--port N] [--no-open] [--debug]
               build the page, serve it on this machine, open it, rebuild on every change;
               --debug builds faster, runs slower and checks the model's invariants
  test [STEP...] [--filter TEXT]
               everything that must hold; STEP is one of format, lint, unit, fuzz, page, browser;
               --filter runs only the browser specs with TEXT in file or name
  build        the release page in dist/
  bench        one row a figure: name, value, unit, limit, ratio; tab-separated
  shots        the README's screenshots, in target/shots/

Each sets up what it lacks, in .tools/ where that is possible.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.show();
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<(), Failure> {
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", args),
    };
    match command {
        "serve" => page::serve(rest),
        "test" => test::run(rest),
        "build" => {
            no_arguments(command, rest)?;
            page::build()
        }
        "bench" => {
            no_arguments(command, rest)?;
            bench::run()
        }
        "shots" => {
            no_arguments(command, rest)?;
            page::shots()
        }
        // Called by Trunk after each build, see Trunk.toml.
        "finish" => finish::run(),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(Failure::new(format!("there is no command {other}")).help(HELP)),
    }
}

fn no_arguments(command: &str, rest: &[String]) -> Result<(), Failure> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => Err(Failure::new(format!("{command} takes no argument, got {extra}"))),
    }
}
