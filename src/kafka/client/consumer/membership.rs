//! Membership of a group in the classic protocol, eager and cooperative (`AbstractCoordinator`, `ConsumerCoordinator`;
//! reference §6).
//!
//! A rebalance is gone through inside `poll`: before it joins a member commits, if that is automatic, and gives up what
//! it must; what it is given it takes in hand in the next `poll` after the answer came. Beside the poll loop only
//! heartbeats go on, the coordinator is looked for, and answers are taken.

use super::{App, Consumer, Failure, Pending, commit::CommitFor};
use crate::kafka::{
    assignor::RebalanceProtocol,
    event::EventKind,
    ids::{BrokerId, Name, TopicIdPartition},
    node::{Outbox, Timer, broker_node},
    protocol::{Assignment, Channel, ErrorCode, GroupMember, JoinGroup, JoinGroupResponse, Request},
};

/// Where a consumer stands in its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Membership {
    /// Not a member.
    Unjoined,
    /// Commits before it gives up what it must and joins (again).
    Preparing,
    /// Its JoinGroup is under way.
    Joining,
    /// Its SyncGroup is under way; a leader may wait for metadata before it sends it.
    Syncing,
    /// It has its assignment.
    Stable,
}

impl Consumer {
    /// The coordinator's part of `poll`. Returns whether all the rest of it may go on; if not, only what it has in hand
    /// is read on.
    pub(super) fn poll_coordinator(&mut self, now_us: u64, out: &mut Outbox) -> bool {
        if self.group.is_none() {
            return true;
        }
        if self.is_modern() {
            self.poll_membership(now_us, out);
            return true;
        }
        self.take_assignment(now_us, out);
        let Some(coordinator) = self.coordinator else {
            self.find_coordinator(now_us, out);
            // A member goes on with what it has fetched while it looks for the coordinator.
            return self.membership == Membership::Stable || !self.is_subscribed();
        };
        if !self.is_subscribed() {
            return true;
        }
        self.rejoin_needed |= self.has_resubscribed();
        if self.rejoin_needed && matches!(self.membership, Membership::Unjoined | Membership::Stable) {
            // One rebalance at a time: a heartbeat may have told that the membership is over while this one joins
            // (`initiateJoinGroup`).
            let is_under_way = self.is_waiting_for(|pending| matches!(pending, Pending::Join | Pending::Sync));
            if is_under_way || now_us < self.retry_at_us || !self.knows_what_to_join_with(now_us, out) {
                return false;
            }
            self.prepare_join(now_us, coordinator, out);
            return false;
        }
        self.membership == Membership::Stable
    }

    /// One that subscribes by pattern joins with fresh metadata, so that one new topic makes one rebalance and not one for
    /// each member that hears of it.
    fn knows_what_to_join_with(&mut self, now_us: u64, out: &mut Outbox) -> bool {
        if self.pattern.is_some() {
            self.metadata.refresh_if_allowed(now_us);
            self.metadata.poll(now_us, &mut self.correlation, out);
        }
        self.pattern.is_none() || !self.metadata.is_update_due()
    }

    /// May records of its partitions be returned and fetched? Not while an eager member commits before it gives them
    /// up (`maybeMarkPartitionsPendingRevocation`).
    pub fn may_read(&self) -> bool {
        self.membership != Membership::Preparing || self.rebalance_protocol() == RebalanceProtocol::Cooperative
    }

