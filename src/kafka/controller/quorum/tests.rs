//! Votes, elections and the log of the quorum, node by node.

use super::*;
use crate::{
    kafka::{node::Output, protocol::Message},
    sim::NodeId,
};

fn record(leader: BrokerId) -> MetadataDelta {
    MetadataDelta::LeaderChange { leader }
}

/// A voter of three that has so many records of epoch 1.
fn voter(id: BrokerId, records: u32) -> Quorum {
    let records: Vec<MetadataDelta> = (0..records).map(record).collect();
    let mut quorum = Quorum::new(1, id, [1, 2, 3].into(), None, &records);
    quorum.start(0, &BrokerConfig::default(), &mut Outbox::default());
    quorum
}

fn ask(quorum: &mut Quorum, from: BrokerId, request: &Request) -> Option<Response> {
    let handle = Handle { node: NodeId(from), channel: Channel::Quorum, correlation: 1 };
    quorum.on_request(1_000, &BrokerConfig::default(), handle, request, &mut Outbox::default())
}

fn vote(quorum: &mut Quorum, quorum_epoch: u32, replica: BrokerId, last_epoch: u32, last_offset: u64) -> bool {
    vote_or_pre_vote(
        quorum,
        replica,
        &Request::Vote { quorum_epoch, replica, last_epoch, last_offset, pre_vote: false },
    )
}

/// Of one with four records of epoch 1.
fn pre_vote(quorum: &mut Quorum, quorum_epoch: u32, replica: BrokerId) -> bool {
    let request = Request::Vote { quorum_epoch, replica, last_epoch: 1, last_offset: 4, pre_vote: true };
    vote_or_pre_vote(quorum, replica, &request)
}

fn vote_or_pre_vote(quorum: &mut Quorum, replica: BrokerId, request: &Request) -> bool {
    match ask(quorum, replica, request) {
        Some(Response::Vote { granted, .. }) => granted,
        other => panic!("{other:?}"),
    }
}

/// An answer to the newest Vote request.
fn answer(quorum: &mut Quorum, from: BrokerId, quorum_epoch: u32, leader: Option<BrokerId>, granted: bool) -> Outbox {
    let mut out = Outbox::default();
    let (config, correlation) = (BrokerConfig::default(), quorum.correlation);
    let response = Response::Vote { quorum_epoch, leader, granted };
    quorum.on_response(5_001_000, &config, from, correlation, &response, &mut out);
    out
}

fn fire(quorum: &mut Quorum) -> Outbox {
    let mut out = Outbox::default();
    quorum.on_election_timer(5_000_000, &BrokerConfig::default(), &mut out);
    out
}

fn requests(out: &Outbox) -> impl Iterator<Item = &Request> {
    out.outputs.iter().filter_map(|output| match output {
        Output::Send { message: Message::Request(_, _, request), .. } => Some(request),
        _ => None,
    })
}

/// The Vote requests in it: epoch, and whether they are pre-votes.
fn votes_asked(out: &Outbox) -> Vec<(u32, bool)> {
    let votes = requests(out).filter_map(|request| match request {
        Request::Vote { quorum_epoch, pre_vote, .. } => Some((*quorum_epoch, *pre_vote)),
        _ => None,
    });
    votes.collect()
}

/// A voter of three with four records that follows voter 1 in epoch 1, and whether it has fetched from it.
fn follower(id: BrokerId, has_fetched: bool) -> Quorum {
    let mut quorum = voter(id, 4);
    ask(&mut quorum, 1, &Request::BeginQuorumEpoch { quorum_epoch: 1, leader: 1 });
    if has_fetched {
        let response = Response::FetchMetadataLog {
            error: ErrorCode::None,
            quorum_epoch: 1,
            leader: Some(1),
            high_watermark: 4,
            records: Vec::new(),
            diverging: None,
        };
        let (config, correlation) = (BrokerConfig::default(), quorum.correlation);
        quorum.on_response(1_000, &config, 1, correlation, &response, &mut Outbox::default());
    }
    quorum
}

/// Elected in epoch 2 by the vote of voter 2.
fn leader(records: u32) -> Quorum {
    let mut quorum = voter(1, records);
    fire(&mut quorum);
    answer(&mut quorum, 2, 1, None, true);
    assert!(quorum.is_candidate() && !quorum.is_leader(), "one vote of three is no majority");
    answer(&mut quorum, 2, 2, None, true);
    assert!(quorum.is_leader());
    assert_eq!((quorum.epoch(), quorum.leader()), (2, Some(1)));
    quorum
}

fn fetch(quorum: &mut Quorum, replica: BrokerId, offset: u64, last_epoch: u32) -> Option<Response> {
    let request = Request::FetchMetadataLog { quorum_epoch: 2, replica, offset, last_epoch, high_watermark: 0 };
    ask(quorum, replica, &request)
}

#[test]
fn a_voter_votes_once_an_epoch() {
    let mut quorum = voter(3, 4);
    assert!(vote(&mut quorum, 2, 1, 1, 4));
    assert!(!vote(&mut quorum, 2, 2, 1, 4), "its vote of this epoch is given");
    assert!(vote(&mut quorum, 2, 1, 1, 4), "the same one may ask again");
    assert!(vote(&mut quorum, 3, 2, 1, 4), "a new epoch, a new vote");
    assert!(!vote(&mut quorum, 2, 1, 1, 4), "an old epoch");
}

