//! Which assignor a group takes, who may join at all, and when a member that joins again makes a rebalance.

use super::*;

/// New members with these lists, at once; the answers at the end of the join phase.
fn arrive_with(bench: &mut Bench, lists: &[&[&str]]) -> (Vec<Name>, Vec<(u32, Response)>) {
    let mut ids = Vec::new();
    for list in lists {
        let answers = bench.join_with(&"".into(), None, list, -1);
        let id = joined(&answers[0].1).member_id.clone();
        assert_eq!(bench.join_with(&id, None, list, -1), []);
        ids.push(id);
    }
    let answers = bench.run_to(bench.now_us + 10 * SECOND_US);
    (ids, answers)
}

#[test]
fn among_the_assignors_that_all_support_the_most_first_choices_win() {
    let cases: [(&[&[&str]], &str); 5] = [
        (&[&["range", "cooperative-sticky"], &["range", "cooperative-sticky"]], "range"),
        (&[&["range", "cooperative-sticky"], &["cooperative-sticky"]], "cooperative-sticky"),
        (&[&["sticky", "range"], &["range", "sticky"], &["range", "sticky"]], "range"),
        (&[&["sticky", "range"], &["range", "sticky"]], "sticky"),
        (&[&["roundrobin", "range", "sticky"], &["sticky", "range"], &["sticky", "range"]], "sticky"),
    ];
    for (lists, expected) in cases {
        let mut bench = Bench::new();
        let (_, answers) = arrive_with(&mut bench, lists);
        assert_eq!(answers.len(), lists.len());
        assert!(answers.iter().all(|(_, answer)| joined(answer).protocol.as_deref() == Some(expected)), "{lists:?}");
        let leader = joined(&answers[0].1);
        assert_eq!(leader.members.len(), lists.len());
    }
}

#[test]
fn who_has_no_assignor_in_common_is_refused() {
    let mut bench = Bench::new();
    arrive_with(&mut bench, &[&["range", "cooperative-sticky"], &["range"]]);
    let error = |bench: &mut Bench, list: &[&str]| bench.join_with(&"".into(), None, list, -1)[0].1.error();
    // Each has one in common with somebody, but none with all.
    assert_eq!(error(&mut bench, &["cooperative-sticky"]), ErrorCode::InconsistentGroupProtocol);
    assert_eq!(error(&mut bench, &["sticky", "roundrobin"]), ErrorCode::InconsistentGroupProtocol);
    assert_eq!(error(&mut bench, &["sticky", "range"]), ErrorCode::MemberIdRequired);
}

#[test]
fn a_member_that_joins_again_makes_a_rebalance_only_with_something_new_or_as_leader() {
    let (mut bench, first, second) = Bench::stable();
    let answers = bench.join(&second);
    assert_eq!((joined(&answers[0].1).generation, joined(&answers[0].1).members.len()), (1, 0), "answered at once");
    assert_eq!(bench.group().state, GroupState::Stable);
    // Cooperative members tell another generation with each join.
    assert_eq!(bench.join_with(&second, None, &["range"], 1), []);
    assert_eq!(bench.group().state, GroupState::PreparingRebalance);
    let answers = bench.join(&first);
    assert_eq!(answers.len(), 2);
    assert_eq!(bench.group().state, GroupState::CompletingRebalance);
    assert_eq!(joined(&bench.join(&first)[0].1).generation, 2, "an answer that was lost is given again");
    bench.sync(&second, 2, &[]);
    bench.sync(&first, 2, &[(&first, 0), (&second, 1)]);
    bench.replicate();
    assert_eq!(bench.join(&first), [], "the leader forces one");
    assert_eq!(bench.group().state, GroupState::PreparingRebalance);
}

#[test]
fn a_rolling_change_ends_when_the_last_one_has_changed() {
    let both = ["range", "cooperative-sticky"];
    let mut bench = Bench::new();
    let (ids, answers) = arrive_with(&mut bench, &[&both, &both]);
    assert_eq!(joined(&answers[0].1).protocol.as_deref(), Some("range"));
    bench.sync(&ids[1], 1, &[]);
    bench.sync(&ids[0], 1, &[]);
    bench.replicate();
    // The first one leaves and comes back without range: nobody supports that alone any more.
    bench.ask(Request::LeaveGroup { group_id: "g".into(), member_id: ids[0].clone() });
    let answers = bench.join_with(&"".into(), None, &both[1..], -1);
    let third = joined(&answers[0].1).member_id.clone();
    bench.join_with(&third, None, &both[1..], -1);
    let answers = bench.join_with(&ids[1], None, &both, 1);
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|(_, answer)| joined(answer).protocol.as_deref() == Some("cooperative-sticky")));
}

#[test]
fn a_full_group_takes_nobody_and_one_made_smaller_sends_the_last_ones_away() {
    let (mut bench, first, second) = Bench::stable();
    bench.config.group_max_size = 2;
    let answers = bench.join(&"".into());
    assert_eq!(answers[0].1.error(), ErrorCode::GroupMaxSizeReached);
    bench.config.group_max_size = 1;
    assert_eq!(bench.heartbeat(&second, 1), ErrorCode::None, "who is in stays in");
    assert_eq!(bench.join_with(&second, None, &["range"], 1), []);
    let answers = bench.join(&first);
    let errors: Vec<ErrorCode> = answers.iter().map(|(_, answer)| answer.error()).collect();
    assert_eq!(errors, [ErrorCode::GroupMaxSizeReached, ErrorCode::None], "who came last goes, the other is answered");
    let ids: Vec<&Name> = bench.group().members.iter().map(|member| &member.id).collect();
    assert_eq!((ids, bench.group().generation), (vec![&second], 2));
}

#[test]
fn an_empty_group_waits_for_newcomers_as_a_new_one_does() {
    let (mut bench, first, second) = Bench::stable();
    for member_id in [second, first] {
        bench.ask(Request::LeaveGroup { group_id: "g".into(), member_id });
    }
    let began_us = bench.now_us;
    bench.arrive();
    bench.run_to(began_us + 2 * SECOND_US);
    bench.arrive();
    assert_eq!(bench.run_to(began_us + 6 * SECOND_US - 1), [], "prolonged, because somebody came");
    assert_eq!(bench.run_to(began_us + 6 * SECOND_US).len(), 2);
}

#[test]
fn who_never_asks_for_its_assignment_is_out_though_the_group_is_stable() {
    let mut bench = Bench::new();
    let (first, second) = (bench.arrive(), bench.arrive());
    bench.run_to(6 * SECOND_US);
    bench.sync(&first, 1, &[(&first, 0), (&second, 1)]);
    bench.replicate();
    assert_eq!(bench.group().state, GroupState::Stable);
    for second_us in 7..=66 {
        bench.run_to(second_us * SECOND_US);
        bench.heartbeat(&first, 1);
        bench.heartbeat(&second, 1);
    }
    let ids: Vec<&Name> = bench.group().members.iter().map(|member| &member.id).collect();
    assert_eq!((ids, bench.group().state), (vec![&first], GroupState::PreparingRebalance));
}
