//! The tools from the Rust world: the wasm32 target, Trunk and the wasm-bindgen command.
//!
//! The wasm-bindgen command must be of exactly the version that Cargo.toml locks; Trunk of the one
//! that builds with the pinned toolchain (0.22 needs a newer one).

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::prebuilt;
use crate::paths;
use crate::process;
use crate::say::{self, Failure};

const TARGET: &str = "wasm32-unknown-unknown";

/// A program that Cargo can install.
pub struct Tool {
    /// The program's name.
    pub name: &'static str,
    /// The package that holds it.
    package: &'static str,
    pub version: &'static str,
    /// How long it takes to build on a small machine, to tell whoever waits.
    minutes: u32,
}

pub const TRUNK: Tool = Tool { name: "trunk", package: "trunk", version: "0.21.14", minutes: 10 };

pub const WASM_BINDGEN: Tool =
    Tool { name: "wasm-bindgen", package: "wasm-bindgen-cli", version: "0.2.126", minutes: 5 };

/// Everything that building the page needs from the Rust world.
pub fn set_up() -> Result<(), Failure> {
    wasm_target()?;
    tool(&WASM_BINDGEN)?;
    tool(&TRUNK)?;
    Ok(())
}

/// The wasm32 target of the pinned toolchain.
pub fn wasm_target() -> Result<(), Failure> {
    if has_target() {
        return Ok(());
    }
    let step = say::step(format!("adding the Rust target {TARGET}"));
    let mut rustup = process::command("rustup");
    rustup.args(["target", "add", TARGET]);
    process::run("rustup target add", &mut rustup).map_err(|failure| {
        Failure::new(failure.what()).help(format!(
            "The page is built for {TARGET}. With rustup: rustup target add {TARGET}; \
             a distribution's Rust has it in a package of its own (Debian: libstd-rust-dev-wasm32)."
        ))
    })?;
    step.done();
    Ok(())
}

fn has_target() -> bool {
    let mut rustc = process::command("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    process::output_of(&mut rustc).is_some_and(|folder| Path::new(&folder).is_dir())
}

/// The component of the pinned toolchain that holds the Cargo command `name`.
pub fn component(name: &str) -> Result<(), Failure> {
    if process::output_of(&mut process::cargo(&[name, "--version"])).is_some() {
        return Ok(());
    }
    let component = if name == "fmt" { "rustfmt" } else { name };
    let step = say::step(format!("adding the Rust component {component}"));
    let mut rustup = process::command("rustup");
    rustup.args(["component", "add", component]);
    process::run("rustup component add", &mut rustup).map_err(|failure| {
        Failure::new(failure.what())
            .help(format!("Install {component} for this Rust: rustup component add {component}"))
    })?;
    step.done();
    Ok(())
}

/// The tool in its pinned version: found, fetched or built.
pub fn tool(tool: &Tool) -> Result<PathBuf, Failure> {
    if let Some(found) = find(tool) {
        return Ok(found);
    }
    let step = say::step(format!("fetching {} {}", tool.name, tool.version));
    let folder = paths::tool_folder()?;
    if prebuilt::fetch(tool, &folder, &paths::cargo_tools().join("bin")) {
        if let Some(found) = find(tool) {
            step.done();
            return Ok(found);
        }
        say::note("what was fetched does not run here");
    }
    build(tool)?;
    step.done();
    find(tool).ok_or_else(|| Failure::new(format!("{} was installed but cannot be run", tool.name)).help(by_hand(tool)))
}

fn find(tool: &Tool) -> Option<PathBuf> {
    let own = paths::cargo_tools().join("bin").join(paths::program_file(tool.name));
    [Some(own), paths::find_program(tool.name)].into_iter().flatten().find(|program| is_version(program, tool))
}

/// Both print `name version`, perhaps with more behind it.
fn is_version(program: &Path, tool: &Tool) -> bool {
    let printed = process::output_of(process::command(program).arg("--version"));
    printed.is_some_and(|text| text.split_whitespace().nth(1) == Some(tool.version))
}

fn build(tool: &Tool) -> Result<(), Failure> {
    say::note(format!("no prebuilt one to be had; building it, once, about {} minutes on two cores", tool.minutes));
    let version = format!("{}@{}", tool.package, tool.version);
    let mut install = process::cargo(&["install", "--locked", "--quiet", "--force"]);
    install.arg("--root").arg(paths::cargo_tools()).arg(version);
    // Tools that run for a second: what the optimiser would gain is not worth the minutes.
    install.env("CARGO_PROFILE_RELEASE_LTO", "off");
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    process::run(&format!("cargo install {}", tool.package), &mut install)
        .map_err(|failure| Failure::new(failure.what()).help(by_hand(tool)))
}

fn by_hand(tool: &Tool) -> String {
    format!("Install it by hand and try again: cargo install --locked {}@{}", tool.package, tool.version)
}

/// How long a download may take. A closed network refuses at once; a slow one shall not make
/// anyone wait longer than a build would.
pub const DOWNLOAD: Duration = Duration::from_secs(180);

/// The names of this machine's kind, as release pages spell them; none where they offer nothing.
pub fn machine() -> Option<(&'static str, &'static str)> {
    let processor = match env::consts::ARCH {
        known @ ("x86_64" | "aarch64") => known,
        _ => return None,
    };
    match env::consts::OS {
        known @ ("linux" | "macos" | "windows") => Some((processor, known)),
        _ => None,
    }
}
