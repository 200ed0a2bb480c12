//! Recorded Kafka cases through the command line: what the model answers for, what it does not yet,
//! and how it tells the difference.

#[path = "vectors/unusable.rs"]
mod unusable;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The kinds the model answers for, with their cases: all that were recorded.
const MODELLED: [(&str, u32); 14] = [
    ("client_cooperative_sticky", 212),
    ("client_range", 162),
    ("client_roundrobin", 84),
    ("client_sticky", 212),
    ("controller_scenarios", 5),
    ("coordinator_partition", 18),
    ("murmur2", 45),
    ("partition_change", 287),
    ("reconciliation", 176),
    ("replica_placement", 53),
    ("server_range", 107),
    ("server_uniform_heterogeneous", 140),
    ("server_uniform_homogeneous", 103),
    ("sticky_partitioner", 21),
];

fn recorded(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{kind}.json"))
}

fn vectors<P: AsRef<Path>>(files: &[P]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kafkascope"))
        .arg("vectors")
        .args(files.iter().map(P::as_ref))
        .output()
        .expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

#[test]
fn every_case_of_a_modelled_kind_passes() {
    for (kind, cases) in MODELLED {
        let output = vectors(&[recorded(kind)]);
        assert_eq!(stdout(&output), format!("{kind}.json {cases}/{cases}\n"));
        assert_eq!(stderr(&output), "");
        assert_eq!(output.status.code(), Some(0));
    }
}

/// A file of a kind that nobody has recorded.
fn unknown_kind(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, r#"{"kind": "share_groups", "cases": []}"#).expect("a temporary file");
    path
}

#[test]
fn a_kind_that_the_model_does_not_know_is_said_to_be_missing() {
    let output = vectors(&[unknown_kind("alone.json")]);
    assert_eq!(stdout(&output), "alone.json not modelled yet\n");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn every_recorded_file_is_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut found: Vec<String> = fs::read_dir(folder)
        .expect("the folder of recorded cases")
        .map(|entry| entry.expect("an entry").file_name())
        .filter_map(|name| Some(name.to_string_lossy().strip_suffix(".json")?.to_owned()))
        .collect();
    found.sort();
    let mut listed: Vec<&str> = MODELLED.iter().map(|(kind, _)| *kind).collect();
    listed.sort_unstable();
    assert_eq!(found, listed);
}

#[test]
fn several_files_are_a_line_each_and_the_worst_counts() {
    let other = unknown_kind("other.json");
    let output = vectors(&[recorded("murmur2"), other.clone()]);
    assert_eq!(stdout(&output), "murmur2.json 45/45\nother.json not modelled yet\n");
    assert_eq!(output.status.code(), Some(1));

    let absent = PathBuf::from("no-such-file.json");
    let output = vectors(&[absent, other, recorded("murmur2")]);
    assert_eq!(stdout(&output), "other.json not modelled yet\nmurmur2.json 45/45\n");
    assert_eq!(output.status.code(), Some(2));
}

/// Runs a file with this text. Tests run side by side: each takes names of its own.
fn vectors_of(name: &str, text: impl AsRef<[u8]>) -> Output {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("a temporary file");
    vectors(&[path])
}

/// Changes the recorded file of a kind, once, from one text to another.
fn changed(kind: &str, from: &str, to: &str) -> String {
    let text = fs::read_to_string(recorded(kind)).expect("a recorded file");
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// A wrong expectation in each kind is a failed check that names the case and both sides.
#[test]
fn a_case_that_differs_is_told_and_fails() {
    for (kind, from, to, told) in [
        (
            "murmur2",
            r#""murmur2":-1563381124"#,
            r#""murmur2":1563381124"#,
            "case key \"a\": expected hash to be 1563381124, got -1563381124",
        ),
        ("murmur2", r#""16":9,"#, r#""16":8,"#, "case key \"\": expected partition of 16 to be 8, got 9"),
        (
            "coordinator_partition",
            r#""partition_of_50":12"#,
            r#""partition_of_50":13"#,
            "case \"my-group\": expected partition of 50 to be 13, got 12",
        ),
        (
            "sticky_partitioner",
            r#""next":4"#,
            r#""next":3"#,
            "case sticky_partitioner-0002: expected partition after step 4 to be 3, got 4",
        ),
        (
            "sticky_partitioner",
            r#""random_draws":[1497591694"#,
            r#""random_draws":[1497591694,5"#,
            "case sticky_partitioner-0001: expected number of draws to be 7, got 6",
        ),
        (
            "replica_placement",
            r#""replicas":[3]"#,
            r#""replicas":[4]"#,
            "case replica_placement-0008: expected partition 0 to be [4], got [3]",
        ),
        (
            "replica_placement",
            r#""draws":[[1,0],"#,
            r#""draws":[[5,0],"#,
            "case replica_placement-0008: expected bounds of the draws to be [5, 2, 3, 2, 2, 2, 3, 2], \
             got [1, 2, 3, 2, 2, 2, 3, 2]",
        ),
        (
            "client_range",
            r#""consumer-v1":["clicks-1"]"#,
            r#""consumer-v1":[]"#,
            "case client_range-0097: expected member \"consumer-v1\" to have [], \
             got [clicks-1]",
        ),
        (
            "client_roundrobin",
            r#""consumer-e2":["orders-2"]"#,
            r#""consumer-e2":["orders-3"]"#,
            "case client_roundrobin-0135: expected member \"consumer-e2\" to have [orders-3], got [orders-2]",
        ),
        (
            "client_sticky",
            r#""consumer-u3":["orders-3"],"#,
            r#""consumer-u3":["orders-7"],"#,
            "case client_sticky-0600: expected member \"consumer-u3\" to have [orders-7], got [orders-3]",
        ),
        (
            "client_sticky",
            r#""path":"constrained""#,
            r#""path":"general""#,
            "case client_sticky-0600: expected path to be General, got Constrained",
        ),
        (
            "client_cooperative_sticky",
            r#""transferring_ownership":{"clicks-0":"consumer-x3","orders-4":"consumer-x3","orders-5":"consumer-x3"},"#,
            "",
            "case client_cooperative_sticky-0216: expected partitions transferring ownership to be {}, got \
             {\"clicks-0\": \"consumer-x3\", \"orders-4\": \"consumer-x3\", \"orders-5\": \"consumer-x3\"}",
        ),
        (
            "server_range",
            r#""consumer-o0":["orders-3","orders-4"]"#,
            r#""consumer-o0":["orders-3"]"#,
            "case server_range-0015: expected member \"consumer-o0\" to have [orders-3], got [orders-3, orders-4]",
        ),
        (
            "server_uniform_homogeneous",
            r#""expected":{"consumer-q0":["#,
            r#""expected":{"consumer-q1":[],"consumer-q0":["#,
            "case server_uniform_homogeneous-0009: expected member \"consumer-q1\" to have [], got no entry",
        ),
        (
            "server_uniform_heterogeneous",
            r#"["payments-6","payments-7","orders-0""#,
            r#"["payments-6","orders-0""#,
            "case server_uniform_heterogeneous-0011: expected member \"consumer-i1\" to have \
             [orders-0, orders-1, orders-2, orders-3, payments-6], \
             got [orders-0, orders-1, orders-2, orders-3, payments-6, payments-7]",
        ),
        (
            "reconciliation",
            r#""expected":{"state":"UNRELEASED_PARTITIONS","member_epoch":7"#,
            r#""expected":{"state":"UNRELEASED_PARTITIONS","member_epoch":8"#,
            "case reconciliation-0018: expected member epoch to be 8, got 7",
        ),
        (
            "reconciliation",
            r#""expected":{"state":"UNREVOKED_PARTITIONS","member_epoch":6,"previous_epoch":6,"assigned":{"t2":[0]}"#,
            r#""expected":{"error":"FencedMemberEpochException","was":{"t2":[0]}"#,
            "case reconciliation-0019: expected FencedMemberEpochException, got UNREVOKED_PARTITIONS",
        ),
    ] {
        let output = vectors_of("differs.json", changed(kind, from, to));
        let cases = MODELLED.iter().find(|(name, _)| *name == kind).expect(kind).1;
        assert_eq!(stderr(&output), format!("differs.json: {told}\n"));
        assert_eq!(stdout(&output), format!("differs.json {}/{cases}\n", cases - 1));
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn only_the_first_three_failures_are_told() {
    let text = fs::read_to_string(recorded("coordinator_partition")).expect("a recorded file");
    let output = vectors_of("many.json", text.replace(r#""partition_of_3":"#, r#""partition_of_3":1"#));
    assert_eq!(stdout(&output), "many.json 0/18\n");
    assert_eq!(stderr(&output).lines().count(), 3);
}

#[test]
fn an_error_can_be_the_expected_placement() {
    let case = |error: &str| {
        format!(
            r#"{{"kind":"replica_placement","cases":[{{"id":"e","brokers":[{{"id":1,"rack":null,
            "fenced":false}}],"draws":[[1,0],[1,0]],"rack_map_order":[null],"placed":[{{"rf":2,
            "error":"{error}"}}]}}]}}"#
        )
    };
    for error in [
        "INVALID_REPLICATION_FACTOR",
        "The target replication factor of 2 cannot be reached because only 1 broker(s) are registered.",
    ] {
        assert_eq!(stdout(&vectors_of("error.json", case(error))), "error.json 1/1\n");
    }
    let output = vectors_of("error.json", case("All brokers are currently fenced."));
    assert_eq!(stdout(&output), "error.json 0/1\n");
}

#[test]
fn the_command_line_helps_and_refuses() {
    let run =
        |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_kafkascope")).args(args).output().expect("the binary runs");
    for args in [&["--help"][..], &["-h"], &["vectors", "--help"], &["--version"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(stdout(&output).contains("kafkascope"));
    }
    for args in [&[][..], &["vectors"], &["vector"], &["--nope"], &["vectors", "--nope", "x"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(stdout(&output), "");
        assert_eq!(stderr(&output).lines().count(), 1, "{args:?}");
    }
}
