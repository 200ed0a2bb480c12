//! Membership of a group: classic protocol, eager (`AbstractCoordinator`, `ConsumerCoordinator`; reference §6).

use std::sync::Arc;

use super::{App, Consumer, Pending};
use crate::kafka::{
    assignor::{Member, Topic, assign_range},
    event::EventKind,
    hash::java_string_cmp,
    ids::{BrokerId, Name, TopicIdPartition},
    node::{Outbox, Timer},
    protocol::{Assignment, Channel, ErrorCode, JoinGroup, JoinGroupResponse, Request, Subscription},
};

/// The only assignor so far.
const RANGE: &str = "range";

/// Where a consumer stands in its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Membership {
    /// Not a member.
    Unjoined,
    /// Commits before it gives up its partitions and joins (again).
    Preparing,
    /// Its JoinGroup is under way.
    Joining,
    /// Its SyncGroup is under way.
    Syncing,
    /// It has its assignment.
    Stable,
}

impl Consumer {
    /// The coordinator's part of `poll`. Returns whether the rest of it may go on.
    pub(super) fn poll_coordinator(&mut self, now_us: u64, out: &mut Outbox) -> bool {
        if self.group.is_none() {
            return true;
        }
        if self.is_modern() {
            self.poll_membership(now_us, out);
            return true;
        }
        let Some(coordinator) = self.coordinator else {
            self.find_coordinator(now_us, out);
            // A member goes on with what it has fetched while it looks for the coordinator.
            return self.membership == Membership::Stable || self.topics.is_empty();
        };
        if self.topics.is_empty() {
            return true;
        }
        if self.rejoin_needed && matches!(self.membership, Membership::Unjoined | Membership::Stable) {
            if now_us < self.retry_at_us {
                return false;
            }
            self.prepare_join(now_us, coordinator, out);
            return false;
        }
        self.membership == Membership::Stable
    }

    pub(super) fn find_coordinator(&mut self, now_us: u64, out: &mut Outbox) {
        if now_us < self.retry_at_us || self.is_waiting_for(|pending| *pending == Pending::FindCoordinator) {
            return;
        }
        let (Some(group_id), Some(broker)) = (self.group.clone(), self.metadata.any_broker(now_us)) else { return };
        self.ask(broker, Channel::Data, Request::FindCoordinator { group_id }, Pending::FindCoordinator, out);
    }

    pub(super) fn on_coordinator(
        &mut self,
        now_us: u64,
        error: ErrorCode,
        coordinator: Option<BrokerId>,
        out: &mut Outbox,
    ) {
        if error == ErrorCode::None {
            self.coordinator = coordinator;
            self.attempts = 0;
        } else {
            self.back_off(now_us, out);
        }
    }

    /// The coordinator is gone or is another: it is looked for again, the membership stays.
    pub(super) fn lose_coordinator(&mut self, now_us: u64, out: &mut Outbox) {
        self.coordinator = None;
        self.heartbeat_in_flight = false;
        self.pending.retain(|_, pending| *pending == Pending::ListOffsets);
        self.forget_asked();
        match self.membership {
            Membership::Preparing | Membership::Joining | Membership::Syncing => {
                self.membership = Membership::Unjoined;
                self.rejoin_needed = true;
            }
            Membership::Unjoined | Membership::Stable => {}
        }
        self.back_off(now_us, out);
    }

    /// Before joining, an eager member commits (if that is automatic) and gives up all its partitions.
    fn prepare_join(&mut self, now_us: u64, coordinator: BrokerId, out: &mut Outbox) {
        self.membership = Membership::Preparing;
        let commits = self.config.enable_auto_commit && !self.partitions.is_empty();
        if !(commits && self.commit(now_us, coordinator, true, true, out)) {
            self.revoke_and_join(now_us, out);
        }
    }

    pub(super) fn revoke_and_join(&mut self, _now_us: u64, out: &mut Outbox) {
        if self.closing || !matches!(self.membership, Membership::Preparing | Membership::Unjoined) {
            return;
        }
        let Some(coordinator) = self.coordinator else { return };
        if !self.partitions.is_empty() {
            let partitions = self.partitions.keys().copied().collect();
            out.event(EventKind::PartitionsRevoked { partitions });
            self.own(&[]);
        }
        self.send_join(coordinator, out);
    }

