//! The traces of the start cluster and of the lessons are what was accepted.

mod golden;

use golden::assert_golden;
use kafkascope::{
    history::{Run, start_cluster},
    lesson::{catalogue, play},
    view::trace,
};

#[test]
fn the_start_cluster_leaves_the_accepted_trace() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.advance_to(10_000_000);
    assert_golden("start.trace", &trace::trace(&run));
}

#[test]
fn every_lesson_leaves_the_accepted_trace() {
    let lessons = catalogue().expect("they can be read");
    for lesson in lessons.iter().filter(|lesson| !lesson.beats().is_empty()) {
        let (run, _) = play::to_end(lesson, |_, _| {}).expect("it ends");
        assert_golden(&format!("{}.trace", lesson.id), &trace::trace(&run));
    }
}
