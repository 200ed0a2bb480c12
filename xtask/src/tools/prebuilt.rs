//! Programs from their projects' release pages, fetched with curl and unpacked with tar, both of
//! which current systems have. Anything that does not work out is no failure: the tool is then
//! built from source.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::rust::{DOWNLOAD, TRUNK, Tool, WASM_BINDGEN, machine};
use crate::paths;
use crate::process;

/// Where release pages live; another place (a mirror) can be named in the environment.
const RELEASES: &str = "https://github.com";

/// Fetches the tool into `programs`. True if it is there afterwards.
pub fn fetch(tool: &Tool, folder: &Path, programs: &Path) -> bool {
    let Some(archive) = archive(tool) else {
        return false;
    };
    let base = env::var("KAFKASCOPE_RELEASES").unwrap_or_else(|_| RELEASES.to_owned());
    let work = folder.join(format!("fetch-{}", tool.name));
    let fetched = fetch_into(&work, &format!("{base}/{archive}"), tool, programs);
    // A leftover folder is only untidy.
    let _ = fs::remove_dir_all(&work);
    fetched.is_some()
}

fn fetch_into(work: &Path, url: &str, tool: &Tool, programs: &Path) -> Option<()> {
    fs::create_dir_all(work).ok()?;
    let file = work.join(url.rsplit('/').next()?);
    let mut curl = process::command("curl");
    curl.args(["--fail", "--silent", "--location", "--connect-timeout", "8"]);
    curl.arg("--output").arg(&file).arg(url);
    if !process::quietly_within(DOWNLOAD, &mut curl) {
        return None;
    }
    let mut tar = process::command("tar");
    tar.arg("-xf").arg(&file).arg("-C").arg(work);
    if !process::quietly_within(DOWNLOAD, &mut tar) {
        return None;
    }
    let name = paths::program_file(tool.name);
    let unpacked = find_file(work, &name)?;
    fs::create_dir_all(programs).ok()?;
    fs::copy(unpacked, programs.join(name)).ok()?;
    Some(())
}

/// The program, at the archive's top or in its one folder.
fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let direct = folder.join(name);
    if direct.is_file() {
        return Some(direct);
    }
    fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path().join(name)).find(|file| file.is_file())
}

/// The archive's address below the release pages.
fn archive(tool: &Tool) -> Option<String> {
    let (processor, system) = machine()?;
    let version = tool.version;
    if tool.name == TRUNK.name {
        let kind = match system {
            "linux" => "unknown-linux-musl.tar.gz",
            "macos" => "apple-darwin.tar.gz",
            _ => "pc-windows-msvc.zip",
        };
        Some(format!("trunk-rs/trunk/releases/download/v{version}/trunk-{processor}-{kind}"))
    } else if tool.name == WASM_BINDGEN.name {
        let kind = match (system, processor) {
            ("linux", "x86_64") => "unknown-linux-musl",
            ("linux", _) => "unknown-linux-gnu",
            ("macos", _) => "apple-darwin",
            _ => "pc-windows-msvc",
        };
        Some(format!(
            "wasm-bindgen/wasm-bindgen/releases/download/{version}/wasm-bindgen-{version}-{processor}-{kind}.tar.gz"
        ))
    } else {
        None
    }
}
