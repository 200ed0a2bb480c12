//! What Kafka makes of links that are cut, slow or lossy and of processes that stand still; every run under all
//! invariants.

mod common;

use common::{SECOND_US, after, give, refused, since, three_brokers};
use kafkascope::{
    check::Watched,
    cluster::{
        command::{Command, NodeName},
        command_text,
        error::Refusal,
        fault::Broken,
    },
    kafka::{
        broker::Role,
        event::EventKind,
        ids::{BrokerId, TopicIdPartition},
        metadata::PartitionState,
        protocol::{Api, ErrorCode},
    },
    sim::NodeId,
};

/// A topic of one partition on three brokers, led by a broker that is not the active controller, and a producer.
fn stage(topic: &str, producer: &str) -> (Watched, BrokerId) {
    let mut run = three_brokers(&[]);
    for attempt in 0..9 {
        give(&mut run, &format!("create-topic topic=t{attempt} partitions=1 replication.factor=3 {topic}"));
        after(&mut run, 1);
        let leader = state(&run).leader.expect("it has a leader");
        if leader != 1 {
            let topic = run.world.topic_name(partition(&run).topic).to_owned();
            let rate = if producer.contains("rate=") { "" } else { "rate=10" };
            give(&mut run, &format!("add-producer producer=p topic={topic} {rate} {producer}"));
            after(&mut run, 2);
            return (run, leader);
        }
    }
    panic!("placement never chose another broker");
}

/// The newest partition of a user's topic.
fn partition(run: &Watched) -> TopicIdPartition {
    let users = run.world.metadata().partitions().filter(|(at, _)| !run.world.is_internal(at.topic));
    users.map(|(at, _)| at).last().expect("there is a topic")
}

fn state(run: &Watched) -> PartitionState {
    let at = partition(run);
    run.world.metadata().partition(at).expect("it is there").as_ref().clone()
}

/// Does this broker believe that it leads?
fn leads(run: &Watched, broker: BrokerId) -> bool {
    let replica = run.world.brokers()[&broker].replica(partition(run)).expect("it has a replica");
    matches!(replica.role, Role::Leader(_))
}

fn log_end(run: &Watched, broker: BrokerId) -> i64 {
    run.world.brokers()[&broker].replica(partition(run)).expect("it has a replica").log.log_end_offset()
}

fn others(leader: BrokerId) -> String {
    let others: Vec<String> = (1..=3).filter(|broker| *broker != leader).map(|broker| broker.to_string()).collect();
    others.join(",")
}

fn acknowledged(run: &Watched) -> u64 {
    run.world.ledger().acknowledged
}

#[test]
fn a_leader_that_is_cut_off_still_thinks_it_leads_and_loses_what_it_took_with_acks_1() {
    let (mut run, leader) = stage("", "acks=1");
    let cut_us = run.world.now_us();
    give(&mut run, &format!("cut from={leader} to={}", others(leader)));
    after(&mut run, 8);
    assert_eq!(state(&run).leader, Some(leader), "its session still runs");
    after(&mut run, 4);
    let new = state(&run).leader.expect("another was elected");
    assert_ne!(new, leader);
    let fenced = since(&run, cut_us, |kind| matches!(kind, EventKind::BrokerFenced { .. }).then_some(()));
    let after_us = fenced[0].0 - cut_us;
    assert!((7 * SECOND_US..=12 * SECOND_US).contains(&after_us), "fenced after {after_us}");

    let (before, in_new) = (acknowledged(&run), log_end(&run, new));
    after(&mut run, 10);
    assert!(leads(&run, leader) && leads(&run, new), "it has not heard of its successor");
    assert!(acknowledged(&run) >= before + 90, "it goes on taking records");
    assert_eq!(log_end(&run, new), in_new, "which nobody else has");

    let stranded = log_end(&run, leader) - in_new;
    give(&mut run, "heal fault=1");
    after(&mut run, 30);
    let cut = since(&run, cut_us, |kind| match kind {
        EventKind::LogTruncated { from, to, .. } => Some(from - to),
        _ => None,
    });
    assert!(!leads(&run, leader) && cut[0].1 >= stranded, "acknowledged, and lost: {cut:?} of {stranded}");
    assert_eq!(state(&run).isr.len(), 3);
}

