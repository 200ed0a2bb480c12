//! What makes partitions change: brokers that go and come, leaders that ask for another ISR, elections that somebody asks
//! for (reference §4.5, §4.8). How they change: [`super::partition_change`].

use std::sync::Arc;

use super::{
    Controller,
    partition_change::{Election, Rules, Target, build},
    shared,
};
use crate::kafka::{
    event::{ElectedBy, ElectionHeld, EventKind},
    ids::{BrokerId, Name, TopicId, TopicIdPartition},
    metadata::{MetadataDelta, PartitionState},
    node::Outbox,
    protocol::{Api, ErrorCode, Response},
};
use crate::sim::faults::faulty;

pub(super) const MIN_ISR: &str = "min.insync.replicas";
pub(super) const UNCLEAN: &str = "unclean.leader.election.enable";
const ELR_VERSION: &str = "eligible.leader.replicas.version";

/// Partitions that get their preferred leader back at once (`MAX_ELECTIONS_PER_IMBALANCE`).
pub(super) const BALANCED_MAX: usize = 1_000;

/// What is wanted of a partition.
pub(super) struct Wish {
    /// `None`: as it is.
    pub isr: Option<Vec<BrokerId>>,
    pub election: Election,
    /// A broker that may neither lead nor be in sync from now on.
    pub without: Option<BrokerId>,
    /// Did it end without proof that its log is whole?
    pub unclean_shutdown: bool,
    /// The leader has made sure of its log.
    pub recovered: bool,
    /// All replicas, those that shall come, and those that shall go.
    pub replicas: Option<[Vec<BrokerId>; 3]>,
}

impl Wish {
    /// This election, and nothing else.
    pub fn election(election: Election) -> Wish {
        Wish { isr: None, election, without: None, unclean_shutdown: false, recovered: false, replicas: None }
    }
}

impl Controller {
    /// Takes a broker out of every ISR; where it led, the next one is elected.
    pub(super) fn leave_isrs(&mut self, broker: BrokerId, out: &mut Outbox) {
        self.part_with(broker, false, out);
    }

    /// A new process of a broker registers, so the one before has ended. Without proof that it ended in an orderly way,
    /// what its disk had not stored yet may be gone: then it is not eligible either (KIP-966).
    ///
    /// Follows `ReplicationControlManager.handleBrokerShutdown`.
    pub(super) fn end_incarnation(&mut self, broker: BrokerId, is_clean: bool, out: &mut Outbox) {
        if is_clean || faulty!(UncleanShutdownUnseen) || !self.is_elr_enabled() {
            return self.part_with(broker, false, out);
        }
        let counts = |state: &PartitionState| state.isr.contains(&broker) || state.elr.contains(&broker);
        if self.image.partitions().any(|(_, state)| counts(state)) {
            out.chain(EventKind::UncleanShutdown { broker });
            self.part_with(broker, true, out);
            out.unchain();
        }
    }

    fn part_with(&mut self, broker: BrokerId, unclean_shutdown: bool, out: &mut Outbox) {
        let is_in = |state: &PartitionState| {
            state.isr.contains(&broker)
                || state.leader == Some(broker)
                || unclean_shutdown && state.elr.contains(&broker)
        };
        for partition in self.partitions_where(is_in) {
            let wish = Wish { without: Some(broker), unclean_shutdown, ..Wish::election(Election::Online) };
            self.change(partition, wish, out);
        }
    }

    /// Elects leaders for partitions that have none, where somebody may lead.
    pub(super) fn elect_leaderless(&mut self, out: &mut Outbox) {
        for partition in self.partitions_where(|state| state.leader.is_none()) {
            self.change(partition, Wish::election(Election::Online), out);
        }
    }

