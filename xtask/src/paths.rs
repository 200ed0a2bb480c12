//! Where things are: the project, its tool folder, programs on the PATH.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::say::Failure;

/// The project's top folder. Cargo tells a running program its package's folder; the one from the
/// build stands in when the program is started by hand.
pub fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.ends_with("xtask"))
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().map(Path::to_path_buf).unwrap_or(xtask)
}

/// A path inside the project, written with slashes.
pub fn project(inside: &str) -> PathBuf {
    let mut path = root();
    path.extend(inside.split('/'));
    path
}

/// The project's own tool folder, made when it is missing; never committed.
pub fn tool_folder() -> Result<PathBuf, Failure> {
    let folder = project(".tools");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::io(format!("making {}", folder.display()), &error))?;
    Ok(folder)
}

/// Where `cargo install --root` puts programs for this project.
pub fn cargo_tools() -> PathBuf {
    project(".tools/cargo")
}

/// Cargo's own folder.
pub fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// The PATH for everything that is started from here: the project's own tools first.
pub fn search_path() -> OsString {
    let mut folders = vec![cargo_tools().join("bin")];
    if let Some(path) = env::var_os("PATH") {
        folders.extend(env::split_paths(&path));
    }
    env::join_paths(folders).unwrap_or_else(|_| env::var_os("PATH").unwrap_or_default())
}

/// The program of that name: the project's own, else the first on the PATH.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };
    env::split_paths(&search_path())
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))))
        .find(|file| file.is_file())
}

/// The file name of a program on this system.
pub fn program_file(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}
