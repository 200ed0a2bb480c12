//! The figures of the model, each beside a bare loop or a limit; `cargo xtask bench` prints them.
//!
//! One row a figure, tab-separated: name, value, unit, limit, ratio (value over limit; 0 without a limit). Timings are
//! best of a few runs, and ratios within one run, because machines are noisy.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    missing_docs,
    reason = "a bench measures with the machine's clock"
)]

#[path = "figures/assignors.rs"]
mod assignors;
#[path = "figures/hostile.rs"]
mod hostile;
#[path = "figures/ledger.rs"]
mod ledger;
#[path = "figures/past.rs"]
mod past;

use std::{alloc::System, hint::black_box, time::Instant};

use kafkascope::{
    cluster::command::Command,
    history::{LOAD_PARTITIONS, LOAD_RECORDS, LOAD_VALUE_BYTES, Run, full_load, large_cluster, start_cluster},
    kafka::hash::{murmur2, positive},
    view::Builder,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const RECORDS: u64 = LOAD_RECORDS;
const KEY_BYTES: usize = 8;
const VALUE_BYTES: usize = LOAD_VALUE_BYTES;
const PARTITIONS: u32 = LOAD_PARTITIONS;

fn main() {
    // `cargo bench --bench figures -- quiet` runs that one alone, as a profiler wants it.
    match std::env::args().nth(1).as_deref() {
        Some("quiet") => return row("quiet_hour", best_of(3, quiet_hour) as f64 / 1e9, "s", 0.5),
        Some("assignors") => return assignors::rows(),
        Some("large") => return large(),
        Some("ledger") => return ledger::rows(),
        Some("past") => return past::rows(),
        Some("hostile") => return hostile::rows(),
        Some("million") => return drop(full_load()),
        _ => {}
    }
    let bare_ns = best_of(5, bare_loop);
    let mut events = 0;
    let mut bytes_over = 0;
    let model_ns = best_of(3, || {
        let region = Region::new(ALLOCATOR);
        let began = Instant::now();
        let run = full_load().expect("it ends");
        let ns = began.elapsed().as_nanos() as u64;
        let change = region.change();
        let held = change.bytes_allocated as i64 - change.bytes_deallocated as i64;
        bytes_over = held / RECORDS as i64 - (KEY_BYTES + VALUE_BYTES) as i64;
        events = run.event();
        ns
    });
    row("bare_loop", bare_ns as f64 / RECORDS as f64, "ns/record", 0.0);
    row("model", model_ns as f64 / RECORDS as f64, "ns/record", 0.0);
    row("records_per_second", RECORDS as f64 * 1e9 / model_ns as f64, "records/s", 0.0);
    row("model_over_bare_loop", model_ns as f64 / bare_ns as f64, "times", 20.0);
    row("events_per_second", events as f64 * 1e9 / model_ns as f64, "events/s", 0.0);
    row("memory_over_record", bytes_over as f64, "bytes/record", 96.0);
    row("quiet_hour", best_of(3, quiet_hour) as f64 / 1e9, "s", 0.5);
    row("start_cluster_step_and_view", best_of(3, steps_and_views) as f64 / 1e3, "us/step", 0.0);
    large();
    ledger::rows();
    assignors::rows();
    past::rows();
    hostile::rows();
}

fn row(name: &str, value: f64, unit: &str, limit: f64) {
    let ratio = if limit > 0.0 { value / limit } else { 0.0 };
    println!("{name}\t{value:.3}\t{unit}\t{limit}\t{ratio:.3}");
}

fn best_of(runs: usize, mut run: impl FnMut() -> u64) -> u64 {
    (0..runs).map(|_| run()).min().unwrap_or(0)
}

/// The work that cannot be left out: hash the key, append a reference to three logs, move two counters.
fn bare_loop() -> u64 {
    let keys: Vec<String> = (0..1_000).map(|n| format!("key-{n:04}")).collect();
    let value = [0_u8; VALUE_BYTES];
    let room = || Vec::<&[u8; VALUE_BYTES]>::with_capacity(RECORDS as usize);
    let mut logs: Vec<[Vec<&[u8; VALUE_BYTES]>; 3]> = (0..PARTITIONS).map(|_| [room(), room(), room()]).collect();
    let mut counters = [0_u64; 2];
    // Twice, and the second time counts: the logs' memory has been touched then.
    let mut began = Instant::now();
    for n in 0..2 * RECORDS as usize {
        if n == RECORDS as usize {
            logs.iter_mut().flatten().for_each(Vec::clear);
            began = Instant::now();
        }
        let key = &keys[n % keys.len()];
        let partition = positive(murmur2(key.as_bytes())) as usize % PARTITIONS as usize;
        for log in &mut logs[partition] {
            log.push(&value);
        }
        counters[0] += 1;
        counters[1] += VALUE_BYTES as u64;
    }
    black_box((&logs, counters));
    began.elapsed().as_nanos() as u64
}

/// An hour of the start cluster in which nobody sends.
fn quiet_hour() -> u64 {
    let mut run = Run::new(&start_cluster()).expect("sound");
    for producer in ["checkout", "web-logs"] {
        run.apply(Command::PauseProducer { producer: producer.to_owned() }).expect("it is there");
    }
    let until_us = run.time_us() + 3_600_000_000;
    let began = Instant::now();
    run.advance_to(until_us);
    began.elapsed().as_nanos() as u64
}

/// A hundred brokers with a thousand partitions of three replicas lose one of them: half a minute in which that is noticed
/// and settled. What counts is the time on the wall that a simulated second takes.
fn large() {
    const SECONDS: u64 = 30;
    let start = Run::new(&large_cluster()).expect("sound");
    let mut events = 0;
    let ns = best_of(3, || {
        let mut run = start.clone();
        let (until_us, before) = (run.time_us() + SECONDS * 1_000_000, run.event());
        let began = Instant::now();
        run.advance_to(until_us);
        let ns = began.elapsed().as_nanos() as u64;
        events = run.event() - before;
        ns
    });
    let lost = run_of(&start, SECONDS).world().metadata().brokers.values().filter(|broker| broker.fenced).count();
    assert_eq!(lost, 1, "the lost broker is noticed while it is measured");
    row("large_cluster_wall_time_per_simulated_second", ns as f64 / 1e6 / SECONDS as f64, "ms", 0.0);
    row("large_cluster_events_per_second", events as f64 * 1e9 / ns as f64, "events/s", 0.0);
    let mut run = run_of(&start, SECONDS);
    let mut builder = Builder::default();
    builder.show_copies(true);
    builder.build(&run);
    let views = best_of(3, || {
        let began = Instant::now();
        for _ in 0..50 {
            run.advance_to(run.time_us() + 16_000);
            black_box(builder.build(&run));
        }
        began.elapsed().as_nanos() as u64 / 50
    });
    row("large_cluster_frame_and_view", views as f64 / 1e3, "us/frame", 0.0);
}

/// The run so many seconds later.
fn run_of(start: &Run, seconds: u64) -> Run {
    let mut run = start.clone();
    run.advance_to(run.time_us() + seconds * 1_000_000);
    run
}

/// Steps of the start cluster, each with a new view.
fn steps_and_views() -> u64 {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let mut builder = Builder::default();
    let began = Instant::now();
    for _ in 0..1_000 {
        run.step();
        black_box(builder.build(&run));
    }
    began.elapsed().as_nanos() as u64 / 1_000
}
