//! The ledger: every verdict, from a cluster in which it comes about, under every invariant.

mod common;

use common::{SECOND_US, after, give, three_brokers};
use kafkascope::{
    check::Watched,
    kafka::{event::EventKind, protocol::ErrorCode},
    ledger::{Filter, Flag, GroupView, ProducerView, Remover, Standing, Totals, Verdict},
};

/// Three brokers and topic `t` with one partition, after a second.
fn stage(settings: &[(&str, &str)]) -> Watched {
    let mut run = three_brokers(settings);
    give(&mut run, "create-topic topic=t partitions=1 replication.factor=3");
    after(&mut run, 1);
    run
}

fn totals(run: &mut Watched) -> Totals {
    run.audit();
    assert!(run.findings.is_empty(), "{}", run.report());
    run.ledger.totals(&run.world)
}

fn at(totals: &Totals, view: ProducerView, verdict: Verdict) -> u64 {
    totals.cells[view as usize][verdict as usize]
}

fn standings(run: &Watched, filter: Filter) -> Vec<Standing> {
    let page = run.ledger.list(&run.world, &filter, 0, 1_000);
    page.records.iter().map(|id| run.ledger.standing(&run.world, *id).expect("it is listed")).collect()
}

/// Lets milliseconds go by.
fn millis(run: &mut Watched, millis: u64) {
    run.run_to(run.world.now_us() + millis * 1_000);
    assert!(run.findings.is_empty(), "{}", run.report());
}

/// Lets things happen until one of them is this.
fn until(run: &mut Watched, wanted: impl Fn(&EventKind) -> bool) {
    let mut seen = run.events.len();
    for _ in 0..100_000 {
        assert!(run.step(u64::MAX) && run.findings.is_empty(), "{}", run.report());
        if run.events[seen..].iter().any(|event| wanted(&event.kind)) {
            return;
        }
        seen = run.events.len();
    }
    panic!("it never happened");
}

fn leader(run: &Watched) -> u32 {
    let (_, topic) = run.world.metadata().topic_by_name("t").expect("made");
    topic.partitions[0].leader.expect("led")
}

/// Crashes or restarts the other two brokers; without them there is no majority of controllers either.
fn followers(run: &mut Watched, verb: &str) {
    let leader = leader(run);
    for broker in (1..=3).filter(|broker| *broker != leader) {
        give(run, &format!("{verb}-broker broker={broker}"));
    }
}

#[test]
fn a_record_waits_flies_is_stored_and_becomes_visible() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t linger.ms=2000");
    after(&mut run, 1);
    give(&mut run, "send producer=p key=alice value=x");
    let waits = totals(&mut run);
    assert_eq!((waits.sent, at(&waits, ProducerView::Waiting, Verdict::NotStored)), (1, 1));
    let listed = standings(&run, Filter::Verdict(Verdict::NotStored));
    assert_eq!(listed[0].key, Some(Some(b"alice".to_vec())));
    until(&mut run, |kind| matches!(kind, EventKind::BatchSent(_)));
    assert_eq!(at(&totals(&mut run), ProducerView::InFlight, Verdict::NotStored), 1);
    until(&mut run, |kind| matches!(kind, EventKind::RecordsAppended { client, .. } if client.0 > 0));
    assert_eq!(at(&totals(&mut run), ProducerView::InFlight, Verdict::StoredNotVisible), 1);
    after(&mut run, 1);
    let done = totals(&mut run);
    assert_eq!(at(&done, ProducerView::Acknowledged, Verdict::Visible), 1);
    assert!(done.is_plain() && done.groups.is_empty());
    assert_eq!(standings(&run, Filter::All)[0].places.len(), 1);
}

#[test]
fn what_only_a_lost_leader_had_is_lost_although_acknowledged() {
    let mut run =
        Watched::new(2, &kafkascope::cluster::ClusterSpec { racks: vec![None; 3], ..Default::default() }, true)
            .expect("a sound cluster");
    give(&mut run, "create-topic topic=t partitions=1 replication.factor=3");
    millis(&mut run, 100);
    give(&mut run, "add-producer producer=p topic=t acks=1 linger.ms=0");
    give(&mut run, "add-consumer consumer=c group=g topics=t auto.offset.reset=earliest");
    millis(&mut run, 900);
    // The second is appended while both followers' fetches are on their way.
    give(&mut run, "send producer=p key=a value=first");
    millis(&mut run, 1);
    give(&mut run, "send producer=p key=b value=second");
    millis(&mut run, 3);
    let old = leader(&run);
    give(&mut run, &format!("crash-broker broker={old}"));
    let before = totals(&mut run);
    assert_eq!(before.of_verdict(Verdict::LostAcknowledged), 0, "its replica may yet return");
    after(&mut run, 14);
    let lost = totals(&mut run);
    assert_eq!(at(&lost, ProducerView::Acknowledged, Verdict::LostAcknowledged), 1);
    let listed = standings(&run, Filter::Odd);
    assert_eq!((listed.len(), &listed[0].key), (1, &Some(Some(b"b".to_vec()))), "what is lost is known by its key");
    assert_eq!(lost.groups[0].of(GroupView::Missed), 1);
    assert_eq!(lost.groups[0].of(GroupView::Once), 1);
    give(&mut run, "send producer=p key=c value=third");
    give(&mut run, &format!("restart-broker broker={old}"));
    after(&mut run, 5);
    let back = totals(&mut run);
    assert_eq!(at(&back, ProducerView::Acknowledged, Verdict::LostAcknowledged), 1, "truncated for good");
    assert_eq!((back.groups[0].of(GroupView::Missed), back.groups[0].of(GroupView::Once)), (1, 2));
}