#[test]
fn a_leader_that_is_cut_off_commits_nothing_so_acks_all_waits_and_goes_elsewhere() {
    let (mut run, leader) = stage("min.insync.replicas=2", "acks=all");
    let cut_us = run.world.now_us();
    let before = acknowledged(&run);
    give(&mut run, &format!("cut from={leader} to={}", others(leader)));
    after(&mut run, 29);
    assert!(acknowledged(&run) - before <= 1, "nothing was committed");
    after(&mut run, 30);
    let errors = since(&run, cut_us, |kind| match kind {
        EventKind::BatchRetried { error, .. } => Some(*error),
        _ => None,
    });
    assert!(errors.iter().any(|(_, error)| *error == ErrorCode::RequestTimedOut), "{errors:?}");
    let new = state(&run).leader.expect("another was elected");
    assert_ne!(new, leader);
    assert!(acknowledged(&run) > before + 400, "everything went to broker {new}");
    assert_eq!(run.world.ledger().failed, 0, "nothing is lost");
    give(&mut run, "heal-all");
    after(&mut run, 40);
    assert_eq!((state(&run).isr.len(), run.world.ledger().failed), (3, 0));
}

/// The controller is reached, so the leader stays; it drops the follower that it cannot hear.
#[test]
fn a_follower_that_is_cut_off_from_its_leader_falls_out_of_the_isr_and_comes_back() {
    let (mut run, leader) = stage("", "acks=all");
    let follower = if leader == 2 { 3 } else { 2 };
    let cut_us = run.world.now_us();
    give(&mut run, &format!("cut from={follower} to={leader}"));
    after(&mut run, 20);
    assert_eq!(state(&run).isr.len(), 3, "not before `replica.lag.time.max.ms`");
    after(&mut run, 30);
    assert!(!state(&run).isr.contains(&follower));
    assert_eq!(state(&run).leader, Some(leader));
    assert!(since(&run, cut_us, |kind| matches!(kind, EventKind::BrokerFenced { .. }).then_some(())).is_empty());
    give(&mut run, "heal fault=1");
    after(&mut run, 60);
    assert!(state(&run).isr.contains(&follower));
}

/// What cannot be answered is not known to be done: the batch is written, its answer is lost, and it is sent again.
#[test]
fn one_way_a_lost_answer_makes_a_duplicate_unless_the_producer_is_idempotent() {
    for (idempotent, copies) in [(false, 3), (true, 2)] {
        let (mut run, leader) = stage("", &format!("rate=0 acks=all enable.idempotence={idempotent}"));
        give(&mut run, "send producer=p value=first");
        after(&mut run, 1);
        give(&mut run, &format!("cut from={leader} to=p direction=one-way"));
        give(&mut run, "send producer=p value=once");
        after(&mut run, 20);
        assert_eq!((log_end(&run, leader), acknowledged(&run)), (2, 1), "written, and nobody knows");
        after(&mut run, 15);
        let closed = since(&run, 0, |kind| matches!(kind, EventKind::BatchRetried { .. }).then_some(()));
        assert_eq!(closed.len(), 1, "`request.timeout.ms` is over");
        give(&mut run, "heal-all");
        after(&mut run, 30);
        assert_eq!((log_end(&run, leader), acknowledged(&run)), (copies, 2), "idempotence={idempotent}");
    }
}

#[test]
fn what_a_cut_link_held_up_arrives_when_tcp_sends_it_again() {
    let (mut run, leader) = stage("", "rate=0");
    give(&mut run, "send producer=p value=first");
    after(&mut run, 1);
    give(&mut run, &format!("cut from=p to={leader}"));
    let cut_us = run.world.now_us();
    give(&mut run, "send producer=p value=late");
    after(&mut run, 5);
    assert_eq!(log_end(&run, leader), 1);
    give(&mut run, "heal fault=1");
    after(&mut run, 5);
    let written = since(&run, cut_us, |kind| matches!(kind, EventKind::RecordsAppended { .. }).then_some(()));
    let waited_us = written[0].0 - cut_us;
    // Sent again after 0.2, 0.6, 1.4, 3 and 6.2 s.
    assert!((6_200_000..6_220_000).contains(&waited_us), "{waited_us}");
}

