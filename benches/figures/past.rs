//! What going back in time costs: the copies that are taken on the way, and going to any moment of a long run.
//!
//! The load of a million records is burst after burst, the worst there is for copies: every event changes something
//! that a copy must hold. It is advanced by a frame's time at once, as the page does, and a copy is taken at most once
//! then. Going to a moment is measured in a run of a million events, and so is another axis of its timeline.

use std::time::Instant;

use kafkascope::{
    history::{History, LONG_EVENTS, Run, Spacing, full_load_scenario, long_scenario},
    view::story::Marks,
};

use super::{ALLOCATOR, best_of, row};
use stats_alloc::Region;

/// Simulated time that a frame of the page goes on by: a sixtieth of a second.
const FRAME_US: u64 = 16_667;
/// How far the run goes: all records have been sent and read by then.
const UNTIL_US: u64 = 8_000_000;
/// Moments gone to.
const SEEKS: usize = 300;

/// Copies are at most three times the run, and seeking goes to 50 ms at most, wherever from (p95).
pub fn rows() {
    let start = Run::new(&full_load_scenario()).expect("sound");
    let until = |run: &Run| run.time_us() < UNTIL_US;
    let bare_ns = best_of(2, || play(start.clone(), until).0);
    row("past_bare", bare_ns as f64 / 1e6, "ms", 0.0);
    for (name, events) in [("400", 400), ("2000", 2_000)] {
        let spacing = Spacing { events, ..Spacing::default() };
        let with_ns = best_of(2, || frames(&start, spacing, until).0);
        row(&format!("past_copies_{name}"), (with_ns as f64 / bare_ns as f64 - 1.0) * 100.0, "% more", 0.0);
        let (_, _, held) = frames(&start, spacing, until);
        let (_, _, alone) = play(start.clone(), until);
        row(&format!("past_memory_{name}"), held as f64 / alone as f64, "times the run", 3.0);
    }
    long();
}

/// A run of a million events: memory, any of its moments, any axis of its timeline.
fn long() {
    let start = Run::new(&long_scenario()).expect("sound");
    let until = |run: &Run| run.event() < LONG_EVENTS;
    let (_, mut history, held) = frames(&start, Spacing::default(), until);
    let (_, _, alone) = play(start, until);
    row("long_memory", held as f64 / alone as f64, "times the run", 3.0);
    let mut state: u64 = 1;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 20) % below.max(1)
    };
    let (from_us, to_us) = (history.begin().time_us, history.end().time_us);
    let mut took = times(|| history.seek_time(from_us + random(to_us - from_us)));
    quantiles("long_seek", &mut took, 50.0);
    let mut marks = Marks::default();
    let began = Instant::now();
    marks.follow(history.newest(), from_us, to_us);
    row("long_marks_first", began.elapsed().as_secs_f64() * 1e3, "ms", 0.0);
    let mut took = times(|| {
        let from_us = random(to_us);
        let most_us = random(to_us - from_us);
        let width_us = random(most_us) + 1_000;
        marks.follow(history.newest(), from_us, from_us + width_us);
    });
    quantiles("long_axis", &mut took, 16.7);
}

/// Nanoseconds that each of many calls took.
fn times(mut call: impl FnMut()) -> Vec<u64> {
    let mut time = || {
        let began = Instant::now();
        call();
        began.elapsed().as_nanos() as u64
    };
    (0..SEEKS).map(|_| time()).collect()
}

fn quantiles(name: &str, took: &mut [u64], limit_ms: f64) {
    took.sort_unstable();
    row(&format!("{name}_p50"), took[SEEKS / 2] as f64 / 1e6, "ms", 0.0);
    row(&format!("{name}_p95"), took[SEEKS * 95 / 100] as f64 / 1e6, "ms", limit_ms);
    row(&format!("{name}_max"), took[SEEKS - 1] as f64 / 1e6, "ms", 0.0);
}

/// The run without any copy: nanoseconds, the run, and bytes that it holds.
fn play(mut run: Run, goes_on: impl Fn(&Run) -> bool) -> (u64, Run, usize) {
    let region = Region::new(ALLOCATOR);
    let began = Instant::now();
    while goes_on(&run) {
        run.advance_to(run.time_us() + FRAME_US);
    }
    let ns = began.elapsed().as_nanos() as u64;
    let change = region.change();
    (ns, run, change.bytes_allocated - change.bytes_deallocated)
}

fn frames(start: &Run, spacing: Spacing, goes_on: impl Fn(&Run) -> bool) -> (u64, History, usize) {
    let region = Region::new(ALLOCATOR);
    let mut history = History::spaced(start.clone(), spacing);
    let began = Instant::now();
    while goes_on(history.run()) {
        history.advance_to(history.run().time_us() + FRAME_US);
    }
    let ns = began.elapsed().as_nanos() as u64;
    let change = region.change();
    (ns, history, change.bytes_allocated - change.bytes_deallocated)
}
