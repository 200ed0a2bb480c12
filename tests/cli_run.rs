//! `kafkascope run`: its story in both languages, its events, its last state, and what it refuses.

mod golden;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use golden::assert_golden;
use kafkascope::{
    codec::{self, Origin, Saved},
    history::start_cluster,
};
use serde_json::Value;

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kafkascope")).arg("run").args(args).output().expect("the binary runs")
}

fn stdout(args: &[&str]) -> String {
    let output = run(args);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""), "{args:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn json_lines(args: &[&str]) -> Vec<Value> {
    stdout(args).lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn state(args: &[&str]) -> Value {
    serde_json::from_str(&stdout(args)).expect("one object")
}

/// A scenario saved to a file of its own.
fn saved(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the file can be written");
    path
}

#[test]
fn the_story_is_the_accepted_one_in_both_languages() {
    for (lang, file) in [("en", "start.story.en"), ("zh-CN", "start.story.zh")] {
        let story = stdout(&["start", "--until", "8s", "--lang", lang]);
        let head: String = story.lines().take(80).map(|line| format!("{line}\n")).collect();
        assert_golden(&format!("tests/golden/{file}"), &head);
    }
}

#[test]
fn the_charts_of_the_start_cluster_and_of_lesson_3_are_the_accepted_ones() {
    let start = stdout(&["start", "--until", "8s", "--format", "chart"]);
    let head: String = start.lines().take(120).map(|line| format!("{line}\n")).collect();
    assert_golden("tests/golden/start.chart", &head);
    let group = stdout(&["start", "--until", "12s", "--format", "chart", "--group", "billing"]);
    assert_golden("tests/golden/start.billing.chart", &group);
    let lesson = stdout(&["a-consumer-joins", "--format", "chart", "--group", "billing"]);
    assert_golden("tests/golden/a-consumer-joins.chart", &lesson);
}

#[test]
fn the_groups_are_printed_as_kafkas_tool_prints_them() {
    let all = stdout(&["start", "--until", "12s", "--format", "groups"]);
    assert_golden("tests/golden/start.groups", &all);
    let one = stdout(&["start", "--until", "12s", "--format", "groups", "--group", "billing"]);
    assert!(all.ends_with(&one) && one.len() < all.len(), "{one}");
    let none = stdout(&["start", "--until", "12s", "--format", "groups", "--group", "nobody"]);
    assert!(none.contains("GroupIdNotFoundException: Group nobody not found.\n"), "{none}");
}

#[test]
fn the_ledger_is_printed_in_both_languages() {
    let args = |lang| ["start", "--until", "12s", "--format", "ledger", "--lang", lang];
    assert_golden("tests/golden/start.ledger.en", &stdout(&args("en")));
    assert_golden("tests/golden/start.ledger.zh-CN", &stdout(&args("zh-CN")));
}

#[test]
fn a_batch_that_leaves_is_a_produce_request_with_its_reason() {
    let events = json_lines(&["start", "--until", "3s", "--format", "json"]);
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event["event"], index as u64 + 1);
        assert!(event["cause"].as_u64() < event["event"].as_u64());
    }
    let batch = events.iter().find(|event| event["kind"] == "produce_request").expect("a batch is sent");
    assert_eq!((&batch["node"], &batch["topic"]), (&Value::from("checkout"), &Value::from("orders")));
    assert_eq!(batch["why"], "partition.murmur2");
    assert!(batch["partition"].is_i64());
    assert!(events.iter().any(|event| event["why"] == "partition.sticky"));
}