/// Answers to 2 are lost, and so is what 3 asks it: each waits its own 30 seconds on its own connection.
#[test]
fn two_brokers_that_copy_from_each_other_each_give_up_their_own_connection() {
    let mut run = three_brokers(&[]);
    give(&mut run, "create-topic topic=t partitions=9 replication.factor=3");
    after(&mut run, 2);
    let leads = |broker| run.world.metadata().partitions().any(|(_, state)| state.leader == Some(broker));
    assert!(leads(2) && leads(3), "each copies from the other");
    give(&mut run, "cut from=3 to=2 direction=one-way");
    after(&mut run, 31);
    let gave_up = |run: &Watched, broker: u32, of: u32| {
        let of_it = run.events.iter().filter(|event| {
            event.node == NodeId(broker)
                && matches!(event.kind, EventKind::ConnectionTimedOut { peer, .. } if peer == NodeId(of))
        });
        of_it.count()
    };
    assert_eq!((gave_up(&run, 2, 3), gave_up(&run, 3, 2)), (1, 1));
}

/// The goodbyes of the process that was killed while it was cut off are still to be sent again.
#[test]
fn a_process_that_starts_again_does_not_wait_for_the_connections_of_the_one_before_it() {
    let (mut run, leader) = stage("", "rate=0");
    give(&mut run, &format!("cut from={leader} to={}", others(leader)));
    after(&mut run, 1);
    give(&mut run, &format!("crash-broker broker={leader}"));
    after(&mut run, 12);
    give(&mut run, "heal-all");
    let healed_us = run.world.now_us();
    after(&mut run, 1);
    let back = since(&run, healed_us, |kind| matches!(kind, EventKind::BrokerRegistered { .. }).then_some(()));
    let waited_us = back[0].0 - healed_us;
    assert!(waited_us < SECOND_US / 5, "{waited_us}");
}

#[test]
fn a_client_that_cannot_open_a_connection_gives_up_after_ten_seconds_and_tries_again() {
    let (mut run, _) = stage("", "rate=0");
    give(&mut run, "send producer=p value=first");
    after(&mut run, 1);
    give(&mut run, "cut from=p to=1,2,3");
    let cut_us = run.world.now_us();
    give(&mut run, "send producer=p value=v");
    after(&mut run, 55);
    let given_up = since(&run, 0, |kind| match kind {
        EventKind::ConnectionTimedOut { opening: true, .. } => Some(()),
        _ => None,
    });
    let first_us = given_up[0].0 - cut_us;
    assert!((40 * SECOND_US..41 * SECOND_US).contains(&first_us), "30 s for the answer, 10 s to connect: {first_us}");
    give(&mut run, "heal-all");
    after(&mut run, 20);
    assert_eq!(acknowledged(&run), 2);
}

#[test]
fn a_slow_link_delays_and_a_lossy_one_stutters_but_neither_loses_or_reorders() {
    for fault in ["slow-link from=p to=* delay.ms=300", "lossy-link from=* to=* loss.percent=20"] {
        let (mut run, _) = stage("", "max.in.flight.requests.per.connection=5");
        give(&mut run, fault);
        let from_us = run.world.now_us();
        after(&mut run, 20);
        let slow = since(&run, from_us, |kind| matches!(kind, EventKind::BatchAcknowledged { .. }).then_some(()));
        assert!(slow.len() > 20, "{fault}: {} acknowledged", slow.len());
        give(&mut run, "heal-all");
        give(&mut run, "pause-producer producer=p");
        after(&mut run, 60);
        let ledger = run.world.ledger();
        assert_eq!((ledger.failed, ledger.waiting + ledger.in_flight), (0, 0), "{fault}");
        assert_eq!(log_end(&run, state(&run).leader.expect("led")), ledger.acknowledged as i64, "{fault}");
    }
}

#[test]
fn a_frozen_leader_is_fenced_and_comes_back_as_a_follower() {
    let (mut run, leader) = stage("", "acks=1");
    give(&mut run, &format!("freeze-broker broker={leader}"));
    assert!(run.world.is_frozen(NodeId(leader)));
    after(&mut run, 60);
    let new = state(&run).leader.expect("another was elected");
    assert_ne!(new, leader);
    assert!(leads(&run, leader), "it knows of nothing");
    assert!(acknowledged(&run) > 200, "the producer found the new leader");
    give(&mut run, &format!("thaw-broker broker={leader}"));
    after(&mut run, 40);
    assert!(!leads(&run, leader));
    assert_eq!((state(&run).isr.len(), log_end(&run, leader)), (3, log_end(&run, new)));
}

