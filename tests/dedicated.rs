//! Controllers apart from the brokers (`process.roles=controller`): who votes, who leads, and what goes on without them.

mod common;

use common::{after, give, refused, since};
use kafkascope::{
    check::Watched,
    cluster::{ClusterSpec, WorldError, command_text::parse, error::Refusal},
    history::{Run, Scenario},
    kafka::{
        broker::{Broker, Process},
        event::{ElectedBy, EventKind},
        ids::FIRST_CONTROLLER,
        limits,
        node::FIRST_CLIENT,
    },
};

fn spec(brokers: usize, controllers: u32) -> ClusterSpec {
    ClusterSpec { racks: vec![None; brokers], controllers, ..ClusterSpec::default() }
}

/// Three brokers and so many controllers, topic `t` with three partitions on all of them, and a producer.
fn stage(controllers: u32) -> Watched {
    let mut run = Watched::new(7, &spec(3, controllers), true).expect("a sound cluster");
    give(&mut run, "create-topic topic=t partitions=3 replication.factor=3 min.insync.replicas=2");
    after(&mut run, 1);
    give(&mut run, "add-producer producer=p topic=t rate=20 keys=a,b,c,d,e,f");
    after(&mut run, 2);
    run
}

fn active(run: &Watched) -> Option<u32> {
    run.world.controller().map(|node| node.id)
}

fn acknowledged(run: &Watched) -> u64 {
    run.world.ledger().acknowledged
}

fn leaders(run: &Watched) -> Vec<Option<u32>> {
    run.world
        .metadata()
        .partitions()
        .filter(|(at, _)| !run.world.is_internal(at.topic))
        .map(|(_, s)| s.leader)
        .collect()
}

fn controller(run: &Watched, id: u32) -> &Broker {
    &run.world.controllers()[&id]
}

/// Every node that runs has the whole metadata log.
fn assert_in_step(run: &Watched) {
    let end = run.world.controller().expect("somebody is active").quorum.log().len();
    for node in run.world.nodes().filter(|node| node.is_up()) {
        assert_eq!((node.image.offset, node.quorum.leader()), (end, active(run)), "{}", node.id);
    }
}

