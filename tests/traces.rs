//! The trace of the start cluster is what was accepted; the lessons' are in `tests/lessons.rs`.

mod golden;

use golden::assert_golden;
use kafkascope::{
    history::{Run, start_cluster},
    view::trace,
};

#[test]
fn the_start_cluster_leaves_the_accepted_trace() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.advance_to(10_000_000);
    assert_golden("tests/golden/start.trace", &trace::trace(&run));
}
