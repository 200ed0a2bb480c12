//! How the command line refuses what is not a file of recorded cases: exit 2 and one line on
//! standard error.

use std::fs;
use std::path::{Path, PathBuf};

use super::{recorded, stderr, stdout, vectors, vectors_of};

/// The line names the file, the line in it and what was expected.
#[test]
fn unusable_files_are_refused_with_one_line() {
    let truncated = {
        let text = fs::read(recorded("client_range")).expect("a recorded file");
        text[..text.len() / 2].to_vec()
    };
    let last_line = truncated.iter().filter(|byte| **byte == b'\n').count() + 1;
    let deep = "[".repeat(100_000);
    let bad: Vec<(Vec<u8>, String, &str)> = vec![
        (truncated, format!(":{last_line}: EOF while parsing"), "`kind`"),
        (b"".to_vec(), ":1: EOF".to_owned(), "`kind`"),
        (b"hello".to_vec(), ":1: expected value".to_owned(), "`kind`"),
        (b"{}".to_vec(), ":1: missing field `kind`".to_owned(), "`kind`"),
        (b"[]".to_vec(), ":1: invalid length 0".to_owned(), "`kind`"),
        (b"\n{\"kind\":7}".to_vec(), ":2: invalid type".to_owned(), "a string"),
        (b"{\"kind\":\"\xff\"}".to_vec(), ":1: ".to_owned(), "UTF-8"),
        (deep.into_bytes(), ":1: ".to_owned(), "`kind`"),
        (b"{\"kind\":\"murmur2\"}".to_vec(), ":1: missing field `cases`".to_owned(), "`vectors`"),
        (b"{\"kind\":\"murmur2\",\n\"vectors\":{}}".to_vec(), ":2: invalid type".to_owned(), "`vectors`"),
        (b"{\"kind\":\"murmur2\",\"vectors\":[]}".to_vec(), ": no case".to_owned(), "one"),
    ];
    for (text, told, expected) in bad {
        refused("whole.json", &text, &told, expected);
    }
}

