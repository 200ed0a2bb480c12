//! Joining, leaving, and the join phase (reference §6.3, §6.5).

use super::{
    Context, GroupCoordinator, Then, Write,
    group::{Group, GroupState, InitialDelay, Member},
    records, static_members, sync,
};
use crate::kafka::{
    broker::Handle,
    config::BrokerConfig,
    event::{EventKind, GroupReason},
    ids::Name,
    metadata::MetadataImage,
    node::Timer,
    protocol::{ErrorCode, GroupMember, JoinGroup, JoinGroupResponse, Response},
};
use crate::sim::faults::faulty;

/// A new member that waits in its first join is given five minutes (`NEW_MEMBER_JOIN_TIMEOUT_MS`).
const NEW_MEMBER_TIMEOUT_US: u64 = 300_000_000;

impl GroupCoordinator {
    pub(super) fn join(&mut self, context: &mut Context<'_>, image: &MetadataImage, handle: Handle, join: &JoinGroup) {
        let config = context.config;
        let refuse = |context: &mut Context<'_>, error| {
            context.effects.replies.push((handle, refusal(error, &join.member_id)));
        };
        let allowed = config.group_min_session_timeout_us..=config.group_max_session_timeout_us;
        if !allowed.contains(&join.session_timeout_us) {
            return refuse(context, ErrorCode::InvalidSessionTimeout);
        }
        if self.is_consumer_group(context.shard, &join.group_id) {
            return self.join_to_consumer_group(context, image, handle, join);
        }
        self.make_classic(context, &join.group_id);
        if join.member_id.is_empty() {
            return self.join_unknown(context, handle, join);
        }
        let Some(group) = self.group_mut(context.shard, &join.group_id) else {
            return refuse(context, ErrorCode::UnknownMemberId);
        };
        if !has_room(group, config, &join.member_id) {
            // Who is one too many after `group.max.size` was lowered is out, unless it waits already.
            drop_member(group, context, &join.member_id, GroupReason::GroupFull(join.member_id.clone()));
            refuse(context, ErrorCode::GroupMaxSizeReached);
            return maybe_complete_join(group, context);
        }
        if !group.supports(&join.protocols) {
            return refuse(context, ErrorCode::InconsistentGroupProtocol);
        }
        if let Some(slot) = group.pending.remove(&join.member_id) {
            add_member(group, handle, join, &join.member_id, slot);
            begin_session(group, &join.member_id, context);
            let reason = GroupReason::Joined(join.member_id.clone());
            return prepare_rebalance(group, context, reason);
        }
        if let Err(error) = group.validate(&join.member_id, join.group_instance_id.as_deref()) {
            return refuse(context, error);
        }
        rejoin(group, context, handle, join);
    }

    /// Somebody without a member id: a new member, or a static one that was started again.
    fn join_unknown(&mut self, context: &mut Context<'_>, handle: Handle, join: &JoinGroup) {
        let id: Name = match &join.group_instance_id {
            Some(instance) => format!("{instance}-{}", self.uuid()).into(),
            None => format!("{}-{}", join.client_id, self.uuid()).into(),
        };
        let config = context.config;
        let group = self.group_or_new(context.shard, &join.group_id);
        let refuse =
            |context: &mut Context<'_>, error| context.effects.replies.push((handle, refusal(error, &"".into())));
        if !has_room(group, config, "") {
            return refuse(context, ErrorCode::GroupMaxSizeReached);
        }
        if !group.supports(&join.protocols) {
            return refuse(context, ErrorCode::InconsistentGroupProtocol);
        }
        if let Some(instance) = &join.group_instance_id {
            if let Some(old) = group.static_member(instance).map(|member| member.id.clone()) {
                return static_members::replace(group, context, handle, join, &old, id);
            }
            group.next_member_slot += 1;
            let slot = group.next_member_slot;
            add_member(group, handle, join, &id, slot);
            begin_session(group, &id, context);
            return prepare_rebalance(group, context, GroupReason::Joined(id));
        }
        group.next_member_slot += 1;
        group.pending.insert(id.clone(), group.next_member_slot);
        let timer = Timer::Session(group.slot, group.next_member_slot);
        context.out.set_timer(timer, context.now_us + join.session_timeout_us);
        context.out.event(EventKind::MemberIdGiven { group: group.id.clone(), member: id.clone() });
        context.effects.replies.push((handle, refusal(ErrorCode::MemberIdRequired, &id)));
    }

    pub(super) fn heartbeat(&mut self, context: &mut Context<'_>, member: &GroupMember) -> ErrorCode {
        let GroupMember { group_id, generation, member_id: member, group_instance_id } = member;
        let Some(group) = self.group_mut(context.shard, group_id) else { return ErrorCode::UnknownMemberId };
        let valid = group.validate(member, group_instance_id.as_deref());
        match (group.state, valid) {
            (GroupState::Dead, _) => ErrorCode::CoordinatorNotAvailable,
            (GroupState::Empty, _) => ErrorCode::UnknownMemberId,
            (_, Err(error)) => error,
            _ if *generation != group.generation => ErrorCode::IllegalGeneration,
            (GroupState::PreparingRebalance, _) => {
                begin_session(group, member, context);
                ErrorCode::RebalanceInProgress
            }
            (GroupState::CompletingRebalance | GroupState::Stable, _) => {
                begin_session(group, member, context);
                ErrorCode::None
            }
        }
    }

    pub(super) fn leave(&mut self, context: &mut Context<'_>, group: &Name, member: &Name) -> ErrorCode {
        let Some(group) = self.group_mut(context.shard, group) else { return ErrorCode::UnknownMemberId };
        if let Some(slot) = group.pending.remove(member) {
            context.out.clear_timer(Timer::Session(group.slot, slot));
            return ErrorCode::None;
        }
        if group.member(member).is_none() {
            return ErrorCode::UnknownMemberId;
        }
        remove_member(group, context, member, GroupReason::Left(member.clone()));
        ErrorCode::None
    }

    /// A member's session timer fired.
    pub(super) fn on_session_timer(&mut self, context: &mut Context<'_>, group: &Name, slot: u32) {
        let Some(group) = self.group_mut(context.shard, group) else { return };
        if let Some(id) = group.pending.iter().find(|(_, at)| **at == slot).map(|(id, _)| id.clone()) {
            group.pending.remove(&id);
            maybe_complete_join(group, context);
            return;
        }
        let Some(member) = group.members.iter().find(|member| member.slot == slot) else { return };
        let id = member.id.clone();
        if !member.is_new && (member.join.is_some() || member.sync.is_some()) {
            // A member that waits for an answer cannot be expected to heartbeat.
            begin_session(group, &id, context);
            return;
        }
        remove_member(group, context, &id, GroupReason::SessionExpired(id.clone()));
    }

    /// The join phase, or the wait for syncs, has lasted long enough.
    pub(super) fn on_rebalance_timer(&mut self, context: &mut Context<'_>, group: &Name) {
        let Some(group) = self.group_mut(context.shard, group) else { return };
        match group.state {
            GroupState::PreparingRebalance => match group.initial_delay {
                Some(wait) if wait.new_member_added && wait.remaining_us > 0 => {
                    let delay_us = context.config.group_initial_rebalance_delay_us.min(wait.remaining_us);
                    group.initial_delay = Some(InitialDelay {
                        delay_us,
                        remaining_us: wait.remaining_us.saturating_sub(wait.delay_us),
                        new_member_added: false,
                    });
                    context.out.set_timer(Timer::Rebalance(group.slot), context.now_us + delay_us);
                }
                _ => complete_join(group, context),
            },
            GroupState::CompletingRebalance | GroupState::Stable => sync::expire_syncs(group, context),
            _ => {}
        }
    }

    /// A UUID for a member id.
    fn uuid(&mut self) -> String {
        let [a, b, c, d] = [0; 4].map(|_: u8| self.member_ids.bits());
        format!("{a:08x}-{:04x}-{:04x}-{:04x}-{:04x}{d:08x}", b >> 16, b & 0xffff, c >> 16, c & 0xffff)
    }
}

