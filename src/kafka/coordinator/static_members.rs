//! Static members (KIP-345): whoever joins with a `group.instance.id` takes the place of the process that had it before.

use super::{
    Context, GroupCoordinator, Then, Write,
    group::{Group, GroupState},
    join::{begin_session, join_response, maybe_complete_join, prepare_rebalance, refusal},
    records, sync,
};
use crate::kafka::{
    broker::Handle,
    event::{EventKind, GroupReason},
    ids::Name,
    protocol::{ErrorCode, JoinGroup, Response},
};

/// A new process joins under the instance id of `old`, which is fenced
/// (`updateStaticMemberThenRebalanceOrCompleteJoin`).
pub(super) fn replace(
    group: &mut Group,
    context: &mut Context<'_>,
    handle: Handle,
    join: &JoinGroup,
    old: &Name,
    new: Name,
) {
    let Some(member) = group.member_mut(old) else { return };
    member.id = new.clone();
    member.client_id = join.client_id.clone();
    member.protocols = join.protocols.clone();
    member.session_timeout_us = join.session_timeout_us;
    member.rebalance_timeout_us = join.rebalance_timeout_us;
    if let Some(waiting) = member.join.replace(handle) {
        context.effects.replies.push((waiting, refusal(ErrorCode::FencedInstanceId, old)));
    }
    if let Some(waiting) = member.sync.take() {
        context.effects.replies.push((waiting, sync::refusal(ErrorCode::FencedInstanceId)));
    }
    if group.leader.as_ref() == Some(old) {
        group.leader = Some(new.clone());
    }
    begin_session(group, &new, context);
    context.out.event(EventKind::StaticMemberReplaced { group: group.id.clone(), old: old.clone(), new: new.clone() });
    match group.state {
        GroupState::Stable if group.choose_protocol() == group.protocol => {
            let then = Then::StaticMemberStored { group: group.id.clone(), member: new };
            let records = vec![records::group_record(group)];
            context.effects.writes.push(Write { shard: context.shard, records, then });
        }
        // While assignments are awaited the leader may compute for the id that is fenced.
        GroupState::Stable | GroupState::CompletingRebalance => {
            prepare_rebalance(group, context, GroupReason::Rejoined(new));
        }
        GroupState::PreparingRebalance => maybe_complete_join(group, context),
        GroupState::Empty | GroupState::Dead => {}
    }
}

impl GroupCoordinator {
    /// The new member id is replicated, or could not be: the member gets its old assignment without a rebalance.
    pub(super) fn static_member_stored(
        &mut self,
        context: &mut Context<'_>,
        group: &Name,
        member: &Name,
        error: ErrorCode,
    ) {
        let Some(group) = self.group_mut(context.shard, group) else { return };
        let Some(handle) = group.member_mut(member).and_then(|member| member.join.take()) else { return };
        let mut response = match error {
            ErrorCode::None => join_response(group, member),
            error => refusal(error, &"".into()),
        };
        if let Response::JoinGroup(join) = &mut response {
            join.skip_assignment = error == ErrorCode::None && group.leader.as_ref() == Some(member);
        }
        begin_session(group, member, context);
        context.effects.replies.push((handle, response));
    }
}
