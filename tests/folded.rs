//! What is settled of a long run's records is only counted, and every view adds up as before.

use kafkascope::{
    check::Watched,
    cluster::{ClusterSpec, command_text::parse},
    kafka::config::Settings,
    ledger::{Filter, GroupView, Totals, Verdict},
};

/// Two replicas whose segments go after 2 s, a group that reads on, and a batch that a deleted topic took along.
fn watched(seed: u64) -> Watched {
    let settings = [("log.initial.task.delay.ms", "1000"), ("log.retention.check.interval.ms", "1000")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let spec = ClusterSpec { racks: vec![None; 2], settings: Settings::from(settings), ..ClusterSpec::default() };
    let mut watched = Watched::new(seed, &spec, false).expect("sound");
    let lines = [
        "create-topic topic=t partitions=2 replication.factor=2 internal.segment.bytes=300 retention.ms=2000",
        "create-topic topic=gone partitions=1 replication.factor=2",
        "add-producer producer=p topic=t rate=20 keys=a,b",
        "add-producer producer=q topic=gone rate=10 records.max=5",
        "add-consumer consumer=C1 group=g topics=t auto.offset.reset=earliest",
    ];
    for line in lines {
        watched.apply(&parse(line).expect(line)).expect(line);
    }
    watched.run_to(5_000_000);
    watched.apply(&parse("delete-topic topic=gone").expect("sound")).expect("it is there");
    watched
}

fn totals(watched: &Watched) -> Totals {
    let totals = watched.ledger.totals(&watched.world);
    let listed = watched.ledger.list(&watched.world, &Filter::All, 0, usize::MAX).records.len() as u64;
    assert!(totals.adds_up());
    assert_eq!(listed + totals.folded, totals.sent);
    totals
}

fn sound(watched: &mut Watched) {
    watched.audit();
    assert_eq!(watched.report(), "");
}

#[test]
fn what_is_settled_is_only_counted_and_every_view_adds_up_as_before() {
    let mut watched = watched(4);
    watched.run_to(30_000_000);
    sound(&mut watched);
    let before = totals(&watched);
    let removed = before.of_verdict(Verdict::Removed);
    assert!(before.folded > 300 && before.folded <= removed, "{} of {removed}", before.folded);
    assert_eq!(watched.ledger.folded().sent, before.folded);
    let listed = watched.ledger.list(&watched.world, &Filter::Verdict(Verdict::Removed), 0, usize::MAX);
    assert_eq!(listed.records.len() as u64 + before.folded, removed);
    let group = |totals: &Totals, at: usize| totals.groups[at].clone();
    assert!(group(&before, 0).of(GroupView::Once) > before.folded, "what was read counts as read");
    // A group that comes later has skipped what is only counted, and one that goes on is as it was.
    let join = parse("add-consumer consumer=C2 group=late topics=t auto.offset.reset=earliest").expect("sound");
    watched.apply(&join).expect("there is room");
    watched.run_to(50_000_000);
    sound(&mut watched);
    let after = totals(&watched);
    assert!(after.folded > before.folded);
    let late = group(&after, 1);
    assert!(late.of(GroupView::Skipped) >= before.folded - 5 && late.of(GroupView::Once) > 0, "{late:?}");
}

#[test]
fn a_log_that_is_lost_with_its_disks_begins_anew_beside_what_is_only_counted() {
    let mut watched = watched(4);
    watched.run_to(30_000_000);
    let end = |watched: &Watched| {
        let replicas = watched.world.brokers().values().flat_map(|broker| broker.replicas());
        let of_t = replicas.filter(|(at, _)| watched.world.topic_name(at.topic) == "t");
        of_t.map(|(_, replica)| replica.log.log_end_offset()).max().unwrap_or_default()
    };
    let (before, end_before) = (totals(&watched), end(&watched));
    for line in ["crash-broker broker=2", "crash-broker broker=1", "wipe-disk broker=1", "wipe-disk broker=2"] {
        watched.apply(&parse(line).expect(line)).expect(line);
    }
    for line in ["restart-broker broker=1", "restart-broker broker=2"] {
        watched.apply(&parse(line).expect(line)).expect(line);
    }
    watched.run_to(45_000_000);
    watched.apply(&parse("elect-leaders type=unclean").expect("sound")).expect("sound");
    watched.run_to(47_000_000);
    assert!(end(&watched) < end_before, "other records have the places of those that are only counted");
    watched.run_to(70_000_000);
    sound(&mut watched);
    let after = totals(&watched);
    assert!(after.folded >= before.folded && after.sent > before.sent);
    assert_eq!(after.groups[0].of(GroupView::Again), before.groups[0].of(GroupView::Again), "none was read twice");
}

#[test]
fn what_is_younger_than_the_limit_is_listed() {
    let mut watched = watched(3);
    watched.run_to(30_000_000);
    sound(&mut watched);
    let totals = totals(&watched);
    assert!(totals.of_verdict(Verdict::Removed) > 0 && watched.event_count < 50_000);
    assert_eq!(totals.folded, 0);
}
