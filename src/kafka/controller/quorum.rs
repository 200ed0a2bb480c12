//! The metadata quorum: Raft by fetching, as `raft/.../KafkaRaftClient` (reference §5).
//!
//! Voters elect a leader, who is the active controller; voters and observers fetch its log. A record is committed when
//! a majority of voters has it. Left out: EndQuorumEpoch of a leader that stops, snapshots, changes of the voter set.

mod election;
mod log;

use std::sync::Arc;

use election::Ballot;
pub use log::MetadataLog;

use crate::{
    kafka::{
        broker::Handle,
        config::BrokerConfig,
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
    /// Follows the leader, if it knows one; else it is what Kafka calls unattached. `has_fetched`: from this leader, since
    /// it began to follow it.
    Follower {
        has_fetched: bool,
    },
    /// Asks who would vote for it (KIP-996). It keeps the leader that it knew.
    Prospective(Ballot),
    /// Stands for election, in an epoch of its own.
    Candidate(Ballot),
    /// Led, and heard no majority any more.
    Resigned,
    Leader {
        epoch_start: u64,
        replicas: Map<BrokerId, ReplicaProgress>,
        waiting: Map<BrokerId, Waiting>,
    },
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

impl Role {
    const UNATTACHED: Role = Role::Follower { has_fetched: false };
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
            role: Role::UNATTACHED,
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

    /// Does it ask whether it would be elected?
    pub fn is_prospective(&self) -> bool {
        matches!(self.role, Role::Prospective(_))
    }

    /// Does it stand for election?
    pub fn is_candidate(&self) -> bool {
        matches!(self.role, Role::Candidate(_))
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
        self.role = Role::UNATTACHED;
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
        self.role = Role::UNATTACHED;
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
            Request::Vote { quorum_epoch, replica, last_epoch, last_offset, pre_vote } => {
                let fetched = self.fetches();
                self.observe_epoch(now_us, config, quorum_epoch, out);
                let is_up_to_date = (last_epoch, last_offset) >= (self.log.last_epoch(), self.log.len());
                let may_win = quorum_epoch == self.epoch && (is_up_to_date || faulty!(VoteUnchecked));
                let granted = self.is_voter() && may_win && self.grants(now_us, config, replica, pre_vote, out);
                if !fetched {
                    self.fetch(now_us, out);
                }
                Some(Response::Vote { quorum_epoch: self.epoch, leader: self.leader, granted })
            }
            Request::BeginQuorumEpoch { quorum_epoch, leader } => {
                self.follow(now_us, config, quorum_epoch, leader, out);
                self.fetch(now_us, out);
                Some(Response::BeginQuorumEpoch { error: ErrorCode::None })
            }
            Request::FetchMetadataLog { quorum_epoch, replica, offset, last_epoch, high_watermark } => {
                let fetched = self.fetches();
                self.observe_epoch(now_us, config, quorum_epoch, out);
                if !fetched {
                    self.fetch(now_us, out);
                }
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
        let fetch = Waiting { handle, offset, high_watermark };
        if let Role::Leader { waiting, .. } = &mut self.role
            && let Some(before) = waiting.insert(replica, fetch)
        {
            // One that was held up on its way, and that nobody waits for any more.
            let response = self.fetch_response(before.offset);
            before.handle.respond(response, out);
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
            Response::Vote { quorum_epoch, leader, granted } => {
                let fetched = self.fetches();
                let is_news = *quorum_epoch > self.epoch || *quorum_epoch == self.epoch && self.leader.is_none();
                let found = leader.filter(|_| is_news);
                match found {
                    Some(leader) => self.follow(now_us, config, *quorum_epoch, leader, out),
                    None => self.observe_epoch(now_us, config, *quorum_epoch, out),
                }
                if *quorum_epoch == self.epoch {
                    self.record_vote(now_us, config, from, correlation, *granted, out);
                }
                if !fetched || found.is_some() {
                    self.fetch(now_us, out);
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
                        self.role = Role::UNATTACHED;
                    }
                    match self.leader {
                        Some(other) if other != from => self.fetch(now_us, out),
                        _ => out.set_timer(Timer::QuorumFetch, now_us + FETCH_BACKOFF_US),
                    }
                    return;
                }
                self.role = Role::Follower { has_fetched: true };
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

    /// Does it fetch from others? Not while it asks for votes, nor when it has just resigned.
    fn fetches(&self) -> bool {
        matches!(self.role, Role::Follower { .. })
    }

    fn fetch(&mut self, _now_us: u64, out: &mut Outbox) {
        if !self.fetches() || self.fetch_in_flight.is_some() {
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
