//! Groups of the consumer protocol on their coordinator: heartbeats in, answers, writes, timers and events out.

use std::sync::Arc;

use super::{consumer_group::ConsumerGroupState, *};
use crate::{
    kafka::{
        config::Settings,
        ids::TopicId,
        log::{NO_PRODUCER, RecordsBuilder},
        metadata::{MetadataDelta, MetadataImage, PartitionState},
        node::Output,
        protocol::{
            Channel, ConsumerGroupHeartbeat, ConsumerGroupHeartbeatResponse, GroupMember, JoinGroup, JoinProtocol,
            Subscription,
        },
    },
    sim::NodeId,
};

const SECOND_US: u64 = 1_000_000;

struct Bench {
    groups: GroupCoordinator,
    config: BrokerConfig,
    image: MetadataImage,
    log: Log,
    now_us: u64,
    timers: Map<Timer, u64>,
    waiting: Vec<Then>,
    events: Vec<EventKind>,
}

impl Bench {
    fn new(partitions: i32) -> Bench {
        let mut bench = Bench {
            groups: GroupCoordinator::new(1, 1),
            config: BrokerConfig::from_settings(&Settings::new()).expect("the defaults"),
            image: MetadataImage::default(),
            log: Log::default(),
            now_us: 0,
            timers: Map::new(),
            waiting: Vec::new(),
            events: Vec::new(),
        };
        bench.image.apply(&MetadataDelta::Topic { topic: TopicId(1), name: "t".into() });
        bench.grow(partitions);
        bench.load();
        bench
    }

    fn grow(&mut self, partitions: i32) {
        let state = PartitionState { replicas: vec![1], isr: vec![1], leader: Some(1), ..PartitionState::default() };
        for partition in 0..partitions {
            let (partition, state) = (at(partition), Arc::new(state.clone()));
            self.image.apply(&MetadataDelta::Partition { partition, state });
        }
    }

    /// The next coordinator reads the log.
    fn load(&mut self) {
        self.groups = GroupCoordinator::new(2, 2);
        self.timers.clear();
        let mut out = Outbox::default();
        self.groups.load(self.now_us, 0, &self.config, &self.log, &self.image.topics, &mut out);
        self.take(Effects::default(), out);
    }

    fn take(&mut self, effects: Effects, out: Outbox) -> Vec<Response> {
        for output in out.outputs {
            match output {
                Output::Event(kind) => self.events.push(kind),
                Output::SetTimer(timer, at_us) => drop(self.timers.insert(timer, at_us)),
                Output::ClearTimer(timer) => drop(self.timers.remove(&timer)),
                _ => {}
            }
        }
        for write in effects.writes {
            let mut builder = RecordsBuilder::new(self.now_us, NO_PRODUCER);
            for (key, value) in &write.records {
                builder.push(self.now_us, Some(key), value.as_deref(), &[]);
            }
            if !write.records.is_empty() {
                self.log.append(0, Arc::new(builder.build()));
            }
            self.waiting.push(write.then);
        }
        effects.replies.into_iter().map(|(_, response)| response).collect()
    }

    /// A heartbeat; its answer if that needs not wait.
    fn send(&mut self, heartbeat: &ConsumerGroupHeartbeat) -> Vec<Response> {
        let handle = Handle { node: NodeId(1_000_000), channel: Channel::Coordinator, correlation: 1 };
        let mut out = Outbox::default();
        let (config, image) = (&self.config, &self.image);
        let effects = self.groups.consumer_heartbeat(self.now_us, 0, config, image, handle, heartbeat, &mut out);
        self.take(effects, out)
    }

    fn replicate(&mut self) -> Vec<Response> {
        let mut replies = Vec::new();
        for then in std::mem::take(&mut self.waiting) {
            let mut out = Outbox::default();
            let effects = self.groups.on_written(self.now_us, 0, &self.config.clone(), then, &mut out);
            replies.extend(self.take(effects, out));
        }
        replies
    }

