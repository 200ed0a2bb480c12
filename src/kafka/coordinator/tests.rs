//! The coordinator by itself: requests in, answers, writes and timers out.

mod static_members;
mod vote;

use std::sync::Arc;

use super::*;
use crate::{
    kafka::{
        node::Output,
        protocol::{Assignment, Channel, GroupMember, JoinGroup, JoinGroupResponse, JoinProtocol, Subscription},
    },
    sim::NodeId,
};

const SECOND_US: u64 = 1_000_000;

struct Bench {
    groups: GroupCoordinator,
    config: BrokerConfig,
    now_us: u64,
    timers: Map<Timer, u64>,
    /// Writes that are not replicated yet.
    writes: Vec<Then>,
    asked: u32,
}

impl Bench {
    fn new() -> Bench {
        let mut groups = GroupCoordinator::new(1, 1);
        let mut out = Outbox::default();
        groups.load(0, 0, &BrokerConfig::default(), &Log::default(), &Map::new(), &mut out);
        let (config, timers, writes) = (BrokerConfig::default(), Map::new(), Vec::new());
        Bench { groups, config, now_us: 0, timers, writes, asked: 0 }
    }

    fn take(&mut self, effects: Effects, out: Outbox) -> Vec<(u32, Response)> {
        for output in out.outputs {
            match output {
                Output::SetTimer(timer, at_us) => drop(self.timers.insert(timer, at_us)),
                Output::ClearTimer(timer) => drop(self.timers.remove(&timer)),
                _ => {}
            }
        }
        self.writes.extend(effects.writes.into_iter().map(|write| write.then));
        effects.replies.into_iter().map(|(handle, response)| (handle.correlation, response)).collect()
    }

    /// A request; the number of its answer is how many were asked before it, and one.
    fn ask(&mut self, request: Request) -> Vec<(u32, Response)> {
        self.asked += 1;
        let handle = Handle { node: NodeId(1_000_000), channel: Channel::Coordinator, correlation: self.asked };
        let mut out = Outbox::default();
        let (config, image) = (self.config.clone(), MetadataImage::default());
        let effects = self.groups.handle(self.now_us, 0, &config, &image, handle, &request, &mut out);
        self.take(effects, out)
    }

    /// Everything written so far is replicated.
    fn replicate(&mut self) -> Vec<(u32, Response)> {
        let mut replies = Vec::new();
        for then in std::mem::take(&mut self.writes) {
            let mut out = Outbox::default();
            let effects = self.groups.on_written(self.now_us, 0, &self.config.clone(), then, &mut out);
            replies.extend(self.take(effects, out));
        }
        replies
    }

    fn run_to(&mut self, time_us: u64) -> Vec<(u32, Response)> {
        let mut replies = Vec::new();
        while let Some((timer, at_us)) = self.timers.iter().map(|(t, at)| (*t, *at)).min_by_key(|(_, at_us)| *at_us)
            && at_us <= time_us
        {
            self.timers.remove(&timer);
            self.now_us = at_us.max(self.now_us);
            let (slot, member) = match timer {
                Timer::Rebalance(slot) => (slot, None),
                Timer::Session(slot, member) => (slot, Some(member)),
                other => panic!("{other:?}"),
            };
            let mut out = Outbox::default();
            let effects = self.groups.on_timer(self.now_us, &self.config.clone(), slot, member, &mut out);
            replies.extend(self.take(effects, out));
        }
        self.now_us = time_us;
        replies
    }

    fn join(&mut self, member: &Name) -> Vec<(u32, Response)> {
        self.join_with(member, None, &["range"], -1)
    }

    /// A join by these assignors, with metadata of that generation.
    fn join_with(
        &mut self,
        member: &Name,
        instance: Option<&str>,
        assignors: &[&str],
        generation: i32,
    ) -> Vec<(u32, Response)> {
        let metadata = Subscription { topics: vec!["t".into()], generation, ..Subscription::default() };
        let protocol = |name: &&str| JoinProtocol { name: (*name).into(), metadata: metadata.clone() };
        self.ask(Request::JoinGroup(Box::new(JoinGroup {
            group_id: "g".into(),
            member_id: member.clone(),
            group_instance_id: instance.map(Name::from),
            client_id: "c".into(),
            session_timeout_us: 10 * SECOND_US,
            rebalance_timeout_us: 60 * SECOND_US,
            protocols: assignors.iter().map(protocol).collect(),
        })))
    }

    /// A new member asks for its id and joins with it.
    fn arrive(&mut self) -> Name {
        let answers = self.join(&"".into());
        let [(_, Response::JoinGroup(answer))] = &answers[..] else { panic!("{answers:?}") };
        assert_eq!(answer.error, ErrorCode::MemberIdRequired);
        let id = answer.member_id.clone();
        assert_eq!(self.join(&id), [], "it waits for the join phase to end");
        id
    }