/// The answer to a join that fails.
pub(super) fn refusal(error: ErrorCode, member: &Name) -> Response {
    Response::JoinGroup(Box::new(JoinGroupResponse::refusal(error, member)))
}

/// May this member join, or somebody new (`acceptJoiningMember`)? While joins are collected those that wait count, so
/// that after `group.max.size` was lowered the last ones to come are out; else those that are in.
fn has_room(group: &Group, config: &BrokerConfig, member: &str) -> bool {
    let max = config.group_max_size as usize;
    let known = group.member(member);
    match group.state {
        GroupState::Empty | GroupState::Dead => true,
        GroupState::PreparingRebalance => known.is_some_and(Member::is_joining) || group.joining() < max,
        GroupState::CompletingRebalance | GroupState::Stable => known.is_some() || group.members.len() < max,
    }
}

/// A known member joins again.
fn rejoin(group: &mut Group, context: &mut Context<'_>, handle: Handle, join: &JoinGroup) {
    let is_leader = group.leader.as_ref() == Some(&join.member_id);
    let state = group.state;
    let Some(member) = group.member_mut(&join.member_id) else { return };
    let changed = member.protocols != join.protocols;
    let id = member.id.clone();
    match state {
        GroupState::CompletingRebalance if !changed => {
            // The answer to its join was lost: it gets it again.
            let response = join_response(group, &id);
            begin_session(group, &id, context);
            context.effects.replies.push((handle, response));
        }
        GroupState::Stable if !is_leader && !changed => {
            let response = join_response(group, &id);
            begin_session(group, &id, context);
            context.effects.replies.push((handle, response));
        }
        GroupState::Empty | GroupState::Dead => {
            context.effects.replies.push((handle, refusal(ErrorCode::UnknownMemberId, &id)));
        }
        _ => {
            member.protocols = join.protocols.clone();
            member.session_timeout_us = join.session_timeout_us;
            member.rebalance_timeout_us = join.rebalance_timeout_us;
            member.join = Some(handle);
            prepare_rebalance(group, context, GroupReason::Rejoined(id));
        }
    }
}