    fn send_join(&mut self, coordinator: BrokerId, out: &mut Outbox) {
        let Some(group_id) = self.group.clone() else { return };
        self.membership = Membership::Joining;
        self.rejoin_needed = false;
        out.clear_timer(Timer::Heartbeat);
        let join = JoinGroup {
            group_id,
            member_id: self.member_id.clone(),
            client_id: self.name.clone(),
            session_timeout_us: self.config.session_timeout_us,
            rebalance_timeout_us: self.config.max_poll_interval_us,
            protocols: vec![RANGE.into()],
            subscription: Subscription {
                topics: self.topics.clone(),
                rack: self.config.client_rack.as_deref().map(Name::from),
            },
        };
        self.ask(coordinator, Channel::Coordinator, Request::JoinGroup(Box::new(join)), Pending::Join, out);
    }

    pub(super) fn on_joined(&mut self, now_us: u64, join: JoinGroupResponse, out: &mut Outbox) {
        let Some(coordinator) = self.coordinator.filter(|_| !self.closing) else { return };
        match join.error {
            ErrorCode::None => {}
            ErrorCode::MemberIdRequired => {
                self.member_id = join.member_id;
                return self.send_join(coordinator, out);
            }
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                self.membership = Membership::Unjoined;
                self.rejoin_needed = true;
                return self.lose_coordinator(now_us, out);
            }
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                self.lose_membership(join.error == ErrorCode::UnknownMemberId, out);
                return self.back_off(now_us, out);
            }
            ErrorCode::RebalanceInProgress | ErrorCode::CoordinatorLoadInProgress => {
                self.membership = Membership::Unjoined;
                self.rejoin_needed = true;
                return self.back_off(now_us, out);
            }
            fatal => return self.fail(fatal, out),
        }
        self.attempts = 0;
        self.generation = join.generation;
        self.is_leader = join.leader == join.member_id;
        self.membership = Membership::Syncing;
        let assignments = if self.is_leader { self.compute_assignment(&join.members, out) } else { Vec::new() };
        let Some(group_id) = self.group.clone() else { return };
        let (generation, member_id) = (self.generation, self.member_id.clone());
        let request = Request::SyncGroup { group_id, generation, member_id, assignments };
        self.ask(coordinator, Channel::Coordinator, request, Pending::Sync, out);
        self.schedule_heartbeat(now_us, out);
    }

    /// As the group's leader: range over the metadata that this client has.
    fn compute_assignment(&mut self, members: &[(Name, Subscription)], out: &mut Outbox) -> Vec<(Name, Assignment)> {
        let mut names: Vec<Name> = members.iter().flat_map(|(_, subscription)| subscription.topics.clone()).collect();
        crate::sim::sort_by(&mut names, |a, b| java_string_cmp(a, b));
        names.dedup();
        for name in &names {
            self.metadata.want(name);
        }
        let topics: Vec<Topic> = names.iter().filter_map(|name| self.assignor_topic(name)).collect();
        let assignor_members: Vec<Member> = members
            .iter()
            .map(|(id, subscription)| Member {
                id: id.to_string(),
                group_instance_id: None,
                rack: subscription.rack.as_deref().map(str::to_owned),
                subscription: subscription.topics.iter().map(|topic| topic.to_string()).collect(),
            })
            .collect();
        let result = assign_range(&topics, &assignor_members, false);
        let to_ids = |partitions: &[crate::kafka::assignor::TopicPartition]| -> Assignment {
            let ids = partitions.iter().filter_map(|partition| {
                Some(TopicIdPartition::new(self.metadata.topic(&partition.topic)?.topic, partition.partition))
            });
            ids.collect()
        };
        let assignments =
            result.members.iter().map(|member| (Name::from(&*member.member_id), to_ids(&member.partitions))).collect();
        self.assigned_counts = self.partition_counts(&names);
        self.computed = Some(Arc::new(result));
        if let Some(group) = self.group.clone() {
            let (generation, members) = (self.generation, members.len() as u32);
            out.event(EventKind::AssignmentComputed { group, generation, members });
        }
        assignments
    }

    fn assignor_topic(&self, name: &Name) -> Option<Topic> {
        let topic = self.metadata.topic(name)?;
        let racks = |state: &Arc<crate::kafka::metadata::PartitionState>| {
            let rack = |broker: &BrokerId| self.metadata.rack(*broker).map(|rack| rack.to_string());
            state.replicas.iter().filter_map(rack).collect()
        };
        Some(Topic {
            name: name.to_string(),
            partition_count: topic.partitions.len() as i32,
            replica_racks: topic.partitions.iter().map(racks).collect(),
        })
    }

    fn partition_counts(&self, names: &[Name]) -> Vec<(Name, usize)> {
        let count = |name: &Name| (name.clone(), self.metadata.topic(name).map_or(0, |topic| topic.partitions.len()));
        names.iter().map(count).collect()
    }

    /// The leader compares newer metadata with what it assigned: other counts mean a new rebalance.
    pub(super) fn notice_partition_counts(&mut self) {
        let names: Vec<Name> = self.assigned_counts.iter().map(|(name, _)| name.clone()).collect();
        if self.is_leader
            && self.membership == Membership::Stable
            && self.partition_counts(&names) != self.assigned_counts
        {
            self.rejoin_needed = true;
        }
    }

    pub(super) fn on_synced(&mut self, now_us: u64, error: ErrorCode, assignment: &Assignment, out: &mut Outbox) {
        if self.closing {
            return;
        }
        match error {
            ErrorCode::None => {
                self.membership = Membership::Stable;
                self.own(assignment);
                self.next_auto_commit_us = now_us + self.config.auto_commit_interval_us;
                let (partitions, generation) = (assignment.clone(), self.generation);
                out.event(EventKind::PartitionsAssigned { partitions, generation });
                self.notice_partition_counts();
            }
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => self.lose_coordinator(now_us, out),
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                self.lose_membership(error == ErrorCode::UnknownMemberId, out);
                self.back_off(now_us, out);
            }
            _ => {
                self.membership = Membership::Unjoined;
                self.rejoin_needed = true;
            }
        }
    }

    /// Generation, and with `id_too` the member id, mean nothing any more: partitions are lost, not revoked.
    pub(super) fn lose_membership(&mut self, id_too: bool, out: &mut Outbox) {
        if !self.partitions.is_empty() {
            let partitions = self.partitions.keys().copied().collect();
            out.event(EventKind::PartitionsLost { partitions });
            self.own(&[]);
        }
        if id_too {
            self.member_id = "".into();
        }
        self.generation = -1;
        self.is_leader = false;
        self.membership = Membership::Unjoined;
        self.rejoin_needed = true;
        out.clear_timer(Timer::Heartbeat);
    }

    fn schedule_heartbeat(&mut self, now_us: u64, out: &mut Outbox) {
        self.heartbeat_in_flight = false;
        out.set_timer(Timer::Heartbeat, now_us + self.config.heartbeat_interval_us);
    }

    /// The background thread's timer: it beats beside the poll loop, however long that takes.
    pub(super) fn on_heartbeat_timer(&mut self, now_us: u64, out: &mut Outbox) {
        if self.closing || self.member_id.is_empty() || self.generation < 0 {
            return;
        }
        let polls = matches!(self.app, App::Polling);
        if !polls && now_us.saturating_sub(self.last_poll_us) > self.config.max_poll_interval_us {
            // The application is too slow: the client itself leaves, and joins again at the next poll.
            if let Some(coordinator) = self.coordinator {
                self.leave(coordinator, out);
            }
            self.lose_membership(true, out);
            return;
        }
        if let (Some(coordinator), Some(group_id), false) =
            (self.coordinator, self.group.clone(), self.heartbeat_in_flight)
            && matches!(self.membership, Membership::Stable | Membership::Syncing)
        {
            self.heartbeat_in_flight = true;
            let (generation, member_id) = (self.generation, self.member_id.clone());
            let request = Request::Heartbeat { group_id, generation, member_id };
            self.ask(coordinator, Channel::Coordinator, request, Pending::Heartbeat, out);
        }
        out.set_timer(Timer::Heartbeat, now_us + self.config.heartbeat_interval_us);
    }

    pub(super) fn on_heartbeat_answer(&mut self, now_us: u64, error: ErrorCode, out: &mut Outbox) {
        self.heartbeat_in_flight = false;
        match error {
            ErrorCode::RebalanceInProgress if self.membership == Membership::Stable => self.rejoin_needed = true,
            ErrorCode::IllegalGeneration | ErrorCode::UnknownMemberId if self.membership == Membership::Stable => {
                self.lose_membership(error == ErrorCode::UnknownMemberId, out);
            }
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => self.lose_coordinator(now_us, out),
            _ => {}
        }
    }

    pub(super) fn leave(&mut self, coordinator: BrokerId, out: &mut Outbox) {
        let (Some(group_id), member_id) = (self.group.clone(), self.member_id.clone()) else { return };
        if member_id.is_empty() {
            return;
        }
        self.ask(coordinator, Channel::Coordinator, Request::LeaveGroup { group_id, member_id }, Pending::Leave, out);
    }
}