#[test]
fn it_stops_after_the_event_asked_for() {
    assert_eq!(json_lines(&["start", "--events", "500", "--format", "json"]).len(), 500);
    assert!(json_lines(&["start", "--events", "0", "--format", "json"]).is_empty());
    // What happens at one node at one moment belongs together, so the world may be a few events further.
    let event = state(&["start", "--events", "777", "--format", "state"])["event"].as_u64();
    assert!(event.is_some_and(|event| (777..790).contains(&event)), "{event:?}");
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_another() {
    let args = |seed| ["start", "--until", "12s", "--format", "json", "--seed", seed];
    assert_eq!(stdout(&args("7")), stdout(&["start", "--until", "12s", "--format", "json"]));
    assert_ne!(stdout(&args("7")), stdout(&args("8")));
}

#[test]
fn the_state_adds_up() {
    let state = state(&["start", "--until", "20s", "--format", "state"]);
    assert_eq!(state["time_us"], 20_000_000);
    let partitions = state["topics"]["orders"]["partitions"].as_object().expect("partitions");
    assert_eq!(partitions.len(), 6);
    for partition in partitions.values() {
        let leader = partition["leader"].to_string();
        let (hw, end) = (partition["high_watermark"].as_i64(), partition["log_end"][&leader].as_i64());
        assert!(hw <= end && hw.is_some(), "{partition}");
        assert_eq!(partition["replicas"].as_array().map(Vec::len), Some(3));
    }
    let group = &state["groups"]["billing"];
    assert_eq!((&group["state"], &group["generation"]), (&Value::from("Stable"), &Value::from(1)));
    assert_eq!(group["members"]["C2"]["assignment"], serde_json::json!(["orders-2", "orders-3"]));
    let ledger = &state["ledger"];
    let sum: u64 = ["waiting", "in_flight", "acknowledged", "failed", "fire_and_forget"]
        .iter()
        .filter_map(|part| ledger[part].as_u64())
        .sum();
    assert_eq!(ledger["sent"].as_u64(), Some(sum));
    let stored = ledger["storage"].as_object().expect("verdicts").values().filter_map(Value::as_u64).sum::<u64>();
    assert_eq!(stored, sum);
    let billing = &ledger["groups"]["billing"];
    let views = ["not_due", "delivered_once", "delivered_again", "skipped", "missed"];
    let read: u64 = views.iter().filter_map(|view| billing[view].as_u64()).sum();
    assert_eq!((billing["sent"].as_u64(), Some(sum)), (Some(read), Some(read)));
}

#[test]
fn a_saved_scenario_plays_as_the_shipped_one() {
    let own = Saved { origin: Origin::Own(Box::new(start_cluster())), ..Saved::default() };
    let story = stdout(&["start", "--until", "10s"]);
    for (name, text) in [("start.json", codec::file::write(&own)), ("start.txt", codec::text::write(&own))] {
        let path = saved(name, &text);
        assert_eq!(stdout(&[&path.to_string_lossy(), "--until", "10s"]), story);
    }
    let link = codec::link::write(&own, "https://example.org/").expect("it fits");
    assert_eq!(stdout(&[&link, "--until", "10s"]), story);
    // With what was given by hand, each at its moment, and ten seconds after that.
    let path = saved("crash.txt", "lesson id=start\n@9.5s crash-broker broker=2\n@11s restart-broker broker=2\n");
    let story = stdout(&[&path.to_string_lossy()]);
    assert!(story.contains("9.500000 s  ") && story.contains("11.000000 s  ") && story.contains("\n20."), "{story}");
}

#[test]
fn a_lesson_is_told_to_its_end_by_id_and_by_path() {
    let by_id = stdout(&["keys-and-partitions"]);
    assert!(by_id.contains("grew from 6 to 8 partitions") && by_id.lines().count() > 50, "{by_id}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/keys-and-partitions/lesson.toml");
    assert_eq!(stdout(&[path]), by_id);
    let state = state(&["keys-and-partitions", "--events", "100", "--format", "state"]);
    assert!(state["event"].as_u64().is_some_and(|event| event < 150), "{state}");
    let short = stdout(&["keys-and-partitions", "--until", "500ms"]);
    assert!(by_id.starts_with(&short) && short.len() < by_id.len());
}

#[test]
fn what_can_not_be_used_is_told_in_one_line() {
    let broken = saved("broken.json", "{\n  \"kafkascope\": 1,\n  \"scenario\": 3\n}\n");
    let broken = broken.to_string_lossy();
    let unsound = r#"{"kafkascope": 1, "scenario": {"brokers": []}, "commands": []}"#;
    let unsound = saved("unsound.json", unsound);
    let unsound = unsound.to_string_lossy();
    for (args, says) in [
        (&[][..], "expected a scenario"),
        (&["nowhere"], "expected `start`, `three-controllers-apart`, `a-log-only-grows`"),
        (&["nowhere/lesson.toml"], "nowhere/lesson.toml"),
        (&["nowhere.json"], "nowhere.json"),
        (&[&*broken], "broken.json:3"),
        (&[&*unsound], "brokers"),
        (&["nowhere.txt"], "nowhere.txt"),
        (&["#k1=abc"], "link: The link ends too early"),
        (&["start", "--until", "20"], "expected a time such as 20s"),
        (&["start", "--events", "-1"], "expected a whole number"),
        (&["start", "--seed", "x"], "expected a whole number"),
        (&["start", "--format", "xml"], "expected `story`, `json`, `state`, `chart`, `groups` or `ledger`"),
        (&["start", "--lang", "fr"], "expected `en` or `zh-CN`"),
        (&["start", "start"], "unexpected argument"),
        (&["start", "--fast"], "--fast"),
    ] {
        let output = run(args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains(says) && error.lines().count() == 1, "{args:?}: {error}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}
