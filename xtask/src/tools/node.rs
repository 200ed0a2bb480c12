//! What comes as packages for Node: wasm-opt (from `binaryen`), and what the browser tests use.
//!
//! The page can be built without any of it and is larger then; the tests cannot run without Node.

use std::fs;
use std::path::{Path, PathBuf};

use super::chromium;
use crate::paths;
use crate::process;
use crate::say::{self, Failure};

/// The oldest Node that the browser tests' packages run on.
const OLDEST: u32 = 20;

/// How wasm-opt is started.
pub enum WasmOpt {
    /// The project's own: a script for Node.
    Script(PathBuf),
    /// One on the machine, recent enough.
    Program(PathBuf),
}

/// Debian 12's 108 is too old for what current Rust emits without further flags; 116 is not.
const OLDEST_WASM_OPT: u32 = 116;

/// wasm-opt, if it is there. Installs nothing.
pub fn find_wasm_opt() -> Option<WasmOpt> {
    let script = paths::project(".tools/npm/node_modules/binaryen/bin/wasm-opt");
    if script.is_file() && paths::find_program("node").is_some() {
        return Some(WasmOpt::Script(script));
    }
    let program = paths::find_program("wasm-opt")?;
    let printed = process::output_of(process::command(&program).arg("--version"))?;
    let version: u32 = printed.split_whitespace().nth(2)?.parse().ok()?;
    (version >= OLDEST_WASM_OPT).then_some(WasmOpt::Program(program))
}

/// wasm-opt, installed if it is missing. Without it the page is larger, which is no failure.
pub fn set_up_wasm_opt() {
    if find_wasm_opt().is_some() {
        return;
    }
    let step = say::step("fetching wasm-opt (package binaryen)");
    match install_wasm_opt() {
        Ok(()) => step.done(),
        Err(failure) => {
            say::note(failure.what());
            say::note("the page will work all the same, but be larger: install Node.js with npm for wasm-opt");
        }
    }
}

fn install_wasm_opt() -> Result<(), Failure> {
    let folder = paths::tool_folder()?.join("npm");
    fs::create_dir_all(&folder).map_err(|error| Failure::io(format!("making {}", folder.display()), &error))?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(paths::project("xtask/npm").join(file), folder.join(file))
            .map_err(|error| Failure::io(format!("copying {file}"), &error))?;
    }
    npm_ci(&folder)
}

/// Node and the packages of tests/browser.
pub fn set_up_tests() -> Result<(), Failure> {
    node()?;
    let folder = paths::project("tests/browser");
    let lock = folder.join("package-lock.json");
    let installed = folder.join("node_modules/.package-lock.json");
    let age = |file: &Path| fs::metadata(file).and_then(|data| data.modified()).ok();
    if age(&installed).is_some_and(|installed| age(&lock).is_some_and(|lock| installed >= lock)) {
        return Ok(());
    }
    let step = say::step("fetching the packages of tests/browser");
    npm_ci(&folder)?;
    step.done();
    Ok(())
}

/// Node itself, recent enough; Debian's package where that can be installed.
pub fn node() -> Result<PathBuf, Failure> {
    if node_version().is_none() {
        chromium::debian_packages(&["nodejs", "npm"]);
    }
    let help = format!("Install Node.js {OLDEST} or newer with npm: https://nodejs.org or the system's packages.");
    match node_version() {
        Some(version) if version >= OLDEST => {
            paths::find_program("node").ok_or_else(|| Failure::new("Node.js is missing").help(help))
        }
        Some(version) => Err(Failure::new(format!("Node.js {version} is too old")).help(help)),
        None => Err(Failure::new("Node.js is missing").help(help)),
    }
}

fn node_version() -> Option<u32> {
    let node = paths::find_program("node")?;
    let printed = process::output_of(process::command(node).arg("--version"))?;
    printed.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Node with one of the scripts of tests/browser.
pub fn script(name: &str) -> Result<std::process::Command, Failure> {
    let mut node = process::command(node()?);
    node.arg(paths::project("tests/browser").join(name));
    Ok(node)
}

fn npm_ci(folder: &Path) -> Result<(), Failure> {
    let help = "Install npm (it comes with Node.js), and see that it reaches a package registry.";
    let Some(npm) = paths::find_program("npm") else {
        return Err(Failure::new("npm is missing").help(help));
    };
    let mut command = process::command(npm);
    command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    command.current_dir(folder);
    // npm prints how many packages it added: progress, so not for standard output.
    command.stdout(std::process::Stdio::null());
    process::run("npm ci", &mut command).map_err(|failure| Failure::new(failure.what()).help(help))
}
