//! The checker on a sound run.

use kafkascope::{
    check::{Checker, Watched},
    cluster::command_text,
    history::{Run, start_cluster},
    i18n::Lang,
};

#[test]
fn the_start_cluster_is_sound() {
    let scenario = start_cluster();
    let mut run = Run::new(&scenario).expect("sound");
    let mut checker = Checker::new(run.world());
    let mut world = run.world().clone();
    let mut events = Vec::new();
    while world.step(30_000_000, &mut events) {
        let findings = checker.check(&world, &events);
        let said: Vec<String> = findings.iter().map(|finding| finding.text.plain(Lang::En)).collect();
        assert!(said.is_empty(), "{said:?}");
        events.clear();
    }
    run.advance_to(1);
}

/// As a page's debug build does it: a second world follows the first, in several goes.
#[test]
fn a_run_is_followed_event_by_event() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let scenario = run.scenario().clone();
    let mut watched = Watched::new(scenario.seed, &scenario.cluster, false).expect("sound");
    for line in ["crash-broker broker=2", "restart-broker broker=2", "remove-consumer consumer=C2"] {
        run.advance_to(run.time_us() + 3_000_000);
        run.apply(command_text::parse(line).expect("a command")).expect("it can be done");
        for _ in 0..7 {
            run.step();
            let commands = run.log().iter().map(|stamped| (stamped.time_us, stamped.after_event, &stamped.command));
            watched.follow(commands, run.event()).expect("no command is refused");
            assert_eq!(watched.report(), "");
            assert_eq!(watched.event_count, run.event());
            assert_eq!(watched.world.event_digest(), run.world().event_digest());
        }
    }
}
