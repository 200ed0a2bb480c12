//! One run whose digest is recorded: the same natively and in wasm, today and tomorrow.

use super::{Run, start_cluster};
use crate::cluster::command_text::parse;

/// Commands of the run, with the simulated second at which each is given.
const COMMANDS: [(u64, &str); 9] = [
    (10, "crash-broker broker=2"),
    (12, "send producer=checkout key=alice value=after-the-crash"),
    (14, "add-partitions topic=orders partitions=8"),
    (20, "remove-consumer consumer=C2"),
    (22, "add-producer producer=bulk topic=orders keys=a,b,c rate=2000 records.max=4000 key.order=random"),
    (26, "restart-broker broker=2"),
    (30, "add-consumer consumer=C4 group=audit topics=orders auto.offset.reset=earliest max.poll.records=50"),
    (34, "stop-broker broker=1"),
    (40, "restart-broker broker=1"),
];

/// The digests of events and state after a minute of faults, growth and rebalances, as two hexadecimal numbers.
pub fn determinism_digest() -> String {
    let Ok(mut run) = Run::new(&start_cluster()) else { return String::new() };
    for (at_s, line) in COMMANDS {
        run.advance_to(at_s * 1_000_000);
        if let Ok(command) = parse(line) {
            // A refusal would show in the digest: the command's event would be missing.
            let _ = run.apply(command);
        }
    }
    run.advance_to(60_000_000);
    digests(&run)
}

/// The digests of a run's events and of its state, as two hexadecimal numbers.
pub fn digests(run: &Run) -> String {
    format!("{:016x} {:016x}", run.world().event_digest(), run.world().state_digest())
}