    pub(super) fn find_coordinator(&mut self, now_us: u64, out: &mut Outbox) {
        if now_us < self.retry_at_us
            || self.is_waiting_for(|pending| matches!(pending, Pending::FindCoordinator { .. }))
        {
            return;
        }
        let (Some(group_id), Some(broker)) = (self.group.clone(), self.metadata.any_broker(now_us)) else { return };
        let pending = Pending::FindCoordinator { of: broker };
        self.ask(broker, Channel::Data, Request::FindCoordinator { group_id }, pending, out);
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
            if self.membership == Membership::Stable {
                self.on_heartbeat_timer(now_us, out);
            }
        } else {
            self.back_off(now_us, out);
        }
    }

    /// The coordinator says that it is none. The classic consumer closes the connection, so that whatever else it asked
    /// there is given up, and not asked twice (`AbstractCoordinator.markCoordinatorUnknown`).
    pub(super) fn leave_coordinator(&mut self, now_us: u64, out: &mut Outbox) {
        if let Some(coordinator) = self.coordinator.filter(|_| !self.is_modern()) {
            out.disconnect(broker_node(coordinator), Channel::Coordinator);
        }
        self.lose_coordinator(now_us, out);
    }

    /// The coordinator is gone or is another: it is looked for again, the membership stays.
    pub(super) fn lose_coordinator(&mut self, now_us: u64, out: &mut Outbox) {
        self.coordinator = None;
        // A heartbeat that is lost with it is due at once (`Heartbeat.failHeartbeat`).
        if std::mem::take(&mut self.heartbeat_in_flight) {
            self.next_heartbeat_us = now_us;
        }
        self.leading = None;
        let commit = |pending: &Pending| match pending {
            Pending::Commit { what_for, .. } => Some(*what_for),
            _ => None,
        };
        let commits: Vec<CommitFor> = self.pending.values().filter_map(commit).collect();
        self.pending.retain(|_, pending| pending.is_about_positions());
        for what_for in commits {
            self.commit_again(now_us, what_for);
        }
        self.forget_asked(now_us);
        match self.membership {
            // It has not given up anything yet: it commits again first (`ConsumerCoordinator.onJoinPrepare`).
            Membership::Preparing => self.prepare_again(),
            Membership::Joining | Membership::Syncing => self.rejoin(),
            Membership::Unjoined | Membership::Stable => {}
        }
        self.back_off(now_us, out);
    }

    /// A join that led nowhere: it joins again at the next poll.
    fn rejoin(&mut self) {
        self.membership = Membership::Unjoined;
        self.rejoin_needed = true;
    }

    /// The commit before it joins came to nothing: it prepares anew, in a later poll.
    pub(super) fn prepare_again(&mut self) {
        if self.membership == Membership::Preparing {
            self.membership = Membership::Stable;
            self.rejoin_needed = true;
        }
    }

    /// Who it is, for its requests.
    pub(super) fn group_member(&self) -> Option<GroupMember> {
        Some(GroupMember {
            group_id: self.group.clone()?,
            generation: self.generation,
            member_id: self.member_id.clone(),
            group_instance_id: self.config.group_instance_id.as_deref().map(Name::from),
        })
    }

    /// Before joining it commits if that is automatic, once a rebalance (`onJoinPrepare`).
    fn prepare_join(&mut self, now_us: u64, coordinator: BrokerId, out: &mut Outbox) {
        let is_member = self.membership == Membership::Stable;
        self.membership = Membership::Preparing;
        let commits = self.join_unprepared && is_member && self.config.enable_auto_commit;
        if !(commits && self.commit(coordinator, CommitFor::Rebalance, out)) {
            self.give_up_and_join(now_us, out);
        }
    }

    /// Gives up what it must before it joins: everything if its membership is over, or if it is eager; else what it does
    /// not subscribe to any more.
    pub(super) fn give_up_and_join(&mut self, _now_us: u64, out: &mut Outbox) {
        if self.is_closing() || !matches!(self.membership, Membership::Preparing | Membership::Unjoined) {
            return;
        }
        let Some(coordinator) = self.coordinator else { return };
        if std::mem::replace(&mut self.join_unprepared, false) {
            if self.generation < 0 || self.member_id.is_empty() {
                self.lose_partitions(out);
            } else {
                let keeps = self.rebalance_protocol() == RebalanceProtocol::Cooperative;
                let kept = |partition: &TopicIdPartition| keeps && self.has_subscribed_to(&[*partition]);
                let kept: Vec<TopicIdPartition> = self.partitions.keys().copied().filter(kept).collect();
                self.revoke_all_but(&kept, out);
            }
        }
        self.send_join(coordinator, out);
    }

    /// `onPartitionsRevoked` for what it does not keep. Returns whether there was such.
    fn revoke_all_but(&mut self, kept: &[TopicIdPartition], out: &mut Outbox) -> bool {
        let (kept, revoked): (Vec<TopicIdPartition>, Vec<TopicIdPartition>) =
            self.partitions.keys().partition(|partition| kept.contains(partition));
        if revoked.is_empty() {
            return false;
        }
        out.event(EventKind::PartitionsRevoked { partitions: revoked.into() });
        self.own(&kept);
        true
    }

    /// `onPartitionsLost`: they are somebody else's already.
    pub(super) fn lose_partitions(&mut self, out: &mut Outbox) {
        if !self.partitions.is_empty() {
            let partitions = self.partitions.keys().copied().collect();
            out.event(EventKind::PartitionsLost { partitions });
            self.own(&[]);
        }
    }

    /// In `close()`: the application is told that its partitions go. In the middle of a rebalance they may be somebody
    /// else's already (`ConsumerCoordinator.onLeavePrepare`).
    pub(super) fn give_up_all(&mut self, out: &mut Outbox) {
        let rebalances = matches!(self.membership, Membership::Joining | Membership::Syncing);
        match self.is_subscribed() {
            true if self.generation < 0 || rebalances => self.lose_partitions(out),
            true => drop(self.revoke_all_but(&[], out)),
            false => {}
        }
    }

    fn send_join(&mut self, coordinator: BrokerId, out: &mut Outbox) {
        let Some(member) = self.group_member() else { return };
        self.membership = Membership::Joining;
        self.rejoin_needed = false;
        self.joined_topics.clone_from(&self.topics);
        out.clear_timer(Timer::Heartbeat);
        let join = JoinGroup {
            group_id: member.group_id,
            member_id: member.member_id,
            group_instance_id: member.group_instance_id,
            client_id: self.name.clone(),
            session_timeout_us: self.config.session_timeout_us,
            rebalance_timeout_us: self.config.max_poll_interval_us,
            protocols: self.join_protocols(),
        };
        self.ask(coordinator, Channel::Coordinator, Request::JoinGroup(Box::new(join)), Pending::Join, out);
    }

    /// Only the application's thread takes the answer to its JoinGroup, inside `poll`: the other one sends heartbeats, and
    /// has none to send while it joins (`HeartbeatThread`, `MemberState.hasNotJoinedGroup`).
    pub(super) fn take_joined(&mut self, now_us: u64, out: &mut Outbox) {
        if self.app != App::Polling {
            return;
        }
        if let Some((asked, join)) = self.joined.take()
            && self.pending.remove(&asked).is_some()
        {
            self.on_joined(now_us, *join, out);
        }
    }

    fn on_joined(&mut self, now_us: u64, join: JoinGroupResponse, out: &mut Outbox) {
        let Some(coordinator) = self.coordinator.filter(|_| !self.is_closing()) else { return };
        // A heartbeat may have told meanwhile that the membership is over: then whatever this came to means nothing any
        // more, and it joins again (`UnjoinedGroupException`).
        let is_over = self.membership != Membership::Joining;
        match join.error {
            ErrorCode::None if is_over => return self.back_off(now_us, out),
            ErrorCode::None => {}
            ErrorCode::MemberIdRequired => {
                self.member_id = join.member_id;
                return if is_over { self.rejoin() } else { self.send_join(coordinator, out) };
            }
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                return self.leave_coordinator(now_us, out);
            }
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration if is_over => return self.rejoin(),
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                return self.lose_membership(join.error == ErrorCode::UnknownMemberId, out);
            }
            ErrorCode::RebalanceInProgress => return self.rejoin(),
            ErrorCode::CoordinatorLoadInProgress => {
                self.rejoin();
                return self.back_off(now_us, out);
            }
            fatal => return self.fail_for_good(fatal, out),
        }
        self.attempts = 0;
        self.generation = join.generation;
        self.member_id = join.member_id.clone();
        self.protocol = join.protocol.clone();
        self.is_leader = join.leader == join.member_id;
        self.membership = Membership::Syncing;
        self.schedule_heartbeat(now_us, out);
        if !self.is_leader {
            return self.send_sync(Vec::new(), out);
        }
        for topic in super::leader::group_topics(&join.members) {
            self.metadata.want(&topic);
        }
        self.leading = Some(Box::new(join));
        self.go_on_leading(out);
    }

    /// As leader it assigns once its metadata is fresh (`ensureFreshMetadata`): it may not have known all topics.
    pub(super) fn go_on_leading(&mut self, out: &mut Outbox) {
        if self.membership != Membership::Syncing || self.metadata.is_update_due() {
            return;
        }
        if let Some(join) = self.leading.take() {
            let assignments = self.lead(&join, out);
            self.send_sync(assignments, out);
        }
    }

    fn send_sync(&mut self, assignments: Vec<(Name, Assignment)>, out: &mut Outbox) {
        let (Some(member), Some(coordinator)) = (self.group_member(), self.coordinator) else { return };
        self.ask(coordinator, Channel::Coordinator, Request::SyncGroup { member, assignments }, Pending::Sync, out);
    }

    pub(super) fn on_synced(&mut self, now_us: u64, error: ErrorCode, assignment: &Assignment, out: &mut Outbox) {
        if self.is_closing() || self.membership != Membership::Syncing {
            return;
        }
        match error {
            ErrorCode::None => {
                self.membership = Membership::Stable;
                self.assignment = Some(assignment.clone());
            }
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => self.leave_coordinator(now_us, out),
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                self.lose_membership(error == ErrorCode::UnknownMemberId, out);
            }
            ErrorCode::RebalanceInProgress => self.rejoin(),
            fatal => self.fail_for_good(fatal, out),
        }
    }

    /// In the `poll` after the answer to its SyncGroup came (`onJoinComplete`). A cooperative member keeps what it still
    /// has been given, and joins again at once if it had to give something up: only then can others get that.
    fn take_assignment(&mut self, now_us: u64, out: &mut Outbox) {
        let Some(assignment) = self.assignment.take() else { return };
        self.join_unprepared = true;
        if !self.has_subscribed_to(&assignment) {
            // It subscribed to other topics meanwhile.
            self.rejoin_needed = true;
            return;
        }
        let assigned: Vec<TopicIdPartition> =
            assignment.iter().map(|partition| self.metadata.at_home(*partition)).collect();
        self.rejoin_needed |= self.revoke_all_but(&assigned, out);
        self.note_assignment(&assigned);
        self.next_auto_commit_us = now_us + self.config.auto_commit_interval_us;
        let added = assigned.iter().copied().filter(|partition| !self.partitions.contains_key(partition));
        let (partitions, generation) = (added.collect(), self.generation);
        self.own(&assigned);
        out.event(EventKind::PartitionsAssigned { partitions, generation });
        self.notice_metadata();
        if self.has_unnamed() {
            self.metadata.refresh_if_allowed(now_us);
        }
    }

    /// Does it own partitions of a topic that it has never heard of? The answer that it asks for then tells whether that
    /// is one it subscribes to, made anew; if it is not, its name is none of those, and it joins again.
    pub(super) fn has_unnamed(&self) -> bool {
        self.partitions.keys().any(|partition| self.metadata.name_of(partition.topic).is_none())
    }

    /// The leader compares newer metadata with what it assigned from: a difference means a new rebalance.
    pub(super) fn notice_metadata(&mut self) {
        if self.membership == Membership::Stable && self.metadata_differs() {
            self.rejoin_needed = true;
        }
    }

    /// Generation, and with `id_too` the member id, mean nothing any more. The application learns at its next poll that
    /// its partitions are lost.
    pub(super) fn lose_membership(&mut self, id_too: bool, out: &mut Outbox) {
        if id_too {
            self.member_id = "".into();
        }
        self.generation = -1;
        self.is_leader = false;
        self.leading = None;
        self.assignment = None;
        self.join_unprepared = true;
        self.rejoin();
        out.clear_timer(Timer::Heartbeat);
    }

    /// An error after which the application has to begin anew: it is no member any more, and does not become one. It
    /// learns that in its next poll (`ConsumerCoordinator.poll` throws what `HeartbeatThread` and callbacks kept).
    pub(super) fn fail_for_good(&mut self, error: ErrorCode, out: &mut Outbox) {
        self.lose_membership(true, out);
        self.failure = Some(Failure::Answer(error));
    }
}