    fn heartbeat(&mut self, member: &Name, generation: i32) -> ErrorCode {
        self.ask(Request::Heartbeat { member: speaker(member, generation) })[0].1.error()
    }

    fn sync(&mut self, member: &Name, generation: i32, given: &[(&Name, i32)]) -> Vec<(u32, Response)> {
        let assignments = given.iter().map(|(id, partition)| ((*id).clone(), [at(*partition)].into())).collect();
        self.ask(Request::SyncGroup { member: speaker(member, generation), assignments })
    }

    fn commit(&mut self, member: &Name, generation: i32, offset: i64) -> Vec<(u32, Response)> {
        let offsets = vec![OffsetAndEpoch { partition: at(0), offset, leader_epoch: 0 }];
        self.ask(Request::OffsetCommit { member: speaker(member, generation), offsets })
    }

    fn committed(&mut self) -> Option<i64> {
        let answers = self.ask(Request::OffsetFetch {
            group_id: "g".into(),
            member_id: "".into(),
            member_epoch: -1,
            partitions: vec![at(0)],
        });
        let Response::OffsetFetch { offsets, .. } = &answers[0].1 else { panic!("{answers:?}") };
        offsets[0].1.map(|(offset, _)| offset)
    }

    fn group(&self) -> &Group {
        self.groups.group("g").expect("there is a group")
    }

    /// Two members in a stable group of generation 1; the first leads.
    fn stable() -> (Bench, Name, Name) {
        let mut bench = Bench::new();
        let first = bench.arrive();
        let second = bench.arrive();
        bench.run_to(6 * SECOND_US);
        bench.sync(&second, 1, &[]);
        bench.sync(&first, 1, &[(&first, 0), (&second, 1)]);
        assert_eq!(bench.replicate().len(), 2);
        assert_eq!(bench.group().state, GroupState::Stable);
        (bench, first, second)
    }
}

fn speaker(member: &Name, generation: i32) -> GroupMember {
    GroupMember { group_id: "g".into(), generation, member_id: member.clone(), group_instance_id: None }
}

fn at(partition: i32) -> TopicIdPartition {
    TopicIdPartition::new(TopicId(1), partition)
}

