//! A change of one partition: who leads it, who is in sync, who may lead it when nobody is (`PartitionChangeBuilder`;
//! reference §4.5, §4.6, §4.11).
//!
//! Pure: from the partition as it is registered and what is asked for to the fields that are written. A leader is the first
//! valid one in the order of the assignment, not of the ISR, and logs are not compared. Where Kafka walks a hash set of
//! brokers, they go by number here, as they do there while there are few. Left out: log directories.

use crate::kafka::{ids::BrokerId, metadata::PartitionState};
use crate::sim::faults::faulty;

/// Which election is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Election {
    /// The preferred leader if it may lead, else as `Online`.
    Preferred,
    /// The present leader if it may go on, else the first that may.
    Online,
    /// And if nobody may, the first broker that lives.
    Unclean,
}

/// What the cluster goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// `min.insync.replicas` as it counts for the partition.
    pub min_isr: usize,
    /// Are there eligible leader replicas (`eligible.leader.replicas.version`)?
    pub elr_enabled: bool,
    /// Is the last known leader kept, to lead again when nobody else may?
    pub use_last_known_leader: bool,
    /// Does the leader epoch rise when the ISR shrinks, as before metadata version 3.6?
    pub bump_on_isr_shrink: bool,
}

/// What a caller asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The ISR.
    pub isr: Vec<BrokerId>,
    /// The assignment.
    pub replicas: Vec<BrokerId>,
    /// Replicas that shall go.
    pub removing: Vec<BrokerId>,
    /// Replicas that shall come.
    pub adding: Vec<BrokerId>,
    /// Brokers that came back without proof of a clean end: what they had may be gone.
    pub unclean_shutdown: Vec<BrokerId>,
    /// Is the leader still to make sure of its log after an unclean election?
    pub recovering: bool,
}

impl Target {
    /// Everything as it is.
    pub fn of(partition: &PartitionState) -> Target {
        Target {
            isr: partition.isr.clone(),
            replicas: partition.replicas.clone(),
            removing: partition.removing.clone(),
            adding: partition.adding.clone(),
            unclean_shutdown: Vec::new(),
            recovering: partition.recovering,
        }
    }
}

/// The fields that are written; what is none stays (`PartitionChangeRecord`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PartitionChange {
    /// Leader, or nobody; the leader epoch rises, though it is the same.
    pub leader: Option<Option<BrokerId>>,
    /// ISR.
    pub isr: Option<Vec<BrokerId>>,
    /// Eligible leader replicas.
    pub elr: Option<Vec<BrokerId>>,
    /// Last known eligible leader replicas, or the last known leader.
    pub last_known_elr: Option<Vec<Option<BrokerId>>>,
    /// Assignment.
    pub replicas: Option<Vec<BrokerId>>,
    /// Replicas that shall go.
    pub removing: Option<Vec<BrokerId>>,
    /// Replicas that shall come.
    pub adding: Option<Vec<BrokerId>>,
    /// Recovery state.
    pub recovering: Option<bool>,
}

/// Who is elected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Elected {
    /// The leader, if there is one.
    pub leader: Option<BrokerId>,
    /// May records be lost with it?
    pub unclean: bool,
}

/// A change that is worked out.
struct Work<'a> {
    partition: &'a PartitionState,
    target: Target,
    elr: Vec<BrokerId>,
    last_known_elr: Vec<Option<BrokerId>>,
    election: Election,
    rules: Rules,
    is_acceptable: &'a dyn Fn(BrokerId) -> bool,
}

/// Whom an election would choose (`electLeader`). `is_acceptable`: may this broker lead at all now?
pub fn elect(
    partition: &PartitionState,
    target: Target,
    election: Election,
    rules: Rules,
    is_acceptable: &dyn Fn(BrokerId) -> bool,
) -> Elected {
    Work::new(partition, target, election, rules, is_acceptable).elect()
}

/// What is written for what is asked; nothing if that changes nothing (`build`).
pub fn build(
    partition: &PartitionState,
    target: Target,
    election: Election,
    rules: Rules,
    is_acceptable: &dyn Fn(BrokerId) -> bool,
) -> Option<PartitionChange> {
    let change = Work::new(partition, target, election, rules, is_acceptable).build();
    (change != PartitionChange::default()).then_some(change)
}

