//! `kafkascope fuzz`: what it prints of seeds that are well, and what it refuses.

use std::process::Command;

fn fuzz(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkascope")).arg("fuzz").args(args).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

#[test]
fn seeds_that_are_well_are_one_line() {
    let (code, out, err) = fuzz(&["--seeds", "3..6", "--steps", "5"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let words: Vec<&str> = out.split([' ', '\n']).collect();
    assert!(matches!(words[..], ["3", "seeds,", .., "events,", "0", "findings,", _, "seeds/s", ""]), "{out}");
}

#[test]
fn what_is_no_range_and_no_number_is_refused() {
    for (args, expected) in [
        (["--seeds", "5"], "--seeds 5: expected a range such as 0..2000"),
        (["--seeds", "9..9"], "--seeds 9..9: expected a range"),
        (["--steps", "0"], "--steps 0: expected a whole number from 1"),
        (["--lang", "fr"], "--lang fr: expected `en` or `zh-CN`"),
    ] {
        let (code, out, err) = fuzz(&args);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains(expected), "{err}");
    }
}
