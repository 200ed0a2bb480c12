//! Groups with members of both protocols on their coordinator, and the change of a group with members from one protocol to
//! the other (reference §7.7).
//!
//! The first member of the consumer protocol makes a classic group a consumer group; whoever was in it stays, by the classic
//! protocol. When the last member of the consumer protocol is out, what is left becomes a classic group again. Both as
//! `group.consumer.migration.policy` lets it. The rules of the members are [`super::consumer_group`]'s. Simplified: a
//! member's session begins with its join, not when that is stored.

use std::sync::Arc;

use super::{
    Context, GroupCoordinator, Then, Write,
    consumer::{clear_timers, follow, tell, with_surroundings},
    consumer_group::{Change, ClassicMember, ConsumerGroup, GroupError},
    group::{Group, GroupState, Member},
    join::{begin_session, prepare_rebalance},
    records, sync,
};
use crate::kafka::{
    broker::Handle,
    config::BrokerConfig,
    event::{EventKind, GroupReason},
    ids::{Name, uuid},
    metadata::MetadataImage,
    node::Timer,
    protocol::{ErrorCode, GroupMember, JoinGroup, JoinGroupResponse, Response},
};

impl GroupCoordinator {
    /// Is this a group of the consumer protocol with members, so that who comes by the classic protocol joins it?
    pub(super) fn is_consumer_group(&self, shard: i32, id: &str) -> bool {
        let group = self.shards.get(&shard).and_then(|groups| groups.get(id));
        group.and_then(|group| group.consumer.as_ref()).is_some_and(|consumers| !consumers.members.is_empty())
    }

    pub(super) fn join_to_consumer_group(
        &mut self,
        context: &mut Context<'_>,
        image: &MetadataImage,
        handle: Handle,
        join: &JoinGroup,
    ) {
        let is_unknown = join.member_id.is_empty();
        let id = if is_unknown { uuid(&mut self.member_ids).into() } else { join.member_id.clone() };
        let Some(group) = self.group_mut(context.shard, &join.group_id) else { return };
        let (group_id, slot) = (group.id.clone(), group.slot);
        let Some(consumers) = &mut group.consumer else { return };
        let before = consumers.state().name();
        let mut changes = Vec::new();
        let joined: Result<_, GroupError> = with_surroundings(context.now_us, context.config, image, |around| {
            consumers.check_classic_join(&id, &join.protocols, around)?;
            if is_unknown && join.group_instance_id.is_none() {
                return Ok(None);
            }
            let replaced = join.group_instance_id.as_ref().and_then(|instance| consumers.static_member(instance));
            let becomes_classic = replaced.is_some_and(|replaced| consumers.becomes_classic_without(replaced, around));
            consumers.join_by_classic(&id, join, is_unknown, around, &mut changes)?;
            Ok(Some(becomes_classic))
        });
        let becomes_classic = match joined {
            Ok(Some(becomes_classic)) => becomes_classic,
            Ok(None) => {
                context.out.event(EventKind::MemberIdGiven { group: group_id, member: id.clone() });
                return refuse(context, handle, ErrorCode::MemberIdRequired, &id);
            }
            Err(error) => return refuse(context, handle, error.code(), &join.member_id),
        };
        tell(context.out, consumers, before, &changes);
        let mut records = consumers.records(&changes);
        let Some(member) = consumers.member(&id) else { return };
        let response = JoinGroupResponse {
            error: ErrorCode::None,
            generation: member.current.member_epoch,
            protocol: member.classic.as_ref().and_then(first_protocol),
            leader: "".into(),
            skip_assignment: false,
            member_id: id.clone(),
            members: Vec::new(),
        };
        if becomes_classic {
            downgrade(group, context, false, &mut records);
        } else {
            context.out.clear_timer(Timer::MemberJoin(slot, member.slot));
            context.out.set_timer(Timer::MemberSync(slot, member.slot), context.now_us + join.rebalance_timeout_us);
            follow(context, slot, consumers, &id, true, &changes);
        }
        answer(context, handle, records, Response::JoinGroup(Box::new(response)));
    }

    pub(super) fn sync_to_consumer_group(&mut self, context: &mut Context<'_>, handle: Handle, member: &GroupMember) {
        let Some(group) = self.group_mut(context.shard, &member.group_id) else { return };
        let slot = group.slot;
        let Some(consumers) = &mut group.consumer else { return };
        match consumers.sync_by_classic(member) {
            Ok(known) => {
                let assignment = known.current.assigned.iter().copied().collect();
                context.out.clear_timer(Timer::MemberSync(slot, known.slot));
                follow(context, slot, consumers, &member.member_id, true, &[]);
                answer(context, handle, Vec::new(), Response::SyncGroup { error: ErrorCode::None, assignment });
            }
            Err(error) => {
                if let GroupError::RebalanceInProgress { member } = &error {
                    ask_to_join(context, slot, consumers, member);
                }
                context.effects.replies.push((handle, sync::refusal(error.code())));
            }
        }
    }

