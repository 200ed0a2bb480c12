//! The metadata quorum: Raft by fetching, as `raft/.../KafkaRaftClient` (reference §5).
//!
//! Voters elect a leader, who is the active controller; voters and observers fetch its log. A record is committed when
//! a majority of voters has it. Left out: pre-vote, EndQuorumEpoch of a
//! leader that stops, snapshots, changes of the voter set.

mod log;

use std::sync::Arc;

pub use log::MetadataLog;

use crate::{
    kafka::{
        broker::Handle,
        config::BrokerConfig,
        event::EventKind,
        ids::BrokerId,
        metadata::MetadataDelta,
        node::{Outbox, Timer, broker_node},
        protocol::{Channel, CorrelationId, ErrorCode, Request, Response},
    },
    sim::{Map, Random, faults::faulty},
};

/// How long the leader lets a fetch wait (`MAX_FETCH_WAIT_MS` of the Raft client).
const FETCH_WAIT_US: u64 = 500_000;
/// Pause before asking again after an error (`retry.backoff.ms` of the Raft client).
const FETCH_BACKOFF_US: u64 = 20_000;

/// One node of the quorum, voter or observer.
#[derive(Clone, Debug, Hash)]
pub struct Quorum {
    id: BrokerId,
    voters: Arc<[BrokerId]>,
    random: Random,
    // On disk.
    epoch: u32,
    voted_for: Option<BrokerId>,
    log: MetadataLog,
    // In memory.
    high_watermark: u64,
    leader: Option<BrokerId>,
    role: Role,
    correlation: CorrelationId,
    /// The fetch that is not answered yet.
    pub fetch_in_flight: Option<(BrokerId, CorrelationId)>,
    /// Next voter to ask who leads.
    ask_next: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Role {
    Follower,
    Candidate { votes: Vec<BrokerId> },
    Leader { epoch_start: u64, replicas: Map<BrokerId, ReplicaProgress>, waiting: Map<BrokerId, Waiting> },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct ReplicaProgress {
    offset: u64,
    last_fetch_us: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Waiting {
    handle: Handle,
    offset: u64,
    high_watermark: u64,
}

impl Quorum {
    /// A node that already knows `records` of epoch 1, all committed, led by `leader`.
    pub fn new(
        seed: u64,
        id: BrokerId,
        voters: Arc<[BrokerId]>,
        leader: Option<BrokerId>,
        records: &[MetadataDelta],
    ) -> Quorum {
        let mut log = MetadataLog::default();
        for record in records {
            log.push((1, record.clone()));
        }
        let high_watermark = log.len();
        Quorum {
            id,
            voters,
            random: Random::new(seed, &format!("quorum {id}")),
            epoch: u32::from(!records.is_empty()),
            voted_for: None,
            log,
            high_watermark,
            leader,
            role: Role::Follower,
            correlation: 0,
            fetch_in_flight: None,
            ask_next: 0,
        }
    }

    /// The leader that this node knows of.
    pub fn leader(&self) -> Option<BrokerId> {
        self.leader
    }

    /// Does this node lead?
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader { .. })
    }

    /// Does it stand for election?
    pub fn is_candidate(&self) -> bool {
        matches!(self.role, Role::Candidate { .. })
    }

    /// May this node vote?
    pub fn is_voter(&self) -> bool {
        self.voters.contains(&self.id)
    }

    /// The quorum epoch.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Committed records: the offset after the last.
    pub fn high_watermark(&self) -> u64 {
        self.high_watermark
    }

    /// The log.
    pub fn log(&self) -> &MetadataLog {
        &self.log
    }

    /// Begins to run: the process started, or the world did.
    pub fn start(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        self.role = Role::Follower;
        self.fetch_in_flight = None;
        if self.leader == Some(self.id) && self.is_voter() {
            let epoch_start = self.log.len().saturating_sub(1);
            self.role = Role::Leader { epoch_start, replicas: Map::new(), waiting: Map::new() };
            return;
        }
        if self.is_voter() && self.voters.len() == 1 {
            // The only voter need not ask anyone (`KafkaRaftClient.initialize`).
            return self.stand(now_us, config, out);
        }
        self.restart_election_timer(now_us, config, out);
        self.fetch(now_us, out);
    }

    /// Loses what was in memory: the process died.
    pub fn stop(&mut self) {
        self.role = Role::Follower;
        self.leader = None;
        self.fetch_in_flight = None;
    }

    /// Appends records as the leader.
    pub fn append(&mut self, records: Vec<MetadataDelta>, out: &mut Outbox) {
        debug_assert!(self.is_leader(), "only the quorum's leader appends");
        for record in records {
            self.log.push((self.epoch, record));
        }
        self.advance_high_watermark(out);
        self.answer_waiting(out);
    }

    /// The election timer fired: no leader was heard of for too long.
    pub fn on_election_timer(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        if self.is_voter() && !self.is_leader() {
            self.stand(now_us, config, out);
        }
    }

    /// Stands for election.
    fn stand(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        self.epoch += u32::from(!faulty!(CandidateKeepsEpoch));
        self.voted_for = Some(self.id);
        self.leader = None;
        self.fetch_in_flight = None;
        self.role = Role::Candidate { votes: vec![self.id] };
        out.chain(EventKind::ControllerCandidate { quorum_epoch: self.epoch });
        let timeout_us = config.controller_quorum_election_timeout_us;
        let wait_us = timeout_us + u64::from(self.random.below(timeout_us.min(u32::MAX.into()) as u32));
        out.set_timer(Timer::Election, now_us + wait_us);
        let (last_epoch, last_offset) = (self.log.last_epoch(), self.log.len());
        for voter in self.voters.clone().iter().filter(|voter| **voter != self.id) {
            self.correlation += 1;
            let vote = Request::Vote { quorum_epoch: self.epoch, candidate: self.id, last_epoch, last_offset };
            out.request(broker_node(*voter), Channel::Quorum, self.correlation, vote);
        }
        out.unchain();
        self.count_votes(now_us, out);
    }

    /// The fetch timer fired: ask again.
    pub fn on_fetch_timer(&mut self, now_us: u64, out: &mut Outbox) {
        self.fetch(now_us, out);
    }

    /// A waiting fetch has waited its time.
    pub fn on_fetch_wait(&mut self, replica: BrokerId, out: &mut Outbox) {
        if let Role::Leader { waiting, .. } = &mut self.role
            && let Some(fetch) = waiting.remove(&replica)
        {
            let response = self.fetch_response(fetch.offset);
            fetch.handle.respond(response, out);
        }
    }

    /// A request of the quorum. Returns an answer unless it waits.
    pub fn on_request(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        handle: Handle,
        request: &Request,
        out: &mut Outbox,
    ) -> Option<Response> {
        match *request {
            Request::Vote { quorum_epoch, candidate, last_epoch, last_offset } => {
                self.observe_epoch(now_us, config, quorum_epoch, out);
                let granted = quorum_epoch == self.epoch
                    && self.is_voter()
                    && self.leader.is_none()
                    && self.voted_for.is_none_or(|voted| voted == candidate || faulty!(VoteTwice))
                    && (faulty!(VoteUnchecked) || (last_epoch, last_offset) >= (self.log.last_epoch(), self.log.len()));
                if granted {
                    self.voted_for = Some(candidate);
                    self.restart_election_timer(now_us, config, out);
                }
                Some(Response::Vote { quorum_epoch: self.epoch, granted })
            }
            Request::BeginQuorumEpoch { quorum_epoch, leader } => {
                self.follow(now_us, config, quorum_epoch, leader, out);
                self.fetch(now_us, out);
                Some(Response::BeginQuorumEpoch { error: ErrorCode::None })
            }
            Request::FetchMetadataLog { quorum_epoch, replica, offset, last_epoch, high_watermark } => {
                self.observe_epoch(now_us, config, quorum_epoch, out);
                self.on_fetch(now_us, handle, (replica, offset, last_epoch, high_watermark), out)
            }
            _ => unreachable!("{} is not for the quorum", request.api().name()),
        }
    }

    fn on_fetch(
        &mut self,
        now_us: u64,
        handle: Handle,
        (replica, offset, last_epoch, high_watermark): (BrokerId, u64, u32, u64),
        out: &mut Outbox,
    ) -> Option<Response> {
        if !self.is_leader() {
            return Some(self.refusal());
        }
        let (epoch, end) = self.log.end_of_epoch(last_epoch);
        if offset > end || epoch != last_epoch {
            let mut response = self.fetch_response(self.log.len());
            if let Response::FetchMetadataLog { diverging, .. } = &mut response {
                *diverging = Some((epoch, end));
            }
            return Some(response);
        }
        if let Role::Leader { replicas, .. } = &mut self.role {
            replicas.insert(replica, ReplicaProgress { offset, last_fetch_us: now_us });
        }
        self.advance_high_watermark(out);
        if offset < self.log.len() || high_watermark < self.high_watermark {
            return Some(self.fetch_response(offset));
        }
        if let Role::Leader { waiting, .. } = &mut self.role {
            waiting.insert(replica, Waiting { handle, offset, high_watermark });
        }
        out.set_timer(Timer::QuorumFetchWait(replica), now_us + FETCH_WAIT_US);
        None
    }

    /// A response of the quorum.
    pub fn on_response(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        from: BrokerId,
        correlation: CorrelationId,
        response: &Response,
        out: &mut Outbox,
    ) {
        match response {
            Response::Vote { quorum_epoch, granted } => {
                self.observe_epoch(now_us, config, *quorum_epoch, out);
                if let Role::Candidate { votes } = &mut self.role
                    && *granted
                    && *quorum_epoch == self.epoch
                    && !votes.contains(&from)
                {
                    votes.push(from);
                    self.count_votes(now_us, out);
                }
            }
            Response::FetchMetadataLog { quorum_epoch, leader, high_watermark, records, diverging, error } => {
                if self.fetch_in_flight != Some((from, correlation)) {
                    return;
                }
                self.fetch_in_flight = None;
                if self.is_leader() {
                    return;
                }
                if *quorum_epoch >= self.epoch {
                    match leader {
                        Some(leader) => self.follow(now_us, config, *quorum_epoch, *leader, out),
                        None => self.observe_epoch(now_us, config, *quorum_epoch, out),
                    }
                }
                if *error != ErrorCode::None || *quorum_epoch < self.epoch {
                    if self.leader == Some(from) && *leader != Some(from) {
                        self.leader = None;
                    }
                    match self.leader {
                        Some(other) if other != from => self.fetch(now_us, out),
                        _ => out.set_timer(Timer::QuorumFetch, now_us + FETCH_BACKOFF_US),
                    }
                    return;
                }
                self.restart_election_timer(now_us, config, out);
                if let Some((epoch, end)) = diverging {
                    // Down to where both logs may agree; the next fetch finds out whether they do, and until then nothing
                    // here is known to be what others have committed (`KafkaRaftClient.handleFetchResponse`).
                    let (_, own_end) = self.log.end_of_epoch(*epoch);
                    self.log.truncate((*end).min(own_end));
                } else {
                    for record in records {
                        self.log.push(record.clone());
                    }
                    self.high_watermark = self.high_watermark.max((*high_watermark).min(self.log.len()));
                }
                self.fetch(now_us, out);
            }
            _ => {}
        }
    }

    /// The peer's process is gone.
    pub fn on_disconnect(&mut self, now_us: u64, peer: BrokerId, out: &mut Outbox) {
        if let Role::Leader { waiting, .. } = &mut self.role {
            waiting.remove(&peer);
        }
        if let Some((to, correlation)) = self.fetch_in_flight
            && to == peer
        {
            self.on_refused(now_us, peer, correlation, out);
        }
    }

    /// The peer's process was not there to take a request.
    pub fn on_refused(&mut self, now_us: u64, peer: BrokerId, correlation: CorrelationId, out: &mut Outbox) {
        if self.fetch_in_flight == Some((peer, correlation)) {
            self.fetch_in_flight = None;
            if !self.is_voter() {
                self.leader = None;
            }
            out.set_timer(Timer::QuorumFetch, now_us + FETCH_BACKOFF_US * 5);
        }
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
        self.restart_election_timer(now_us, config, out);
        false
    }

    /// Leads no more, or stands no more: whoever waits for records must look for another leader.
    fn step_down(&mut self, out: &mut Outbox) {
        if let Role::Leader { waiting, .. } = std::mem::replace(&mut self.role, Role::Follower) {
            for (replica, fetch) in waiting {
                out.clear_timer(Timer::QuorumFetchWait(replica));
                fetch.handle.respond(self.refusal(), out);
            }
        }
    }

    fn count_votes(&mut self, now_us: u64, out: &mut Outbox) {
        let Role::Candidate { votes } = &self.role else { return };
        if votes.len() * 2 <= self.voters.len() {
            return;
        }
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

    /// Adopts a higher epoch, in which nobody is known to lead yet.
    fn observe_epoch(&mut self, now_us: u64, config: &BrokerConfig, epoch: u32, out: &mut Outbox) {
        if epoch <= self.epoch {
            return;
        }
        self.epoch = epoch;
        self.voted_for = None;
        self.leader = None;
        let led = self.is_leader();
        self.step_down(out);
        if led {
            // Others wait on with what is left: a candidate that cannot win must not put off those who can
            // (`QuorumState.transitionToUnattached`).
            self.restart_election_timer(now_us, config, out);
        }
    }

    /// Follows the leader of an epoch.
    fn follow(&mut self, now_us: u64, config: &BrokerConfig, epoch: u32, leader: BrokerId, out: &mut Outbox) {
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

    fn fetch(&mut self, _now_us: u64, out: &mut Outbox) {
        if self.is_leader() || self.fetch_in_flight.is_some() {
            return;
        }
        let to = match self.leader {
            Some(leader) => leader,
            None => {
                // Nobody known: ask the voters in turn.
                let others: Vec<BrokerId> = self.voters.iter().copied().filter(|voter| *voter != self.id).collect();
                if others.is_empty() {
                    return;
                }
                self.ask_next += 1;
                others[self.ask_next % others.len()]
            }
        };
        self.correlation += 1;
        self.fetch_in_flight = Some((to, self.correlation));
        let request = Request::FetchMetadataLog {
            quorum_epoch: self.epoch,
            replica: self.id,
            offset: self.log.len(),
            last_epoch: self.log.last_epoch(),
            high_watermark: self.high_watermark,
        };
        out.request(broker_node(to), Channel::Quorum, self.correlation, request);
    }

    fn restart_election_timer(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) {
        if !self.is_voter() {
            return;
        }
        // A follower waits the fetch timeout; a random part on top keeps two voters from standing at once.
        let spread = config.controller_quorum_election_backoff_max_us.min(u32::MAX.into()) as u32;
        let wait_us = config.controller_quorum_fetch_timeout_us + u64::from(self.random.below(spread));
        out.set_timer(Timer::Election, now_us + wait_us);
    }

    /// The highest offset that a majority of voters has, if it is of the leader's own epoch.
    fn advance_high_watermark(&mut self, out: &mut Outbox) {
        let Role::Leader { epoch_start, replicas, .. } = &self.role else { return };
        let mut offsets: Vec<u64> = self
            .voters
            .iter()
            .map(|voter| match *voter == self.id {
                true => self.log.len(),
                false => replicas.get(voter).map_or(0, |replica| replica.offset),
            })
            .collect();
        crate::sim::sort_by(&mut offsets, |a, b| b.cmp(a));
        let candidate = offsets[if faulty!(MetadataAlone) { 0 } else { offsets.len() / 2 }];
        if candidate > *epoch_start && candidate > self.high_watermark {
            self.high_watermark = candidate;
            self.answer_waiting(out);
        }
    }

    fn answer_waiting(&mut self, out: &mut Outbox) {
        let (end, high_watermark) = (self.log.len(), self.high_watermark);
        let Role::Leader { waiting, .. } = &mut self.role else { return };
        let ready: Vec<BrokerId> = waiting
            .iter()
            .filter(|(_, fetch)| fetch.offset < end || fetch.high_watermark < high_watermark)
            .map(|(replica, _)| *replica)
            .collect();
        for replica in ready {
            let Role::Leader { waiting, .. } = &mut self.role else { return };
            if let Some(fetch) = waiting.remove(&replica) {
                out.clear_timer(Timer::QuorumFetchWait(replica));
                let response = self.fetch_response(fetch.offset);
                fetch.handle.respond(response, out);
            }
        }
    }

    fn fetch_response(&self, offset: u64) -> Response {
        Response::FetchMetadataLog {
            error: ErrorCode::None,
            quorum_epoch: self.epoch,
            leader: self.leader,
            high_watermark: self.high_watermark,
            records: (offset..self.log.len()).filter_map(|at| self.log.get(at).cloned()).collect(),
            diverging: None,
        }
    }

    fn refusal(&self) -> Response {
        Response::FetchMetadataLog {
            error: ErrorCode::NotController,
            quorum_epoch: self.epoch,
            leader: self.leader,
            high_watermark: 0,
            records: Vec::new(),
            diverging: None,
        }
    }
}

#[cfg(test)]
mod tests;