#[test]
fn what_is_refused_for_good_is_lost_and_reported() {
    let mut run = stage(&[("min.insync.replicas", "3")]);
    give(&mut run, "add-producer producer=p topic=t delivery.timeout.ms=3000 request.timeout.ms=1000 linger.ms=0");
    give(&mut run, "add-consumer consumer=c group=g topics=t");
    after(&mut run, 5);
    let follower = (1..=3).find(|broker| *broker != leader(&run)).expect("three");
    give(&mut run, &format!("crash-broker broker={follower}"));
    after(&mut run, 12);
    give(&mut run, "send producer=p value=x");
    after(&mut run, 5);
    let failed = totals(&mut run);
    assert_eq!(at(&failed, ProducerView::Failed, Verdict::LostReported), 1);
    assert_eq!(failed.errors.values().sum::<u64>(), 1);
    assert_eq!(failed.groups[0].of(GroupView::Missed), 1);
}

#[test]
fn what_send_itself_refuses_is_lost_and_reported() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t max.request.size=100");
    after(&mut run, 1);
    for _ in 0..3 {
        give(&mut run, &format!("send producer=p key=k value={}", "x".repeat(200)));
    }
    let failed = totals(&mut run);
    assert_eq!(at(&failed, ProducerView::Failed, Verdict::LostReported), 3);
    assert_eq!(failed.errors.get(&ErrorCode::MessageTooLarge), Some(&3));
    assert_eq!(standings(&run, Filter::View(ProducerView::Failed)).len(), 3);
}

#[test]
fn a_producer_that_gives_up_may_have_stored_its_record_and_a_retry_may_have_doubled_it() {
    let mut run = stage(&[]);
    give(
        &mut run,
        "add-producer producer=p topic=t enable.idempotence=false delivery.timeout.ms=4000 request.timeout.ms=1500 linger.ms=0",
    );
    give(&mut run, "add-consumer consumer=c group=g topics=t auto.offset.reset=earliest");
    after(&mut run, 5);
    followers(&mut run, "crash");
    give(&mut run, "send producer=p key=a value=x");
    after(&mut run, 6);
    let failed = totals(&mut run);
    assert_eq!(at(&failed, ProducerView::Failed, Verdict::FailedStored), 1, "{failed:?}");
    assert_eq!(failed.stored_twice, 1, "the retry was written again");
    followers(&mut run, "restart");
    after(&mut run, 30);
    let read = totals(&mut run);
    assert_eq!(read.groups[0].of(GroupView::Again), 1, "each copy reached the group");
    assert_eq!(standings(&run, Filter::Flag(Flag::StoredTwice)).len(), 1);
}

#[test]
fn idempotence_stores_a_retry_once() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t delivery.timeout.ms=60000 request.timeout.ms=1500 linger.ms=0");
    after(&mut run, 2);
    followers(&mut run, "crash");
    give(&mut run, "send producer=p key=a value=x");
    after(&mut run, 10);
    followers(&mut run, "restart");
    after(&mut run, 30);
    let done = totals(&mut run);
    assert_eq!(at(&done, ProducerView::Acknowledged, Verdict::Visible), 1);
    assert!(done.is_plain() && run.events.iter().any(|event| matches!(event.kind, EventKind::DuplicateBatch { .. })));
}

/// The first of two requests is refused, because too few replicas are in sync; then the second is taken.
fn overtaken(idempotence: bool, pause_ms: u64) -> Watched {
    let mut run = stage(&[]);
    give(&mut run, "configure-topic topic=t min.insync.replicas=3");
    give(
        &mut run,
        &format!("add-producer producer=p topic=t enable.idempotence={idempotence} linger.ms=0 retry.backoff.ms=1000"),
    );
    let follower = (1..=3).find(|broker| *broker != leader(&run)).expect("three");
    give(&mut run, &format!("crash-broker broker={follower}"));
    after(&mut run, 20);
    give(&mut run, "configure-topic topic=t min.insync.replicas=1");
    millis(&mut run, pause_ms);
    for key in ["a", "a", "b"] {
        give(&mut run, &format!("send producer=p key={key} value=x"));
        millis(&mut run, 1);
    }
    after(&mut run, 10);
    run
}