    /// Settings changed: what follows for partitions at once. With unclean elections allowed, those without a leader get
    /// one; with another minimum, the eligible replicas may be others (`getPartitionElrUpdatesForConfigChanges`).
    pub(super) fn settings_changed(&mut self, topic: Option<TopicId>, names: &[&str], out: &mut Outbox) {
        let unclean = names.contains(&UNCLEAN);
        let minimum = names.contains(&MIN_ISR);
        let concerned = self.partitions_where(|state| {
            unclean && state.leader.is_none() || minimum && !(state.elr.is_empty() && state.last_known_elr.is_empty())
        });
        for partition in concerned {
            if topic.is_none_or(|topic| topic == partition.topic) {
                self.change(partition, Wish::election(Election::Online), out);
            }
        }
    }

    fn partitions_where(&self, holds: impl Fn(&PartitionState) -> bool) -> Vec<TopicIdPartition> {
        self.image.partitions().filter(|(_, state)| holds(state)).map(|(partition, _)| partition).collect()
    }

    /// The elections that an admin client asks for: of one partition, a topic, or all.
    pub(super) fn elect_leaders(
        &mut self,
        unclean: bool,
        topic: Option<&Name>,
        partition: Option<i32>,
        out: &mut Outbox,
    ) -> Response {
        let topic = match topic.map(|name| self.image.topic_by_name(name)) {
            Some(None) => {
                let error = self.refuse(Api::ElectLeaders, ErrorCode::UnknownTopicOrPartition, out);
                return Response::ElectLeaders { error };
            }
            Some(Some((topic, _))) => Some(topic),
            None => None,
        };
        let asked = self.image.partitions().map(|(at, _)| at).filter(|at| {
            topic.is_none_or(|topic| topic == at.topic) && partition.is_none_or(|number| number == at.partition)
        });
        let asked: Vec<TopicIdPartition> = asked.collect();
        let mut first = ErrorCode::None;
        let mut needed = false;
        for partition in &asked {
            let error = self.elect_leader(*partition, unclean, out);
            needed |= error != ErrorCode::ElectionNotNeeded;
            // Of many, those that need none are passed over in silence, as the tool does.
            if error != ErrorCode::None && (error != ErrorCode::ElectionNotNeeded || asked.len() == 1) {
                out.event(EventKind::ElectionRefused { partition: *partition, unclean, error });
                first = if first == ErrorCode::None { error } else { first };
            }
        }
        if asked.is_empty() {
            first = self.refuse(Api::ElectLeaders, ErrorCode::UnknownTopicOrPartition, out);
        } else if !needed && asked.len() > 1 {
            first = self.refuse(Api::ElectLeaders, ErrorCode::ElectionNotNeeded, out);
        }
        Response::ElectLeaders { error: first }
    }

    /// Elects the preferred leader, or anybody at all: ELECTION_NOT_NEEDED where there is nothing to do.
    ///
    /// Follows `ReplicationControlManager.electLeader`.
    pub fn elect_leader(&mut self, partition: TopicIdPartition, unclean: bool, out: &mut Outbox) -> ErrorCode {
        let Some(state) = self.image.partition(partition) else { return ErrorCode::UnknownTopicOrPartition };
        let is_needed = if unclean { state.leader.is_none() } else { !has_preferred_leader(state) };
        if !is_needed {
            return ErrorCode::ElectionNotNeeded;
        }
        let election = if unclean { Election::Unclean } else { Election::Preferred };
        match (self.change(partition, Wish::election(election), out), unclean) {
            (true, _) => ErrorCode::None,
            (false, false) => ErrorCode::PreferredLeaderNotAvailable,
            (false, true) => ErrorCode::EligibleLeadersNotAvailable,
        }
    }