    /// A heartbeat whose answer waits until it is stored.
    fn ask(&mut self, heartbeat: &ConsumerGroupHeartbeat) -> ConsumerGroupHeartbeatResponse {
        let mut replies = self.send(heartbeat);
        replies.extend(self.replicate());
        match &replies[..] {
            [Response::ConsumerGroupHeartbeat(answer)] => (**answer).clone(),
            other => panic!("{other:?}"),
        }
    }

    fn run_to(&mut self, time_us: u64) {
        while let Some((timer, at_us)) = self.timers.iter().map(|(t, at)| (*t, *at)).min_by_key(|(_, at_us)| *at_us)
            && at_us <= time_us
        {
            self.timers.remove(&timer);
            self.now_us = at_us.max(self.now_us);
            let (member, timer) = match timer {
                Timer::MemberSession(slot, member) => ((slot, member), MemberTimer::Session),
                Timer::Revocation(slot, member) => ((slot, member), MemberTimer::Revocation),
                other => panic!("{other:?}"),
            };
            let mut out = Outbox::default();
            let (config, image) = (&self.config, &self.image);
            let effects = self.groups.on_member_timer(self.now_us, config, image, member, timer, &mut out);
            self.take(effects, out);
        }
        self.now_us = time_us;
    }

    fn group(&self) -> &Group {
        self.groups.group("g").expect("the group")
    }

    fn state(&self) -> &'static str {
        self.group().state_name()
    }

    fn count(&self, wanted: impl Fn(&EventKind) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(event)).count()
    }
}

fn at(partition: i32) -> TopicIdPartition {
    TopicIdPartition::new(TopicId(1), partition)
}

fn beat(member: &str, member_epoch: i32) -> ConsumerGroupHeartbeat {
    ConsumerGroupHeartbeat {
        group_id: "g".into(),
        member_id: member.into(),
        member_epoch,
        instance_id: None,
        rack_id: None,
        rebalance_timeout_us: None,
        subscribed_topic_names: None,
        subscribed_topic_regex: None,
        server_assignor: None,
        topic_partitions: None,
        client_id: "c".into(),
    }
}

fn join(member: &str) -> ConsumerGroupHeartbeat {
    ConsumerGroupHeartbeat {
        rebalance_timeout_us: Some(60 * SECOND_US),
        subscribed_topic_names: Some(vec!["t".into()]),
        topic_partitions: Some([].into()),
        ..beat(member, 0)
    }
}

fn owning(owned: &[i32], heartbeat: ConsumerGroupHeartbeat) -> ConsumerGroupHeartbeat {
    let owned = owned.iter().map(|partition| at(*partition)).collect();
    ConsumerGroupHeartbeat { topic_partitions: Some(owned), ..heartbeat }
}

fn all(partitions: &[i32]) -> Option<Vec<TopicIdPartition>> {
    Some(partitions.iter().map(|partition| at(*partition)).collect())
}

#[test]
fn an_answer_waits_for_what_it_rests_on() {
    let mut bench = Bench::new(4);
    assert_eq!(bench.send(&join("a")), [], "not before it is stored");
    assert_eq!(bench.send(&beat("a", 1)), [], "nor one that changes nothing, while that is under way");
    let replies = bench.replicate();
    let [Response::ConsumerGroupHeartbeat(joined), Response::ConsumerGroupHeartbeat(stayed)] = &replies[..] else {
        panic!("{replies:?}")
    };
    assert_eq!((joined.member_epoch, joined.heartbeat_interval_us), (1, 5 * SECOND_US));
    assert_eq!((&joined.assignment, &stayed.assignment), (&all(&[0, 1, 2, 3]), &None));
    assert_eq!(bench.send(&beat("a", 7)).len(), 1, "a refusal rests on nothing");
}