#[test]
fn a_retry_comes_out_of_order_unless_it_is_idempotent() {
    let late = (0..12).find_map(|pause_ms| {
        let mut run = overtaken(false, pause_ms);
        (totals(&mut run).out_of_order > 0).then_some((pause_ms, run))
    });
    let (pause_ms, run) = late.expect("some retry is overtaken");
    let listed = standings(&run, Filter::Flag(Flag::OutOfOrder));
    assert!(
        listed.iter().all(|standing| standing.key == Some(Some(b"a".to_vec()))),
        "keys that nobody overtook are not"
    );
    assert_eq!(totals(&mut overtaken(true, pause_ms)).out_of_order, 0);
}

#[test]
fn without_acks_nobody_hears_of_a_loss_but_the_ledger_knows() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t acks=0 linger.ms=0");
    give(&mut run, "add-consumer consumer=c group=g topics=t auto.offset.reset=earliest");
    after(&mut run, 5);
    give(&mut run, "send producer=p value=arrives");
    after(&mut run, 1);
    give(&mut run, "send producer=p value=lost");
    let leader = leader(&run);
    give(&mut run, &format!("crash-broker broker={leader}"));
    after(&mut run, 20);
    let lost = totals(&mut run);
    assert_eq!(at(&lost, ProducerView::FireAndForget, Verdict::Visible), 1);
    assert_eq!(at(&lost, ProducerView::FireAndForget, Verdict::NotStored), 1);
    assert_eq!(lost.groups[0].of(GroupView::Missed), 1, "it will never come");
}

#[test]
fn a_deleted_topic_takes_its_records_along() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t rate=50 records.max=20");
    after(&mut run, 3);
    give(&mut run, "delete-topic topic=t");
    after(&mut run, 3);
    let removed = totals(&mut run);
    assert_eq!(at(&removed, ProducerView::Acknowledged, Verdict::Removed), 20);
    assert_eq!(removed.removed_by[Remover::TopicDeletion as usize], 20);
}

#[test]
fn groups_read_once_again_skip_and_wait() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t rate=50 records.max=20");
    after(&mut run, 3);
    let consumer = "topics=t enable.auto.commit=false session.timeout.ms=6000 heartbeat.interval.ms=2000";
    give(&mut run, &format!("add-consumer consumer=early group=early {consumer} auto.offset.reset=earliest"));
    give(&mut run, &format!("add-consumer consumer=late group=late {consumer} auto.offset.reset=latest"));
    after(&mut run, 6);
    let first = totals(&mut run);
    assert_eq!((first.groups[0].of(GroupView::Once), first.groups[1].of(GroupView::Skipped)), (20, 20));
    // It has committed nothing, so it begins again.
    give(&mut run, "crash-consumer consumer=early");
    give(&mut run, "restart-consumer consumer=early");
    after(&mut run, 12);
    assert_eq!(totals(&mut run).groups[0].of(GroupView::Again), 20);
    give(&mut run, "pause-consumer consumer=late");
    give(&mut run, "send producer=p value=x");
    after(&mut run, 2);
    let waits = totals(&mut run);
    assert_eq!((waits.groups[1].of(GroupView::NotDue), waits.groups[1].sent), (1, 21));
    give(&mut run, "reset-offsets group=nobody topic=t to=earliest");
    after(&mut run, 1);
    let reset = totals(&mut run);
    assert_eq!(reset.groups[2].of(GroupView::NotDue), 21, "a group that was only given offsets has read nothing");
}

#[test]
fn a_frozen_member_that_goes_on_is_a_zombie() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t rate=50");
    let consumer = "topics=t session.timeout.ms=6000 heartbeat.interval.ms=2000 auto.offset.reset=earliest max.poll.records=5 processing.ms=100";
    give(&mut run, &format!("add-consumer consumer=one group=g {consumer}"));
    after(&mut run, 8);
    give(&mut run, "freeze-consumer consumer=one");
    give(&mut run, &format!("add-consumer consumer=two group=g {consumer}"));
    after(&mut run, 20);
    assert_eq!(totals(&mut run).groups[0].by_zombie, 0);
    give(&mut run, "thaw-consumer consumer=one");
    run.run_to(run.world.now_us() + 5 * SECOND_US);
    let totals = totals(&mut run);
    assert!(totals.groups[0].by_zombie > 0, "{totals:?}");
    assert!(totals.groups[0].of(GroupView::Again) > 0, "the other member has read it as well");
    assert!(!standings(&run, Filter::Zombie("g".into())).is_empty());
}

