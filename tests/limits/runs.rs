//! The limits of runs: how many there are, what they are called, how many commands can be taken back.

use kafkascope::{
    cluster::{
        ClusterSpec, WorldError,
        command::{Command, Settings},
        command_text::parse,
    },
    history::{Bookmarks, History, Run, RunId, Runs, RunsError, Scenario},
    kafka::limits,
};

use super::{allowed, below, busy, names, past};

/// A cluster of one broker, with nothing else.
fn kept() -> Runs {
    let scenario = Scenario {
        seed: 1,
        cluster: ClusterSpec { racks: vec![None], ..ClusterSpec::default() },
        ..Scenario::default()
    };
    Runs::new(History::new(Run::new(&scenario).expect("sound")))
}

fn of_runs<T>(result: Result<T, RunsError>) -> Result<(), WorldError> {
    result.map(drop).map_err(|error| match error {
        RunsError::World(error) => error,
        other => panic!("{other:?}"),
    })
}

pub fn runs() {
    let limit = &limits::RUNS;
    let mut runs = kept();
    let other = runs.history().clone();
    while (runs.list().len() as u64) < limit.max {
        allowed(of_runs(runs.add(other.clone())));
    }
    past(of_runs(runs.add(other)), limit);
}

pub fn run_name() {
    let limit = &limits::RUN_NAME;
    let mut runs = kept();
    let (most, more) = names(limit, "r");
    allowed(of_runs(runs.rename(RunId(1), Some(&most))));
    past(of_runs(runs.rename(RunId(1), Some(&more))), limit);
    below(of_runs(runs.rename(RunId(1), Some(" "))), limit);
}

pub fn undone() {
    let limit = &limits::UNDONE;
    let mut runs = kept();
    for n in 0..=limit.max {
        allowed(
            runs.apply(Command::CreateTopic {
                topic: format!("t{}", n % 2),
                partitions: 1,
                replication_factor: None,
                settings: Settings::new(),
            })
            .map(drop),
        );
        runs.history_mut().advance_to(n * 100_000 + 50_000);
        allowed(runs.apply(Command::DeleteTopic { topic: format!("t{}", n % 2) }).map(drop));
        runs.history_mut().advance_to((n + 1) * 100_000);
    }
    (0..limit.max).for_each(|_| allowed(of_runs(runs.undo())));
    past(of_runs(runs.undo()), limit);
    (0..limit.max).for_each(|_| allowed(of_runs(runs.redo())));
}

pub fn bookmarks() {
    let limit = &limits::BOOKMARKS;
    let mut bookmarks = Bookmarks::default();
    let mut toggle = |time_us| bookmarks.toggle(time_us).map(drop).map_err(|error| WorldError::Command(error.into()));
    (0..limit.max).for_each(|time_us| allowed(toggle(time_us)));
    past(toggle(limit.max), limit);
    allowed(toggle(0));
    allowed(toggle(limit.max));
}

/// Of a topic that was deleted nothing can change any more; what it was is listed as long as the limit says.
pub fn listed() {
    let max = limits::LISTED.max;
    let given = |at_us, line: &str| (at_us, parse(line).expect(line));
    let mut scenario = busy();
    scenario.commands.extend([
        given(0, "create-topic topic=gone partitions=1 replication.factor=1"),
        given(50_000, "add-producer producer=first topic=gone rate=100 records.max=1 linger.ms=0"),
        given(200_000, "delete-topic topic=gone"),
    ]);
    let mut run = Run::new(&scenario).expect("sound");
    let folded = |run: &Run| {
        let totals = run.ledger().totals(run.world());
        assert!(totals.adds_up());
        totals.folded
    };
    while run.event() < max {
        assert_eq!(folded(&run), 0, "all are listed yet");
        run.advance_to(run.time_us() + 20_000);
    }
    while folded(&run) == 0 {
        assert!(run.event() < max + max / 10, "it is only counted soon");
        run.advance_to(run.time_us() + 20_000);
    }
    assert_eq!(folded(&run), 1, "what is in a log is listed still");
}
