//! What the worst that anybody can hand in costs to refuse: a file as long as one may be, of as little as a value can be.

use std::time::Instant;

use kafkascope::{codec::file, kafka::limits};
use stats_alloc::Region;

use super::{ALLOCATOR, row};

/// Read within a second, in no more room than the file itself takes and as much again for the values that one may have.
pub fn rows() {
    let length = limits::FILE.max as usize;
    let filled = |part: &str| part.repeat(length / part.len());
    let files = [
        ("lists", format!("[{}[]]", "[],".repeat((length - 4) / 3))),
        ("spaces", filled(" ")),
        ("lines", filled("\n")),
        ("text", format!("\"{}\"", "x".repeat(length - 2))),
        ("escapes", format!("\"{}\"", filled("\\\\").get(..length - 2).unwrap_or_default())),
    ];
    for (name, text) in files {
        let region = Region::new(ALLOCATOR);
        let began = Instant::now();
        let read = file::read(&text);
        let ms = began.elapsed().as_secs_f64() * 1e3;
        let allocated = region.change().bytes_allocated as f64;
        assert!(read.is_err(), "{name} is no run");
        row(&format!("hostile_{name}"), ms, "ms", 1_000.0);
        row(&format!("hostile_{name}_room"), allocated / text.len() as f64, "times the file", 4.0);
    }
}
