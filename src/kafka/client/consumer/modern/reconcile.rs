//! From what a member has to what it was given: commit, give up, take, acknowledge
//! (`AbstractMembershipManager.maybeReconcile`).

use super::{ClientState, Consumer};
use crate::kafka::{client::consumer::CommitFor, event::EventKind, ids::TopicIdPartition, node::Outbox};
use crate::sim::Set;

/// A reconciliation that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reconciliation {
    /// What it will have, with the number of the target that this comes from.
    to: (u64, Set<TopicIdPartition>),
    commit: Commit,
    /// The commit is not waited for longer than the rebalance timeout.
    deadline_us: u64,
}

/// The commit before partitions change hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Commit {
    Due,
    Sent,
    Done,
}

impl Reconciliation {
    /// The commit's answer will not come.
    pub fn ask_again(&mut self) {
        if self.commit == Commit::Sent {
            self.commit = Commit::Due;
        }
    }

    pub fn commit_done(&mut self) {
        self.commit = Commit::Done;
    }
}

impl Consumer {
    /// Inside `poll`: goes as far towards its target as it can.
    pub(super) fn reconcile(&mut self, now_us: u64, out: &mut Outbox) {
        if self.modern.reconciliation.is_none() && !self.begin_reconciliation(now_us, out) {
            return;
        }
        let Some(Reconciliation { commit, deadline_us, .. }) = self.modern.reconciliation else { return };
        match commit {
            _ if now_us >= deadline_us => self.give_up_and_take(now_us, out),
            Commit::Done => self.give_up_and_take(now_us, out),
            Commit::Sent => {}
            Commit::Due => {
                let Some(coordinator) = self.coordinator.filter(|_| now_us >= self.retry_at_us) else { return };
                let sent = self.commit(coordinator, CommitFor::Rebalance, out);
                if let Some(reconciliation) = &mut self.modern.reconciliation {
                    reconciliation.commit = if sent { Commit::Sent } else { Commit::Done };
                }
                if !sent {
                    self.give_up_and_take(now_us, out);
                }
            }
        }
    }

    /// Returns whether there is anything to do.
    fn begin_reconciliation(&mut self, now_us: u64, out: &mut Outbox) -> bool {
        let Some((number, target)) = self.modern.target.clone().filter(|_| !self.modern.is_reconciled()) else {
            return false;
        };
        let resolved: Set<TopicIdPartition> =
            target.iter().filter(|at| self.metadata.name_of(at.topic).is_some()).copied().collect();
        if resolved.len() < target.len() {
            self.metadata.invalidate(now_us, out);
        }
        let to = (number, resolved);
        match &self.modern.current {
            Some(current) if *current == to => return false,
            Some((_, current)) if *current == to.1 => {
                // What more it was given it does not know by name yet.
                self.modern.current = Some(to);
                self.set_state(ClientState::Acknowledging, out);
                return false;
            }
            _ => {}
        }
        let keep = self.at_home(&to.1);
        for (partition, progress) in self.partitions.iter_mut().filter(|(partition, _)| !keep.contains(*partition)) {
            // Nothing more is fetched of it, and nothing that was fetched is handed out.
            progress.revoking = true;
            self.completed.retain(|completed| completed.partition != *partition);
        }
        let commit = if self.config.enable_auto_commit { Commit::Due } else { Commit::Done };
        let deadline_us = now_us + self.config.max_poll_interval_us;
        self.modern.reconciliation = Some(Reconciliation { to, commit, deadline_us });
        true
    }

    /// `onPartitionsRevoked`, `onPartitionsAssigned`, and the coordinator is to know.
    fn give_up_and_take(&mut self, now_us: u64, out: &mut Outbox) {
        let Some(Reconciliation { to, .. }) = self.modern.reconciliation.take() else { return };
        let wanted = self.at_home(&to.1);
        let given_up: Vec<TopicIdPartition> =
            self.partitions.keys().filter(|partition| !wanted.contains(*partition)).copied().collect();
        if !given_up.is_empty() {
            self.disown(&given_up);
            out.event(EventKind::PartitionsRevoked { partitions: given_up.into() });
        }
        let added: Vec<TopicIdPartition> =
            wanted.iter().filter(|partition| !self.partitions.contains_key(*partition)).copied().collect();
        self.own_more(&added);
        out.event(EventKind::PartitionsAssigned { partitions: added.into(), generation: self.generation });
        self.modern.current = Some(to);
        self.next_auto_commit_us = now_us + self.config.auto_commit_interval_us;
        self.set_state(ClientState::Acknowledging, out);
        self.look_for_leaders(now_us, out);
    }

    /// A partition that is newer than its metadata has no leader that it knows of.
    pub(in crate::kafka::client::consumer) fn look_for_leaders(&mut self, now_us: u64, out: &mut Outbox) {
        if self.partitions.keys().any(|partition| self.metadata.leader(*partition).is_none()) {
            self.metadata.invalidate(now_us, out);
        }
    }

    fn at_home(&self, partitions: &Set<TopicIdPartition>) -> Set<TopicIdPartition> {
        partitions.iter().map(|partition| self.metadata.at_home(*partition)).collect()
    }
}