fn joined(response: &Response) -> &JoinGroupResponse {
    match response {
        Response::JoinGroup(join) => join,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_join_phase_waits_three_seconds_and_longer_while_members_arrive() {
    let mut bench = Bench::new();
    let first = bench.arrive();
    assert_eq!(bench.run_to(2 * SECOND_US), []);
    let second = bench.arrive();
    assert_eq!(bench.run_to(6 * SECOND_US - 1), [], "prolonged, because somebody came");
    let answers = bench.run_to(6 * SECOND_US);
    assert_eq!(answers.len(), 2);
    let [of_first, of_second] = [joined(&answers[0].1), joined(&answers[1].1)];
    assert_eq!((of_first.generation, of_second.generation), (1, 1));
    assert_eq!((&of_first.leader, &of_second.leader), (&first, &first), "who joined first leads");
    assert_eq!(of_first.members.len(), 2, "only the leader is told who is there");
    assert!(of_second.members.is_empty());
    assert_ne!(first, second);
}

#[test]
fn assignments_are_handed_out_once_they_are_replicated() {
    let mut bench = Bench::new();
    let (first, second) = (bench.arrive(), bench.arrive());
    bench.run_to(6 * SECOND_US);
    assert_eq!(bench.sync(&second, 1, &[]), []);
    assert_eq!(bench.sync(&second, 0, &[])[0].1.error(), ErrorCode::IllegalGeneration);
    assert_eq!(bench.sync(&first, 1, &[(&first, 0), (&second, 1)]), []);
    assert_eq!(bench.group().state, GroupState::CompletingRebalance);
    assert_eq!(bench.commit(&first, 1, 5)[0].1.error(), ErrorCode::RebalanceInProgress);
    let mut given: Vec<Assignment> = Vec::new();
    for (_, response) in bench.replicate() {
        let Response::SyncGroup { error: ErrorCode::None, assignment } = response else { panic!("{response:?}") };
        given.push(assignment);
    }
    assert_eq!(given, [Arc::from([at(0)]), Arc::from([at(1)])]);
    let again = bench.sync(&second, 1, &[]);
    assert_eq!(again[0].1, Response::SyncGroup { error: ErrorCode::None, assignment: [at(1)].into() });
}

#[test]
fn a_commit_counts_once_it_is_replicated_and_only_from_the_generation_of_now() {
    let (mut bench, first, _) = Bench::stable();
    assert_eq!(bench.commit(&first, 1, 5), [], "no answer before it is replicated");
    assert_eq!(bench.committed(), None);
    let answers = bench.replicate();
    assert_eq!(answers[0].1.error(), ErrorCode::None);
    assert_eq!(bench.committed(), Some(5));
    assert_eq!(bench.commit(&first, 0, 9)[0].1.error(), ErrorCode::IllegalGeneration);
    assert_eq!(bench.commit(&first, 2, 9)[0].1.error(), ErrorCode::IllegalGeneration);
    assert_eq!(bench.commit(&"somebody".into(), 1, 9)[0].1.error(), ErrorCode::UnknownMemberId);
    assert_eq!(bench.commit(&"".into(), -1, 9)[0].1.error(), ErrorCode::UnknownMemberId, "members have the word");
    bench.replicate();
    assert_eq!(bench.committed(), Some(5));
}

#[test]
fn a_member_that_is_not_heard_of_is_out_and_the_others_join_again() {
    let (mut bench, first, second) = Bench::stable();
    bench.run_to(12 * SECOND_US);
    assert_eq!(bench.heartbeat(&first, 1), ErrorCode::None);
    bench.run_to(16 * SECOND_US);
    assert_eq!(bench.group().state, GroupState::PreparingRebalance);
    assert_eq!(bench.heartbeat(&second, 1), ErrorCode::UnknownMemberId);
    assert_eq!(bench.heartbeat(&first, 1), ErrorCode::RebalanceInProgress);
    assert_eq!(bench.commit(&first, 1, 7), [], "it may still commit before it joins again");
    bench.replicate();
    assert_eq!(bench.committed(), Some(7));
    let answers = bench.join(&first);
    assert_eq!(joined(&answers[0].1).generation, 2, "nobody else to wait for");
    assert_eq!(bench.heartbeat(&first, 1), ErrorCode::IllegalGeneration);
    assert_eq!(bench.commit(&first, 1, 8)[0].1.error(), ErrorCode::IllegalGeneration);
}

#[test]
fn who_does_not_join_again_in_time_is_out() {
    let (mut bench, first, second) = Bench::stable();
    let third = bench.arrive();
    assert_eq!(bench.heartbeat(&first, 1), ErrorCode::RebalanceInProgress);
    assert_eq!(bench.join(&first), []);
    // The second one beats on, but never comes.
    let mut answers = Vec::new();
    for second_us in 7..=66 {
        answers.extend(bench.run_to(second_us * SECOND_US));
        bench.heartbeat(&second, 1);
    }
    assert_eq!(answers.len(), 2, "after max.poll.interval.ms, the rebalance timeout");
    assert!(answers.iter().all(|(_, answer)| joined(answer).generation == 2));
    let ids: Vec<&Name> = bench.group().members.iter().map(|member| &member.id).collect();
    assert_eq!(ids, [&first, &third]);
    assert_eq!(bench.heartbeat(&second, 1), ErrorCode::UnknownMemberId);
}

#[test]
fn who_does_not_sync_in_time_is_out() {
    let mut bench = Bench::new();
    let (first, second) = (bench.arrive(), bench.arrive());
    bench.run_to(6 * SECOND_US);
    assert_eq!(bench.sync(&second, 1, &[]), [], "the leader never syncs, though it beats");
    let mut answers = Vec::new();
    for second_us in 7..=66 {
        answers.extend(bench.run_to(second_us * SECOND_US));
        bench.heartbeat(&first, 1);
    }
    assert_eq!(answers[0].1.error(), ErrorCode::RebalanceInProgress);
    let ids: Vec<&Name> = bench.group().members.iter().map(|member| &member.id).collect();
    assert_eq!(ids, [&second]);
}

#[test]
fn an_assignment_that_is_not_replicated_in_time_begins_the_rebalance_again() {
    let mut bench = Bench::new();
    let (first, second) = (bench.arrive(), bench.arrive());
    bench.run_to(6 * SECOND_US);
    bench.sync(&second, 1, &[]);
    bench.sync(&first, 1, &[(&first, 0), (&second, 1)]);
    let mut out = Outbox::default();
    let lost = bench.writes[0].clone();
    let effects = bench.groups.on_write_lost(bench.now_us, 0, &bench.config.clone(), lost, &mut out);
    let answers = bench.take(effects, out);
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|(_, answer)| answer.error() == ErrorCode::CoordinatorNotAvailable));
    assert_eq!(bench.group().state, GroupState::PreparingRebalance);
    assert_eq!(bench.replicate(), [], "the old generation's write means nothing any more");
    assert_eq!(bench.group().state, GroupState::PreparingRebalance);
}

#[test]
fn the_last_one_to_leave_empties_the_group_and_its_offsets_stay() {
    let (mut bench, first, second) = Bench::stable();
    bench.commit(&first, 1, 5);
    bench.replicate();
    for member_id in [second, first] {
        let answers = bench.ask(Request::LeaveGroup { group_id: "g".into(), member_id });
        assert_eq!(answers.last().map(|(_, answer)| answer.error()), Some(ErrorCode::None));
    }
    assert_eq!(bench.group().state, GroupState::Empty);
    assert_eq!(bench.committed(), Some(5));
    assert_eq!(bench.commit(&"".into(), -1, 9), [], "now a consumer without membership may commit");
    bench.replicate();
    assert_eq!(bench.committed(), Some(9));
}
