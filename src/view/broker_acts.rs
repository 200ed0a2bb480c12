//! What can be done to the process of a broker or of a controller apart, and to a broker's disk: the one table from which its card, its inspector and the palette
//! of what can be broken have it. Left out: what needs a form (links, a slow disk, a wrong clock).

use super::model::{BrokerState, BrokerView};
use crate::{
    cluster::command::{Command, Fault},
    i18n::{Lang, Template, brokers, faults, ui},
    kafka::ids::named,
};

/// Something that can be done to a broker.
#[derive(Debug)]
pub struct BrokerAct {
    /// Its words.
    pub words: &'static Template,
    /// What it does.
    pub help: &'static Template,
    /// What it does to a controller apart, where that is something else.
    pub help_apart: Option<&'static Template>,
    /// Can it be done now?
    pub can: fn(&BrokerView) -> bool,
    /// The command.
    pub command: fn(u32) -> Command,
}

/// Stop it in an orderly way.
pub static STOP: BrokerAct = BrokerAct {
    words: &ui::DO_STOP,
    help: &ui::DO_STOP_HELP,
    help_apart: Some(&ui::DO_STOP_APART_HELP),
    can: |broker| broker.is_up() && broker.state != BrokerState::Stopping && !broker.frozen,
    command: |broker| Command::StopBroker { broker },
};

/// Kill it.
pub static CRASH: BrokerAct = BrokerAct {
    words: &ui::DO_CRASH,
    help: &ui::DO_CRASH_HELP,
    help_apart: None,
    can: BrokerView::is_up,
    command: |broker| Command::CrashBroker { broker },
};

/// Let it stand still.
pub static FREEZE: BrokerAct = BrokerAct {
    words: &ui::DO_FREEZE,
    help: &ui::DO_FREEZE_HELP,
    help_apart: None,
    can: |broker| broker.is_up() && !broker.frozen,
    command: |broker| Command::Fault(Fault::FreezeBroker { broker }),
};

/// Let it go on.
pub static THAW: BrokerAct = BrokerAct {
    words: &ui::DO_THAW,
    help: &ui::DO_THAW_HELP,
    help_apart: None,
    can: |broker| broker.frozen,
    command: |broker| Command::Fault(Fault::ThawBroker { broker }),
};

/// Start it again.
pub static RESTART: BrokerAct = BrokerAct {
    words: &ui::DO_RESTART,
    help: &brokers::RESTART_HELP,
    help_apart: None,
    can: |broker| !broker.is_up(),
    command: |broker| Command::RestartBroker { broker },
};

/// Empty its disk.
pub static WIPE: BrokerAct = BrokerAct {
    words: &faults::DO_WIPE,
    help: &faults::DO_WIPE_HELP,
    help_apart: None,
    can: |broker| broker.is_broker() && !broker.is_up() && !broker.wiped,
    command: |broker| Command::Fault(Fault::WipeDisk { broker }),
};

/// All of them, in the order in which they are offered.
pub static BROKER_ACTS: [&BrokerAct; 6] = [&THAW, &RESTART, &STOP, &CRASH, &FREEZE, &WIPE];

/// Those that can be done to this broker now.
pub fn offered(broker: &BrokerView) -> impl Iterator<Item = &'static BrokerAct> {
    BROKER_ACTS.into_iter().filter(|act| (act.can)(broker))
}

impl BrokerAct {
    /// What it does to this node.
    pub fn help_for(&self, node: &BrokerView) -> &'static Template {
        self.help_apart.filter(|_| !node.is_broker()).unwrap_or(self.help)
    }

    /// In one line that says to whom, for where nothing else does.
    pub fn named(&self, node: &BrokerView, lang: Lang) -> String {
        let text = brokers::ACT_NAMED.with("what", self.words.text()).with("node", named(node.id));
        text.with("help", self.help_for(node).text()).plain(lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        history::{Run, start_cluster},
        view::Builder,
    };

    /// Whatever is offered in a state can be done in it, and whatever can be done is offered, but for a disk that is
    /// empty already.
    #[test]
    fn what_is_offered_is_what_can_be_done() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let mut builder = Builder::default();
        let mut check = |run: &Run, expected: &[&str]| {
            let view = builder.build(run).brokers[1].clone();
            let words: Vec<&str> = offered(&view).map(|act| act.words.source(Lang::En)).collect();
            assert_eq!(words, expected, "{:?}", view.state);
            for act in BROKER_ACTS {
                let can = run.world().check(&(act.command)(2)).is_ok();
                let wiped_again = view.wiped && std::ptr::eq(act, &WIPE);
                assert_eq!((act.can)(&view), can && !wiped_again, "{:?}: {}", view.state, act.words.key);
            }
        };
        let up = ["Stop", "Crash", "Freeze"];
        check(&run, &up);
        run.apply((FREEZE.command)(2)).expect("it runs");
        check(&run, &["Thaw", "Crash"]);
        run.apply((THAW.command)(2)).expect("it is frozen");
        run.apply((STOP.command)(2)).expect("it runs");
        check(&run, &["Crash", "Freeze"]);
        run.advance_to(run.time_us() + 5_000_000);
        check(&run, &["Restart", "Wipe its disk"]);
        run.apply((WIPE.command)(2)).expect("it is down");
        check(&run, &["Restart"]);
        run.apply((RESTART.command)(2)).expect("it is down");
        check(&run, &up);
        run.advance_to(run.time_us() + 10_000_000);
        run.apply((CRASH.command)(2)).expect("it runs");
        check(&run, &["Restart", "Wipe its disk"]);
    }

    /// A controller apart has no replicas that could be wiped; all else is done to it like to a broker.
    #[test]
    fn what_is_offered_of_a_controller_can_be_done_to_it() {
        let mut scenario = start_cluster();
        scenario.cluster.controllers = 3;
        let mut run = Run::new(&scenario).expect("sound");
        let mut builder = Builder::default();
        let mut check = |run: &Run, expected: &[&str]| {
            let view = builder.build(run).controllers[0].clone();
            let words: Vec<&str> = offered(&view).map(|act| act.words.source(Lang::En)).collect();
            assert_eq!((view.id, words), (3_000, expected.to_vec()), "{:?}", view.state);
            for act in BROKER_ACTS {
                let can = run.world().check(&(act.command)(3_000)).is_ok();
                assert_eq!((act.can)(&view), can, "{:?}: {}", view.state, act.words.key);
            }
        };
        let up = ["Stop", "Crash", "Freeze"];
        check(&run, &up);
        run.apply((FREEZE.command)(3_000)).expect("it runs");
        check(&run, &["Thaw", "Crash"]);
        run.apply((CRASH.command)(3_000)).expect("it runs");
        check(&run, &["Restart"]);
        run.apply((RESTART.command)(3_000)).expect("it is down");
        check(&run, &up);
        run.apply((STOP.command)(3_000)).expect("it runs");
        check(&run, &["Restart"]);
    }
}
