//! `kafkascope check`: the shipped lessons are well; what is wrong with another is said, with the right exit status.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn check(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkascope")).arg("check").args(args).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

/// A copy of a shipped lesson in which `from` stands as `to`.
fn changed(name: &str, from: &str, to: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    for file in ["lesson.toml", "en.toml", "zh-CN.toml"] {
        let text = fs::read_to_string(Path::new("lessons/a-log-only-grows").join(file)).expect("it is shipped");
        fs::write(folder.join(file), text.replace(from, to)).expect("it can be written");
    }
    folder.join("lesson.toml")
}

#[test]
fn every_shipped_scenario_is_well() {
    let (code, out, err) = check(&["start", "a-log-only-grows", "keys-and-partitions", "a-consumer-joins"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(out, "start well\na-log-only-grows well\nkeys-and-partitions well\na-consumer-joins well\n");
}

#[test]
fn a_command_that_is_none_is_named_with_its_file() {
    let file = changed("unknown-command", "create-topic", "create-subject");
    let (code, out, err) = check(&[&file.to_string_lossy()]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("lesson.toml") && err.contains("create-subject"), "{err}");
}

#[test]
fn a_beat_that_cannot_end_is_a_problem() {
    let file = changed("never-ends", "visible orders >= before + 3", "visible orders >= before + 4");
    let (code, out, err) = check(&[&file.to_string_lossy()]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.ends_with(" 1 problem\n") && err.contains("does not end"), "{out}{err}");
}

#[test]
fn an_unknown_name_does_not_hide_the_others() {
    let (code, out, err) = check(&["nowhere", "start"]);
    assert_eq!((code, out.as_str()), (2, "start well\n"));
    assert!(err.starts_with("kafkascope: nowhere: not a scenario"), "{err}");
}
