//! What the tests of whole clusters share: a run under every invariant, and commands as text.

#![allow(dead_code, reason = "each test takes of it what it needs")]

use kafkascope::{
    check::Watched,
    cluster::{ClusterSpec, WorldError, command_text::parse, error::Refusal},
    kafka::{client::consumer::Consumer, coordinator::Group, event::EventKind},
};

pub const SECOND_US: u64 = 1_000_000;

/// Three brokers with these settings.
pub fn three_brokers(settings: &[(&str, &str)]) -> Watched {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Watched::new(7, &ClusterSpec { racks: vec![None; 3], settings, ..ClusterSpec::default() }, true)
        .expect("a sound cluster")
}

/// Three brokers with these settings, topic `t` with four partitions and records in all of them; no group yet.
pub fn stage(settings: &[(&str, &str)]) -> Watched {
    let mut run = three_brokers(settings);
    give(&mut run, "create-topic topic=t partitions=4 replication.factor=3");
    after(&mut run, 1);
    give(&mut run, "add-producer producer=p topic=t rate=40 keys=a,b,c,d,e,f,g,h");
    run
}

/// A command that is carried out.
pub fn give(run: &mut Watched, line: &str) {
    run.apply(&parse(line).expect(line)).unwrap_or_else(|error| panic!("{line}: {error:?}"));
}

/// A command that is refused.
pub fn refused(run: &mut Watched, line: &str) -> Refusal {
    match run.apply(&parse(line).expect(line)) {
        Err(WorldError::Refused(refusal)) => refusal,
        other => panic!("{line}: {other:?}"),
    }
}

/// Lets seconds go by; no invariant may break.
pub fn after(run: &mut Watched, seconds: u64) {
    run.run_to(run.world.now_us() + seconds * SECOND_US);
    assert!(run.findings.is_empty(), "{}", run.report());
}

/// A consumer on the stage.
pub fn consumer<'a>(run: &'a Watched, name: &str) -> &'a Consumer {
    let found = run.world.consumers().values().find(|slot| &*slot.consumer.name == name);
    &found.expect("it is on the stage").consumer
}

/// How many partitions it has in hand.
pub fn owned(run: &Watched, name: &str) -> usize {
    consumer(run, name).partitions().len()
}

/// A group, as its coordinator has it.
pub fn find_group<'a>(run: &'a Watched, id: &str) -> Option<&'a Group> {
    run.world.brokers().values().find_map(|broker| broker.groups.group(id))
}

/// What happened since then, as far as `pick` wants it, with the moment in microseconds.
pub fn since<T>(run: &Watched, since_us: u64, pick: impl Fn(&EventKind) -> Option<T>) -> Vec<(u64, T)> {
    let after = run.events.iter().filter(|event| event.time_us >= since_us);
    after.filter_map(|event| Some((event.time_us, pick(&event.kind)?))).collect()
}