    pub(super) fn heartbeat_to_consumer_group(&mut self, context: &mut Context<'_>, member: &GroupMember) -> ErrorCode {
        let Some(group) = self.group_mut(context.shard, &member.group_id) else { return ErrorCode::UnknownMemberId };
        let slot = group.slot;
        let Some(consumers) = &mut group.consumer else { return ErrorCode::UnknownMemberId };
        let should_join = match consumers.heartbeat_by_classic(member) {
            Ok((_, should_join)) => should_join,
            Err(error) => return error.code(),
        };
        follow(context, slot, consumers, &member.member_id, true, &[]);
        if !should_join {
            return ErrorCode::None;
        }
        ask_to_join(context, slot, consumers, &member.member_id);
        ErrorCode::RebalanceInProgress
    }

    /// Follows `GroupMetadataManager.classicGroupLeaveToConsumerGroup`: who stays computes the target.
    pub(super) fn leave_to_consumer_group(
        &mut self,
        context: &mut Context<'_>,
        image: &MetadataImage,
        handle: Handle,
        group: &Name,
        member: &Name,
    ) {
        let refused = Response::LeaveGroup { error: ErrorCode::UnknownMemberId };
        let Some(group) = self.group_mut(context.shard, group) else { return };
        let slot = group.slot;
        let Some(consumers) = &mut group.consumer else { return };
        if consumers.member(member).is_none_or(|known| known.classic.is_none()) {
            return context.effects.replies.push((handle, refused));
        }
        let before = consumers.state().name();
        let mut changes = Vec::new();
        let reason = GroupReason::Left(member.clone());
        let gone = with_surroundings(context.now_us, context.config, image, |around| {
            consumers.fence(member, reason, around, &mut changes).map(|gone| gone.slot)
        });
        let Ok(gone) = gone else { return context.effects.replies.push((handle, refused)) };
        clear_timers(context.out, slot, gone);
        tell(context.out, consumers, before, &changes);
        let records = consumers.records(&changes);
        answer(context, handle, records, Response::LeaveGroup { error: ErrorCode::None });
    }
}

/// The first member of the consumer protocol joins a classic group with members: it becomes a group of that protocol, in
/// which they stay. Whoever waits in a rebalance is told that there is another.
///
/// Follows `GroupMetadataManager.convertToConsumerGroup`. While a group prepares its very first rebalance it has no assignor
/// yet, and Kafka's conversion fails over that with an exception; so it does here.
pub(super) fn upgrade(group: &mut Group, context: &mut Context<'_>) -> Result<Vec<records::Record>, ErrorCode> {
    let config = context.config;
    if !config.group_consumer_migration_policy.is_upgrade_enabled()
        || group.members.len() > config.group_consumer_max_size as usize
    {
        return Err(ErrorCode::GroupIdNotFound);
    }
    for member in &mut group.members {
        if let Some(handle) = member.join.take() {
            refuse(context, handle, ErrorCode::RebalanceInProgress, &member.id);
        }
        if let Some(handle) = member.sync.take() {
            context.effects.replies.push((handle, sync::refusal(ErrorCode::RebalanceInProgress)));
        }
    }
    let Some(protocol) = group.protocol.clone() else { return Err(ErrorCode::UnknownServerError) };
    let mut consumers = ConsumerGroup::new(group.id.clone());
    (consumers.epoch, consumers.assignment_epoch) = (group.generation, group.generation);
    for member in &group.members {
        let metadata = member.metadata(&protocol).cloned().unwrap_or_default();
        let known = consumers.add_member(member.id.clone());
        known.client_id = member.client_id.clone();
        known.instance_id = member.group_instance_id.clone();
        known.rack = metadata.rack;
        known.rebalance_timeout_us = member.rebalance_timeout_us;
        known.subscription = metadata.topics.into_iter().collect();
        let protocols = member.protocols.clone();
        known.classic = Some(ClassicMember { session_timeout_us: member.session_timeout_us, protocols });
        known.current.member_epoch = group.generation;
        known.current.previous_member_epoch = group.generation;
        known.current.assigned = member.assignment.iter().copied().collect();
        known.target = known.current.assigned.clone();
    }
    let mut written = vec![records::group_tombstone(&group.id)];
    written.extend(consumers.all_records());
    group.consumer = Some(Box::new(consumers));
    Ok(written)
}

