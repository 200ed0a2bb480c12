//! Golden files: what was accepted once must come out again. `KAFKASCOPE_ACCEPT=1` accepts what comes out now.

use std::{env, fs, path::Path};

/// Compares with the file at `place` in the project, and says the first line that differs.
pub fn assert_golden(place: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
    if env::var_os("KAFKASCOPE_ACCEPT").is_some_and(|value| value == "1") {
        fs::write(&path, now).expect("the golden file can be written");
        return;
    }
    let accepted = fs::read_to_string(&path).unwrap_or_default();
    if accepted == now {
        return;
    }
    let differs = accepted.lines().zip(now.lines()).position(|(accepted, now)| accepted != now);
    let line = differs.unwrap_or_else(|| accepted.lines().count().min(now.lines().count()));
    panic!(
        "{place} line {}:\n accepted: {}\n      now: {}\nKAFKASCOPE_ACCEPT=1 accepts what comes out now.",
        line + 1,
        accepted.lines().nth(line).unwrap_or("(ends)"),
        now.lines().nth(line).unwrap_or("(ends)"),
    );
}