/// A recorded file with one thing wrong in the case of its third line.
#[test]
fn a_case_that_does_not_fit_is_refused_by_its_line() {
    let cases = [
        ("murmur2", r#""key_hex":"61","#, "", "missing field `key_hex`"),
        ("murmur2", r#""key_hex":"61""#, r#""key_hex":"6""#, "hexadecimal"),
        ("murmur2", r#""key_hex":"61""#, r#""key_hex":"62""#, "`utf8`"),
        ("murmur2", r#""len":1"#, r#""len":-1"#, "expected usize"),
        ("murmur2", r#""len":1"#, r#""len":2"#, "`len`"),
        ("murmur2", r#""murmur2":-1563381124"#, r#""murmur2":99999999999"#, "expected i32"),
        ("murmur2", r#""murmur2":-1563381124"#, r#""murmur2":1e999"#, "number out of range"),
        ("murmur2", r#"{"1":0,"2":0,"3":1"#, r#"{"0":0,"2":0,"3":1"#, "count of 1"),
        ("murmur2", r#"{"1":0,"2":0,"3":1"#, r#"{"x":0,"2":0,"3":1"#, "expected"),
        ("coordinator_partition", r#""hash":103,"#, "", "missing field `hash`"),
        ("coordinator_partition", r#""partition_of_50":3"#, r#""partition_of_0":3"#, "counts no partitions"),
        ("sticky_partitioner", r#""partitions":5"#, r#""partitions":0"#, "1 to"),
        ("sticky_partitioner", r#""partitions":5"#, r#""partitions":2000000000"#, "1 to 10000"),
        ("sticky_partitioner", r#""no_leader":[0,2,3]"#, r#""no_leader":[5]"#, "below 5"),
        ("sticky_partitioner", r#""load_stats":[4,1],"#, r#""load_stats":[4],"#, "each of"),
        ("sticky_partitioner", r#""load_stats":[4,1],"#, "", "each of"),
        ("sticky_partitioner", r#""load_ids":[1,4]"#, r#""load_ids":[1,-1]"#, "has -1"),
        ("sticky_partitioner", "[40454666,", "[-1,", "0 or more"),
        (
            "sticky_partitioner",
            r#""no_leader":[0,2,3],"sticky_batch_size":100"#,
            r#""no_leader":[0,2,3],"sticky_batch_size":0"#,
            "1 or more",
        ),
        ("replica_placement", r#"[4,1],"#, "[4,4],", "less than its bound"),
        ("replica_placement", r#"[4,1],"#, "[4],", "size 2"),
        ("replica_placement", r#"{"id":4,"rack":"rack-a""#, r#"{"id":0,"rack":"rack-a""#, "once"),
        ("replica_placement", r#""replicas":[1]"#, r#""replica":[1]"#, "either"),
        ("client_range", r#""payments":5"#, r#""payments":-5"#, "0 or more"),
        ("client_range", r#""payments":5"#, r#""payments":2000000000"#, "at most 10000"),
        ("client_range", r#""payments":5"#, r#""payments":4"#, "has 5 partitions"),
        ("client_range", r#""payments":5"#, r#""payments":"5""#, "expected i32"),
        ("client_range", r#""id":"consumer-v1""#, r#""id":"consumer-t0""#, "once"),
        ("client_range", r#","subscriptions":["clicks","orders"]"#, "", "`subscriptions`"),
        ("client_range", r#""ordered-lists"}"#, r#""bags"}"#, "`sets`"),
        ("client_roundrobin", r#""assignor":"roundrobin""#, r#""assignor":"range""#, "\"roundrobin\""),
        ("client_sticky", r#""owned":["orders-2""#, r#""owned":["orders""#, "topic-partition"),
        ("client_sticky", r#""path":"constrained""#, r#""path":"narrow""#, "`general`"),
        (
            "client_sticky",
            r#""owner_iteration_order":["consumer-t2","#,
            r#""owner_iteration_order":["#,
            "each member once",
        ),
        ("server_range", r#""assignor":"server-range""#, r#""assignor":"range""#, "`server-range`"),
        ("server_range", r#""orders":1"#, r#""orders":-1"#, "0 or more"),
        ("server_range", r#""orders":1"#, r#""orders":2000000000"#, "at most 10000"),
        ("server_range", r#""id":"consumer-e1""#, r#""id":"consumer-z0""#, "once"),
        ("server_range", "HOMOGENEOUS", "MIXED", "`HOMOGENEOUS`"),
        ("server_uniform_homogeneous", r#""owned":["orders-0""#, r#""owned":["orders""#, "a hyphen"),
        ("server_uniform_heterogeneous", "OGudK4jaYrwwRKLGh2sIBw", "OGudK4jaYrwwRKLGh2sIB", "22 letters"),
        ("server_uniform_heterogeneous", "OGudK4jaYrwwRKLGh2sIBw", "OGudK4jaYrwwRKLGh2sIB+", "22 letters"),
        ("reconciliation", r#""target_epoch":7,"#, "", "missing field `target_epoch`"),
        ("reconciliation", r#""UNRELEASED_PARTITIONS""#, r#""WAITING""#, "`UNRELEASED_PARTITIONS`"),
        ("reconciliation", r#""t1-1":-1"#, r#""t1":-1"#, "a hyphen"),
        ("reconciliation", r#""t1":[0,2]"#, r#""t1":["0"]"#, "expected i32"),
    ];
    for (kind, from, to, expected) in cases {
        // The second case of a file is in its third line.
        let text = fs::read_to_string(recorded(kind)).expect("a recorded file");
        let line = text.lines().nth(2).expect("a second case");
        assert!(line.contains(from), "{kind}: {from}");
        let text = text.replacen(line, &line.replacen(from, to, 1), 1);
        refused("one_case.json", text.as_bytes(), ":3: ", expected);
    }
}

fn refused(name: &str, text: &[u8], told: &str, expected: &str) {
    let output = vectors_of(name, text);
    let line = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{line}");
    assert_eq!(stdout(&output), "");
    assert_eq!(line.lines().count(), 1, "{line}");
    let rest = line.split_once(name).expect("the file's name").1;
    assert!(rest.starts_with(told), "{line} should go on with {told}");
    assert!(rest.contains("expected"), "{line}");
    assert!(rest.contains(expected), "{line} should name {expected}");
    assert!(line.len() < 1_000, "{line}");
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    for path in [folder, PathBuf::from("no-such-file.json")] {
        let output = vectors(&[&path]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr(&output).lines().count(), 1);
        assert!(stderr(&output).contains(&path.display().to_string()));
        assert!(stderr(&output).contains("expected a readable file"));
    }
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("long.json");
    let file = fs::File::create(&path).expect("a temporary file");
    file.set_len(64 * 1024 * 1024 + 1).expect("a sparse file");
    let output = vectors(&[&path]);
    fs::remove_file(&path).expect("a temporary file");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("at most 67108864 bytes"));
}