    /// Gives every partition back to its preferred leader that may have it, as many as are done at once. Returns which.
    ///
    /// Follows `ReplicationControlManager.maybeBalancePartitionLeaders`.
    pub fn balance_leaders(&mut self, out: &mut Outbox) -> Vec<TopicIdPartition> {
        let mut imbalanced = self.partitions_where(|state| {
            let preferred = state.replicas.first().copied();
            let may_lead = preferred.is_some_and(|first| state.isr.contains(&first) && self.image.is_active(first));
            may_lead && state.leader != preferred
        });
        imbalanced.truncate(BALANCED_MAX);
        if imbalanced.is_empty() {
            return imbalanced;
        }
        out.chain(EventKind::LeadersBalanced { partitions: imbalanced.len() as u32 });
        imbalanced.retain(|at| self.change(*at, Wish::election(Election::Preferred), out));
        out.unchain();
        imbalanced
    }

    /// Writes a partition as is wanted, electing a leader where that is due. Returns whether anything was written.
    pub(super) fn change(&mut self, partition: TopicIdPartition, wish: Wish, out: &mut Outbox) -> bool {
        let Some(old) = self.image.partition(partition).cloned() else { return false };
        let mut target = Target::of(&old);
        if let Some(isr) = wish.isr {
            target.isr = isr;
        }
        if let Some(gone) = wish.without {
            target.isr.retain(|member| *member != gone);
            target.unclean_shutdown.extend(wish.unclean_shutdown.then_some(gone));
        }
        if let Some([replicas, adding, removing]) = wish.replicas {
            target.isr.retain(|member| replicas.contains(member));
            (target.replicas, target.adding, target.removing) = (replicas, adding, removing);
        }
        target.recovering &= !wish.recovered;
        let election = match wish.election {
            Election::Online if self.setting(partition.topic, UNCLEAN) == Some("true") => Election::Unclean,
            election => election,
        };
        let rules = self.rules(partition, old.replicas.len());
        let may_lead = |broker: BrokerId| wish.without != Some(broker) && self.image.is_active(broker);
        let Some(change) = build(&old, target.clone(), election, rules, &may_lead) else { return false };
        let state = change.apply(&old);
        if state.isr != old.isr {
            out.event(EventKind::IsrChanged { partition, from: shared(&old.isr), to: shared(&state.isr) });
        }
        if change.leader.is_some() {
            let (leader, leader_epoch) = (state.leader, state.leader_epoch);
            out.event(EventKind::LeaderElected { partition, from: old.leader, to: leader, leader_epoch });
            let alive: Vec<BrokerId> = state.replicas.iter().copied().filter(|broker| may_lead(*broker)).collect();
            let held = held(partition, &old, &state, &target, election, rules);
            out.event(EventKind::ElectionHeld(Box::new(ElectionHeld { alive: alive.into(), ..held })));
        }
        if (&state.elr, &state.last_known_elr) != (&old.elr, &old.last_known_elr) {
            let last_known = state.last_known_elr.iter().flatten().next().copied();
            out.event(EventKind::EligibleChanged { partition, elr: shared(&state.elr), last_known });
        }
        self.tell_reassignment(partition, &old, &state, out);
        self.write(MetadataDelta::Partition { partition, state: Arc::new(state) });
        true
    }

    /// A setting of a topic: its own, else the cluster's; nothing where neither has it.
    pub(super) fn setting(&self, topic: TopicId, name: &str) -> Option<&str> {
        let own = self.image.topics.get(&topic).and_then(|topic| topic.settings.get(name));
        own.or_else(|| self.image.settings.get(name)).map(|value| value.trim())
    }

    /// Does the cluster go by eligible leader replicas, as new ones do since Kafka 4.1?
    pub(super) fn is_elr_enabled(&self) -> bool {
        self.image.settings.get(ELR_VERSION).is_none_or(|version| version.trim() != "0")
    }

