//! Votes, elections and the log of the quorum, node by node.

use super::*;
use crate::{kafka::node::Output, sim::NodeId};

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

fn vote(quorum: &mut Quorum, quorum_epoch: u32, candidate: BrokerId, last_epoch: u32, last_offset: u64) -> bool {
    let request = Request::Vote { quorum_epoch, candidate, last_epoch, last_offset };
    match ask(quorum, candidate, &request) {
        Some(Response::Vote { granted, .. }) => granted,
        other => panic!("{other:?}"),
    }
}

/// Elected in epoch 2 by the vote of voter 2.
fn leader(records: u32) -> Quorum {
    let mut quorum = voter(1, records);
    let (config, mut out) = (BrokerConfig::default(), Outbox::default());
    quorum.on_election_timer(5_000_000, &config, &mut out);
    assert!(!quorum.is_leader(), "one vote of three is no majority");
    let granted = Response::Vote { quorum_epoch: 2, granted: true };
    quorum.on_response(5_001_000, &config, 2, 1, &granted, &mut out);
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
    assert!(!out.outputs.iter().any(|output| matches!(output, Output::Event(EventKind::ControllerCandidate { .. }))));
}

#[test]
fn votes_of_another_epoch_do_not_count() {
    let mut quorum = voter(1, 4);
    let (config, mut out) = (BrokerConfig::default(), Outbox::default());
    quorum.on_election_timer(5_000_000, &config, &mut out);
    quorum.on_election_timer(9_000_000, &config, &mut out);
    let late = Response::Vote { quorum_epoch: 2, granted: true };
    quorum.on_response(9_001_000, &config, 2, 1, &late, &mut out);
    assert!(!quorum.is_leader(), "it stands in epoch 3 now");
    let refused = Response::Vote { quorum_epoch: 3, granted: false };
    quorum.on_response(9_001_000, &config, 2, 1, &refused, &mut out);
    assert!(!quorum.is_leader());
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
