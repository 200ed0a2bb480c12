//! Reading from followers by rack (KIP-392) in whole clusters; every run under all invariants.

mod common;

use common::{SECOND_US, after, consumer, give, since};
use kafkascope::{
    check::Watched,
    cluster::ClusterSpec,
    kafka::{
        client::consumer::LeftReadReplica,
        event::{EventKind, Rpc},
        ids::TopicIdPartition,
        protocol::{Api, ErrorCode},
    },
};

const SELECTOR: (&str, &str) = ("replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector");

/// Brokers in these racks, topic `t` of one partition on all of them, and a producer.
fn stage(racks: &[&str], settings: &[(&str, &str)]) -> Watched {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let racks: Vec<_> = racks.iter().map(|rack| Some((*rack).to_owned())).collect();
    let brokers = racks.len();
    let mut run =
        Watched::new(7, &ClusterSpec { racks, settings, ..ClusterSpec::default() }, true).expect("a sound cluster");
    give(&mut run, &format!("create-topic topic=t partitions=1 replication.factor={brokers}"));
    after(&mut run, 1);
    give(&mut run, "add-producer producer=p topic=t rate=20 acks=all");
    after(&mut run, 2);
    run
}

/// A consumer in a rack, which reads from the start.
fn reader(run: &mut Watched, rack: &str, settings: &str) {
    give(run, &format!("add-consumer consumer=C assign=t:0 auto.offset.reset=earliest client.rack={rack} {settings}"));
}

fn at(run: &Watched) -> TopicIdPartition {
    let (topic, _) = run.world.metadata().topic_by_name("t").expect("made");
    TopicIdPartition::new(topic, 0)
}

fn leader(run: &Watched) -> u32 {
    run.world.metadata().partition(at(run)).and_then(|state| state.leader).expect("a leader")
}

fn rack(run: &Watched, broker: u32) -> String {
    run.world.brokers()[&broker].rack.as_deref().expect("a rack").to_owned()
}

/// The followers, in the order of their ids.
fn followers(run: &Watched) -> Vec<u32> {
    let leader = leader(run);
    (1..=3).filter(|broker| *broker != leader).collect()
}

/// From whom it was told to read, and when.
fn chosen(run: &Watched) -> Vec<(u64, u32)> {
    since(run, 0, |kind| match kind {
        EventKind::ReadReplicaChosen { broker, .. } => Some(*broker),
        _ => None,
    })
}

/// Why it went back to the leader, and when.
fn left(run: &Watched) -> Vec<(u64, LeftReadReplica)> {
    since(run, 0, |kind| match kind {
        EventKind::ReadReplicaLeft { why, .. } => Some(*why),
        _ => None,
    })
}

/// Brokers that sent records to the consumer since then.
fn served(run: &Watched, since_us: u64) -> Vec<u32> {
    let client = consumer(run, "C").node;
    let answers = run.events.iter().filter(|event| event.time_us >= since_us).filter(|event| {
        matches!(event.kind, EventKind::Sent(Rpc { peer, api: Api::Fetch, response: true, records, .. })
            if peer == client && records > 0)
    });
    let mut brokers: Vec<u32> = answers.map(|event| event.node.0).collect();
    brokers.sort_unstable();
    brokers.dedup();
    brokers
}

/// How far behind what the leader shows the consumer is.
fn behind(run: &Watched) -> i64 {
    let log = &run.world.brokers()[&leader(run)].replica(at(run)).expect("a replica").log;
    log.high_watermark() - consumer(run, "C").partitions()[&at(run)].position.unwrap_or(0)
}

#[test]
fn a_consumer_reads_from_the_follower_in_its_rack() {
    let mut run = stage(&["a", "b", "c"], &[SELECTOR]);
    let follower = followers(&run)[0];
    let own = rack(&run, follower);
    reader(&mut run, &own, "");
    after(&mut run, 5);
    assert_eq!(chosen(&run).iter().map(|(_, broker)| *broker).collect::<Vec<_>>(), [follower]);
    assert_eq!(served(&run, 0), [follower], "the leader sends no records at all");
    assert!(consumer(&run, "C").records_consumed > 60 && behind(&run) < 20, "{}", behind(&run));
    assert_eq!(left(&run), []);
}

