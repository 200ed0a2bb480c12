//! Reconciliation step by step, and that members who go at their own pace never share a partition; recorded steps are
//! elsewhere.

use super::*;
use crate::{kafka::ids::TopicId, sim::Random};

fn set(partitions: &[i32]) -> Set<TopicIdPartition> {
    partitions.iter().map(|partition| TopicIdPartition::new(TopicId(1), *partition)).collect()
}

fn member(state: MemberState, epoch: i32, assigned: &[i32], pending: &[i32]) -> CurrentAssignment {
    CurrentAssignment {
        state,
        member_epoch: epoch,
        previous_member_epoch: epoch - 1,
        assigned: set(assigned),
        pending_revocation: set(pending),
    }
}

fn next(
    before: &CurrentAssignment,
    epoch: i32,
    target: &[i32],
    owned: Option<&[i32]>,
    held: &[i32],
) -> CurrentAssignment {
    let target = Target { epoch, partitions: &set(target) };
    let held = set(held);
    reconcile(before, target, owned.map(set).as_ref(), |at| !held.contains(&at)).expect("not fenced")
}

/// A has 0 to 3, B joins: A gives up half, then B gets it, each in its own heartbeat.
#[test]
fn what_is_moved_is_first_given_up_then_given_out() {
    let a = member(MemberState::Stable, 1, &[0, 1, 2, 3], &[]);
    let b = member(MemberState::Stable, 0, &[], &[]);

    let b = next(&b, 2, &[2, 3], Some(&[]), &[0, 1, 2, 3]);
    assert_eq!((b.state, b.member_epoch, &b.assigned), (MemberState::UnreleasedPartitions, 2, &set(&[])));

    let a = next(&a, 2, &[0, 1], None, &[0, 1, 2, 3]);
    assert_eq!((a.state, a.member_epoch, a.previous_member_epoch), (MemberState::UnrevokedPartitions, 1, 1));
    assert_eq!((&a.assigned, &a.pending_revocation), (&set(&[0, 1]), &set(&[2, 3])));

    // Until it says so it is not done, and nothing of it changes.
    assert_eq!(next(&a, 2, &[0, 1], None, &[0, 1, 2, 3]), a);
    assert_eq!(next(&a, 2, &[0, 1], Some(&[0, 1, 3]), &[0, 1, 2, 3]), a);
    assert_eq!(next(&b, 2, &[2, 3], None, &[0, 1, 2, 3]).state, MemberState::UnreleasedPartitions);

    let a = next(&a, 2, &[0, 1], Some(&[0, 1]), &[0, 1, 2, 3]);
    assert_eq!((a.state, a.member_epoch, a.previous_member_epoch), (MemberState::Stable, 2, 1));
    assert_eq!(a.pending_revocation, set(&[]));

    let b = next(&b, 2, &[2, 3], None, &[0, 1]);
    assert_eq!((b.state, b.member_epoch, &b.assigned), (MemberState::Stable, 2, &set(&[2, 3])));
}

#[test]
fn a_part_that_is_free_is_given_at_once() {
    let before = member(MemberState::Stable, 1, &[0], &[]);
    let after = next(&before, 2, &[0, 1, 2], None, &[0, 2]);
    assert_eq!((after.state, after.member_epoch), (MemberState::UnreleasedPartitions, 2));
    assert_eq!(after.assigned, set(&[0, 1]));
}

#[test]
fn who_has_given_up_already_need_not_be_asked() {
    let before = member(MemberState::Stable, 1, &[0, 1], &[]);
    let after = next(&before, 2, &[0], Some(&[0]), &[0, 1]);
    assert_eq!((after.state, after.member_epoch, &after.assigned), (MemberState::Stable, 2, &set(&[0])));
}

/// The target went on while it gave up: it goes on by one epoch and gives up what the new one takes from it.
#[test]
fn a_newer_target_may_take_more_after_a_revocation() {
    let before = member(MemberState::UnrevokedPartitions, 4, &[0, 1], &[2]);
    let after = next(&before, 7, &[0], Some(&[0, 1]), &[0, 1, 2]);
    assert_eq!(
        (after.state, after.member_epoch, after.previous_member_epoch),
        (MemberState::UnrevokedPartitions, 5, 4)
    );
    assert_eq!((after.assigned, after.pending_revocation), (set(&[0]), set(&[1])));
}

/// A new target gives back what it is giving up: it counts as held until the next heartbeat.
#[test]
fn what_comes_back_comes_a_heartbeat_later() {
    let before = member(MemberState::UnrevokedPartitions, 4, &[0], &[1]);
    let after = next(&before, 6, &[0, 1], Some(&[0]), &[0, 1]);
    assert_eq!((after.state, after.member_epoch, &after.assigned), (MemberState::UnreleasedPartitions, 6, &set(&[0])));
    let after = next(&after, 6, &[0, 1], None, &[0]);
    assert_eq!((after.state, after.assigned), (MemberState::Stable, set(&[0, 1])));
}

