//! What the model's rooms must not use, so that a run is a function of its seed and commands alone,
//! and the same in a browser.

use crate::none;
use crate::source;

/// The rooms of the model; the page and the command line may touch the world.
const MODEL: [&str; 9] = ["sim", "kafka", "cluster", "history", "check", "lesson", "view", "codec", "i18n"];

/// The rooms in which every decision falls: no fraction may be in them.
const DECIDING: [&str; 3] = ["sim", "kafka", "cluster"];

const TYPES: [(&str, &str); 7] = [
    ("HashMap", "its order differs from run to run"),
    ("HashSet", "its order differs from run to run"),
    ("Instant", "the model's time is simulated"),
    ("SystemTime", "the model's time is simulated"),
    ("Mutex", "one thread, no global state"),
    ("thread_local", "no global state"),
    ("LazyLock", "no global state"),
];

const PATHS: [(&str, &str); 6] = [
    ("std::fs", "no input or output"),
    ("std::env", "no input or output"),
    ("std::net", "no input or output"),
    ("std::process", "no input or output"),
    ("std::thread", "one thread, one order of events"),
    ("std::io", "no input or output"),
];

fn belongs(path: &str, rooms: &[&str]) -> bool {
    rooms.iter().any(|room| {
        path.strip_prefix("src/")
            .and_then(|inside| inside.strip_prefix(room))
            .is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    })
}

/// The switch of the deliberate faults: the one global state, in builds with debug assertions only.
const SWITCH: &str = "src/sim/faults.rs";

#[test]
fn the_model_is_alone_with_its_seed() {
    let mut findings = Vec::new();
    for file in source::files("src", &["rs"]) {
        if !belongs(&file.path, &MODEL) {
            continue;
        }
        let code = source::code(&file.text);
        for (place, word) in source::words(&code) {
            let is_switch = file.path == SWITCH && word == "thread_local";
            for (_, why) in TYPES.iter().filter(|(name, _)| *name == word && !is_switch) {
                let line = source::line_at(&code, place);
                findings.push(format!("{}:{line}: {word}: {why}", file.path));
            }
        }
        for (path, why) in PATHS {
            for (place, _) in code.match_indices(path) {
                if !source::is_test(&file.path, &code, place) {
                    let line = source::line_at(&code, place);
                    findings.push(format!("{}:{line}: {path}: {why}", file.path));
                }
            }
        }
    }
    none("The model is alone with its seed", &findings);
}

#[test]
fn a_release_has_no_deliberate_faults() {
    let switch = std::fs::read_to_string(SWITCH).expect("it is there");
    let (macros, state) = switch.split_once("mod switch {").expect("its own module");
    assert!(
        macros.trim_end().ends_with("#[cfg(debug_assertions)]"),
        "the switch is only in builds with debug assertions"
    );
    assert!(!macros.contains("thread_local") && state.contains("thread_local"));
    let manifest = std::fs::read_to_string("Cargo.toml").expect("it is there");
    assert!(!manifest.contains("debug-assertions"), "a profile that is released would have the faults");
}

#[test]
fn no_decision_rests_on_a_fraction() {
    let mut findings = Vec::new();
    for file in source::files("src", &["rs"]) {
        if !belongs(&file.path, &DECIDING) {
            continue;
        }
        let code = source::code(&file.text);
        for (place, word) in source::words(&code) {
            if is_fraction(&code, place, word) {
                let line = source::line_at(&code, place);
                findings.push(format!("{}:{line}: {word}", file.path));
            }
        }
    }
    none("No fraction where decisions fall", &findings);
}

/// `f64`, `1.5`, `2e3`; not `0` in `pair.0.1`, in `0..9` or in `1.max(x)`.
fn is_fraction(code: &str, place: usize, word: &str) -> bool {
    if matches!(word, "f32" | "f64") || word.ends_with("f64") && word.starts_with(digit) {
        return true;
    }
    let plain = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let after = code[place + word.len()..].strip_prefix('.');
    let before = code[..place].ends_with('.');
    plain && word.starts_with(digit) && !before && after.is_some_and(|rest| rest.starts_with(digit))
}

fn digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

#[test]
fn tells_a_fraction_from_what_looks_like_one() {
    let count = |code: &str| source::words(code).filter(|(place, word)| is_fraction(code, *place, word)).count();
    assert_eq!(count("let x: f64 = 1.5 + 2f64;"), 3);
    assert_eq!(count("pair.0.1 + list[0..9].len() + 1.max(2)"), 0);
}