#[test]
fn a_voter_votes_for_no_shorter_log_than_its_own() {
    let mut quorum = voter(3, 4);
    assert!(!vote(&mut quorum, 2, 1, 1, 3), "shorter");
    assert!(!vote(&mut quorum, 2, 1, 0, 9), "longer, but of an earlier epoch");
    assert!(vote(&mut quorum, 2, 1, 1, 4));
    assert!(vote(&mut voter(3, 4), 2, 1, 2, 1), "of a later epoch, if shorter");
}

#[test]
fn an_observer_neither_votes_nor_stands() {
    let mut quorum = Quorum::new(1, 9, [1, 2, 3].into(), None, &[]);
    let (config, mut out) = (BrokerConfig::default(), Outbox::default());
    quorum.start(0, &config, &mut out);
    assert!(!vote(&mut quorum, 2, 1, 1, 4));
    quorum.on_election_timer(5_000_000, &config, &mut out);
    assert!(!quorum.is_prospective() && !pre_vote(&mut quorum, 2, 1));
}

#[test]
fn votes_of_another_epoch_do_not_count() {
    let mut quorum = voter(1, 4);
    for epoch in [1, 2] {
        fire(&mut quorum);
        answer(&mut quorum, 2, epoch, None, true);
        assert!(quorum.is_candidate() && quorum.epoch() == epoch + 1);
    }
    answer(&mut quorum, 2, 2, None, true);
    assert!(!quorum.is_leader(), "it stands in epoch 3 now");
    answer(&mut quorum, 2, 3, None, false);
    assert!(!quorum.is_leader());
    // A vote that comes when it asks for pre-votes again, in the same epoch, is none of them.
    let late = quorum.correlation;
    fire(&mut quorum);
    let vote = Response::Vote { quorum_epoch: 3, leader: None, granted: true };
    quorum.on_response(9_000_000, &BrokerConfig::default(), 3, late, &vote, &mut Outbox::default());
    assert!(quorum.is_prospective() && quorum.epoch() == 3);
}

/// KIP-996: the epoch is raised only for an election that can be won.
#[test]
fn nobody_stands_without_a_majority_of_pre_votes() {
    let mut quorum = follower(3, true);
    let asked = fire(&mut quorum);
    assert_eq!(votes_asked(&asked), [(1, true), (1, true)], "in the epoch that it is in");
    assert_eq!((quorum.is_prospective(), quorum.epoch(), quorum.leader()), (true, 1, Some(1)));
    answer(&mut quorum, 2, 1, Some(1), false);
    assert!(quorum.is_prospective(), "voter 1 may still be for it");
    let back = answer(&mut quorum, 1, 1, Some(1), false);
    assert_eq!((quorum.is_prospective(), quorum.epoch(), quorum.leader()), (false, 1, Some(1)), "back to its leader");
    assert!(requests(&back).any(|request| matches!(request, Request::FetchMetadataLog { .. })));
    // No answer at all: the same, round by round.
    for round in 0..20 {
        let out = fire(&mut quorum);
        let asks = if round % 2 == 0 { vec![(1, true), (1, true)] } else { vec![] };
        assert_eq!((votes_asked(&out), quorum.epoch()), (asks, 1));
    }
    fire(&mut quorum);
    let stands = answer(&mut quorum, 2, 1, Some(1), true);
    assert_eq!(votes_asked(&stands), [(2, false), (2, false)]);
    assert_eq!((quorum.is_candidate(), quorum.epoch(), quorum.leader()), (true, 2, None));
}

#[test]
fn one_that_asks_for_pre_votes_learns_who_leads_and_of_a_later_epoch() {
    for (epoch, leader) in [(1, Some(2)), (4, Some(2)), (4, None)] {
        let mut quorum = voter(3, 4);
        fire(&mut quorum);
        answer(&mut quorum, 2, epoch, leader, false);
        assert_eq!((quorum.is_prospective(), quorum.epoch(), quorum.leader()), (false, epoch, leader));
        assert!(quorum.fetch_in_flight.is_some());
    }
}

