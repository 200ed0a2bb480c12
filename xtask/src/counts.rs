//! Counting tests: what each runner says at its end, added up for the closing lines.

use std::ops::AddAssign;

/// How many tests ran and how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    /// Tests that were there but not asked for (`#[ignore]`).
    pub ignored: u32,
}

impl Counts {
    /// One check that is not made of tests, such as the format.
    pub fn one(well: bool) -> Self {
        Self { passed: u32::from(well), failed: u32::from(!well), ignored: 0 }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Reads a closing line: Cargo's `test result: ok. 3 passed; 0 failed; 1 ignored; …`, the browser
/// runner's `3 passed, 0 failed`, or that of the random worlds. Any other line is nothing.
pub fn closing_line(line: &str) -> Option<Counts> {
    let line = line.trim();
    if let Some(counts) = worlds(line) {
        return Some(counts);
    }
    let parts: Vec<&str> = match line.strip_prefix("test result: ") {
        Some(rest) => rest.split_once(". ")?.1.split("; ").collect(),
        None => line.split(", ").collect(),
    };
    let mut counts = Counts::default();
    let mut seen = (false, false);
    for part in parts {
        let (number, word) = part.split_once(' ')?;
        let number = number.parse();
        match (word, number) {
            ("passed", Ok(number)) => (counts.passed, seen.0) = (number, true),
            ("failed", Ok(number)) => (counts.failed, seen.1) = (number, true),
            ("ignored", Ok(number)) => counts.ignored = number,
            _ if line.starts_with("test result: ") => {}
            _ => return None,
        }
    }
    (seen.0 && seen.1).then_some(counts)
}

/// Reads `2000 seeds, 91.2 M events, 1 finding, 14 seeds/s`: each seed without a finding has passed.
fn worlds(line: &str) -> Option<Counts> {
    let parts: Vec<_> = line.split(", ").filter_map(|part| part.split_once(' ')).collect();
    let [(seeds, "seeds"), (_, _), (findings, "finding" | "findings"), _] = parts[..] else { return None };
    let (seeds, failed): (u32, u32) = (seeds.parse().ok()?, findings.parse().ok()?);
    Some(Counts { passed: seeds.checked_sub(failed)?, failed, ignored: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cargos_closing_line() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        let expected = Counts { passed: 12, failed: 0, ignored: 1 };
        assert_eq!(closing_line(line), Some(expected));
    }

    #[test]
    fn reads_a_failed_run() {
        let line = "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s";
        assert_eq!(closing_line(line).map(|counts| counts.failed), Some(3));
    }

    #[test]
    fn reads_the_browser_runners_closing_line() {
        let expected = Counts { passed: 5, failed: 1, ignored: 0 };
        assert_eq!(closing_line("5 passed, 1 failed"), Some(expected));
    }

    #[test]
    fn reads_the_closing_line_of_the_random_worlds() {
        let counts = |passed, failed| Some(Counts { passed, failed, ignored: 0 });
        assert_eq!(closing_line("2000 seeds, 91.2 M events, 1 finding, 14 seeds/s"), counts(1999, 1));
        assert_eq!(closing_line("80 seeds, 99100 events, 0 findings, 7 seeds/s"), counts(80, 0));
    }

    #[test]
    fn leaves_other_lines_alone() {
        for line in [
            "",
            "running 3 tests",
            "3 passed",
            "test a ... ok",
            "passed, failed",
            "seed 2067: ledger, 3 seeds, 1 finding",
        ] {
            assert_eq!(closing_line(line), None, "{line}");
        }
    }
}
