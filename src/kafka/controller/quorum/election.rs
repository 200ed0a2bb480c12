//! Elections of the quorum: who asks for votes and who gives them.
//!
//! Who hears no leader first asks, in the epoch that it is in, who would vote for it (pre-vote, KIP-996), and only with a
//! majority raises the epoch and stands. So one that is cut off disturbs nobody when it is back.

use super::{Map, Quorum, ReplicaProgress, Role};
use crate::{
    kafka::{
        config::BrokerConfig,
        event::EventKind,
        ids::BrokerId,
        node::{Outbox, Timer, broker_node},
        protocol::{Channel, CorrelationId, Request},
    },
    sim::faults::faulty,
};

/// What the voters answered to the Vote requests of one round.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ballot {
    /// The last request before the round: answers to earlier ones are for another.
    asked_after: CorrelationId,
    granted: Vec<BrokerId>,
    rejected: Vec<BrokerId>,
}

impl Quorum {
    /// The election timer fired: nothing came of a leader, or of an election, for too long.
    pub fn on_election_timer(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        if !self.is_voter() {
            return;
        }
        match &self.role {
            Role::Leader { .. } => {}
            Role::Resigned => {
                // It may not lead again in the epoch that it led (`KafkaRaftClient.pollResigned`).
                self.observe_epoch(now_us, config, self.epoch + 1, out);
                self.ask_for_pre_votes(now_us, config, out);
            }
            Role::Prospective(_) if self.leader.is_some() => self.give_up(now_us, config, out),
            Role::Follower { .. } | Role::Prospective(_) | Role::Candidate(_) => {
                self.ask_for_pre_votes(now_us, config, out);
            }
        }
    }

    /// Asks who would vote for it; nothing of that is kept on disk (`transitionToProspective`).
    fn ask_for_pre_votes(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        self.role = Role::Prospective(self.ballot());
        out.chain(EventKind::ControllerProspective { quorum_epoch: self.epoch });
        self.ask_for_votes(now_us, config, true, out);
        out.unchain();
        self.tally(now_us, config, out);
    }

    /// Stands for election (`transitionToCandidate`).
    pub(super) fn stand(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        self.epoch += u32::from(!faulty!(CandidateKeepsEpoch));
        self.voted_for = Some(self.id);
        self.leader = None;
        self.role = Role::Candidate(self.ballot());
        out.chain(EventKind::ControllerCandidate { quorum_epoch: self.epoch });
        self.ask_for_votes(now_us, config, false, out);
        out.unchain();
        self.tally(now_us, config, out);
    }

    /// A round in which nobody but this node itself has answered.
    fn ballot(&self) -> Ballot {
        Ballot { asked_after: self.correlation, granted: vec![self.id], rejected: Vec::new() }
    }

    fn ask_for_votes(&mut self, now_us: u64, config: &BrokerConfig, pre_vote: bool, out: &mut Outbox) {
        self.fetch_in_flight = None;
        out.clear_timer(Timer::QuorumFetch);
        self.await_election(now_us, config, out);
        let (last_epoch, last_offset) = (self.log.last_epoch(), self.log.len());
        for voter in self.voters.clone().iter().filter(|voter| **voter != self.id) {
            self.correlation += 1;
            let (quorum_epoch, replica) = (self.epoch, self.id);
            let vote = Request::Vote { quorum_epoch, replica, last_epoch, last_offset, pre_vote };
            out.request(broker_node(*voter), Channel::Quorum, self.correlation, vote);
        }
    }

    /// Does this node vote for one whose epoch and log would do (`EpochState.canGrantVote`)?
    pub(super) fn grants(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        replica: BrokerId,
        pre_vote: bool,
        out: &mut Outbox,
    ) -> bool {
        if pre_vote {
            // A promise of nothing. Who hears its leader wants no other; who has never heard it may be as cut off from it.
            return match self.role {
                Role::Leader { .. } => false,
                Role::Follower { has_fetched } => self.leader.is_none() || !has_fetched,
                Role::Prospective(_) | Role::Candidate(_) | Role::Resigned => true,
            };
        }
        let granted =
            self.leader.is_none() && self.voted_for.is_none_or(|voted| voted == replica || faulty!(VoteTwice));
        if granted {
            self.voted_for = Some(replica);
            if self.is_prospective() {
                self.role = Role::UNATTACHED;
            }
            self.await_election(now_us, config, out);
        }
        granted
    }

    /// An answer to a Vote request, from a voter in the same epoch.
    pub(super) fn record_vote(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        from: BrokerId,
        correlation: CorrelationId,
        granted: bool,
        out: &mut Outbox,
    ) {
        let (Role::Prospective(ballot) | Role::Candidate(ballot)) = &mut self.role else { return };
        let votes = if granted { &mut ballot.granted } else { &mut ballot.rejected };
        if correlation > ballot.asked_after && !votes.contains(&from) {
            votes.push(from);
            self.tally(now_us, config, out);
        }
    }

