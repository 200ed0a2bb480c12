//! Groups of the consumer protocol (KIP-848) in whole clusters: what members do, and what their coordinator makes of it;
//! every run under all invariants.

mod common;

use common::{SECOND_US, after, consumer, give, owned, stage};
use kafkascope::{
    check::Watched,
    cluster::command_text::parse,
    history::{Run, start_cluster},
    i18n::Lang,
    kafka::{
        client::consumer::{ClientState, Failure},
        coordinator::Group,
        event::{Event, EventKind, GroupReason},
        protocol::Api,
    },
    view::{
        Builder,
        story::{self, Lane},
        trace,
    },
};

/// And members A and B, settled.
fn group_of_two(settings: &str, of_brokers: &[(&str, &str)]) -> Watched {
    let mut run = stage(of_brokers);
    for name in ["A", "B"] {
        join(&mut run, name, settings);
    }
    after(&mut run, 20);
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2), "both read");
    assert_eq!(group(&run).state_name(), "Stable");
    run
}

/// Times short enough for a test, as a class might set them.
const SHORT: &[(&str, &str)] =
    &[("group.consumer.min.session.timeout.ms", "6000"), ("group.consumer.session.timeout.ms", "6000")];

fn join(run: &mut Watched, name: &str, settings: &str) {
    let earliest = "auto.offset.reset=earliest";
    give(run, &format!("add-consumer consumer={name} group=g topics=t group.protocol=consumer {earliest} {settings}"));
}

fn group(run: &Watched) -> &Group {
    let brokers = run.world.brokers().values().filter(|broker| broker.is_up());
    brokers.filter_map(|broker| broker.groups.group("g")).max_by_key(|group| group.epoch()).expect("a coordinator")
}

fn coordinator(run: &Watched) -> u32 {
    consumer(run, "A").coordinator().expect("found")
}

/// When something happened first, from `from_us` on.
fn happened(run: &Watched, from_us: u64, what: impl Fn(&Event) -> bool) -> Option<u64> {
    run.events.iter().find(|event| event.time_us >= from_us && what(event)).map(|event| event.time_us)
}

/// How far A and B are behind the producer together: nothing is left out, nothing is stuck.
fn is_read_to_the_end(run: &Watched) -> bool {
    let consumers = run.world.consumers().values().map(|slot| &slot.consumer);
    consumers.flat_map(|consumer| consumer.partitions()).all(|(at, progress)| {
        let leader = run.world.metadata().partition(*at).and_then(|state| state.leader);
        let replica = leader.and_then(|leader| run.world.brokers().get(&leader)?.replica(*at));
        replica.is_some_and(|replica| progress.position.is_some_and(|at| at + 20 > replica.log.high_watermark()))
    })
}

#[test]
fn members_join_one_by_one_and_unaffected_partitions_are_read_all_the_while() {
    let mut run = stage(&[]);
    join(&mut run, "A", "");
    after(&mut run, 5);
    assert_eq!((owned(&run, "A"), group(&run).epoch()), (4, 1), "no initial delay, no second round");
    let from_us = run.world.now_us();
    join(&mut run, "B", "");
    after(&mut run, 15);
    assert_eq!((owned(&run, "A"), owned(&run, "B"), group(&run).epoch()), (2, 2, 2));
    assert_eq!(group(&run).state_name(), "Stable");

    let node = consumer(&run, "A").node;
    let kept: Vec<_> = consumer(&run, "A").partitions().keys().copied().collect();
    let polls = |from_us: u64, to_us: u64| {
        let of_a = run.events.iter().filter(|event| event.node == node && (from_us..to_us).contains(&event.time_us));
        let polled = of_a.filter(
            |event| matches!(&event.kind, EventKind::RecordsPolled { partition, .. } if kept.contains(partition)),
        );
        polled.count()
    };
    for second in 0..15 {
        let at_us = from_us + second * SECOND_US;
        assert!(polls(at_us, at_us + SECOND_US) > 0, "what A kept was read in second {second}");
    }
    let moves: Vec<usize> = run
        .events
        .iter()
        .filter(|event| event.time_us >= from_us && event.node == node)
        .filter_map(|event| match &event.kind {
            EventKind::PartitionsRevoked { partitions } => Some(partitions.len()),
            EventKind::PartitionsLost { .. } => panic!("nothing is lost"),
            _ => None,
        })
        .collect();
    assert_eq!(moves, [2], "A gives up two partitions, once");
    assert!(is_read_to_the_end(&run));
}