impl PartitionChange {
    /// The partition once the record is applied: the partition epoch rises with every record, the leader epoch with each
    /// that names a leader.
    pub fn apply(&self, partition: &PartitionState) -> PartitionState {
        let list = |new: &Option<Vec<BrokerId>>, old: &Vec<BrokerId>| new.as_ref().unwrap_or(old).clone();
        PartitionState {
            replicas: list(&self.replicas, &partition.replicas),
            isr: list(&self.isr, &partition.isr),
            elr: list(&self.elr, &partition.elr),
            last_known_elr: self.last_known_elr.as_ref().unwrap_or(&partition.last_known_elr).clone(),
            removing: list(&self.removing, &partition.removing),
            adding: list(&self.adding, &partition.adding),
            leader: self.leader.unwrap_or(partition.leader),
            recovering: self.recovering.unwrap_or(partition.recovering),
            leader_epoch: partition.leader_epoch + i32::from(self.leader.is_some() && !faulty!(LeaderEpochKept)),
            partition_epoch: partition.partition_epoch + i32::from(!faulty!(PartitionEpochKept)),
        }
    }
}

impl<'a> Work<'a> {
    fn new(
        partition: &'a PartitionState,
        target: Target,
        election: Election,
        rules: Rules,
        is_acceptable: &'a dyn Fn(BrokerId) -> bool,
    ) -> Work<'a> {
        let (elr, last_known_elr) = (partition.elr.clone(), partition.last_known_elr.clone());
        Work { partition, target, elr, last_known_elr, election, rules, is_acceptable }
    }

    fn build(mut self) -> PartitionChange {
        let mut change = PartitionChange::default();
        self.complete_reassignment();
        self.find_eligible();
        self.try_election(&mut change);
        let keeps_all = |new: &[BrokerId], old: &[BrokerId]| old.iter().all(|broker| new.contains(broker));
        if change.leader.is_none() && !keeps_all(&self.target.replicas, &self.partition.replicas) {
            // Who is no replica any more must hear of it, so the epoch rises.
            change.leader = Some(self.partition.leader);
        }
        self.set_eligible(&mut change);
        // Without eligible leader replicas the last ISR stays recorded, so that its members may lead again.
        let may_be_empty = self.rules.elr_enabled || !self.target.isr.is_empty();
        if change.isr.is_none() && may_be_empty && self.target.isr != self.partition.isr {
            change.isr = Some(self.target.isr.clone());
        }
        let shrinks = change.isr.as_ref().is_some_and(|isr| !keeps_all(isr, &self.partition.isr));
        if self.rules.bump_on_isr_shrink && change.leader.is_none() && shrinks {
            change.leader = Some(self.partition.leader);
        }
        self.set_last_known_leader(&mut change);
        let differs = |new: &Vec<BrokerId>, old: &Vec<BrokerId>| (new != old).then(|| new.clone());
        if !self.target.replicas.is_empty() {
            change.replicas = differs(&self.target.replicas, &self.partition.replicas);
        }
        change.removing = differs(&self.target.removing, &self.partition.removing);
        change.adding = differs(&self.target.adding, &self.partition.adding);
        if self.target.recovering != self.partition.recovering {
            change.recovering = Some(self.target.recovering);
        }
        change
    }

    /// A reassignment is complete when all that shall be left are in sync (`PartitionReassignmentReplicas`).
    fn complete_reassignment(&mut self) {
        let Target { isr, replicas, removing, adding, .. } = &self.target;
        if removing.is_empty() && adding.is_empty() {
            return;
        }
        let stays = |broker: &&BrokerId| !removing.contains(*broker);
        let replicas: Vec<BrokerId> = replicas.iter().filter(stays).copied().collect();
        let isr: Vec<BrokerId> = isr.iter().filter(stays).copied().collect();
        if replicas.iter().all(|broker| isr.contains(broker)) && !replicas.is_empty() {
            (self.target.isr, self.target.replicas) = (isr, replicas);
            (self.target.removing, self.target.adding) = (Vec::new(), Vec::new());
        }
    }

    /// Whoever was in the ISR when it fell below the minimum has all that is committed (`maybePopulateTargetElr`).
    fn find_eligible(&mut self) {
        if !self.rules.elr_enabled {
            return;
        }
        if self.target.isr.len() >= self.rules.min_isr {
            (self.elr, self.last_known_elr) = (Vec::new(), Vec::new());
            return;
        }
        let Target { isr, unclean_shutdown, .. } = &self.target;
        let mut candidates = union(&self.elr, &self.partition.isr);
        self.elr = candidates.clone();
        self.elr.retain(|broker| !isr.contains(broker) && !unclean_shutdown.contains(broker));
        let known: Vec<BrokerId> = self.last_known_elr.iter().flatten().copied().collect();
        candidates = union(&candidates, &known);
        candidates.retain(|broker| !isr.contains(broker) && !self.elr.contains(broker));
        self.last_known_elr = candidates.into_iter().map(Some).collect();
    }

    fn try_election(&mut self, change: &mut PartitionChange) {
        let Elected { leader, unclean } = self.elect();
        if leader == self.partition.leader {
            return;
        }
        if let Some(leader) = leader.filter(|leader| self.elr.contains(leader)) {
            self.target.isr = vec![leader];
            self.elr.retain(|broker| *broker != leader);
        }
        change.leader = Some(leader);
        if unclean {
            // Its log is the truth from now on, whatever others had.
            change.isr = Some(leader.into_iter().collect());
            if !self.partition.recovering {
                change.recovering = Some(true);
            }
        }
    }

    fn elect(&self) -> Elected {
        let clean = |leader| Elected { leader: Some(leader), unclean: false };
        let replicas = &self.target.replicas;
        let preferred = replicas.first().copied().filter(|_| self.election == Election::Preferred);
        let firsts = [preferred, self.partition.leader];
        if let Some(leader) = firsts.into_iter().flatten().find(|broker| self.is_valid(*broker)) {
            return clean(leader);
        }
        if let Some(leader) = replicas.iter().copied().find(|broker| self.is_valid(*broker)) {
            return clean(leader);
        }
        if let Some(leader) = self.last_known_leader() {
            return Elected { leader: Some(leader), unclean: true };
        }
        let living = || replicas.iter().copied().find(|broker| (self.is_acceptable)(*broker));
        match living().filter(|_| self.election == Election::Unclean) {
            Some(leader) => Elected { leader: Some(leader), unclean: true },
            None => Elected { leader: None, unclean: false },
        }
    }

    /// In sync, or eligible while nobody is; and alive.
    fn is_valid(&self, broker: BrokerId) -> bool {
        let Target { isr, .. } = &self.target;
        let is_safe =
            faulty!(ElectedOutOfSync) || isr.contains(&broker) || isr.is_empty() && self.elr.contains(&broker);
        is_safe && (self.is_acceptable)(broker)
    }

    /// The last known leader, if it alone is left to hope for and lives (KAFKA-19522).
    fn last_known_leader(&self) -> Option<BrokerId> {
        let Rules { elr_enabled, use_last_known_leader, .. } = self.rules;
        let may = elr_enabled && use_last_known_leader && self.elr.is_empty() && self.target.isr.is_empty();
        match self.partition.last_known_elr[..] {
            [Some(leader)] if may && (self.is_acceptable)(leader) => Some(leader),
            _ => None,
        }
    }

    fn set_eligible(&mut self, change: &mut PartitionChange) {
        if change.isr.is_some() || !self.rules.elr_enabled {
            (self.elr, self.last_known_elr) = (Vec::new(), Vec::new());
        }
        if self.elr != self.partition.elr {
            change.elr = Some(self.elr.clone());
        }
        if !self.rules.use_last_known_leader && self.last_known_elr != self.partition.last_known_elr {
            change.last_known_elr = Some(self.last_known_elr.clone());
        }
    }

    fn set_last_known_leader(&self, change: &mut PartitionChange) {
        if !self.rules.use_last_known_leader || !self.rules.elr_enabled {
            return;
        }
        let known = &self.partition.last_known_elr;
        let leader = self.partition.leader;
        if change.isr.as_ref().is_some_and(Vec::is_empty) && known[..] != [leader] {
            change.last_known_elr = Some(vec![leader]);
            return;
        }
        let has_leader = match change.leader {
            Some(leader) => leader.is_some(),
            None => leader.is_some(),
        };
        if has_leader && !known.is_empty() {
            change.last_known_elr = Some(Vec::new());
        }
    }
}

/// The brokers of both, by number.
fn union(a: &[BrokerId], b: &[BrokerId]) -> Vec<BrokerId> {
    let mut all: Vec<BrokerId> = a.iter().chain(b).copied().collect();
    crate::sim::sort_by(&mut all, Ord::cmp);
    all.dedup();
    all
}
