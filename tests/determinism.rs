//! A recorded run has the recorded digest natively; `tests/browser/specs/determinism.mjs` asks the page for the same.
//! `KAFKASCOPE_ACCEPT=1` records a new one.

use std::{env, fs, path::Path};

use kafkascope::history::determinism_digest;

#[test]
fn the_recorded_run_has_the_recorded_digest() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/determinism.digest");
    let digest = determinism_digest();
    assert_eq!(digest, determinism_digest(), "two runs in one process");
    if env::var_os("KAFKASCOPE_ACCEPT").is_some() {
        fs::write(&path, format!("{digest}\n")).expect("the digest can be written");
    }
    let recorded = fs::read_to_string(&path).expect("a digest is recorded");
    assert_eq!(digest, recorded.trim(), "the model or its streams changed");
}