#[test]
fn who_leaves_is_missed_at_once() {
    let mut run = group_of_two("", &[]);
    let from_us = run.world.now_us();
    let node = consumer(&run, "A").node;
    give(&mut run, "remove-consumer consumer=A");
    after(&mut run, 6);
    assert_eq!((owned(&run, "B"), group(&run).member_count(), group(&run).epoch()), (4, 1, 3));
    let closed = happened(&run, from_us, |event| event.node == node && event.kind == EventKind::ClientClosed);
    let removed = |event: &Event| matches!(&event.kind, EventKind::MemberRemoved { reason: GroupReason::Left(_), .. });
    let removed = happened(&run, from_us, removed).expect("it said goodbye");
    assert!(removed <= closed.expect("it closed") && removed < from_us + SECOND_US / 10);
    assert!(is_read_to_the_end(&run));
    give(&mut run, "remove-consumer consumer=B");
    after(&mut run, 1);
    assert_eq!((group(&run).state_name(), group(&run).member_count()), ("Empty", 0));
}

#[test]
fn who_is_killed_is_waited_for_until_its_session_ends() {
    let mut run = group_of_two("", SHORT);
    let from_us = run.world.now_us();
    give(&mut run, "crash-consumer consumer=A");
    after(&mut run, 12);
    assert_eq!((owned(&run, "B"), group(&run).member_count()), (4, 1));
    let expired = |event: &Event| {
        matches!(&event.kind, EventKind::MemberRemoved { reason: GroupReason::MemberSessionExpired(_), .. })
    };
    let waited_us = happened(&run, from_us, expired).expect("its session ended") - from_us;
    // From its last heartbeat, which came at most 5 s before.
    assert!((SECOND_US..=6 * SECOND_US + 100_000).contains(&waited_us), "{waited_us}");
    assert!(is_read_to_the_end(&run));
    give(&mut run, "restart-consumer consumer=A");
    after(&mut run, 15);
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2));
}

#[test]
fn a_frozen_member_comes_back_as_a_zombie_and_is_fenced() {
    let mut run = group_of_two("auto.commit.interval.ms=1000", SHORT);
    give(&mut run, "freeze-consumer consumer=A");
    after(&mut run, 12);
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 4), "the zombie believes that it has what B reads by now");
    let (thawed_us, node) = (run.world.now_us(), consumer(&run, "A").node);
    give(&mut run, "thaw-consumer consumer=A");
    after(&mut run, 15);
    let fenced = happened(&run, thawed_us, |event| matches!(event.kind, EventKind::MemberFenced { .. }));
    let lost = |event: &Event| event.node == node && matches!(event.kind, EventKind::PartitionsLost { .. });
    assert!(fenced.expect("it is unknown") <= happened(&run, thawed_us, lost).expect("lost, not revoked"));
    assert_eq!((owned(&run, "A"), owned(&run, "B"), consumer(&run, "A").modern.state), (2, 2, ClientState::Stable));
}

#[test]
fn a_slow_application_is_out_until_it_polls() {
    let mut run = group_of_two("max.poll.interval.ms=10000", SHORT);
    let (from_us, node) = (run.world.now_us(), consumer(&run, "A").node);
    give(&mut run, "stall-consumer consumer=A");
    after(&mut run, 9);
    assert_eq!(group(&run).member_count(), 2, "its heartbeats keep it");
    after(&mut run, 11);
    assert_eq!((owned(&run, "B"), group(&run).member_count()), (4, 1));
    assert_eq!(consumer(&run, "A").modern.state, ClientState::Stale);
    let left = |event: &Event| {
        event.node == node && matches!(event.kind, EventKind::MembershipChanged { to: "LEAVING", epoch: -1, .. })
    };
    let left_us = happened(&run, from_us, left).expect("the client itself leaves") - from_us;
    assert!((10 * SECOND_US..=10 * SECOND_US + 100_000).contains(&left_us), "{left_us}");
    give(&mut run, "unstall-consumer consumer=A");
    after(&mut run, 15);
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2));
}

#[test]
fn who_does_not_give_up_in_time_is_out() {
    let mut run = stage(SHORT);
    join(&mut run, "A", "max.poll.interval.ms=8000");
    after(&mut run, 5);
    // It hangs while it should give up partitions: heartbeats alone do not keep it.
    give(&mut run, "stall-consumer consumer=A");
    let from_us = run.world.now_us();
    join(&mut run, "B", "");
    after(&mut run, 30);
    assert_eq!((owned(&run, "B"), group(&run).member_count()), (4, 1));
    let out = |event: &Event| matches!(event.kind, EventKind::MemberRemoved { .. });
    assert!(happened(&run, from_us, out).is_some());
}