#[test]
fn an_unknown_state_is_fenced_unless_it_owns_nothing() {
    let before = member(MemberState::Unknown, 4, &[0], &[1]);
    let target = Target { epoch: 6, partitions: &set(&[0, 2]) };
    for owned in [None, Some(set(&[0]))] {
        let error = reconcile(&before, target, owned.as_ref(), |_| true).expect_err("fenced");
        assert!(error.to_string().ends_with("rejoin."));
    }
    let after = next(&before, 6, &[0, 2], Some(&[]), &[]);
    assert_eq!((after.state, after.member_epoch, after.assigned), (MemberState::Stable, 6, set(&[0, 2])));
    // It says that it owns nothing, so nothing is left to wait for.
    let after = next(&before, 6, &[2], Some(&[]), &[0]);
    assert_eq!((after.state, after.member_epoch, after.assigned), (MemberState::Stable, 6, set(&[2])));
}

/// A member, and the client that lags behind what it was told.
struct Pair {
    member: CurrentAssignment,
    target: Set<TopicIdPartition>,
    /// What the client reads.
    owned: Set<TopicIdPartition>,
    /// It was told of a change that it has not followed.
    to_follow: bool,
    /// It has followed and not said so; it says so though that may have changed nothing.
    to_report: bool,
}

struct Group {
    random: Random,
    epoch: i32,
    pairs: Vec<Pair>,
}

impl Group {
    const PARTITIONS: i32 = 8;

    fn new(seed: u64) -> Group {
        let mut random = Random::new(seed, "reconciliation");
        let pair = |_| Pair {
            member: member(MemberState::Stable, 0, &[], &[]),
            target: Set::new(),
            owned: Set::new(),
            to_follow: false,
            to_report: true,
        };
        let pairs = (0..2 + random.below(3)).map(pair).collect();
        Group { random, epoch: 0, pairs }
    }

    fn new_target(&mut self) {
        self.epoch += 1;
        let mut targets = vec![Set::new(); self.pairs.len()];
        for partition in 0..Self::PARTITIONS {
            // Now and then a partition is nobody's.
            let to = self.random.below(self.pairs.len() as u32 + 1) as usize;
            if let Some(target) = targets.get_mut(to) {
                target.insert(TopicIdPartition::new(TopicId(1), partition));
            }
        }
        for (pair, target) in self.pairs.iter_mut().zip(targets) {
            pair.target = target;
        }
    }

    fn heartbeat(&mut self, at: usize) {
        let held: Set<TopicIdPartition> = self
            .pairs
            .iter()
            .flat_map(|pair| pair.member.assigned.iter().chain(&pair.member.pending_revocation))
            .copied()
            .collect();
        let pair = &mut self.pairs[at];
        let report = std::mem::take(&mut pair.to_report) || self.random.below(4) == 0;
        let owned = report.then(|| pair.owned.clone());
        let target = Target { epoch: self.epoch, partitions: &pair.target };
        let next = reconcile(&pair.member, target, owned.as_ref(), |at| !held.contains(&at)).expect("not fenced");
        assert!(next.member_epoch >= pair.member.member_epoch, "an epoch went back");
        assert!(next.member_epoch <= self.epoch, "an epoch ran ahead");
        pair.to_follow |= next.assigned != pair.member.assigned;
        pair.member = next;
    }

    /// The client does what it was told in the last answer.
    fn follow(&mut self, at: usize) {
        let pair = &mut self.pairs[at];
        if std::mem::take(&mut pair.to_follow) {
            pair.owned = pair.member.assigned.clone();
            pair.to_report = true;
        }
    }

    fn check(&self, seed: u64) {
        for partition in 0..Self::PARTITIONS {
            let at = TopicIdPartition::new(TopicId(1), partition);
            let held =
                |pair: &&Pair| pair.member.assigned.contains(&at) || pair.member.pending_revocation.contains(&at);
            assert!(self.pairs.iter().filter(held).count() <= 1, "seed {seed}: {partition} is held twice");
            let owned = self.pairs.iter().filter(|pair| pair.owned.contains(&at));
            assert!(owned.count() <= 1, "seed {seed}: {partition} is read twice");
        }
    }

    fn is_settled(&self) -> bool {
        self.pairs.iter().all(|pair| {
            pair.member.state == MemberState::Stable
                && pair.member.member_epoch == self.epoch
                && pair.member.assigned == pair.target
        })
    }
}

#[test]
fn members_at_their_own_pace_never_share_a_partition_and_get_there() {
    for seed in 0..500 {
        let mut group = Group::new(seed);
        for _ in 0..60 {
            let at = group.random.below(group.pairs.len() as u32) as usize;
            match group.random.below(6) {
                0 => group.new_target(),
                1..4 => group.heartbeat(at),
                _ => group.follow(at),
            }
            group.check(seed);
        }
        // Undisturbed: a round to be told to give up, one to say that it is done, one in which others get it; one more
        // for who was giving up for an older target.
        for _ in 0..4 {
            for at in 0..group.pairs.len() {
                group.follow(at);
                group.heartbeat(at);
                group.check(seed);
            }
        }
        assert!(group.is_settled(), "seed {seed}");
    }
}