    /// Goes on if a majority is for it, and gives up if none can be any more.
    fn tally(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        let majority = self.voters.len() / 2 + 1;
        match &self.role {
            Role::Prospective(ballot) if ballot.granted.len() >= majority => self.stand(now_us, config, out),
            Role::Prospective(ballot) if ballot.rejected.len() + majority > self.voters.len() => {
                self.give_up(now_us, config, out);
            }
            Role::Candidate(ballot) if ballot.granted.len() >= majority => self.lead(now_us, out),
            _ => {}
        }
    }

    /// No majority would vote for it: back to the leader that it knew, or to look for one
    /// (`prospectiveTransitionAfterElectionLoss`).
    fn give_up(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        self.role = Role::UNATTACHED;
        self.restart_election_timer(now_us, config, out);
        self.fetch(now_us, out);
    }

    fn lead(&mut self, now_us: u64, out: &mut Outbox) {
        let grace = |voter: &BrokerId| (*voter, ReplicaProgress { offset: 0, last_fetch_us: now_us });
        let replicas = self.voters.iter().filter(|voter| **voter != self.id).map(grace).collect();
        self.role = Role::Leader { epoch_start: self.log.len(), replicas, waiting: Map::new() };
        self.leader = Some(self.id);
        out.clear_timer(Timer::Election);
        out.clear_timer(Timer::QuorumFetch);
        out.chain(EventKind::ControllerElected { quorum_epoch: self.epoch });
        for voter in self.voters.clone().iter().filter(|voter| **voter != self.id) {
            self.correlation += 1;
            let begin = Request::BeginQuorumEpoch { quorum_epoch: self.epoch, leader: self.id };
            out.request(broker_node(*voter), Channel::Quorum, self.correlation, begin);
        }
        out.unchain();
    }

    /// Does a leader still hear a majority? If not for 1.5 × the fetch timeout, it resigns. Returns whether it leads.
    pub fn check_majority(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) -> bool {
        let Role::Leader { replicas, .. } = &self.role else { return false };
        let patience_us = config.controller_quorum_fetch_timeout_us * 3 / 2;
        let heard = self.voters.iter().filter(|voter| {
            **voter == self.id
                || replicas.get(voter).is_some_and(|replica| replica.last_fetch_us + patience_us > now_us)
        });
        if heard.count() * 2 > self.voters.len() || now_us < patience_us {
            return true;
        }
        self.leader = None;
        out.event(EventKind::ControllerResigned { quorum_epoch: self.epoch });
        self.step_down(out);
        self.role = Role::Resigned;
        self.await_election(now_us, config, out);
        false
    }

    /// Leads no more, or stands no more: whoever waits for records must look for another leader.
    pub(super) fn step_down(&mut self, out: &mut Outbox) {
        if let Role::Leader { waiting, .. } = std::mem::replace(&mut self.role, Role::UNATTACHED) {
            for (replica, fetch) in waiting {
                out.clear_timer(Timer::QuorumFetchWait(replica));
                fetch.handle.respond(self.refusal(), out);
            }
        }
    }

    /// Adopts a higher epoch, in which nobody is known to lead yet.
    pub(super) fn observe_epoch(&mut self, now_us: u64, config: &BrokerConfig, epoch: u32, out: &mut Outbox) {
        if epoch <= self.epoch {
            return;
        }
        // Who has no leader waits on with what is left: a candidate that cannot win must not put off those who can
        // (`QuorumState.transitionToUnattached`).
        let waits = matches!(self.role, Role::Prospective(_)) || self.leader.is_none();
        self.epoch = epoch;
        self.voted_for = None;
        self.leader = None;
        self.step_down(out);
        if !waits {
            self.restart_election_timer(now_us, config, out);
        }
    }

    /// Follows the leader of an epoch.
    pub(super) fn follow(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        epoch: u32,
        leader: BrokerId,
        out: &mut Outbox,
    ) {
        if epoch < self.epoch || leader == self.id {
            return;
        }
        let news = epoch > self.epoch || self.leader != Some(leader);
        self.observe_epoch(now_us, config, epoch, out);
        if news {
            self.step_down(out);
            self.leader = Some(leader);
            self.fetch_in_flight = None;
            self.restart_election_timer(now_us, config, out);
        }
    }

    /// Waits for the leader's answers, or without a leader for the end of somebody's election.
    pub(super) fn restart_election_timer(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        if !self.is_voter() {
            return;
        }
        if self.leader.is_none() {
            return self.await_election(now_us, config, out);
        }
        // A random part on top of the fetch timeout keeps two voters from asking for votes at once.
        let spread = config.controller_quorum_election_backoff_max_us.min(u32::MAX.into()) as u32;
        let wait_us = config.controller_quorum_fetch_timeout_us + u64::from(self.random.below(spread));
        out.set_timer(Timer::Election, now_us + wait_us);
    }

    /// Waits for the end of an election (`QuorumState.randomElectionTimeoutMs`).
    fn await_election(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        let timeout_us = config.controller_quorum_election_timeout_us;
        let wait_us = timeout_us + u64::from(self.random.below(timeout_us.min(u32::MAX.into()) as u32));
        out.set_timer(Timer::Election, now_us + wait_us);
    }
}
