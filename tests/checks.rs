//! The checker on a sound run.

use kafkascope::{
    check::Checker,
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