#[test]
fn a_frozen_controller_is_replaced_and_a_majority_that_is_cut_off_does_without_one() {
    let (mut run, _) = stage("", "acks=all");
    give(&mut run, "freeze-broker broker=1");
    after(&mut run, 8);
    let second = run.world.controller().expect("another was elected").id;
    assert_ne!(second, 1);
    give(&mut run, "thaw-broker broker=1");
    after(&mut run, 10);
    let leaders = run.world.brokers().values().filter(|broker| broker.quorum.is_leader()).count();
    assert_eq!(leaders, 1, "the old one has stepped down");
    give(&mut run, "cut from=* to=*");
    after(&mut run, 20);
    let leaders = run.world.brokers().values().filter(|broker| broker.quorum.is_leader()).count();
    assert_eq!(leaders, 0, "nobody hears a majority");
    give(&mut run, "heal-all");
    after(&mut run, 90);
    assert!(run.world.controller().is_some());
    assert_eq!(state(&run).isr.len(), 3);
}

#[test]
fn a_frozen_producer_sends_nothing_and_goes_on_where_it_was() {
    let (mut run, _) = stage("", "");
    give(&mut run, "freeze-producer producer=p");
    let before = run.world.ledger().sent;
    after(&mut run, 50);
    assert_eq!(run.world.ledger().sent, before);
    let frozen = || Refusal::ProducerIsFrozen { producer: "p".into() };
    for line in ["send producer=p value=v", "pause-producer producer=p", "remove-producer producer=p"] {
        assert_eq!(refused(&mut run, line), frozen(), "{line}");
    }
    assert_eq!(refused(&mut run, "freeze-producer producer=p"), frozen());
    give(&mut run, "thaw-producer producer=p");
    after(&mut run, 10);
    assert!(run.world.ledger().sent >= before + 90);
    assert_eq!(refused(&mut run, "thaw-producer producer=p"), Refusal::ProducerIsNotFrozen { producer: "p".into() });
}

#[test]
fn what_is_broken_is_listed_and_each_can_be_healed() {
    let (mut run, _) = stage("", "");
    give(&mut run, "add-consumer consumer=c group=g topics=t0");
    for line in [
        "slow-link from=1 to=p delay.ms=20",
        "cut from=1 to=2 direction=one-way",
        "freeze-broker broker=3",
        "freeze-producer producer=p",
        "crash-consumer consumer=c",
        "crash-broker broker=2",
    ] {
        give(&mut run, line);
        after(&mut run, 1);
    }
    let broken = run.world.broken();
    let heals: Vec<String> = broken.iter().map(|broken| command_text::print(&run.world.mending(broken))).collect();
    assert_eq!(
        heals,
        [
            "heal fault=2",
            "heal fault=1",
            "restart-broker broker=2",
            "thaw-broker broker=3",
            "thaw-producer producer=p",
            "restart-consumer consumer=c"
        ]
    );
    assert!(broken.contains(&Broken::Crashed(NodeName::Broker(2))));
    for heal in &heals {
        give(&mut run, heal);
    }
    assert_eq!(run.world.broken(), []);
    after(&mut run, 60);
    give(&mut run, "cut from=1 to=*");
    assert_eq!(run.world.broken().len(), 1, "numbers go on");
    give(&mut run, "heal fault=3");
    give(&mut run, "heal-all");
    after(&mut run, 60);
    assert_eq!(state(&run).isr.len(), 3);
}