fn add_member(group: &mut Group, handle: Handle, join: &JoinGroup, id: &Name, slot: u32) {
    if group.leader.is_none() {
        group.leader = Some(id.clone());
    }
    group.members.push(Member {
        id: id.clone(),
        group_instance_id: join.group_instance_id.clone(),
        client_id: join.client_id.clone(),
        slot,
        session_timeout_us: join.session_timeout_us,
        rebalance_timeout_us: join.rebalance_timeout_us,
        protocols: join.protocols.clone(),
        assignment: [].into(),
        join: Some(handle),
        sync: None,
        is_new: true,
        owes_sync: false,
    });
    if let Some(wait) = &mut group.initial_delay {
        wait.new_member_added = true;
    }
}

/// The member was heard of.
pub(super) fn begin_session(group: &Group, member: &str, context: &mut Context<'_>) {
    if let Some(member) = group.member(member) {
        let timeout_us = if member.is_new { NEW_MEMBER_TIMEOUT_US } else { member.session_timeout_us };
        context.out.set_timer(Timer::Session(group.slot, member.slot), context.now_us + timeout_us);
    }
}

/// Begins a rebalance, or goes on with the one that is being prepared.
pub(super) fn prepare_rebalance(group: &mut Group, context: &mut Context<'_>, reason: GroupReason) {
    if group.state == GroupState::PreparingRebalance {
        maybe_complete_join(group, context);
        return;
    }
    if group.state == GroupState::CompletingRebalance {
        sync::refuse_all(group, context, ErrorCode::RebalanceInProgress);
    }
    let from_empty = group.state == GroupState::Empty;
    change_state(group, context, GroupState::PreparingRebalance, reason);
    if from_empty {
        let delay_us = context.config.group_initial_rebalance_delay_us;
        let remaining_us = group.rebalance_timeout_us().saturating_sub(delay_us);
        group.initial_delay = Some(InitialDelay { delay_us, remaining_us, new_member_added: false });
        context.out.set_timer(Timer::Rebalance(group.slot), context.now_us + delay_us);
        return;
    }
    group.initial_delay = None;
    let deadline_us = context.now_us + group.rebalance_timeout_us();
    context.out.set_timer(Timer::Rebalance(group.slot), deadline_us);
    maybe_complete_join(group, context);
}

pub(super) fn maybe_complete_join(group: &mut Group, context: &mut Context<'_>) {
    let waits_initially = group.initial_delay.is_some();
    if group.state == GroupState::PreparingRebalance && !waits_initially && group.has_all_joined() {
        complete_join(group, context);
    }
}

