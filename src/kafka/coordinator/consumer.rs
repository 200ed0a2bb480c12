//! Groups of the consumer protocol on their coordinator: heartbeats, timers, what is written and what is told.
//!
//! The rules are [`ConsumerGroup`]'s. An answer waits until everything that it rests on is replicated, so that the next
//! coordinator knows all that any member has been told. Members of the classic protocol in such a group: `mixed`.

use super::{
    Context, Effects, GroupCoordinator, Then, Write,
    consumer_group::{Change, ConsumerGroup, GroupError, Heartbeat, ServerAssignor, Surroundings},
    group::{Group, GroupState},
    mixed, records,
};
use crate::kafka::{
    assignor::server::SubscribedTopic,
    broker::Handle,
    config::BrokerConfig,
    event::{EventKind, GroupReason, MemberEpochChanged},
    ids::{Name, TopicIdPartition},
    metadata::MetadataImage,
    node::{Outbox, Timer},
    protocol::{ConsumerGroupHeartbeat, ConsumerGroupHeartbeatResponse, ErrorCode, Response},
};
use crate::sim::Set;

/// How long the executor takes to resolve a group's regular expressions.
const REGEX_US: u64 = 1_000;

/// Which of a member's timers fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MemberTimer {
    /// Nothing was heard of it for `group.consumer.session.timeout.ms`.
    Session,
    /// It has had its rebalance timeout to give up partitions.
    Revocation,
    /// As a member of the classic protocol it has had its rebalance timeout to join again.
    Join,
    /// As a member of the classic protocol it has had its rebalance timeout to sync.
    Sync,
}

impl GroupCoordinator {
    /// Handles a heartbeat of the consumer protocol for a group of `shard`, which is here.
    #[expect(clippy::too_many_arguments, reason = "what a coordinator needs to see")]
    pub fn consumer_heartbeat(
        &mut self,
        now_us: u64,
        shard: i32,
        config: &BrokerConfig,
        image: &MetadataImage,
        handle: Handle,
        request: &ConsumerGroupHeartbeat,
        out: &mut Outbox,
    ) -> Effects {
        let mut context = Context { now_us, shard, config, out, effects: Effects::default() };
        let (answer, records) = match self.heartbeat_to_group(&mut context, image, request) {
            Ok(done) => done,
            Err(error) => (ConsumerGroupHeartbeatResponse::refusal(error), Vec::new()),
        };
        let response = Response::ConsumerGroupHeartbeat(Box::new(answer));
        match response.error() {
            // Also an answer without records waits, for what was written before it.
            ErrorCode::None => {
                context.effects.writes.push(Write { shard, records, then: Then::Answer { handle, response } });
            }
            _ => context.effects.replies.push((handle, response)),
        }
        context.effects
    }

