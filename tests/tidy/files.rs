//! How files look: a head that says what each is for, a length that can be read, no unfinished
//! work, no `unwrap` that would take the page down.

use crate::none;
use crate::source::{self, File};

const LONGEST: usize = 600;

fn rust() -> Vec<File> {
    ["src", "xtask/src", "tests", "benches", "examples"]
        .iter()
        .flat_map(|folder| source::files(folder, &["rs"]))
        .chain(source::optional("build.rs"))
        .collect()
}

#[test]
fn every_module_says_what_it_is_for() {
    let findings: Vec<String> =
        rust().iter().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path.clone()).collect();
    none("Every Rust file begins with //! and its purpose", &findings);
}

#[test]
fn no_file_is_too_long_to_read() {
    let findings: Vec<String> = rust()
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(file, lines)| format!("{}: {lines} lines", file.path))
        .collect();
    none(&format!("No Rust file over {LONGEST} lines"), &findings);
}

#[test]
fn nothing_unwraps_outside_tests() {
    let mut findings = Vec::new();
    for file in rust() {
        let code = source::code(&file.text);
        for (place, _) in code.match_indices(".unwrap()") {
            if !source::is_test(&file.path, &code, place) {
                let line = source::line_at(&code, place);
                findings.push(format!("{}:{line}", file.path));
            }
        }
    }
    none("No unwrap outside tests: say what was expected, or handle it", &findings);
}

#[test]
fn nothing_waits_to_be_written() {
    // Put together here, so that this file does not find itself.
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X"].concat(),
        ["coming ", "soon"].concat(),
        ["todo", "!("].concat(),
        ["unimple", "mented!("].concat(),
        ["lorem ", "ipsum"].concat(),
    ];
    let endings = ["rs", "css", "js", "mjs", "html", "toml", "md", "json"];
    let folders = ["src", "xtask", "tests", "static", "lessons", "benches"];
    let mut all: Vec<File> = folders.iter().flat_map(|folder| source::files(folder, &endings)).collect();
    all.extend(["index.html", "README.md", "ARCHITECTURE.md"].map(source::file));
    let mut findings = Vec::new();
    for file in all {
        for mark in &marks {
            for (place, _) in file.text.match_indices(mark.as_str()) {
                let line = source::line_at(&file.text, place);
                findings.push(format!("{}:{line}: {mark}", file.path));
            }
        }
    }
    none("Nothing unfinished is kept", &findings);
}