    /// What counts for a partition (`getTopicEffectiveMinIsr`).
    fn rules(&self, partition: TopicIdPartition, replicas: usize) -> Rules {
        let min_isr = self.setting(partition.topic, MIN_ISR).and_then(|value| value.parse().ok());
        Rules {
            min_isr: min_isr.unwrap_or(1).min(replicas),
            elr_enabled: self.is_elr_enabled(),
            use_last_known_leader: true,
            bump_on_isr_shrink: false,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of the request")]
    pub(super) fn alter_partition(
        &mut self,
        broker: BrokerId,
        broker_epoch: u64,
        partition: TopicIdPartition,
        leader_epoch: i32,
        partition_epoch: i32,
        isr: &[BrokerId],
        out: &mut Outbox,
    ) -> Response {
        let mut error = match self.image.partition(partition) {
            None if !self.image.topics.contains_key(&partition.topic) => ErrorCode::UnknownTopicId,
            None => ErrorCode::UnknownTopicOrPartition,
            Some(_) if self.image.brokers.get(&broker).is_none_or(|state| state.epoch != broker_epoch) => {
                ErrorCode::StaleBrokerEpoch
            }
            Some(state) if state.leader_epoch > leader_epoch => ErrorCode::FencedLeaderEpoch,
            Some(state) if state.leader_epoch < leader_epoch => ErrorCode::NotController,
            Some(state) if state.leader != Some(broker) => ErrorCode::NotLeaderOrFollower,
            Some(state) if state.partition_epoch != partition_epoch => ErrorCode::InvalidUpdateVersion,
            Some(state) => {
                let eligible = |member: &BrokerId| state.replicas.contains(member) && self.image.is_active(*member);
                if isr.contains(&broker) && isr.iter().all(eligible) {
                    ErrorCode::None
                } else {
                    ErrorCode::IneligibleReplica
                }
            }
        };
        if error == ErrorCode::None {
            let wish = Wish { isr: Some(isr.to_vec()), recovered: true, ..Wish::election(Election::Online) };
            self.change(partition, wish, out);
            // A reassignment that is complete now may have taken the leadership with it.
            let epoch = self.image.partition(partition).map(|state| state.leader_epoch);
            if epoch != Some(leader_epoch) {
                error = ErrorCode::NewLeaderElected;
            }
        }
        let state = self.image.partition(partition).filter(|_| error == ErrorCode::None).cloned();
        Response::AlterPartition { error, partition, state }
    }
}

/// An election as it is told; who could have led is left out.
fn held(
    partition: TopicIdPartition,
    old: &PartitionState,
    state: &PartitionState,
    target: &Target,
    election: Election,
    rules: Rules,
) -> ElectionHeld {
    let mut elr: Vec<BrokerId> = Vec::new();
    if rules.elr_enabled && target.isr.len() < rules.min_isr {
        let was_safe = |broker: &BrokerId| old.elr.contains(broker) || old.isr.contains(broker);
        let is_out = |broker: &BrokerId| !target.isr.contains(broker) && !target.unclean_shutdown.contains(broker);
        elr = state.replicas.iter().copied().filter(|broker| was_safe(broker) && is_out(broker)).collect();
    }
    let by = match state.leader {
        None => ElectedBy::Nobody,
        leader if leader == old.leader => ElectedBy::Kept,
        Some(leader) if target.isr.contains(&leader) => {
            let preferred = election == Election::Preferred && state.replicas.first() == Some(&leader);
            if preferred { ElectedBy::Preferred } else { ElectedBy::InSync }
        }
        Some(leader) if elr.contains(&leader) => ElectedBy::Eligible,
        leader if old.last_known_elr == [leader] => ElectedBy::LastKnown,
        Some(_) => ElectedBy::Unclean,
    };
    ElectionHeld {
        partition,
        leader_epoch: state.leader_epoch,
        from: old.leader,
        to: state.leader,
        by,
        replicas: shared(&state.replicas),
        isr: shared(&old.isr),
        elr: elr.into(),
        alive: shared(&[]),
        min_isr: rules.min_isr as u32,
        unclean_allowed: election == Election::Unclean,
    }
}

pub(super) fn has_preferred_leader(state: &PartitionState) -> bool {
    state.leader.is_some() && state.leader == state.replicas.first().copied()
}