    fn heartbeat_to_group(
        &mut self,
        context: &mut Context<'_>,
        image: &MetadataImage,
        request: &ConsumerGroupHeartbeat,
    ) -> Result<(ConsumerGroupHeartbeatResponse, Vec<records::Record>), ErrorCode> {
        let joins = request.member_epoch == 0;
        let is_new = self.group_mut(context.shard, &request.group_id).is_none();
        if is_new && !joins {
            return Err(ErrorCode::GroupIdNotFound);
        }
        let mut records = Vec::new();
        let group = self.group_or_new(context.shard, &request.group_id);
        let mut classic = None;
        if group.consumer.is_none() {
            if !joins {
                return Err(ErrorCode::GroupIdNotFound);
            }
            if group.state != GroupState::Empty {
                records = mixed::upgrade(group, context)?;
                classic = Some(group.clone());
            } else {
                if group.generation > 0 {
                    records.push(records::group_tombstone(&group.id));
                }
                for slot in group.pending.values() {
                    context.out.clear_timer(Timer::Session(group.slot, *slot));
                }
                group.forget_classic();
                group.consumer = Some(Box::new(ConsumerGroup::new(group.id.clone())));
            }
        }
        let (id, slot) = (group.id.clone(), group.slot);
        let state = group.state.name();
        let Some(consumers) = &mut group.consumer else { return Err(ErrorCode::GroupIdNotFound) };
        let before = if classic.is_some() { state } else { consumers.state().name() };
        let mut changes = Vec::new();
        let heartbeat = heartbeat_of(request);
        let answer = with_surroundings(context.now_us, context.config, image, |around| {
            consumers.heartbeat(&heartbeat, around, &mut changes)
        });
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                tell_refusal(context.out, &id, request, &error);
                if is_new {
                    self.forget_group(context.shard, &request.group_id);
                } else if classic.is_some() {
                    // Whoever waited was told to join again; else it stays the classic group that it was.
                    group.consumer = None;
                }
                return Err(error.code());
            }
        };
        records.extend(consumers.records(&changes));
        clear_timers_of(context.out, slot, &changes);
        if let Some(classic) = classic {
            mixed::upgraded(&classic, group, context);
        }
        let Some(consumers) = &mut group.consumer else { return Err(ErrorCode::GroupIdNotFound) };
        tell(context.out, consumers, before, &changes);
        follow(context, slot, consumers, &request.member_id, answer.member_epoch >= 0, &changes);
        if mixed::is_downgraded(&changes) {
            mixed::downgrade(group, context, true, &mut records);
        }
        let response = ConsumerGroupHeartbeatResponse {
            error: ErrorCode::None,
            member_epoch: answer.member_epoch,
            heartbeat_interval_us: context.config.group_consumer_heartbeat_interval_us,
            assignment: answer.assigned.map(|assigned| assigned.into_iter().collect()),
        };
        Ok((response, records))
    }

    /// A timer of a member fired: it is out, and what it had is free.
    pub fn on_member_timer(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        image: &MetadataImage,
        (slot, member): (u32, u32),
        timer: MemberTimer,
        out: &mut Outbox,
    ) -> Effects {
        let Some((shard, id)) = self.slots.get(&slot).cloned() else { return Effects::default() };
        let mut context = Context { now_us, shard, config, out, effects: Effects::default() };
        let Some(group) = self.group_mut(shard, &id) else { return context.effects };
        let Some(consumers) = &mut group.consumer else { return context.effects };
        let Some(member) = consumers.members.iter().find(|known| known.slot == member) else { return context.effects };
        if timer == MemberTimer::Revocation && member.must_revoke_within().is_none() {
            return context.effects;
        }
        let member = member.id.clone();
        let reason = match timer {
            MemberTimer::Session => GroupReason::MemberSessionExpired(member.clone()),
            MemberTimer::Revocation => GroupReason::RevocationExpired(member.clone()),
            MemberTimer::Join => GroupReason::MemberJoinExpired(member.clone()),
            MemberTimer::Sync => GroupReason::MemberSyncExpired(member.clone()),
        };
        let before = consumers.state().name();
        let mut changes = Vec::new();
        let fenced =
            with_surroundings(now_us, config, image, |around| consumers.fence(&member, reason, around, &mut changes));
        if fenced.is_ok() {
            clear_timers_of(context.out, slot, &changes);
            tell(context.out, consumers, before, &changes);
            let mut records = consumers.records(&changes);
            if mixed::is_downgraded(&changes) {
                mixed::downgrade(group, &mut context, true, &mut records);
            }
            context.effects.writes.push(Write { shard, records, then: Then::Nothing });
        }
        context.effects
    }

    /// A group's regular expressions are resolved.
    pub fn on_regex_timer(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        image: &MetadataImage,
        slot: u32,
        out: &mut Outbox,
    ) -> Effects {
        let mut effects = Effects::default();
        let Some((shard, id)) = self.slots.get(&slot).cloned() else { return effects };
        let group = self.group_mut(shard, &id);
        let Some(consumers) = group.and_then(|group| group.consumer.as_mut()) else { return effects };
        let before = consumers.state().name();
        let names: Vec<Name> = image.topic_ids.keys().cloned().collect();
        let mut changes = Vec::new();
        with_surroundings(now_us, config, image, |around| {
            consumers.resolve_regexes(&names, image.offset, around, &mut changes);
        });
        tell(out, consumers, before, &changes);
        effects.writes.push(Write { shard, records: consumers.records(&changes), then: Then::Nothing });
        effects
    }

    /// A member of the classic protocol joins: an empty group of the consumer protocol becomes a classic one.
    pub(super) fn make_classic(&mut self, context: &mut Context<'_>, id: &Name) {
        let Some(group) = self.group_mut(context.shard, id) else { return };
        if let Some(consumers) = group.consumer.take_if(|consumers| consumers.members.is_empty()) {
            let records = consumers.tombstones();
            context.effects.writes.push(Write { shard: context.shard, records, then: Then::Nothing });
        }
    }
}