#[test]
fn what_cannot_be_broken_is_refused_with_its_reason() {
    let (mut run, leader) = stage("", "");
    let unknown = |node: &str, field| Refusal::UnknownNode { node: node.into(), field };
    assert_eq!(refused(&mut run, "cut from=9 to=1"), unknown("9", "from"));
    assert_eq!(refused(&mut run, "cut from=1 to=nobody"), unknown("nobody", "to"));
    assert_eq!(refused(&mut run, "heal fault=1"), Refusal::UnknownFault { fault: 1 });
    assert_eq!(refused(&mut run, "freeze-broker broker=9"), Refusal::UnknownBroker { broker: 9 });
    assert_eq!(refused(&mut run, "thaw-broker broker=2"), Refusal::BrokerIsNotFrozen { broker: 2 });
    give(&mut run, &format!("freeze-broker broker={leader}"));
    let frozen = Refusal::BrokerIsFrozen { broker: leader };
    assert_eq!(refused(&mut run, &format!("freeze-broker broker={leader}")), frozen);
    assert_eq!(refused(&mut run, &format!("stop-broker broker={leader}")), frozen);
    give(&mut run, &format!("crash-broker broker={leader}"));
    let down = Refusal::BrokerIsDown { broker: leader };
    assert_eq!(refused(&mut run, &format!("freeze-broker broker={leader}")), down);
    give(&mut run, &format!("restart-broker broker={leader}"));
    assert!(!run.world.is_frozen(NodeId(leader)), "it is another process");
    after(&mut run, 30);
    assert_eq!(state(&run).isr.len(), 3);
}

/// A client that is opened again is the same to a rule that names it.
#[test]
fn a_rule_follows_a_client_that_is_configured_anew() {
    let (mut run, leader) = stage("", "");
    give(&mut run, &format!("cut from=p to={leader}"));
    let topic = run.world.topic_name(partition(&run).topic).to_owned();
    give(&mut run, "pause-producer producer=p");
    give(
        &mut run,
        &format!(
            "configure-producer producer=p topic={topic} rate=10 request.timeout.ms=2000 delivery.timeout.ms=3000"
        ),
    );
    after(&mut run, 140);
    let before = acknowledged(&run);
    after(&mut run, 20);
    assert_eq!(acknowledged(&run), before, "it is still cut off");
    give(&mut run, "heal-all");
    after(&mut run, 60);
    assert!(acknowledged(&run) > before);
}

#[test]
fn commands_of_faults_read_as_they_are_written() {
    for line in [
        "cut from=1,2 to=3",
        "cut from=1 to=checkout,client:7 direction=one-way",
        "slow-link from=1 to=* delay.ms=20.5",
        "lossy-link from=1 to=2 loss.percent=10",
        "heal fault=3",
        "heal-all",
        "freeze-broker broker=2",
        "thaw-broker broker=2",
        "freeze-producer producer=p",
        "thaw-producer producer=p",
        "wipe-disk broker=2",
        "slow-disk broker=2 times=100",
        "skew-clock node=checkout ahead.ms=-1500.5",
        "skew-clock node=client:3 ahead.ms=0",
    ] {
        let command: Command = command_text::parse(line).expect(line);
        assert_eq!(command_text::print(&command), line);
    }
}

#[test]
fn a_wiped_broker_comes_back_empty_and_copies_everything() {
    let (mut run, leader) = stage("", "acks=all");
    let follower = if leader == 2 { 3 } else { 2 };
    assert_eq!(refused(&mut run, &format!("wipe-disk broker={follower}")), Refusal::BrokerIsUp { broker: follower });
    give(&mut run, &format!("stop-broker broker={follower}"));
    after(&mut run, 5);
    give(&mut run, &format!("wipe-disk broker={follower}"));
    assert!(run.world.brokers()[&follower].replica(partition(&run)).is_none());
    after(&mut run, 5);
    give(&mut run, &format!("restart-broker broker={follower}"));
    give(&mut run, "pause-producer producer=p");
    after(&mut run, 20);
    assert_eq!((log_end(&run, follower), state(&run).isr.len()), (log_end(&run, leader), 3));
}

#[test]
fn a_slow_disk_makes_acks_all_wait_and_heals() {
    let (mut run, leader) = stage("", "rate=0 acks=all linger.ms=0");
    let waits = |run: &mut Watched| {
        let sent_us = run.world.now_us();
        give(run, "send producer=p value=v");
        after(run, 9);
        let acknowledged =
            since(run, sent_us, |kind| matches!(kind, EventKind::BatchAcknowledged { .. }).then_some(()));
        acknowledged[0].0 - sent_us
    };
    let fast_us = waits(&mut run);
    give(&mut run, &format!("slow-disk broker={leader} times=5000"));
    let slow_us = waits(&mut run);
    assert!(slow_us > fast_us + 700_000, "0.2 ms become a second: {fast_us} and {slow_us}");
    assert_eq!(run.world.broken(), [Broken::SlowDisk { broker: leader, times: 5_000 }]);
    give(&mut run, "heal-all");
    assert!(waits(&mut run) < fast_us + 20_000);
}