/// What is told and which timers run once a classic group has become a consumer group: `before` is what it was.
pub(super) fn upgraded(before: &Group, group: &mut Group, context: &mut Context<'_>) {
    context.out.clear_timer(Timer::Rebalance(group.slot));
    let slots = before.members.iter().map(|member| member.slot).chain(before.pending.values().copied());
    for slot in slots {
        context.out.clear_timer(Timer::Session(group.slot, slot));
    }
    group.forget_classic();
    let (id, epoch) = (group.id.clone(), before.generation);
    context.out.event(EventKind::GroupConverted { group: id, from: "classic", to: "consumer", epoch });
    let Some(consumers) = &group.consumer else { return };
    for member in &consumers.members {
        let session_us = member.session_timeout_us(context.config.group_consumer_session_timeout_us);
        context.out.set_timer(Timer::MemberSession(group.slot, member.slot), context.now_us + session_us);
    }
}

/// Only members of the classic protocol are left: the group goes on as a classic one, whose generation is the group epoch.
/// It begins with a rebalance, unless a static member took the place of the last of the consumer protocol: then what all
/// have holds.
///
/// Follows `GroupMetadataManager.convertToClassicGroup`.
pub(super) fn downgrade(
    group: &mut Group,
    context: &mut Context<'_>,
    rebalances: bool,
    records: &mut Vec<records::Record>,
) {
    let Some(consumers) = group.consumer.take() else { return };
    records.extend(consumers.tombstones());
    let state = consumers.state().name();
    (group.state, group.generation, group.state_us) = (GroupState::Stable, consumers.epoch, context.now_us);
    for member in consumers.members {
        clear_timers(context.out, group.slot, member.slot);
        let Some(classic) = member.classic else { continue };
        group.next_member_slot += 1;
        group.members.push(Member {
            id: member.id,
            group_instance_id: member.instance_id,
            client_id: member.client_id,
            slot: group.next_member_slot,
            session_timeout_us: classic.session_timeout_us,
            rebalance_timeout_us: member.rebalance_timeout_us,
            protocols: classic.protocols,
            assignment: member.target.into_iter().collect::<Arc<[_]>>(),
            join: None,
            sync: None,
            is_new: false,
            owes_sync: false,
        });
    }
    // Kafka takes the first of a hash map; here it is the first that joined (reference §0.2).
    group.leader = group.members.first().map(|member| member.id.clone());
    group.protocol = group.choose_protocol();
    records.push(records::group_record(group));
    let (id, epoch, stable) = (group.id.clone(), group.generation, GroupState::Stable.name());
    context.out.event(EventKind::GroupConverted { group: id.clone(), from: "consumer", to: "classic", epoch });
    if state != stable {
        let reason = GroupReason::Downgraded;
        context.out.event(EventKind::GroupState { group: id, from: state, to: stable, generation: epoch, reason });
    }
    let ids: Vec<Name> = group.members.iter().map(|member| member.id.clone()).collect();
    for id in ids {
        begin_session(group, &id, context);
    }
    if rebalances {
        prepare_rebalance(group, context, GroupReason::Downgraded);
    }
}

/// A member that has to join again is given its rebalance timeout for it, from the first time that it is told.
fn ask_to_join(context: &mut Context<'_>, slot: u32, consumers: &mut ConsumerGroup, id: &str) {
    let Some(within_us) = consumers.ask_to_join(id) else { return };
    if let Some(member) = consumers.member(id) {
        context.out.set_timer(Timer::MemberJoin(slot, member.slot), context.now_us + within_us);
    }
}

/// Is a change of protocol among these?
pub(super) fn is_downgraded(changes: &[Change]) -> bool {
    changes.iter().any(|change| matches!(change, Change::Downgraded(_)))
}

/// How many members a consumer group may have to become a classic one, if it may.
pub(super) fn downgrade_up_to(config: &BrokerConfig) -> Option<usize> {
    config.group_consumer_migration_policy.is_downgrade_enabled().then_some(config.group_max_size as usize)
}

fn first_protocol(classic: &ClassicMember) -> Option<Name> {
    classic.protocols.first().map(|protocol| protocol.name.clone())
}

fn refuse(context: &mut Context<'_>, handle: Handle, error: ErrorCode, member: &Name) {
    context.effects.replies.push((handle, super::join::refusal(error, member)));
}

/// An answer that waits until all that it rests on is replicated.
fn answer(context: &mut Context<'_>, handle: Handle, records: Vec<records::Record>, response: Response) {
    let then = Then::Answer { handle, response };
    context.effects.writes.push(Write { shard: context.shard, records, then });
}
