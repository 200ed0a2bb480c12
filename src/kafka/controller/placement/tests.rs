//! Placement by small clusters that can be checked by eye; recorded ones are elsewhere.

use super::*;

fn broker(id: i32, rack: &str, fenced: bool) -> UsableBroker {
    UsableBroker { id, rack: (!rack.is_empty()).then(|| rack.to_owned()), fenced }
}

/// Draws `values` and notes the bounds asked for.
fn place_with(
    brokers: &[UsableBroker],
    partitions: u32,
    factor: i32,
    values: &[u32],
) -> (Result<Vec<Vec<i32>>, PlacementError>, Vec<u32>) {
    let mut bounds = Vec::new();
    let mut draw = |bound| {
        let value = values.get(bounds.len()).copied().unwrap_or(0);
        bounds.push(bound);
        assert!(value < bound);
        value
    };
    let order = sorted_rack_order(brokers);
    let placed = place(partitions, factor, brokers, &order, &mut draw);
    (placed, bounds)
}

#[test]
fn without_racks_a_rotation_and_then_a_shuffle() {
    let brokers: Vec<UsableBroker> = (0..4).map(|id| broker(id, "", false)).collect();
    let (placed, bounds) = place_with(&brokers, 5, 3, &[2, 0, 0, 0, 1, 0]);
    let expected = [[2, 3, 0], [3, 0, 1], [0, 1, 2], [1, 2, 3]];
    let placed = placed.expect("enough brokers");
    assert_eq!(placed[..4], expected);
    // One rack needs no draw to be shuffled; four brokers take three: [1, 3, 2, 0], from the
    // offset that the rotation has come to.
    assert_eq!(bounds, [4, 1, 4, 3, 2]);
    assert_eq!(placed[4].len(), 3);
}

#[test]
fn replicas_are_on_distinct_racks_while_they_last() {
    let brokers = [
        broker(1, "a", false),
        broker(2, "a", false),
        broker(3, "b", false),
        broker(4, "b", false),
        broker(5, "c", false),
        broker(6, "c", false),
    ];
    let (placed, bounds) = place_with(&brokers, 3, 3, &[]);
    assert_eq!(placed, Ok(vec![vec![1, 3, 5], vec![4, 6, 2], vec![5, 1, 3]]));
    assert_eq!(bounds, [2, 2, 2, 3]);
}

#[test]
fn a_fenced_broker_follows_but_never_comes_first() {
    let brokers = [broker(1, "a", true), broker(2, "b", false), broker(3, "b", true), broker(4, "c", false)];
    let (placed, bounds) = place_with(&brokers, 4, 4, &[]);
    for replicas in placed.expect("enough brokers") {
        assert!([2, 4].contains(&replicas[0]), "{replicas:?}");
        let mut all = replicas.clone();
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3, 4]);
    }
    // Fenced before unfenced in each rack, nothing for an empty list, then the racks; and the
    // shuffle of three racks, whose lists are too short to draw.
    assert_eq!(bounds, [1, 1, 1, 1, 3, 3, 2]);
}

#[test]
fn a_single_leader_serves_on_without_a_shuffle() {
    let brokers = [broker(1, "", false), broker(2, "", true)];
    let (placed, bounds) = place_with(&brokers, 5, 2, &[]);
    assert_eq!(placed, Ok(vec![vec![1, 2]; 5]));
    assert_eq!(bounds, [1, 1, 1]);
}

#[test]
fn refusals_say_what_kafka_says() {
    let two = [broker(1, "", false), broker(2, "", true)];
    let fenced = [broker(1, "", true)];
    for (brokers, factor, message) in [
        (&two[..], 0, "Invalid replication factor 0: the replication factor must be positive."),
        (
            &two,
            3,
            "The target replication factor of 3 cannot be reached because only 2 broker(s) \
             are registered.",
        ),
        (&fenced, 1, "All brokers are currently fenced."),
        (&fenced, 2, "All brokers are currently fenced."),
        (&[], 1, "All brokers are currently fenced."),
    ] {
        let error = place_with(brokers, 1, factor, &[]).0.expect_err(message);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn too_few_brokers_come_before_all_fenced_when_placing_one_by_one() {
    let mut racks = RackList::new(&[broker(1, "", true)], &[], &mut |_| 0);
    let error = racks.place(2, &mut |_| 0).expect_err("one broker");
    assert!(matches!(error, PlacementError::TooFewBrokers { .. }));
}

/// Kafka would never return from this; it does not mix replication factors in one request.
#[test]
fn mixed_replication_factors_end_in_an_error_instead_of_a_search_for_ever() {
    let brokers: Vec<UsableBroker> =
        (0..2).map(|id| broker(id, "a", false)).chain((2..4).map(|id| broker(id, "b", true))).collect();
    let mut racks = RackList::new(&brokers, &[], &mut |_| 0);
    assert!(racks.place(4, &mut |_| 0).is_ok());
    assert!(racks.place(1, &mut |_| 0).is_ok());
    assert_eq!(
        racks.place(4, &mut |_| 0),
        Err(PlacementError::Exhausted),
        "rack b was used up in the epoch that has the same number again"
    );
}

#[test]
fn racks_sort_none_first_and_the_order_of_draws_is_explicit() {
    let brokers = [
        broker(1, "b", false),
        broker(2, "", false),
        broker(3, "a", false),
        broker(4, "a", false),
        broker(5, "a", true),
    ];
    assert_eq!(sorted_rack_order(&brokers), [None, Some("a".to_owned()), Some("b".to_owned())]);
    let bounds_of = |order: &[Option<String>]| {
        let mut bounds = Vec::new();
        RackList::new(&brokers, order, &mut |bound| {
            bounds.push(bound);
            0
        });
        bounds
    };
    assert_eq!(bounds_of(&sorted_rack_order(&brokers)), [1, 1, 2, 1, 3]);
    assert_eq!(
        bounds_of(&[Some("a".to_owned()), Some("unused".to_owned())]),
        [1, 2, 1, 1, 3],
        "racks not named follow in the order of the brokers"
    );
}
