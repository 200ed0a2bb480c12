//! Building and serving the page with Trunk, and taking its pictures.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use crate::finish;
use crate::paths;
use crate::process;
use crate::say::{self, Failure};
use crate::tools::{chromium, node, rust};

const PORT: u16 = 8080;

/// What the page is made of: a change there builds it anew. Trunk refuses names that are not there.
const PARTS: [&str; 6] = ["Cargo.toml", "build.rs", "index.html", "lessons", "src", "static"];

/// What `serve` was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Serve {
    port: u16,
    open: bool,
    debug: bool,
}

/// Serves the page on this machine and rebuilds it on every change, until it is stopped.
pub fn serve(args: &[String]) -> Result<(), Failure> {
    let wanted = Serve::read(args)?;
    set_up()?;
    let port = free_port(wanted.port)?;
    if port != wanted.port {
        say::note(format!("port {} is taken", wanted.port));
    }
    say::step(format!("building the page, then serving it at http://127.0.0.1:{port}/"));
    let mut trunk = trunk("serve")?;
    trunk.args(["--port", &port.to_string()]);
    if !wanted.debug {
        trunk.arg("--release");
    }
    if wanted.open {
        trunk.arg("--open");
    }
    for part in PARTS.map(paths::project).iter().filter(|part| part.exists()) {
        trunk.arg("--watch").arg(part);
    }
    trunk.env(finish::LIVE, "1");
    // A page under work must not disturb the release page that tests and benches look at.
    trunk.arg("--dist").arg(paths::project("target/serve"));
    process::run("trunk serve", &mut trunk)
}

/// The release page in `dist/`.
pub fn build() -> Result<(), Failure> {
    set_up()?;
    let step = say::step("building the release page");
    process::run("trunk build", trunk("build")?.arg("--release"))?;
    step.done();
    Ok(())
}

/// The README's screenshots, of a fresh release page.
pub fn shots() -> Result<(), Failure> {
    build()?;
    let mut script = browser_script("shots.mjs")?;
    let step = say::step("taking the screenshots");
    process::run("the screenshots", &mut script)?;
    step.done();
    Ok(())
}

/// A script of tests/browser, ready to run against `dist/`.
pub fn browser_script(name: &str) -> Result<Command, Failure> {
    node::set_up_tests()?;
    let chromium = chromium::set_up()?;
    let mut script = node::script(name)?;
    script.env(chromium::VARIABLE, chromium);
    Ok(script)
}

fn set_up() -> Result<(), Failure> {
    rust::set_up()?;
    node::set_up_wasm_opt();
    Ok(())
}

fn trunk(command: &str) -> Result<Command, Failure> {
    let mut trunk = process::command(rust::tool(&rust::TRUNK)?);
    trunk.args(["--skip-version-check", command]);
    // What Trunk reports is progress; standard output is for results.
    trunk.stdout(io::stderr());
    // Trunk 0.21 reads NO_COLOR=1 as a wrong argument.
    trunk.env_remove("NO_COLOR");
    trunk.env("CARGO_ENCODED_RUSTFLAGS", rust_flags());
    Ok(trunk)
}

/// The flags that were given, and one that keeps the builder's home folder out of the page: a panic names its source file.
fn rust_flags() -> OsString {
    let given = env::var("RUSTFLAGS").unwrap_or_default();
    let mut flags: Vec<OsString> = given.split_whitespace().map(OsString::from).collect();
    if let Some(home) = paths::cargo_home() {
        let mut remap = OsString::from("--remap-path-prefix=");
        remap.push(home.join("registry").join("src"));
        remap.push("=");
        flags.push(remap);
    }
    flags.join(OsStr::new("\u{1f}"))
}

/// The port itself if nobody listens there, else one that the system picks.
fn free_port(wanted: u16) -> Result<u16, Failure> {
    let free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    free(wanted)
        .or_else(|_| free(0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Failure::io("finding a free port", &error))
}

impl Serve {
    fn read(args: &[String]) -> Result<Self, Failure> {
        let mut wanted = Self { port: PORT, open: true, debug: false };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--no-open" => wanted.open = false,
                "--debug" => wanted.debug = true,
                "--port" => wanted.port = port(args.next().map(String::as_str))?,
                other => match other.strip_prefix("--port=") {
                    Some(number) => wanted.port = port(Some(number))?,
                    None => return Err(Failure::new(format!("serve does not know {other}"))),
                },
            }
        }
        Ok(wanted)
    }
}

fn port(number: Option<&str>) -> Result<u16, Failure> {
    number
        .and_then(|number| number.parse().ok())
        .filter(|port| *port > 0)
        .ok_or_else(|| Failure::new("--port needs a number from 1 to 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Option<Serve> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        Serve::read(&args).ok()
    }

    #[test]
    fn opens_the_release_page_by_default() {
        let expected = Serve { port: PORT, open: true, debug: false };
        assert_eq!(read(&[]), Some(expected));
    }

    #[test]
    fn reads_every_argument() {
        let expected = Some(Serve { port: 9000, open: false, debug: true });
        assert_eq!(read(&["--port", "9000", "--no-open", "--debug"]), expected);
        assert_eq!(read(&["--debug", "--no-open", "--port=9000"]), expected);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for args in [&["--port"][..], &["--port", "0"], &["--port=70000"], &["--open"]] {
            assert_eq!(read(args), None, "{args:?}");
        }
    }

    #[test]
    fn finds_another_port_when_one_is_taken() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = taken.local_addr().expect("an address").port();
        let found = free_port(port).expect("another port");
        assert_ne!(found, port);
    }
}