#[test]
fn the_next_coordinator_goes_on_where_the_one_before_was() {
    let mut run = group_of_two("", &[]);
    let (epoch, first) = (group(&run).epoch(), coordinator(&run));
    let from_us = run.world.now_us();
    give(&mut run, &format!("crash-broker broker={first}"));
    after(&mut run, 30);
    assert_ne!(coordinator(&run), first);
    assert_eq!((owned(&run, "A"), owned(&run, "B"), group(&run).epoch()), (2, 2, epoch), "nothing has to move");
    let moved =
        |event: &Event| matches!(event.kind, EventKind::PartitionsRevoked { .. } | EventKind::PartitionsLost { .. });
    assert_eq!(happened(&run, from_us, moved), None);
    assert!(is_read_to_the_end(&run));
    // And it goes on as a coordinator.
    join(&mut run, "C", "");
    after(&mut run, 20);
    assert_eq!(group(&run).epoch(), epoch + 1);
    assert_eq!(["A", "B", "C"].map(|name| owned(&run, name)).iter().sum::<usize>(), 4);
}

#[test]
fn partitions_that_are_added_are_given_and_taken_by_name() {
    let mut run = group_of_two("", &[]);
    give(&mut run, "add-partitions topic=t partitions=7");
    after(&mut run, 15);
    assert_eq!(owned(&run, "A") + owned(&run, "B"), 7);
    assert_eq!(group(&run).epoch(), 3);
    assert!(is_read_to_the_end(&run), "without waiting for metadata.max.age.ms");
    give(&mut run, "create-topic topic=u partitions=2 replication.factor=3");
    give(&mut run, "subscribe consumer=B topics=t,u");
    after(&mut run, 20);
    assert_eq!((owned(&run, "A") + owned(&run, "B"), group(&run).state_name()), (9, "Stable"));
    give(&mut run, "delete-topic topic=u");
    after(&mut run, 20);
    assert_eq!((owned(&run, "A") + owned(&run, "B"), group(&run).state_name()), (7, "Stable"));
}

#[test]
fn who_is_many_shares_and_the_votes_choose_the_assignor() {
    let mut run = stage(&[]);
    join(&mut run, "A", "group.remote.assignor=range");
    join(&mut run, "B", "");
    after(&mut run, 15);
    assert_eq!(group(&run).assignor(), Some("range"));
    let of = |name: &str| -> Vec<i32> { consumer(&run, name).partitions().keys().map(|at| at.partition).collect() };
    let mut all = [of("A"), of("B")];
    all.sort();
    assert_eq!(all, [[0, 1], [2, 3]], "in ranges");
    join(&mut run, "wrong", "group.remote.assignor=sticky");
    after(&mut run, 5);
    assert_eq!(consumer(&run, "wrong").modern.state, ClientState::Fatal);
    for name in ["C", "D", "E"] {
        join(&mut run, name, "");
    }
    after(&mut run, 25);
    let counts: Vec<usize> = ["A", "B", "C", "D", "E"].map(|name| owned(&run, name)).to_vec();
    assert_eq!((counts.iter().sum::<usize>(), group(&run).member_count()), (4, 5), "{counts:?}");
}

#[test]
fn one_request_is_all_and_it_names_only_what_is_new() {
    let run = group_of_two("", &[]);
    let sent: Vec<Api> = run
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Sent(rpc) if !rpc.response && run.world.client_name(event.node).is_some() => Some(rpc.api),
            _ => None,
        })
        .collect();
    for api in [Api::JoinGroup, Api::SyncGroup, Api::Heartbeat, Api::LeaveGroup] {
        assert!(!sent.contains(&api), "{}", api.name());
    }
    assert!(sent.contains(&Api::ConsumerGroupHeartbeat));
    // Each kind of event has its line.
    for event in &run.events {
        assert_ne!(trace::traced(&run.world, event).kind, "unknown", "{event:?}");
    }
}

