//! The checker on a sound run.

use super::Checker;
use crate::{
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
        for finding in checker.check(&world, &events) {
            panic!("{} {}", finding.check, finding.text.plain(Lang::En));
        }
        events.clear();
    }
    run.advance_to(1);
}
