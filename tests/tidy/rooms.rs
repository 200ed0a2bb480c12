//! Who may import whom. The rooms and the ways between them are those of ARCHITECTURE.md.

use std::process::Command;

use crate::none;
use crate::source::{self, File};

/// Each room and the rooms it may name. `web` and the command line may name all; nobody names them.
const WAYS: [(&str, &[&str]); 10] = [
    ("sim", &[]),
    ("i18n", &[]),
    ("kafka", &["sim", "i18n"]),
    ("cluster", &["sim", "kafka", "i18n"]),
    ("ledger", &["sim", "kafka", "cluster"]),
    ("history", &["sim", "kafka", "cluster", "ledger", "i18n"]),
    ("check", &["sim", "kafka", "cluster", "ledger", "i18n"]),
    ("lesson", &["sim", "kafka", "cluster", "ledger", "history", "i18n"]),
    ("view", &["sim", "kafka", "cluster", "ledger", "history", "check", "i18n"]),
    ("codec", &["sim", "kafka", "cluster", "ledger", "history", "lesson", "i18n"]),
];

/// The packages that belong to the page.
const WEB: [&str; 7] = ["yew", "gloo", "gloo_timers", "web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures"];

/// The room a file belongs to; none for the crate's root.
fn room(file: &File) -> Option<&str> {
    let inside = file.path.strip_prefix("src/")?;
    let first = inside.split('/').next()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (name != "lib").then_some(name)
}

/// How many modules deep the file's own module is: `sim` 1, `sim::queue` 2.
fn depth(file: &File) -> usize {
    let inside = file.path.trim_start_matches("src/").trim_end_matches(".rs");
    let inside = inside.trim_end_matches("/mod");
    inside.split('/').count()
}

/// Every room that the code names through `crate::`, with its place.
fn named_rooms(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (place, _) in code.match_indices("crate::") {
        let after = &code[place + "crate::".len()..];
        if after.starts_with('{') {
            let group = &after[..source::closing_brace(after, 0)];
            for (at, word) in source::words(group) {
                let before = &group[..at];
                let depth = before.matches('{').count() - before.matches('}').count();
                if depth == 1 && before.trim_end().ends_with(['{', ',']) {
                    found.push((place, word));
                }
            }
        } else if let Some((0, word)) = source::words(after).next() {
            found.push((place, word));
        }
    }
    found
}

/// Paths that leave the room by `super`; `crate::` says where they lead.
fn ways_out_by_super(file: &File, code: &str) -> Vec<usize> {
    let modules = source::inline_modules(code);
    let mut found = Vec::new();
    for (place, _) in code.match_indices("super::") {
        if code[..place].ends_with("super::") {
            continue;
        }
        let mut length = 0;
        while code[place + length * "super::".len()..].starts_with("super::") {
            length += 1;
        }
        let inner = modules.iter().filter(|(_, range)| range.contains(&place)).count();
        if length >= depth(file) + inner {
            found.push(place);
        }
    }
    found
}

#[test]
fn rooms_know_only_the_rooms_below_them() {
    let mut findings = Vec::new();
    for file in source::files("src", &["rs"]) {
        let Some(room) = room(&file) else { continue };
        if room == "web" || room == "bin" {
            continue;
        }
        let code = source::code(&file.text);
        let Some((_, allowed)) = WAYS.iter().find(|(name, _)| *name == room) else {
            findings.push(format!("{}: {room} is no room of the house", file.path));
            continue;
        };
        for (place, named) in named_rooms(&code) {
            let is_room = WAYS.iter().any(|(name, _)| *name == named) || named == "web" || named == "bin";
            if is_room && named != room && !allowed.contains(&named) {
                let line = source::line_at(&code, place);
                findings.push(format!("{}:{line}: {room} must not know {named}", file.path));
            }
        }
        for place in ways_out_by_super(&file, &code) {
            let line = source::line_at(&code, place);
            findings.push(format!("{}:{line}: leaves {room} by super", file.path));
        }
    }
    none("Rooms know only the rooms below them", &findings);
}

#[test]
fn only_the_page_names_web_packages() {
    let mut findings = Vec::new();
    for file in source::files("src", &["rs"]) {
        if room(&file) == Some("web") {
            continue;
        }
        let code = source::code(&file.text);
        for (place, word) in source::words(&code) {
            if WEB.contains(&word) {
                let line = source::line_at(&code, place);
                findings.push(format!("{}:{line}: {word}", file.path));
            }
        }
    }
    none("Only src/web names web packages", &findings);
}

#[test]
fn the_bare_library_depends_on_nothing_of_the_page_or_the_command_line() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package=kafkascope"])
        .args(["--no-default-features", "--edges=normal", "--prefix=none"])
        .args(["--format={p}", "--target=all"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {complaint}");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("kafkascope"), "cargo tree shows no package: {tree}");
    let foreign = ["serde_json", "lexopt"];
    let findings: Vec<String> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| {
            let name = name.replace('-', "_");
            foreign.contains(&name.as_str()) || WEB.contains(&name.as_str())
        })
        .map(str::to_owned)
        .collect();
    none("The bare library does without", &findings);
}

#[test]
fn reads_the_rooms_of_an_import() {
    let names = |code| -> Vec<&str> { named_rooms(code).into_iter().map(|(_, name)| name).collect() };
    assert_eq!(names("use crate::sim::Time;"), ["sim"]);
    assert_eq!(names("use crate::{kafka::{log, broker::Isr}, sim, view::x};"), ["kafka", "sim", "view"]);
    assert_eq!(names("fn f(x: crate::codec::Link) {}"), ["codec"]);
}

#[test]
fn sees_a_way_out_by_super() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let out = |path, text| ways_out_by_super(&file(path, text), text).len();
    assert_eq!(out("src/sim/mod.rs", "use super::kafka;"), 1);
    assert_eq!(out("src/sim/queue.rs", "use super::Time;"), 0);
    assert_eq!(out("src/sim/queue.rs", "use super::super::kafka;"), 1);
    assert_eq!(out("src/cluster.rs", "mod tests { use super::*; }"), 0);
    assert_eq!(out("src/cluster.rs", "mod tests { use super::super::web; }"), 1);
}