#[test]
fn who_hears_its_leader_grants_no_pre_vote_and_all_others_do() {
    let config = BrokerConfig::default();
    assert!(!pre_vote(&mut leader(4), 2, 3), "it leads");
    assert!(!pre_vote(&mut follower(3, true), 1, 2), "it hears its leader");
    let mut prospective = follower(3, true);
    fire(&mut prospective);
    assert!(pre_vote(&mut prospective, 1, 2) && prospective.is_prospective());
    let mut candidate = voter(3, 4);
    fire(&mut candidate);
    answer(&mut candidate, 1, 1, None, true);
    assert!(pre_vote(&mut candidate, 2, 2) && candidate.is_candidate());
    let mut resigned = leader(4);
    assert!(!resigned.check_majority(60_000_000, &config, &mut Outbox::default()));
    assert!(pre_vote(&mut resigned, 2, 2));
    for mut voter in [follower(3, false), voter(3, 4), prospective, candidate, resigned] {
        let before = voter.clone();
        let epoch = voter.epoch();
        assert!(pre_vote(&mut voter, epoch, 2));
        assert_eq!(format!("{voter:?}"), format!("{before:?}"), "it binds nobody");
        assert!(!pre_vote(&mut voter, epoch - 1, 2), "an old epoch");
        voter.log.push((1, record(1)));
        assert!(!pre_vote(&mut voter, epoch, 2), "a shorter log than its own");
    }
    // A later epoch it adopts, as with every request.
    let mut quorum = leader(4);
    assert!(pre_vote(&mut quorum, 3, 3) && !quorum.is_leader());
    assert_eq!((quorum.epoch(), quorum.leader(), quorum.voted_for), (3, None, None));
}

/// `KafkaRaftClient.pollResigned`.
#[test]
fn a_leader_that_resigned_goes_on_in_the_next_epoch() {
    let mut quorum = leader(4);
    assert!(!quorum.check_majority(60_000_000, &BrokerConfig::default(), &mut Outbox::default()));
    assert_eq!(votes_asked(&fire(&mut quorum)), [(3, true), (3, true)]);
    assert_eq!(votes_asked(&fire(&mut quorum)), [(3, true), (3, true)], "and stays there");
    assert!(vote(&mut quorum, 3, 2, 2, 9), "its vote of that epoch is not given");
}

#[test]
fn the_only_voter_is_elected_at_once() {
    let mut quorum = Quorum::new(1, 1, [1].into(), None, &[record(1)]);
    let mut out = Outbox::default();
    quorum.start(0, &BrokerConfig::default(), &mut out);
    assert_eq!((quorum.is_leader(), quorum.epoch()), (true, 2));
    assert!(votes_asked(&out).is_empty());
}

#[test]
fn a_record_is_committed_when_a_majority_has_it_and_the_epoch_has_begun() {
    let mut quorum = leader(4);
    let before = quorum.high_watermark();
    fetch(&mut quorum, 2, 4, 1);
    assert_eq!(quorum.high_watermark(), before, "records of earlier epochs do not count by themselves");
    quorum.append(vec![record(1), record(1)], &mut Outbox::default());
    assert_eq!(quorum.high_watermark(), before, "nobody else has them");
    fetch(&mut quorum, 2, 5, 2);
    assert_eq!(quorum.high_watermark(), 5);
    fetch(&mut quorum, 9, 6, 2);
    assert_eq!(quorum.high_watermark(), 5, "an observer is no part of the majority");
    fetch(&mut quorum, 3, 6, 2);
    assert_eq!(quorum.high_watermark(), 6);
    fetch(&mut quorum, 2, 5, 2);
    assert_eq!(quorum.high_watermark(), 6, "it never goes back");
}

#[test]
fn a_log_that_diverges_is_cut_to_where_both_agree() {
    let mut quorum = leader(4);
    quorum.append(vec![record(1)], &mut Outbox::default());
    // Voter 3 led in an epoch 1 of its own, with six records: two more than the leader has of that epoch.
    let Some(Response::FetchMetadataLog { diverging, records, .. }) = fetch(&mut quorum, 3, 6, 1) else {
        panic!("a follower whose log diverges is answered at once");
    };
    assert_eq!((diverging, records.len()), (Some((1, 4)), 0));
    let mut follower = voter(3, 2);
    (2..6).for_each(|_| follower.log.push((1, record(3))));
    let (config, mut out) = (BrokerConfig::default(), Outbox::default());
    ask(&mut follower, 1, &Request::BeginQuorumEpoch { quorum_epoch: 2, leader: 1 });
    let (correlation, known) = (follower.correlation, follower.high_watermark());
    assert!(known < 4, "{known}");
    let answer = Response::FetchMetadataLog {
        error: ErrorCode::None,
        quorum_epoch: 2,
        leader: Some(1),
        high_watermark: 4,
        records: Vec::new(),
        diverging,
    };
    follower.on_response(6_000_000, &config, 1, correlation, &answer, &mut out);
    assert_eq!(follower.log().len(), 4);
    assert_eq!(follower.high_watermark(), known, "it may have to cut more");
}

#[test]
fn a_leader_that_hears_no_majority_resigns_and_one_of_a_later_epoch_is_obeyed() {
    let config = BrokerConfig::default();
    let mut quorum = leader(4);
    fetch(&mut quorum, 2, 4, 1);
    assert!(quorum.check_majority(5_100_000, &config, &mut Outbox::default()));
    assert!(!quorum.check_majority(60_000_000, &config, &mut Outbox::default()));
    assert!(!quorum.is_leader());
    let mut quorum = leader(4);
    ask(&mut quorum, 3, &Request::BeginQuorumEpoch { quorum_epoch: 3, leader: 3 });
    assert_eq!((quorum.is_leader(), quorum.leader(), quorum.epoch()), (false, Some(3), 3));
    assert!(!vote(&mut quorum, 3, 2, 9, 9), "an epoch that has a leader needs no other");
}