/// What a new coordinator does for a group that it has read: every member's session begins anew.
pub(super) fn begin_anew(now_us: u64, config: &BrokerConfig, group: &Group, out: &mut Outbox) {
    let Some(consumers) = &group.consumer else { return };
    for member in &consumers.members {
        let session = Timer::MemberSession(group.slot, member.slot);
        out.set_timer(session, now_us + config.group_consumer_session_timeout_us);
        if let Some(within_us) = member.must_revoke_within() {
            out.set_timer(Timer::Revocation(group.slot, member.slot), now_us + within_us);
        }
    }
}

/// The group does not live here any more.
pub(super) fn lay_down(group: &Group, out: &mut Outbox) {
    if group.consumer.is_some() {
        out.clear_timer(Timer::RegexRefresh(group.slot));
    }
    for member in group.consumer.iter().flat_map(|consumers| &consumers.members) {
        clear_timers(out, group.slot, member.slot);
    }
}

pub(super) fn clear_timers(out: &mut Outbox, group: u32, member: u32) {
    out.clear_timer(Timer::MemberSession(group, member));
    out.clear_timer(Timer::Revocation(group, member));
    out.clear_timer(Timer::MemberJoin(group, member));
    out.clear_timer(Timer::MemberSync(group, member));
}

/// Whose place is nobody's any more.
fn clear_timers_of(out: &mut Outbox, group: u32, changes: &[Change]) {
    for change in changes {
        if let Change::Gone(_, member) = change {
            clear_timers(out, group, *member);
        }
    }
}

fn heartbeat_of(request: &ConsumerGroupHeartbeat) -> Heartbeat {
    Heartbeat {
        member_id: request.member_id.clone(),
        client_id: request.client_id.clone(),
        member_epoch: request.member_epoch,
        instance_id: request.instance_id.clone(),
        rack: request.rack_id.clone(),
        rebalance_timeout_us: request.rebalance_timeout_us,
        subscription: request.subscribed_topic_names.as_ref().map(|names| names.iter().cloned().collect()),
        regex: request.subscribed_topic_regex.clone(),
        assignor: request.server_assignor.clone(),
        owned: request.topic_partitions.as_ref().map(|owned| owned.iter().copied().collect::<Set<_>>()),
    }
}