#[test]
fn controllers_vote_and_brokers_do_not() {
    let mut run = stage(3);
    assert_eq!(active(&run), Some(FIRST_CONTROLLER), "the first one leads from the beginning");
    assert_eq!(run.world.controllers().keys().copied().collect::<Vec<_>>(), [3_000, 3_001, 3_002]);
    assert_eq!(run.world.brokers().keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
    assert!(run.world.brokers().values().all(|broker| broker.is_broker() && !broker.quorum.is_voter()));
    assert!(run.world.controllers().values().all(|node| !node.is_broker() && node.quorum.is_voter()));
    give(&mut run, "add-broker");
    give(&mut run, "add-consumer consumer=c group=g topics=t");
    after(&mut run, 8);
    assert_in_step(&run);
    // They are no brokers: nobody registers them, places a replica on them, or speaks to them as a client.
    let image = run.world.metadata();
    assert_eq!(image.brokers.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(image.partitions().all(|(_, state)| state.replicas.iter().all(|broker| *broker <= 4)));
    assert!(run.world.controllers().values().all(|node| node.replicas().next().is_none()));
    let admin = FIRST_CLIENT - 1;
    let with_clients = run.events.iter().filter(|event| (FIRST_CONTROLLER..admin).contains(&event.node.0)).filter(
        |event| matches!(&event.kind, EventKind::Sent(rpc) | EventKind::Received(rpc) if rpc.peer.0 >= FIRST_CLIENT),
    );
    assert_eq!(with_clients.count(), 0);
    assert!(run.world.consumers().values().all(|slot| !slot.consumer.partitions().is_empty()), "groups work");
}

#[test]
fn another_takes_over_when_the_active_one_is_lost() {
    let mut run = stage(3);
    let (before, sent) = (leaders(&run), acknowledged(&run));
    give(&mut run, "crash-controller");
    assert_eq!(controller(&run, 3_000).process, Process::Crashed);
    // A broker is lost while nobody could notice.
    let crashed_us = run.world.now_us();
    give(&mut run, "crash-broker broker=2");
    after(&mut run, 5);
    let elected = since(&run, crashed_us, |kind| match kind {
        EventKind::ControllerElected { quorum_epoch } => Some(*quorum_epoch),
        _ => None,
    });
    assert_eq!(elected.iter().map(|(_, epoch)| *epoch).collect::<Vec<_>>(), [2]);
    assert!(elected[0].0 < crashed_us + 4_000_000, "by `controller.quorum.fetch.timeout.ms` and some chance");
    let now = active(&run).expect("a majority is left");
    assert!(now > 3_000);
    assert_eq!(leaders(&run), before, "the sessions of all brokers began anew, so broker 2 is not fenced yet");
    after(&mut run, 9);
    assert!(leaders(&run).iter().all(|leader| leader.is_some_and(|leader| leader != 2)), "{:?}", leaders(&run));
    assert!(acknowledged(&run) > sent);
    give(&mut run, "restart-broker broker=3000");
    give(&mut run, "restart-broker broker=2");
    after(&mut run, 5);
    assert_eq!(active(&run), Some(now), "who comes back follows");
    assert!(run.world.metadata().is_active(2));
    assert_in_step(&run);
}

/// Pre-vote (KIP-996): whoever hears the active controller does not let another stand.
#[test]
fn a_controller_that_was_cut_off_for_a_minute_unseats_nobody() {
    for (breaks, heals) in [
        ("cut from=3002 to=3000,3001", "heal fault=1"),
        ("cut from=3002 to=*", "heal fault=1"),
        // It still reaches the other voter, which hears the active one.
        ("cut from=3002 to=3000", "heal fault=1"),
        ("freeze-broker broker=3002", "thaw-broker broker=3002"),
    ] {
        let mut run = stage(3);
        let broken_us = run.world.now_us();
        give(&mut run, breaks);
        after(&mut run, 60);
        assert_eq!(controller(&run, 3_002).quorum.epoch(), 1, "{breaks}");
        let asked = since(&run, broken_us, |kind| match kind {
            EventKind::ControllerProspective { quorum_epoch } => Some(*quorum_epoch),
            _ => None,
        });
        assert!(asked.iter().all(|(_, epoch)| *epoch == 1), "{breaks}: {asked:?}");
        assert_eq!(asked.len() > 9, breaks.starts_with("cut"), "{breaks}: {asked:?}");
        give(&mut run, heals);
        after(&mut run, 20);
        assert!(stood(&run, broken_us).is_empty(), "{breaks}");
        assert_eq!((active(&run), controller(&run, 3_000).quorum.epoch()), (Some(3_000), 1), "{breaks}");
        assert_in_step(&run);
    }
}

#[test]
fn without_a_majority_of_pre_votes_nobody_stands() {
    let mut run = stage(5);
    let broken_us = run.world.now_us();
    give(&mut run, "cut from=3003,3004 to=3000,3001,3002");
    after(&mut run, 60);
    assert!(stood(&run, broken_us).is_empty(), "each has the other's pre-vote, and two of five are no majority");
    assert_eq!(active(&run), Some(3_000));
    give(&mut run, "heal fault=1");
    after(&mut run, 10);
    assert_in_step(&run);
    // Now the majority is on their side: one of them is elected, and who led goes on in the next epoch, and no further.
    give(&mut run, "cut from=3000,3001 to=3002,3003,3004");
    after(&mut run, 60);
    let is_active = |id: &u32| controller(&run, *id).quorum.is_leader();
    assert_eq!((3_000..=3_004).filter(is_active).count(), 1);
    assert!(active(&run) >= Some(3_002));
    assert!((3_000..=3_004).all(|id| controller(&run, id).quorum.epoch() == 2));
    let now = active(&run);
    give(&mut run, "heal fault=2");
    after(&mut run, 20);
    assert_eq!(active(&run), now);
    assert_in_step(&run);
}

#[test]
fn the_next_controller_is_elected_within_the_fetch_timeout_and_some_chance() {
    for (seed, controllers) in (1..=20).flat_map(|seed| [(seed, 3), (seed, 5)]) {
        let mut run = Watched::new(seed, &spec(3, controllers), true).expect("a sound cluster");
        after(&mut run, 3);
        let crashed_us = run.world.now_us();
        give(&mut run, "crash-controller");
        after(&mut run, 4);
        let elected = since(&run, crashed_us, |kind| matches!(kind, EventKind::ControllerElected { .. }).then_some(()));
        let after_us: Vec<u64> = elected.iter().map(|(time_us, ())| time_us - crashed_us).collect();
        println!("seed {seed}, {controllers} controllers: {after_us:?}");
        assert!(matches!(after_us[..], [after_us] if after_us < 3_100_000), "seed {seed}, {controllers}: {after_us:?}");
    }
}

/// The epochs in which somebody stood for election from this moment on.
fn stood(run: &Watched, since_us: u64) -> Vec<(u64, u32)> {
    since(run, since_us, |kind| match kind {
        EventKind::ControllerCandidate { quorum_epoch } => Some(*quorum_epoch),
        _ => None,
    })
}

#[test]
fn its_peers_see_its_connections_close_and_clients_have_none() {
    let mut run = stage(3);
    let heard_of = |run: &Watched, from_us: u64, gone: u32| {
        let of_it = run.events.iter().filter(|event| {
            event.time_us >= from_us && matches!(event.kind, EventKind::Disconnected { peer, .. } if peer.0 == gone)
        });
        let mut nodes: Vec<u32> = of_it.map(|event| event.node.0).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    };
    let from_us = run.world.now_us();
    give(&mut run, "crash-broker broker=3000");
    after(&mut run, 1);
    assert_eq!(
        heard_of(&run, from_us, 3_000),
        [1, 2, 3, 3_001, 3_002, FIRST_CLIENT - 1],
        "the last is the admin client"
    );
    let from_us = run.world.now_us();
    give(&mut run, "crash-broker broker=2");
    after(&mut run, 1);
    let producer = FIRST_CLIENT;
    assert_eq!(heard_of(&run, from_us, 2), [1, 3, 3_001, 3_002, FIRST_CLIENT - 1, producer]);
}

#[test]
fn without_a_majority_leaders_serve_on_and_nothing_is_decided() {
    let mut run = stage(3);
    give(&mut run, "crash-broker broker=3001");
    give(&mut run, "crash-broker broker=3002");
    after(&mut run, 5);
    assert_eq!(active(&run), None, "the last one has resigned");
    let sent = acknowledged(&run);
    after(&mut run, 5);
    assert!(acknowledged(&run) >= sent + 90, "acks=all needs no controller while the ISR stays");
    // Who leads nothing and who leads something: both are lost, and neither is noticed.
    let (before, offset) = (leaders(&run), run.world.metadata().offset);
    give(&mut run, "create-topic topic=later partitions=1 replication.factor=2");
    give(&mut run, "crash-broker broker=1");
    after(&mut run, 30);
    assert_eq!((leaders(&run), run.world.metadata().offset), (before, offset));
    assert!(run.world.metadata().topic_by_name("later").is_none());
    give(&mut run, "restart-broker broker=3001");
    after(&mut run, 15);
    assert!(active(&run).is_some_and(|id| id <= 3_001));
    assert!(leaders(&run).iter().all(|leader| leader.is_some_and(|leader| leader != 1)), "{:?}", leaders(&run));
    assert!(run.world.metadata().topic_by_name("later").is_some(), "the admin client has asked all the time");
    give(&mut run, "heal-all");
    after(&mut run, 10);
    assert!(run.world.broken().is_empty());
    assert_in_step(&run);
}

#[test]
fn brokers_that_are_lost_are_none_of_the_majority() {
    let mut run = stage(3);
    for broker in 1..=3 {
        give(&mut run, &format!("crash-broker broker={broker}"));
    }
    after(&mut run, 12);
    assert_eq!(active(&run), Some(3_000));
    assert!(run.world.metadata().brokers.values().all(|state| state.fenced));
    give(&mut run, "heal-all");
    after(&mut run, 10);
    assert!(run.world.metadata().brokers.values().all(|state| !state.fenced));
    assert_in_step(&run);
}

#[test]
fn stopped_frozen_and_cut_off_controllers_are_replaced_and_come_back() {
    for (breaks, heals) in [
        ("stop-broker broker=3000", "restart-broker broker=3000"),
        ("freeze-broker broker=3000", "thaw-broker broker=3000"),
        ("cut from=3000 to=*", "heal fault=1"),
        ("cut from=3000 to=3001,3002", "heal fault=1"),
        // Only the brokers do not hear of it: it stays the active one, and all of them are fenced.
        ("cut from=3000 to=1,2,3", "heal fault=1"),
    ] {
        let mut run = stage(3);
        give(&mut run, breaks);
        after(&mut run, 15);
        let stays = breaks.ends_with("1,2,3");
        assert_eq!(active(&run) == Some(3_000), stays, "{breaks}: {:?}", active(&run));
        assert_eq!(run.world.broken().len(), 1, "{breaks}");
        give(&mut run, heals);
        after(&mut run, 20);
        assert!(run.world.broken().is_empty(), "{heals}");
        assert_in_step(&run);
        assert!(run.world.metadata().brokers.values().all(|state| !state.fenced), "{heals}");
    }
}

#[test]
fn one_alone_is_active_again_as_soon_as_it_is_back() {
    let mut run = stage(1);
    give(&mut run, "skew-clock node=3000 ahead.ms=60000");
    give(&mut run, "crash-controller");
    after(&mut run, 10);
    assert_eq!(active(&run), None);
    assert_eq!(refused(&mut run, "crash-controller"), Refusal::NoController);
    give(&mut run, "restart-broker broker=3000");
    assert_eq!(active(&run), Some(3_000));
    after(&mut run, 5);
    assert_in_step(&run);
    assert_eq!(controller(&run, 3_000).clock_ahead_us(), 60_000_000, "its machine's clock is as wrong as before");
}

/// `initial.broker.registration.timeout.ms`; the proof of its clean shutdown is still there, as its logs were never opened.
#[test]
fn a_broker_that_cannot_register_ends_and_has_lost_nothing() {
    let mut run = Watched::new(7, &spec(3, 1), true).expect("a sound cluster");
    give(&mut run, "create-topic topic=t partitions=1 replication.factor=1");
    after(&mut run, 1);
    let leader = leaders(&run)[0].expect("it has one");
    give(&mut run, &format!("stop-broker broker={leader}"));
    after(&mut run, 5);
    give(&mut run, &format!("crash-broker broker={FIRST_CONTROLLER}"));
    let started_us = run.world.now_us();
    give(&mut run, &format!("restart-broker broker={leader}"));
    after(&mut run, 59);
    assert_eq!(run.world.brokers()[&leader].process, Process::Starting);
    after(&mut run, 2);
    assert_eq!(run.world.brokers()[&leader].process, Process::Stopped);
    let gave_up = |kind: &EventKind| match kind {
        EventKind::RegistrationTimedOut { after_us } => Some(*after_us),
        _ => None,
    };
    assert_eq!(since(&run, started_us, gave_up), [(started_us + 60_000_000, 60_000_000)]);
    give(&mut run, &format!("restart-broker broker={FIRST_CONTROLLER}"));
    give(&mut run, &format!("restart-broker broker={leader}"));
    after(&mut run, 70);
    assert_eq!(leaders(&run), [Some(leader)]);
    let by = since(&run, started_us, |kind| match kind {
        EventKind::ElectionHeld(held) => Some(held.by),
        _ => None,
    });
    assert!(by.iter().all(|(_, by)| *by != ElectedBy::LastKnown), "{by:?}");
    assert_eq!(since(&run, started_us, gave_up).len(), 1, "who has registered stays");
}

#[test]
fn what_a_controller_cannot_do_is_refused() {
    let mut run = stage(3);
    let only = Refusal::ControllerOnly { broker: 3_000 };
    assert_eq!(refused(&mut run, "slow-disk broker=3000 times=10"), only);
    give(&mut run, "crash-broker broker=3000");
    assert_eq!(refused(&mut run, "crash-broker broker=3000"), Refusal::BrokerIsDown { broker: 3_000 });
    assert_eq!(refused(&mut run, "wipe-disk broker=3000"), only);
    assert_eq!(refused(&mut run, "crash-broker broker=3003"), Refusal::UnknownBroker { broker: 3_003 });
    let reassign = "reassign topic=t partition=0 replicas=1,3001";
    assert_eq!(refused(&mut run, reassign), Refusal::UnknownBroker { broker: 3_001 });
    let many = "create-topic topic=u partitions=1 replication.factor=4";
    assert_eq!(refused(&mut run, many), Refusal::TooFewBrokers { asked: 4, brokers: 3 });
    let most = limits::CONTROLLERS.max as u32;
    assert!(Watched::new(1, &spec(1, most), false).is_ok());
    assert!(
        matches!(Watched::new(1, &spec(1, most + 1), false), Err(WorldError::Command(error)) if error.field() == "controllers")
    );
}

#[test]
fn a_run_with_them_comes_again() {
    let play = || {
        let scenario = Scenario { seed: 3, cluster: spec(3, 3), ..Scenario::default() };
        let mut run = Run::new(&scenario).expect("sound");
        for (at_s, line) in [(1, "create-topic topic=t partitions=2 replication.factor=3"), (2, "crash-controller")] {
            run.advance_to(at_s * 1_000_000);
            run.apply(parse(line).expect(line)).expect(line);
        }
        run.advance_to(20_000_000);
        (run.world().event_digest(), run.world().state_digest())
    };
    assert_eq!(play(), play());
}