#[test]
fn the_next_coordinator_knows_the_group_as_it_was() {
    let mut bench = Bench::new(4);
    bench.ask(&join("a"));
    bench.ask(&join("b"));
    bench.ask(&beat("a", 1));
    let before = bench.group().consumer.clone().expect("of the consumer protocol");
    bench.load();
    let after = bench.group().consumer.clone().expect("of the consumer protocol");
    assert_eq!((before.epoch, before.assignment_epoch), (after.epoch, after.assignment_epoch));
    assert_eq!(before.members, after.members);
    assert_eq!(bench.count(|event| matches!(event, EventKind::GroupState { reason: GroupReason::Loaded, .. })), 1);
    // It goes on where the one before was, and nothing is computed anew.
    let answer = bench.ask(&owning(&[0, 1], beat("a", 1)));
    assert_eq!((answer.member_epoch, bench.group().epoch()), (2, 2));
    assert_eq!(bench.ask(&beat("b", 2)).assignment, all(&[2, 3]));
    assert_eq!(bench.state(), "Stable");

    bench.ask(&beat("a", -1));
    bench.ask(&beat("b", -1));
    bench.load();
    let after = bench.group().consumer.as_ref().expect("an empty group is still there");
    assert_eq!((after.members.len(), after.epoch, bench.state()), (0, 4, "Empty"));
}

#[test]
fn a_member_that_is_not_heard_of_is_out_and_the_next_heartbeat_gives_its_partitions() {
    let mut bench = Bench::new(4);
    bench.ask(&join("a"));
    bench.ask(&join("b"));
    bench.ask(&beat("a", 1));
    bench.ask(&owning(&[0, 1], beat("a", 1)));
    bench.ask(&beat("b", 2));
    for second in 1..=44 {
        bench.run_to(second * SECOND_US);
        bench.ask(&beat("b", 2));
    }
    assert_eq!(bench.group().member_count(), 2);
    bench.run_to(45 * SECOND_US);
    assert_eq!((bench.group().member_count(), bench.state()), (1, "Assigning"));
    let reason = GroupReason::MemberSessionExpired("a".into());
    let out = EventKind::MemberRemoved { group: "g".into(), member: "a".into(), reason };
    assert_eq!(bench.count(|event| *event == out), 1);
    let answer = bench.ask(&beat("b", 2));
    assert_eq!((answer.member_epoch, answer.assignment), (3, all(&[0, 1, 2, 3])));
    assert_eq!(bench.ask(&beat("a", 2)).error, ErrorCode::UnknownMemberId);
}

#[test]
fn a_member_that_does_not_give_up_in_time_is_out() {
    let mut bench = Bench::new(2);
    bench.ask(&join("a"));
    bench.ask(&join("b"));
    for second in 1..=59 {
        bench.run_to(second * SECOND_US);
        bench.ask(&beat("a", 1));
        bench.ask(&beat("b", 2));
    }
    assert_eq!(bench.group().member_count(), 2);
    bench.run_to(61 * SECOND_US);
    assert_eq!(bench.group().member_count(), 1, "its rebalance timeout is 60 s");
    assert_eq!(bench.ask(&beat("a", 1)).error, ErrorCode::UnknownMemberId);
    assert_eq!(bench.ask(&beat("b", 2)).assignment, all(&[0, 1]));
}

#[test]
fn a_topic_that_grows_raises_the_epoch_at_the_next_heartbeat() {
    let mut bench = Bench::new(2);
    bench.ask(&join("a"));
    bench.grow(3);
    assert_eq!(bench.group().epoch(), 1);
    let answer = bench.ask(&beat("a", 1));
    assert_eq!((answer.member_epoch, answer.assignment), (2, all(&[0, 1, 2])));
    let grown = |event: &EventKind| {
        matches!(event, EventKind::GroupEpochRaised { epoch: 2, reason: GroupReason::TopicsChanged, .. })
    };
    assert_eq!(bench.count(grown), 1);
}