/// The follower learns the high watermark with its next fetch; so what is committed comes later than from the leader.
#[test]
fn a_follower_shows_records_later_than_the_leader() {
    let latency = |racks: bool| {
        let mut run = stage(&["a", "b", "c"], &[SELECTOR]);
        give(&mut run, "pause-producer producer=p");
        after(&mut run, 2);
        let own = rack(&run, if racks { followers(&run)[0] } else { leader(&run) });
        reader(&mut run, &own, "");
        after(&mut run, 2);
        let sent_us = run.world.now_us();
        give(&mut run, "send producer=p value=late");
        after(&mut run, 2);
        let fetched = since(&run, sent_us, |kind| matches!(kind, EventKind::RecordsFetched { .. }).then_some(()));
        fetched[0].0 - sent_us
    };
    let (leader_us, follower_us) = (latency(false), latency(true));
    assert!(follower_us > leader_us + 300_000, "{leader_us} {follower_us}");
    assert!(follower_us < leader_us + 600_000, "replica.fetch.wait.max.ms ends the wait: {leader_us} {follower_us}");
}

#[test]
fn without_a_selector_or_a_rack_in_common_the_leader_serves() {
    let plain = stage(&["a", "b", "c"], &[]);
    let (near, far) = (rack(&plain, leader(&plain)), rack(&plain, followers(&plain)[0]));
    for (settings, own) in [(&[][..], &far), (&[SELECTOR][..], &near), (&[SELECTOR][..], &"elsewhere".to_owned())] {
        let mut run = stage(&["a", "b", "c"], settings);
        reader(&mut run, own, "");
        after(&mut run, 3);
        assert_eq!(chosen(&run), [], "{own}");
        assert_eq!(served(&run, 0), [leader(&run)]);
    }
}

#[test]
fn a_follower_that_is_gone_sends_its_readers_back_until_it_is_in_sync_again() {
    let mut run = stage(&["a", "b", "c"], &[SELECTOR]);
    let follower = followers(&run)[0];
    let own = rack(&run, follower);
    reader(&mut run, &own, "");
    after(&mut run, 5);
    let crashed_us = run.world.now_us();
    give(&mut run, &format!("crash-broker broker={follower}"));
    after(&mut run, 15);
    assert_eq!(left(&run)[0].1, LeftReadReplica::Disconnected);
    assert!(left(&run)[0].0 < crashed_us + SECOND_US);
    assert_eq!(served(&run, crashed_us), [leader(&run)]);
    assert!(behind(&run) < 5, "{}", behind(&run));
    let restarted_us = run.world.now_us();
    give(&mut run, &format!("restart-broker broker={follower}"));
    after(&mut run, 20);
    let (again_us, broker) = *chosen(&run).last().expect("chosen");
    assert!(broker == follower && again_us > restarted_us, "{:?}", chosen(&run));
    assert_eq!(served(&run, again_us + SECOND_US), [follower]);
    assert!(behind(&run) < 20, "{}", behind(&run));
    // While its metadata is stale, it asks for new metadata and not for ever for advice that it cannot follow.
    let stale = left(&run).into_iter().filter(|(_, why)| *why == LeftReadReplica::Offline).count();
    assert!(stale < 40, "{stale}");
}

#[test]
fn advice_ends_with_metadata_max_age_and_the_leader_is_asked_again() {
    let mut run = stage(&["a", "b", "c"], &[SELECTOR]);
    let own = rack(&run, followers(&run)[0]);
    reader(&mut run, &own, "metadata.max.age.ms=3000");
    after(&mut run, 10);
    let (chosen, left) = (chosen(&run), left(&run));
    assert!(left.len() == 3 && left.iter().all(|(_, why)| *why == LeftReadReplica::Expired), "{left:?}");
    assert_eq!(chosen.len(), 4, "{chosen:?}");
    assert!(left[0].0 - chosen[0].0 >= 3 * SECOND_US && left[0].0 - chosen[0].0 < 4 * SECOND_US);
}

#[test]
fn a_new_leader_gives_new_advice() {
    let mut run = stage(&["a", "b", "c"], &[SELECTOR]);
    let (old, follower) = (leader(&run), followers(&run)[1]);
    let own = rack(&run, follower);
    reader(&mut run, &own, "");
    after(&mut run, 3);
    give(&mut run, &format!("crash-broker broker={old}"));
    after(&mut run, 20);
    // The follower hears of the new leader before the consumer does, refuses the epoch of the old one, and names the new
    // one (KIP-951): then the position has to be checked, and the refusal itself counts no more.
    assert_eq!(left(&run)[0].1, LeftReadReplica::OtherLeader);
    assert!(behind(&run) < 20, "{}", behind(&run));
    assert_eq!(served(&run, run.world.now_us() - 2 * SECOND_US), [follower]);
}