/// Ends the join phase: who has not joined is out unless it is static, the generation rises, everyone is answered.
fn complete_join(group: &mut Group, context: &mut Context<'_>) {
    group.initial_delay = None;
    context.out.clear_timer(Timer::Rebalance(group.slot));
    let is_late = |member: &&Member| member.join.is_none() && member.group_instance_id.is_none();
    let late: Vec<Name> = group.members.iter().filter(is_late).map(|member| member.id.clone()).collect();
    for id in late {
        drop_member(group, context, &id, GroupReason::SyncExpired(id.clone()));
    }
    if !elect_joined_leader(group) && !group.members.is_empty() {
        // Only static members are left and none has come: their sessions decide.
        let deadline_us = context.now_us + group.rebalance_timeout_us();
        return context.out.set_timer(Timer::Rebalance(group.slot), deadline_us);
    }
    group.generation += i32::from(!faulty!(GenerationKept));
    if group.members.is_empty() {
        group.protocol = None;
        change_state(group, context, GroupState::Empty, GroupReason::NobodyLeft);
        let records = vec![records::group_record(group)];
        context.effects.writes.push(Write { shard: context.shard, records, then: Then::Nothing });
        return;
    }
    group.protocol = group.choose_protocol();
    change_state(group, context, GroupState::CompletingRebalance, GroupReason::JoinComplete);
    let ids: Vec<Name> = group.members.iter().map(|member| member.id.clone()).collect();
    for id in ids {
        let response = join_response(group, &id);
        let leader = group.leader.as_ref() == Some(&id);
        if let Some(member) = group.member_mut(&id) {
            let was_new = std::mem::replace(&mut member.is_new, false);
            member.owes_sync = true;
            if let Some(handle) = member.join.take() {
                context.effects.replies.push((handle, response));
            }
            if was_new {
                context.out.event(EventKind::MemberJoined { group: group.id.clone(), member: id.clone(), leader });
            }
        }
        begin_session(group, &id, context);
    }
    // Members that do not sync within the rebalance timeout are removed.
    context.out.set_timer(Timer::Rebalance(group.slot), context.now_us + group.rebalance_timeout_us());
}

/// A static leader that has not joined again hands over to the first that has (`maybeElectNewJoinedLeader`). Returns
/// whether the leader has joined.
fn elect_joined_leader(group: &mut Group) -> bool {
    let has_joined = |id: &Name| group.member(id).is_some_and(Member::is_joining);
    if group.leader.as_ref().is_some_and(has_joined) {
        return true;
    }
    let Some(joined) = group.members.iter().find(|member| member.is_joining()) else { return false };
    group.leader = Some(joined.id.clone());
    true
}

pub(super) fn join_response(group: &Group, member: &Name) -> Response {
    let leads = group.leader.as_ref() == Some(member);
    Response::JoinGroup(Box::new(JoinGroupResponse {
        error: ErrorCode::None,
        generation: group.generation,
        protocol: group.protocol.clone(),
        leader: group.leader.clone().unwrap_or_else(|| "".into()),
        skip_assignment: false,
        member_id: member.clone(),
        members: match leads {
            true => group.joined_members(),
            false => Vec::new(),
        },
    }))
}

/// Takes a member out, and rebalances where the group was at work.
pub(super) fn remove_member(group: &mut Group, context: &mut Context<'_>, member: &Name, reason: GroupReason) {
    drop_member(group, context, member, reason.clone());
    match group.state {
        GroupState::CompletingRebalance | GroupState::Stable if group.members.is_empty() => {
            // Nobody to wait for: the join phase would end at once.
            change_state(group, context, GroupState::PreparingRebalance, reason);
            complete_join(group, context);
        }
        GroupState::CompletingRebalance | GroupState::Stable => prepare_rebalance(group, context, reason),
        GroupState::PreparingRebalance => maybe_complete_join(group, context),
        GroupState::Empty | GroupState::Dead => {}
    }
}

fn drop_member(group: &mut Group, context: &mut Context<'_>, id: &Name, reason: GroupReason) {
    let Some(index) = group.members.iter().position(|member| member.id == *id) else { return };
    let member = group.members.remove(index);
    context.out.clear_timer(Timer::Session(group.slot, member.slot));
    if let Some(handle) = member.join {
        context.effects.replies.push((handle, refusal(ErrorCode::UnknownMemberId, id)));
    }
    if let Some(handle) = member.sync {
        context.effects.replies.push((handle, sync::refusal(ErrorCode::UnknownMemberId)));
    }
    if group.leader.as_ref() == Some(id) {
        // Kafka takes the first of a hash map; here it is the first that joined (reference §0.2).
        let joined = group.members.iter().find(|member| member.join.is_some());
        group.leader = joined.or(group.members.first()).map(|member| member.id.clone());
    }
    context.out.event(EventKind::MemberRemoved { group: group.id.clone(), member: id.clone(), reason });
}

pub(super) fn change_state(group: &mut Group, context: &mut Context<'_>, to: GroupState, reason: GroupReason) {
    let from = std::mem::replace(&mut group.state, to);
    group.state_us = context.now_us;
    context.out.event(EventKind::GroupState {
        group: group.id.clone(),
        from: from.name(),
        to: to.name(),
        generation: group.generation,
        reason,
    });
}