pub(super) fn with_surroundings<T>(
    now_us: u64,
    config: &BrokerConfig,
    image: &MetadataImage,
    act: impl FnOnce(&Surroundings<'_>) -> T,
) -> T {
    let named = config.group_consumer_assignors.iter().filter_map(|name| ServerAssignor::named(name));
    let assignors: Vec<ServerAssignor> = named.collect();
    let topic = |name: &str| {
        let (id, topic) = image.topic_by_name(name)?;
        Some(SubscribedTopic { id, partition_count: topic.partitions.len() as i32 })
    };
    act(&Surroundings {
        assignors: &assignors,
        max_size: config.group_consumer_max_size as usize,
        downgrade_up_to: mixed::downgrade_up_to(config),
        now_us,
        topics_version: image.topics_offset,
        topic: &topic,
    })
}

/// Timers after a heartbeat: the session begins anew with it, the time to give up partitions with what was told.
/// A static member that has left for a while has what is left of its session.
pub(super) fn follow(
    context: &mut Context<'_>,
    slot: u32,
    group: &ConsumerGroup,
    member: &Name,
    stays: bool,
    changes: &[Change],
) {
    let Some(known) = group.member(member) else { return };
    let (now_us, group_us) = (context.now_us, context.config.group_consumer_session_timeout_us);
    let session_us = known.session_timeout_us(group_us);
    if known.classic.is_none() && changes.iter().any(|change| matches!(change, Change::Replaced(..))) {
        context.out.clear_timer(Timer::MemberJoin(slot, known.slot));
        context.out.clear_timer(Timer::MemberSync(slot, known.slot));
    }
    if changes.contains(&Change::RegexesDue) {
        context.out.set_timer(Timer::RegexRefresh(slot), now_us + REGEX_US);
    }
    if stays {
        context.out.set_timer(Timer::MemberSession(slot, known.slot), now_us + session_us);
    }
    if changes.iter().any(|change| matches!(change, Change::Current(id, _) if id == member)) {
        let timer = Timer::Revocation(slot, known.slot);
        match known.must_revoke_within() {
            Some(within_us) => context.out.set_timer(timer, now_us + within_us),
            None => context.out.clear_timer(timer),
        }
    }
}

/// A heartbeat that was refused: the story says so where the member must drop everything, or was shut out.
fn tell_refusal(out: &mut Outbox, group: &Name, request: &ConsumerGroupHeartbeat, error: &GroupError) {
    let (member, epoch) = (request.member_id.clone(), request.member_epoch);
    let known = match error {
        GroupError::FencedMemberEpoch { known, .. } => *known,
        _ => -1,
    };
    out.event(EventKind::MemberFenced { group: group.clone(), member, epoch, known, error: error.code() });
}

/// The events of what changed, in its order.
pub(super) fn tell(out: &mut Outbox, group: &ConsumerGroup, before: &'static str, changes: &[Change]) {
    let id = || group.id.clone();
    let list = |set: &Set<TopicIdPartition>| set.iter().copied().collect();
    let mut raised = None;
    let mut stepped = None;
    for change in changes {
        match change {
            Change::Joined(member) => {
                out.event(EventKind::MemberJoined { group: id(), member: member.clone(), leader: false });
            }
            Change::Gone(member, _) => {
                let reason = changes.iter().find_map(|change| match change {
                    Change::Epoch(reason) | Change::Downgraded(reason) => Some(reason.clone()),
                    _ => None,
                });
                let reason = reason.unwrap_or_else(|| GroupReason::Left(member.clone()));
                out.event(EventKind::MemberRemoved { group: id(), member: member.clone(), reason });
            }
            Change::Replaced(member, by) => {
                let reason = GroupReason::Replaced(by.clone());
                out.event(EventKind::MemberRemoved { group: id(), member: member.clone(), reason });
            }
            Change::Epoch(reason) => {
                raised = Some(reason.clone());
                out.event(EventKind::GroupEpochRaised { group: id(), epoch: group.epoch, reason: reason.clone() });
            }
            Change::Member(_) | Change::Target(_) | Change::RegexesDue | Change::RegexGone(_) => {}
            Change::RegexResolved(regex) => {
                let Some(resolved) = group.resolved.get(regex) else { continue };
                let topics = resolved.topics.iter().cloned().collect();
                out.event(EventKind::RegexResolved { group: id(), regex: regex.clone(), topics });
            }
            // What is said of the group's state comes from the classic group that it becomes.
            Change::Downgraded(_) => return,
            Change::TargetEpoch => {
                if let Some(computed) = &group.computed {
                    let (assignor, members) = (computed.how.assignor().name(), computed.members.len() as u32);
                    let (epoch, moved) = (computed.epoch, computed.moved);
                    out.event(EventKind::TargetComputed { group: id(), epoch, assignor, members, moved });
                }
            }
            Change::Current(_, None) => {}
            Change::Current(member, Some(from)) => {
                let Some(known) = group.member(member) else { continue };
                stepped = Some(match () {
                    () if known.is_away() => GroupReason::LeftForAWhile(member.clone()),
                    () if known.has_reached(group.assignment_epoch) => GroupReason::Reconciled(member.clone()),
                    () => GroupReason::Reconciling(member.clone()),
                });
                out.event(EventKind::MemberEpochChanged(Box::new(MemberEpochChanged {
                    group: id(),
                    member: member.clone(),
                    from: *from,
                    to: known.current.member_epoch,
                    state: known.current.state.name(),
                    assigned: list(&known.current.assigned),
                    pending_revocation: list(&known.current.pending_revocation),
                })));
            }
        }
    }
    let to = group.state().name();
    if let (true, Some(reason)) = (to != before, raised.or(stepped)) {
        out.event(EventKind::GroupState { group: id(), from: before, to, generation: group.epoch, reason });
    }
}
