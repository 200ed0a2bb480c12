//! Static members: they are replaced without a rebalance, fenced, and waited for.

use super::*;

impl Bench {
    /// A static member joins without a member id.
    fn arrive_static(&mut self, instance: &str) -> Vec<(u32, Response)> {
        self.join_with(&"".into(), Some(instance), &["range", "sticky"], -1)
    }

    /// Two static members in a stable group of generation 1; the first leads.
    fn stable_static() -> (Bench, Name, Name) {
        let mut bench = Bench::new();
        assert_eq!(bench.arrive_static("i-1"), [], "no second join is asked for");
        assert_eq!(bench.arrive_static("i-2"), []);
        let answers = bench.run_to(6 * SECOND_US);
        let ids: Vec<Name> = answers.iter().map(|(_, answer)| joined(answer).member_id.clone()).collect();
        let [first, second] = &ids[..] else { panic!("{answers:?}") };
        assert!(first.starts_with("i-1-") && second.starts_with("i-2-"), "{ids:?}");
        bench.sync(second, 1, &[]);
        bench.sync(first, 1, &[(first, 0), (second, 1)]);
        assert_eq!(bench.replicate().len(), 2);
        (bench, first.clone(), second.clone())
    }

    /// A heartbeat under an instance id.
    fn beat_static(&mut self, member: &Name, instance: &str, generation: i32) -> ErrorCode {
        let member = GroupMember { group_instance_id: Some(instance.into()), ..speaker(member, generation) };
        self.ask(Request::Heartbeat { member })[0].1.error()
    }
}

#[test]
fn one_that_was_started_again_takes_its_place_without_a_rebalance() {
    let (mut bench, first, second) = Bench::stable_static();
    assert_eq!(bench.arrive_static("i-2"), [], "its new id is stored first");
    let answers = bench.replicate();
    let answer = joined(&answers[0].1);
    assert_eq!((answer.error, answer.generation, &answer.leader), (ErrorCode::None, 1, &first));
    assert!(!answer.skip_assignment && answer.members.is_empty());
    let new = answer.member_id.clone();
    assert_ne!(new, second);
    assert_eq!(bench.group().state, GroupState::Stable);
    assert_eq!(
        bench.sync(&new, 1, &[])[0].1,
        Response::SyncGroup { error: ErrorCode::None, assignment: [at(1)].into() }
    );
    assert_eq!(bench.beat_static(&second, "i-2", 1), ErrorCode::FencedInstanceId);
    assert_eq!(bench.heartbeat(&second, 1), ErrorCode::UnknownMemberId);
    let member = GroupMember { group_instance_id: Some("i-2".into()), ..speaker(&second, 1) };
    let offsets = vec![OffsetAndEpoch { partition: at(1), offset: 9, leader_epoch: 0 }];
    assert_eq!(bench.ask(Request::OffsetCommit { member, offsets })[0].1.error(), ErrorCode::FencedInstanceId);
    let again = bench.join_with(&second, Some("i-2"), &["range", "sticky"], 1);
    assert_eq!(again[0].1.error(), ErrorCode::FencedInstanceId);
    assert_eq!(bench.beat_static(&new, "i-2", 1), ErrorCode::None);
}

#[test]
fn a_leader_that_was_started_again_leads_and_is_told_to_compute_nothing() {
    let (mut bench, ..) = Bench::stable_static();
    bench.arrive_static("i-1");
    let answers = bench.replicate();
    let answer = joined(&answers[0].1);
    assert_eq!((&answer.leader, answer.skip_assignment), (&answer.member_id, true));
    let instances: Vec<Option<&str>> = answer.members.iter().map(|at| at.group_instance_id.as_deref()).collect();
    assert_eq!(instances, [Some("i-1"), Some("i-2")]);
}