#[test]
fn a_static_member_that_restarts_moves_nothing_and_a_second_one_is_refused() {
    let mut run = stage(&[]);
    join(&mut run, "A", "group.instance.id=one");
    join(&mut run, "B", "group.instance.id=two");
    after(&mut run, 20);
    let (epoch, from_us, node) = (group(&run).epoch(), run.world.now_us(), consumer(&run, "B").node);
    let before: Vec<_> = consumer(&run, "A").partitions().keys().copied().collect();
    give(&mut run, "configure-consumer consumer=A group=g topics=t group.protocol=consumer group.instance.id=one");
    after(&mut run, 10);
    let now: Vec<_> = consumer(&run, "A").partitions().keys().copied().collect();
    assert_eq!((now, group(&run).epoch(), group(&run).state_name()), (before, epoch, "Stable"));
    let moved = |event: &Event| {
        event.node == node
            && matches!(event.kind, EventKind::PartitionsRevoked { .. } | EventKind::PartitionsLost { .. })
    };
    assert_eq!(happened(&run, from_us, moved), None);
    let replaced =
        |event: &Event| matches!(&event.kind, EventKind::MemberRemoved { reason: GroupReason::Replaced(_), .. });
    assert!(happened(&run, from_us, replaced).is_some());
    assert!(is_read_to_the_end(&run));

    // The newcomer is refused while the one before lives; in the classic protocol that one would be fenced.
    join(&mut run, "twin", "group.instance.id=one");
    after(&mut run, 5);
    let refused = Some(Failure::Answer(kafkascope::kafka::protocol::ErrorCode::UnreleasedInstanceId));
    assert_eq!((consumer(&run, "twin").modern.state, consumer(&run, "twin").last_error), (ClientState::Fatal, refused));
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2));

    // Who does not come back is out when its session ends.
    give(&mut run, "remove-consumer consumer=A");
    after(&mut run, 30);
    assert_eq!((owned(&run, "B"), group(&run).member_count()), (2, 2), "its partitions wait for it");
    after(&mut run, 25);
    assert_eq!((owned(&run, "B"), group(&run).member_count()), (4, 1));
}

/// The page's side of it: every step is told in both languages, and the cards say how far each has come.
#[test]
fn every_step_is_told_and_the_cards_say_how_far_each_has_come() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let give = |run: &mut Run, line: &str, seconds: u64| {
        run.apply(parse(line).expect(line)).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        run.advance_to(run.time_us() + seconds * SECOND_US);
    };
    let modern = "group=g group.protocol=consumer max.poll.interval.ms=20000";
    give(&mut run, "create-topic topic=t partitions=4 replication.factor=3", 1);
    give(&mut run, &format!("add-consumer consumer=A topics=t {modern}"), 5);
    // It hangs, so that what it has to give up is seen for a while.
    give(&mut run, "stall-consumer consumer=A", 1);
    give(&mut run, &format!("add-consumer consumer=B topics=t {modern}"), 6);
    let view = Builder::default().build(&run);
    let group = view.groups.iter().find(|group| group.group_id.as_deref() == Some("g")).expect("it is shown");
    let shown = (group.state, group.generation, group.assignment_epoch, group.assignor.as_deref());
    assert_eq!(shown, (Some("Reconciling"), 2, Some(2), Some("uniform")));
    let [a, b] = &group.members[..] else { panic!("two members") };
    let (a, b) = (a.progress.as_ref().expect("of the protocol"), b.progress.as_ref().expect("of the protocol"));
    assert_eq!(
        (a.epoch, a.known_state, &a.to_give_up[..]),
        (1, Some("UNREVOKED_PARTITIONS"), &["t-2".into(), "t-3".into()][..])
    );
    assert_eq!(
        (b.epoch, b.known_state, &b.to_wait_for[..]),
        (2, Some("UNRELEASED_PARTITIONS"), &["t-2".into(), "t-3".into()][..])
    );

    give(&mut run, &format!("add-consumer consumer=S topics=t {modern} group.instance.id=s"), 20);
    give(&mut run, "unstall-consumer consumer=A", 15);
    give(&mut run, "add-partitions topic=t partitions=6", 10);
    give(&mut run, &format!("configure-consumer consumer=S topics=t {modern} group.instance.id=s"), 10);
    give(&mut run, &format!("add-consumer consumer=twin topics=t {modern} group.instance.id=s"), 5);
    give(&mut run, "freeze-consumer consumer=B", 50);
    give(&mut run, "thaw-consumer consumer=B", 10);
    give(&mut run, "subscribe consumer=B topics=t,orders", 10);
    give(&mut run, "crash-broker broker=2", 30);
    give(&mut run, "remove-consumer consumer=A", 10);
    for event in run.events().iter() {
        let told = story::sentence(&run, event);
        let is_step = run.world().is_step(event);
        assert!(!is_step || told.is_some(), "{event:?}");
        assert!(!is_step || story::lane_of(run.world(), event) != Lane::Idle, "{event:?}");
        for lang in Lang::ALL {
            let text = story::describe(&run, event).plain(lang);
            assert!(!text.contains(['{', '}', '?']), "{text}: {event:?}");
        }
    }
    for kind in ["group_epoch_raised", "target_computed", "member_epoch_changed", "member_fenced", "membership_changed"]
    {
        let traced = |event: &Event| trace::traced(run.world(), event).kind == kind;
        assert!(run.events().iter().any(traced), "{kind}");
    }
}