#[test]
fn an_unknown_group_is_made_by_a_join_alone() {
    let mut bench = Bench::new(2);
    assert_eq!(bench.ask(&beat("a", 1)).error, ErrorCode::GroupIdNotFound);
    let nonsense = ConsumerGroupHeartbeat { subscribed_topic_names: None, ..join("a") };
    assert_eq!(bench.ask(&nonsense).error, ErrorCode::InvalidRequest);
    assert!(bench.groups.group("g").is_none(), "a refusal makes no group");
    bench.config.group_consumer_max_size = 1;
    bench.ask(&join("a"));
    assert_eq!(bench.ask(&join("b")).error, ErrorCode::GroupMaxSizeReached);
    let unknown = ConsumerGroupHeartbeat { server_assignor: Some("sticky".into()), ..beat("a", 1) };
    assert_eq!(bench.ask(&unknown).error, ErrorCode::UnsupportedAssignor);
}

#[test]
fn commits_need_the_members_epoch() {
    let mut bench = Bench::new(2);
    bench.ask(&join("a"));
    let mut commit = |member: &str, generation: i32| {
        let handle = Handle { node: NodeId(1_000_000), channel: Channel::Coordinator, correlation: 1 };
        let offsets = vec![crate::kafka::protocol::OffsetAndEpoch { partition: at(0), offset: 5, leader_epoch: 0 }];
        let (group_id, member_id) = ("g".into(), member.into());
        let member = GroupMember { group_id, generation, member_id, group_instance_id: None };
        let request = Request::OffsetCommit { member, offsets };
        let mut out = Outbox::default();
        let config = bench.config.clone();
        let effects = bench.groups.handle(0, 0, &config, &bench.image, handle, &request, &mut out);
        let mut replies = bench.take(effects, out);
        replies.extend(bench.replicate());
        replies[0].error()
    };
    assert_eq!(commit("a", 1), ErrorCode::None);
    assert_eq!(commit("a", 0), ErrorCode::StaleMemberEpoch);
    assert_eq!(commit("a", 2), ErrorCode::StaleMemberEpoch);
    assert_eq!(commit("b", 1), ErrorCode::UnknownMemberId);
    assert_eq!(commit("", -1), ErrorCode::UnknownMemberId, "a group with members takes no commits from outside");
}

#[test]
fn empty_groups_change_their_protocol_and_keep_their_offsets() {
    let mut bench = Bench::new(2);
    bench.ask(&join("a"));
    assert_eq!(bench.group().consumer.as_ref().map(|group| group.state()), Some(ConsumerGroupState::Stable));
    let classic = |bench: &mut Bench| {
        let handle = Handle { node: NodeId(1_000_000), channel: Channel::Coordinator, correlation: 1 };
        let metadata = Subscription { topics: vec!["t".into()], ..Subscription::default() };
        let request = Request::JoinGroup(Box::new(JoinGroup {
            group_id: "g".into(),
            member_id: "".into(),
            group_instance_id: None,
            client_id: "c".into(),
            session_timeout_us: 10 * SECOND_US,
            rebalance_timeout_us: 60 * SECOND_US,
            protocols: [JoinProtocol { name: "range".into(), metadata }].into(),
        }));
        let mut out = Outbox::default();
        let config = bench.config.clone();
        let effects = bench.groups.handle(bench.now_us, 0, &config, &bench.image, handle, &request, &mut out);
        bench.take(effects, out)[0].error()
    };
    bench.ask(&beat("a", -1));
    assert_eq!(classic(&mut bench), ErrorCode::MemberIdRequired);
    assert!(bench.group().consumer.is_none());
    bench.load();
    assert!(bench.groups.group("g").is_none_or(|group| group.consumer.is_none()), "also for the next coordinator");
    // And back again.
    assert_eq!(bench.ask(&join("a")).member_epoch, 1);
}