#[test]
fn another_choice_of_assignor_makes_a_rebalance_after_all() {
    let (mut bench, first, second) = Bench::stable_static();
    // Both support sticky too; with two votes for it that would be chosen.
    assert_eq!(bench.join_with(&first, Some("i-1"), &["sticky", "range"], 1), []);
    bench.join_with(&second, Some("i-2"), &["range", "sticky"], 1);
    assert_eq!(bench.group().protocol.as_deref(), Some("sticky"));
    bench.sync(&second, 2, &[]);
    bench.sync(&first, 2, &[(&first, 0), (&second, 1)]);
    bench.replicate();
    assert_eq!(bench.join_with(&"".into(), Some("i-1"), &["range", "sticky"], -1), []);
    assert_eq!(bench.group().state, GroupState::PreparingRebalance);
}

#[test]
fn while_assignments_are_awaited_a_restart_begins_the_rebalance_again() {
    let mut bench = Bench::new();
    bench.arrive_static("i-1");
    bench.arrive_static("i-2");
    let answers = bench.run_to(6 * SECOND_US);
    let second = joined(&answers[1].1).member_id.clone();
    bench.sync(&second, 1, &[]);
    let answers = bench.arrive_static("i-2");
    let errors: Vec<ErrorCode> = answers.iter().map(|(_, answer)| answer.error()).collect();
    assert_eq!(errors, [ErrorCode::FencedInstanceId], "whoever waits under the old id is told");
    assert_eq!(bench.group().state, GroupState::PreparingRebalance);
}

#[test]
fn in_a_join_phase_the_new_process_takes_the_place_of_the_one_that_waits() {
    let mut bench = Bench::new();
    bench.arrive_static("i-1");
    let answers = bench.arrive_static("i-1");
    assert_eq!(answers.len(), 1);
    assert_eq!((answers[0].0, answers[0].1.error()), (1, ErrorCode::FencedInstanceId));
    let answers = bench.run_to(10 * SECOND_US);
    assert_eq!((answers.len(), bench.group().members.len()), (1, 1));
}

#[test]
fn one_that_does_not_join_again_in_time_stays_until_its_session_ends() {
    let (mut bench, first, second) = Bench::stable_static();
    // A third member comes; the first joins again, the second only beats.
    assert_eq!(bench.arrive_static("i-3"), []);
    assert_eq!(bench.join_with(&first, Some("i-1"), &["range", "sticky"], 1), []);
    let mut answers = Vec::new();
    for second_us in 7..=66 {
        answers.extend(bench.run_to(second_us * SECOND_US));
        bench.beat_static(&second, "i-2", 1);
    }
    assert_eq!((answers.len(), bench.group().members.len(), bench.group().generation), (2, 3, 2));
    assert!(answers.iter().all(|(_, answer)| answer.error() == ErrorCode::None));
    // Beats of the old generation count for nothing, so its session ends.
    assert_eq!(bench.beat_static(&second, "i-2", 1), ErrorCode::IllegalGeneration);
    for second_us in 67..=77 {
        bench.run_to(second_us * SECOND_US);
        let ids: Vec<Name> = bench.group().members.iter().map(|member| member.id.clone()).collect();
        for (id, instance) in ids.iter().zip(["i-1", "i-2", "i-3"]).filter(|(id, _)| **id != second) {
            bench.beat_static(id, instance, 2);
        }
    }
    assert!(bench.group().members.iter().all(|member| member.id != second));
}

#[test]
fn a_new_coordinator_knows_static_members() {
    let (bench, first, _) = Bench::stable_static();
    let (key, value) = super::super::records::group_record(bench.group());
    let (key, value) = decode(&key, value.as_deref()).expect("its own record");
    let mut groups = Map::new();
    super::super::records::replay(&mut groups, key, value);
    let loaded = &groups["g"];
    assert_eq!(loaded.static_member("i-1").map(|member| &member.id), Some(&first));
    // Of the assignors it knows only the one that was chosen.
    assert!(loaded.members.iter().all(|member| member.protocols.len() == 1 && &*member.protocols[0].name == "range"));
    assert_eq!(loaded.members[0].topics(), ["t".into()]);
}