/// Looks at the disk are frequent.
const OFTEN: &[(&str, &str)] = &[
    ("log.initial.task.delay.ms", "1000"),
    ("log.retention.check.interval.ms", "1000"),
    ("log.cleaner.backoff.ms", "1000"),
];

/// What removed how many, of a topic with these settings that gets many records and is read from its beginning later.
fn removed(settings: &str) -> (Totals, Watched) {
    let mut run = three_brokers(OFTEN);
    give(&mut run, &format!("create-topic topic=t partitions=1 replication.factor=3 {settings}"));
    after(&mut run, 1);
    give(&mut run, "add-producer producer=p topic=t rate=50 keys=a,b,c records.max=600");
    after(&mut run, 20);
    give(&mut run, "add-consumer consumer=c group=g topics=t auto.offset.reset=earliest");
    after(&mut run, 10);
    (totals(&mut run), run)
}

#[test]
fn retention_removes_and_who_comes_later_skips() {
    let (totals, run) = removed("internal.segment.bytes=1000 retention.ms=4000");
    let by_retention = totals.removed_by[Remover::Retention as usize];
    assert!(by_retention > 100, "{totals:?}");
    assert!(totals.groups[0].of(GroupView::Skipped) > 100, "{totals:?}");
    assert_eq!(standings(&run, Filter::Verdict(Verdict::Removed)).len() as u64, by_retention);
}

#[test]
fn compaction_removes_single_records_and_their_offsets_are_skipped() {
    let settings = "internal.segment.bytes=1000 cleanup.policy=compact min.cleanable.dirty.ratio=0.01 segment.ms=2000";
    let (totals, _) = removed(settings);
    let by_compaction = totals.removed_by[Remover::Compaction as usize];
    assert!(by_compaction > 100, "{totals:?}");
    let group = &totals.groups[0];
    assert!(group.of(GroupView::Skipped) > 0 && group.of(GroupView::Once) > 0, "{totals:?}");
}

#[test]
fn delete_records_cuts_within_a_batch_and_the_rest_stays() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t rate=50 records.max=20 linger.ms=500");
    after(&mut run, 3);
    give(&mut run, "delete-records topic=t partition=0 offset=7");
    after(&mut run, 2);
    let cut = totals(&mut run);
    assert_eq!((cut.of_verdict(Verdict::Removed), cut.of_verdict(Verdict::Visible)), (7, 13));
    assert_eq!(cut.removed_by[Remover::DeleteRecords as usize], 7);
}

/// All replicas lose their disks after `settings` have removed records; then others are written where those stood.
fn removed_and_lost(settings: &str) -> (Totals, Totals, Watched) {
    let mut run = three_brokers(OFTEN);
    give(&mut run, &format!("create-topic topic=t partitions=1 {settings}"));
    after(&mut run, 1);
    give(&mut run, "add-producer producer=p topic=t rate=50 keys=a,b,c records.max=300");
    give(&mut run, "add-consumer consumer=c group=g topics=t auto.offset.reset=earliest");
    after(&mut run, 20);
    let before = totals(&mut run);
    let broker = leader(&run);
    for verb in ["crash-broker", "wipe-disk", "restart-broker"] {
        give(&mut run, &format!("{verb} broker={broker}"));
        after(&mut run, 3);
    }
    give(&mut run, "add-producer producer=q topic=t rate=20 keys=a,b,c records.max=40");
    after(&mut run, 6);
    (before, totals(&mut run), run)
}

#[test]
fn what_was_removed_stays_removed_when_its_log_is_lost_and_others_have_its_place() {
    let compaction = "cleanup.policy=compact min.cleanable.dirty.ratio=0.01 segment.ms=2000";
    for (settings, remover) in [("retention.ms=4000", Remover::Retention), (compaction, Remover::Compaction)] {
        let (before, after, run) = removed_and_lost(&format!("internal.segment.bytes=1000 {settings}"));
        let of = |totals: &Totals| totals.removed_by[remover as usize];
        assert!(of(&before) > 100, "{settings}: {before:?}");
        assert!(of(&after) >= of(&before), "{settings}: {before:?} {after:?}");
        let lost = at(&before, ProducerView::Acknowledged, Verdict::Visible);
        assert_eq!(at(&after, ProducerView::Acknowledged, Verdict::LostAcknowledged), lost, "{settings}: {after:?}");
        let delivered = |totals: &Totals| totals.groups[0].of(GroupView::Once);
        assert_eq!(delivered(&after), delivered(&before) + 40, "{settings}: {before:?} {after:?}");
        assert_eq!(standings(&run, Filter::All).len(), 340);
    }
}
