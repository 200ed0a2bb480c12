//! Golden runs: the lines that play each again, below its digests of events and state. `tests/browser/specs/determinism.mjs`
//! asks the page for the same.

use kafkascope::{
    codec::{Saved, text},
    history::{Run, digests},
};

use super::golden::assert_golden;

/// Compares with the file of this name, and sees that its lines play to the same digests.
pub fn assert_run(name: &str, run: &Run) {
    let lines = text::write(&Saved::of(run, &[]));
    assert_golden(&format!("tests/golden/runs/{name}.txt"), &format!("# {}\n{lines}", digests(run)));
    let opened = text::read(&lines).expect("it was written").open(&[]).expect("it begins").finish();
    assert_eq!(digests(opened.history.run()), digests(run), "{name}");
}