#[test]
fn a_wrong_clock_shows_in_timestamps_and_nowhere_else() {
    let (mut run, leader) = stage("", "rate=0 linger.ms=0");
    let mut stamp = |line: &str| {
        give(&mut run, line);
        give(&mut run, "send producer=p value=v");
        let now_us = run.world.now_us();
        after(&mut run, 1);
        let log = &run.world.brokers()[&leader].replica(partition(&run)).expect("it leads").log;
        let record = log.record(log.log_end_offset() - 1).expect("it is written");
        record.timestamp_us as i64 - now_us as i64
    };
    assert_eq!(stamp("skew-clock node=p ahead.ms=60000"), 60_000_000);
    assert_eq!(stamp("skew-clock node=p ahead.ms=-500.5"), -500_500);
    assert_eq!(stamp("heal-all"), 0);
    assert_eq!(stamp("skew-clock node=2 ahead.ms=-1000"), 0, "a producer's records bear its own clock's time");
    assert_eq!(run.world.broken().len(), 1);
}

/// `message.timestamp.after.max.ms` is an hour.
#[test]
fn a_timestamp_too_far_ahead_of_the_leaders_clock_is_refused() {
    let (mut run, _) = stage("", "rate=0 linger.ms=0");
    for (ahead_ms, refused) in [(3_590_000, 0), (3_610_000, 1)] {
        give(&mut run, &format!("skew-clock node=p ahead.ms={ahead_ms}"));
        give(&mut run, "send producer=p value=v");
        after(&mut run, 1);
        let failed = since(&run, 0, |kind| match kind {
            EventKind::BatchFailed { error, .. } => Some(*error),
            _ => None,
        });
        assert_eq!(failed.len(), refused, "{ahead_ms}");
        assert!(failed.iter().all(|(_, error)| *error == ErrorCode::InvalidTimestamp));
    }
}

/// When a broker sent this request, from a moment on.
fn asked(run: &Watched, broker: BrokerId, api: Api, from_us: u64) -> Vec<u64> {
    let of_it = run.events.iter().filter(|event| event.node == NodeId(broker) && event.time_us >= from_us);
    let is_asked = |kind: &EventKind| matches!(kind, EventKind::Sent(rpc) if rpc.api == api && !rpc.response);
    of_it.filter(|event| is_asked(&event.kind)).map(|event| event.time_us).collect()
}

/// A registration that is refused, because the controller still counts the process before, is repeated ever more seldom.
#[test]
fn a_broker_that_is_refused_registers_after_ever_longer_waits() {
    let (mut run, leader) = stage("", "rate=0");
    give(&mut run, &format!("crash-broker broker={leader}"));
    let restarted_us = run.world.now_us();
    give(&mut run, &format!("restart-broker broker={leader}"));
    after(&mut run, 30);
    let asked = asked(&run, leader, Api::BrokerRegistration, restarted_us);
    assert!((6..=9).contains(&asked.len()), "{asked:?}");
    let waits: Vec<u64> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits[1..].windows(2).all(|pair| pair[1] * 10 > pair[0] * 19), "each twice the last: {waits:?}");
    assert!(!run.world.metadata().brokers[&leader].fenced, "and is back");
}

/// Nobody waits who need not: whether a broker may stop it asks a second time soon, and then with its heartbeats.
#[test]
fn a_broker_that_stops_asks_as_seldom_as_it_heartbeats() {
    let (mut run, leader) = stage("", "rate=0");
    let asked_us = run.world.now_us();
    give(&mut run, &format!("stop-broker broker={leader}"));
    after(&mut run, 10);
    let stopped = since(&run, asked_us, |kind| matches!(kind, EventKind::BrokerStopped).then_some(()));
    let asked = asked(&run, leader, Api::BrokerHeartbeat, asked_us);
    assert!((2..=4).contains(&asked.len()), "not ten times a second: {asked:?}");
    assert!(asked.iter().all(|at_us| *at_us <= stopped[0].0), "and never once it has stopped: {asked:?}");
}
