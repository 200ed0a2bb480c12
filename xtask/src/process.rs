//! Starting programs: with the project's PATH, in the project's folder, and without what Cargo
//! put into the environment for xtask itself (which would make an inner Cargo build anew).

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::paths;
use crate::say::Failure;

/// A program to start in the project's folder.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(paths::root());
    command.env("PATH", paths::search_path());
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if text == "CARGO" || ours.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

/// Cargo, of the toolchain that the project pins.
pub fn cargo(args: &[&str]) -> Command {
    let mut cargo = command("cargo");
    cargo.args(args);
    cargo
}

/// Runs it with its output shown; a bad ending is a failure named `what`.
pub fn run(what: &str, command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| Failure::io(what, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{what} failed ({status})"))) }
}

/// Runs it with its output shown, and hands each line of standard output to `see` as well.
pub fn run_seeing(what: &str, command: &mut Command, mut see: impl FnMut(&str)) -> Result<(), Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| Failure::io(what, &error))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(|error| Failure::io(what, &error))?;
            see(&String::from_utf8_lossy(&line));
        }
    }
    let status = child.wait().map_err(|error| Failure::io(what, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{what} failed ({status})"))) }
}

/// What it prints, trimmed; nothing if it cannot be run or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Runs it quietly and ends it when it takes too long. For downloads that a closed network may
/// leave hanging. True if it went well.
pub fn quietly_within(limit: Duration, command: &mut Command) -> bool {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    child.is_ok_and(|mut child| ends_well_within(limit, &mut child))
}

fn ends_well_within(limit: Duration, child: &mut Child) -> bool {
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if began.elapsed() < limit => thread::sleep(Duration::from_millis(50)),
            Ok(None) | Err(_) => {
                // Both may fail when it has ended by itself in the meantime, which is as good.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}
