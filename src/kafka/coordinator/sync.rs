//! The sync phase: the leader's assignment is stored, then handed out (reference §6.4).

use super::{
    Context, GroupCoordinator, Then, Write,
    group::{Group, GroupState},
    join::{change_state, prepare_rebalance, remove_member},
    records,
};
use crate::kafka::{
    broker::Handle,
    event::GroupReason,
    ids::Name,
    node::Timer,
    protocol::{Assignment, ErrorCode, GroupMember, Response},
};
use crate::sim::faults::faulty;

impl GroupCoordinator {
    pub(super) fn sync(
        &mut self,
        context: &mut Context<'_>,
        handle: Handle,
        member: &GroupMember,
        assignments: &[(Name, Assignment)],
    ) {
        let refuse = |context: &mut Context<'_>, error| context.effects.replies.push((handle, refusal(error)));
        let GroupMember { group_id, generation, member_id: member, group_instance_id } = member;
        let Some(group) = self.group_mut(context.shard, group_id) else {
            return refuse(context, ErrorCode::UnknownMemberId);
        };
        if let Err(error) = group.validate(member, group_instance_id.as_deref()) {
            return refuse(context, error);
        }
        if *generation != group.generation {
            return refuse(context, ErrorCode::IllegalGeneration);
        }
        match group.state {
            GroupState::Empty | GroupState::Dead => refuse(context, ErrorCode::UnknownMemberId),
            GroupState::PreparingRebalance => refuse(context, ErrorCode::RebalanceInProgress),
            GroupState::Stable => {
                received(group, context, member);
                let assignment = group.member(member).map(|member| member.assignment.clone()).unwrap_or_default();
                context.effects.replies.push((handle, Response::SyncGroup { error: ErrorCode::None, assignment }));
            }
            GroupState::CompletingRebalance => {
                received(group, context, member);
                if let Some(member) = group.member_mut(member) {
                    member.sync = Some(handle);
                }
                if group.leader.as_ref() == Some(member) {
                    store_assignment(group, context, assignments);
                }
            }
        }
    }

    /// The assignment is replicated: everyone who waits gets theirs.
    pub(super) fn assignment_stored(&mut self, context: &mut Context<'_>, group: &Name, generation: i32) {
        let Some(group) = self.group_mut(context.shard, group) else { return };
        if group.state != GroupState::CompletingRebalance || group.generation != generation {
            // Another rebalance began meanwhile; whoever waited was told so.
            return;
        }
        change_state(group, context, GroupState::Stable, GroupReason::AssignmentStored);
        for member in &mut group.members {
            if let Some(handle) = member.sync.take() {
                let assignment = member.assignment.clone();
                context.effects.replies.push((handle, Response::SyncGroup { error: ErrorCode::None, assignment }));
            }
            let timer = Timer::Session(group.slot, member.slot);
            context.out.set_timer(timer, context.now_us + member.session_timeout_us);
        }
    }
}

impl GroupCoordinator {
    /// The assignment was not replicated in time: everyone who waits looks for a coordinator that can, and the group
    /// begins again (`resetAndPropagateAssignmentWithError`).
    pub(super) fn assignment_lost(&mut self, context: &mut Context<'_>, group: &Name, generation: i32) {
        let Some(group) = self.group_mut(context.shard, group) else { return };
        if group.state != GroupState::CompletingRebalance || group.generation != generation {
            return;
        }
        refuse_all(group, context, ErrorCode::CoordinatorNotAvailable);
        prepare_rebalance(group, context, GroupReason::AssignmentLost);
    }
}

fn store_assignment(group: &mut Group, context: &mut Context<'_>, assignments: &[(Name, Assignment)]) {
    for member in &mut group.members {
        let given = assignments.iter().skip(usize::from(faulty!(MemberForgotten))).find(|(id, _)| *id == member.id);
        member.assignment = given.map(|(_, assignment)| assignment.clone()).unwrap_or_default();
    }
    let then = Then::AssignmentStored { group: group.id.clone(), generation: group.generation };
    context.effects.writes.push(Write { shard: context.shard, records: vec![records::group_record(group)], then });
}

/// A member has asked for its assignment; when all have, nobody is waited for any more (`maybeCompleteSyncPhase`).
fn received(group: &mut Group, context: &mut Context<'_>, member: &Name) {
    if let Some(member) = group.member_mut(member) {
        member.owes_sync = false;
    }
    if !group.members.iter().any(|member| member.owes_sync) {
        context.out.clear_timer(Timer::Rebalance(group.slot));
    }
}

/// Members that have not synced in time are removed, also where the others have their assignments long since
/// (`expirePendingSync`).
pub(super) fn expire_syncs(group: &mut Group, context: &mut Context<'_>) {
    let late: Vec<Name> =
        group.members.iter().filter(|member| member.owes_sync).map(|member| member.id.clone()).collect();
    for id in late {
        remove_member(group, context, &id, GroupReason::SyncExpired(id.clone()));
    }
}

/// Whoever waits for an assignment is told that there is none. Sessions begin anew: while a member waited, it could not
/// be expected to heartbeat (`resetAndPropagateAssignmentWithError`).
pub(super) fn refuse_all(group: &mut Group, context: &mut Context<'_>, error: ErrorCode) {
    for member in &mut group.members {
        member.assignment = [].into();
        if let Some(handle) = member.sync.take() {
            context.effects.replies.push((handle, refusal(error)));
            let timer = Timer::Session(group.slot, member.slot);
            context.out.set_timer(timer, context.now_us + member.session_timeout_us);
        }
    }
}

/// The answer to a sync that fails.
pub(super) fn refusal(error: ErrorCode) -> Response {
    Response::SyncGroup { error, assignment: [].into() }
}
