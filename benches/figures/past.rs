//! What going back in time costs: the copies that are taken on the way, and going to any moment of a long run.
//!
//! The load of a million records is burst after burst, the worst there is for copies: every event changes something
//! that a copy must hold. It is advanced by a frame's time at once, as the page does, and a copy is taken at most once
//! then.

use std::time::Instant;

use kafkascope::history::{History, Run, Spacing, full_load_scenario};

use super::{ALLOCATOR, best_of, row};
use stats_alloc::Region;

/// Simulated time that a frame of the page goes on by: a sixtieth of a second.
const FRAME_US: u64 = 16_667;
/// How far the run goes: all records have been sent and read by then.
const UNTIL_US: u64 = 8_000_000;
/// Moments gone to.
const SEEKS: usize = 300;

/// Seeking goes to 50 ms at most, wherever from (p95).
pub fn rows() {
    let start = Run::new(&full_load_scenario()).expect("sound");
    let bare_ns = best_of(2, || play(start.clone()).0);
    row("past_bare", bare_ns as f64 / 1e6, "ms", 0.0);
    for (name, events) in [("400", 400), ("2000", 2_000)] {
        let spacing = Spacing { events, ..Spacing::default() };
        let with_ns = best_of(2, || frames(&start, spacing).0);
        row(&format!("past_copies_{name}"), (with_ns as f64 / bare_ns as f64 - 1.0) * 100.0, "% more", 0.0);
        let (_, mut history, held) = frames(&start, spacing);
        let (_, _, alone) = play(start.clone());
        row(&format!("past_memory_{name}"), held as f64 / alone as f64, "times the run", 3.0);
        let mut random: u64 = 1;
        let mut took: Vec<u64> = (0..SEEKS)
            .map(|_| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let (from_us, to_us) = (history.begin().time_us, history.end().time_us);
                let time_us = from_us + (random >> 20) % (to_us - from_us);
                let began = Instant::now();
                history.seek_time(time_us);
                began.elapsed().as_nanos() as u64
            })
            .collect();
        took.sort_unstable();
        row(&format!("past_seek_p50_{name}"), took[SEEKS / 2] as f64 / 1e6, "ms", 0.0);
        row(&format!("past_seek_p95_{name}"), took[SEEKS * 95 / 100] as f64 / 1e6, "ms", 50.0);
        row(&format!("past_seek_max_{name}"), took[SEEKS - 1] as f64 / 1e6, "ms", 0.0);
    }
}

/// The run without any copy: nanoseconds, the run, and bytes that it holds.
fn play(mut run: Run) -> (u64, Run, usize) {
    let region = Region::new(ALLOCATOR);
    let began = Instant::now();
    while run.time_us() < UNTIL_US {
        run.advance_to(run.time_us() + FRAME_US);
    }
    let ns = began.elapsed().as_nanos() as u64;
    let change = region.change();
    (ns, run, change.bytes_allocated - change.bytes_deallocated)
}

fn frames(start: &Run, spacing: Spacing) -> (u64, History, usize) {
    let region = Region::new(ALLOCATOR);
    let mut history = History::spaced(start.clone(), spacing);
    let began = Instant::now();
    while history.run().time_us() < UNTIL_US {
        history.advance_to(history.run().time_us() + FRAME_US);
    }
    let ns = began.elapsed().as_nanos() as u64;
    let change = region.change();
    (ns, history, change.bytes_allocated - change.bytes_deallocated)
}