/// A consumer that learns of the new leader before it fetches again asks that one, in its epoch.
#[test]
fn advice_of_a_leader_ends_with_its_reign() {
    let mut run = stage(&["a", "b", "c"], &[SELECTOR]);
    let (old, follower) = (leader(&run), followers(&run)[1]);
    let own = rack(&run, follower);
    reader(&mut run, &own, "");
    after(&mut run, 3);
    give(&mut run, "pause-consumer consumer=C");
    after(&mut run, 1);
    give(&mut run, &format!("stop-broker broker={old}"));
    after(&mut run, 3);
    give(&mut run, "resume-consumer consumer=C");
    after(&mut run, 3);
    let reasons: Vec<_> = left(&run).into_iter().map(|(_, why)| why).collect();
    assert_eq!(reasons, [LeftReadReplica::OtherLeader]);
    assert_eq!(served(&run, run.world.now_us() - SECOND_US), [follower]);
}

/// What a follower does not have the leader may: only what the leader does not have either is reset.
#[test]
fn out_of_range_at_a_follower_asks_the_leader_first() {
    let mut run = stage(&["a", "b", "c"], &[SELECTOR]);
    let own = rack(&run, followers(&run)[0]);
    reader(&mut run, &own, "");
    after(&mut run, 3);
    let sought_us = run.world.now_us();
    give(&mut run, "seek consumer=C topic=t partition=0 offset=100000");
    after(&mut run, 3);
    assert_eq!(left(&run)[0].1, LeftReadReplica::Error(ErrorCode::OffsetOutOfRange));
    let reset = since(&run, sought_us, |kind| match kind {
        EventKind::PositionReset { out_of_range, .. } => Some(*out_of_range),
        _ => None,
    });
    assert!(reset.len() == 1 && reset[0].1 && reset[0].0 > left(&run)[0].0, "{reset:?}");
}

/// Two followers in the consumer's rack: one that is not in sync any more is never chosen.
#[test]
fn of_several_one_in_sync_is_chosen() {
    for away in 0..2 {
        let plain = stage(&["b", "b", "b"], &[]);
        let lead = leader(&plain);
        let racks: Vec<&str> = (1..=3).map(|broker| if broker == lead { "a" } else { "b" }).collect();
        let mut run = stage(&racks, &[SELECTOR, ("replica.lag.time.max.ms", "2000")]);
        if leader(&run) != lead {
            // Racks change where replicas go; the broker alone in its rack has to lead.
            give(
                &mut run,
                &format!("reassign topic=t partition=0 replicas={lead},{},{}", lead % 3 + 1, (lead + 1) % 3 + 1),
            );
            after(&mut run, 3);
            give(&mut run, "elect-leaders topic=t type=preferred");
            after(&mut run, 3);
        }
        assert_eq!(leader(&run), lead);
        let both = followers(&run);
        give(&mut run, &format!("crash-broker broker={}", both[away]));
        after(&mut run, 12);
        reader(&mut run, "b", "");
        after(&mut run, 3);
        assert_eq!(chosen(&run).iter().map(|(_, broker)| *broker).collect::<Vec<_>>(), [both[1 - away]]);
    }
}

/// A fetch is read before it is noted (`Partition.fetchRecords`): while more records wait, an answer tells the high
/// watermark from before its own fetch, and a follower is one answer late.
#[test]
fn an_answer_with_records_tells_the_high_watermark_from_before_its_fetch() {
    let mut run = stage(&["a", "b"], &[]);
    for producer in ["q", "r"] {
        give(&mut run, &format!("add-producer producer={producer} topic=t rate=1000 acks=1 linger.ms=0"));
    }
    after(&mut run, 1);
    let (leader, follower) = (leader(&run), followers(&run)[0]);
    let (mut arrived, mut answered) = (None, 0);
    for event in &run.events {
        match event.kind {
            EventKind::HighWatermarkAdvanced { partition, to, .. }
                if partition == at(&run) && event.node.0 == leader =>
            {
                arrived = Some((event.time_us, to));
            }
            // The next answer on its way to the follower: did it leave in the same instant, with records?
            EventKind::Sent(Rpc { peer, api: Api::Fetch, response: true, records, .. })
                if peer.0 == follower && event.node.0 == leader =>
            {
                arrived = arrived.filter(|(time_us, _)| *time_us == event.time_us && records > 0);
            }
            EventKind::FollowerHighWatermark { partition, to } if partition == at(&run) && event.node.0 == follower => {
                if let Some((_, advanced)) = arrived.take() {
                    answered += 1;
                    assert!(to < advanced, "at {} us: {to} of {advanced}", event.time_us);
                }
            }
            _ => {}
        }
    }
    assert!(answered > 20, "{answered}");
}
