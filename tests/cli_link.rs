//! `kafkascope link` and `kafkascope open`: a scenario to a link and back, and what a damaged link says.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use kafkascope::codec::{file, link, text};

fn call(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kafkascope")).args(args).output().expect("the binary runs")
}

/// Exit status, standard output and standard error.
fn said(args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = call(args);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("it ends by itself"), text(stdout), text(stderr))
}

fn well(args: &[&str]) -> String {
    let (code, out, err) = said(args);
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    out
}

const LINES: &str = "lesson id=start\n@9.5s crash-broker broker=2\n@12s send producer=checkout key=alice value=later\n\
    @13s restart-broker broker=2\n@20s now\n";

/// A saved run in a file of its own.
fn saved(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the file can be written");
    path
}

#[test]
fn a_scenario_becomes_a_link_and_back() {
    let fragment = well(&["link", "keys-and-partitions"]);
    assert!(fragment.starts_with("#k1=") && fragment.len() < 60 && fragment.lines().count() == 1, "{fragment}");
    let lines = well(&["open", fragment.trim()]);
    assert!(lines.contains("lesson id=keys-and-partitions\n") && lines.contains(" now\n"), "{lines}");
    let whole = well(&["link", "start", "--page", "https://example.org/k/#old"]);
    assert!(whole.starts_with("https://example.org/k/#k1="), "{whole}");
    let path = saved("link.txt", LINES);
    let path = path.to_string_lossy();
    let link = well(&["link", &path]);
    let run = text::read(LINES).expect("sound");
    assert_eq!(link::read(&link), Ok(run.clone()));
    assert_eq!(text::read(&well(&["open", link.trim()])), Ok(run.clone()));
    let json = well(&["open", link.trim(), "--format", "json"]);
    assert_eq!(file::read(&json), Ok(run));
    let path = saved("link.json", &json);
    assert_eq!(well(&["link", &path.to_string_lossy()]), link);
    assert_eq!(well(&["check", &path.to_string_lossy()]), format!("{} well\n", path.display()));
}

#[test]
fn of_a_damaged_link_what_is_sound_is_kept_if_asked() {
    let long: String =
        (0..40).map(|n| format!("@{}s send producer=checkout key=key-{n} value=value-{n}\n", 10 + n)).collect();
    let path = saved("long.txt", &format!("lesson id=start\n{long}"));
    let link = well(&["link", &path.to_string_lossy()]);
    let cut = &link[..link.len() / 2];
    let (code, out, err) = said(&["open", cut]);
    assert_eq!((code, out.as_str(), err.lines().count()), (2, "", 1));
    assert!(err.contains("ends too early") && err.contains("--keep-sound"), "{err}");
    let (code, out, err) = said(&["open", cut, "--keep-sound"]);
    assert_eq!((code, err.lines().count()), (2, 1));
    let kept = text::read(&out).expect("sound").commands;
    let all = link::read(&link).expect("sound").commands;
    assert!(kept.len() > 10 && kept.len() < 40 && all.starts_with(&kept), "{}", kept.len());
}

#[test]
fn what_can_not_be_used_is_told_in_one_line() {
    let wrong = saved("wrong.txt", "lesson id=start\n\n@1s crash-broker broker=x\n");
    let refused = saved("refused.txt", "lesson id=start\n@9s crash-broker broker=9\n");
    for (args, code, says) in [
        (&["link"][..], 2, "expected a scenario"),
        (&["link", "nowhere"], 2, "expected `start`"),
        (&["link", &wrong.to_string_lossy()], 2, "wrong.txt:3: broker must be a whole number"),
        (&["check", &wrong.to_string_lossy()], 2, "wrong.txt:3"),
        (&["check", &refused.to_string_lossy()], 1, "command 1 is refused: There is no broker 9."),
        (&["open"], 2, "expected a link"),
        (&["open", "https://example.org/"], 2, "no link of Kafkascope"),
        (&["open", "#k9=abc"], 2, "later version"),
        (&["open", "#k1=abc", "--format", "xml"], 2, "expected `text` or `json`"),
        (&["open", "#k1=abc", "more"], 2, "unexpected argument"),
    ] {
        let (got, _, err) = said(args);
        assert_eq!((got, err.lines().count()), (code, 1), "{args:?}: {err}");
        assert!(err.contains(says), "{args:?}: {err}");
    }
}
