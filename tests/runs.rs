//! The tree of runs, undo and redo, running again with something changed, and what a comparison says of two runs.

use kafkascope::{
    cluster::{command::Command, command_text::parse},
    history::{Change, History, Origin, Run, RunId, Runs, RunsError, Scenario, commands, offers, start_cluster},
    i18n::{Lang, Text},
    kafka::limits,
    sim::Random,
    view::{
        compare::{Comparison, Side, compare},
        group_chart::Recorder,
        runs as words,
    },
};

fn command(line: &str) -> Command {
    parse(line).expect(line)
}

/// Commands of every kind of effect; some are refused, as when somebody tries.
const LINES: [&str; 12] = [
    "send producer=checkout key=alice value=by-hand",
    "pause-consumer consumer=C1",
    "resume-consumer consumer=C1",
    "crash-broker broker=2",
    "restart-broker broker=2",
    "add-partitions topic=orders partitions=8",
    "add-consumer consumer=C4 group=billing topics=orders auto.offset.reset=earliest",
    "remove-consumer consumer=C2",
    "crash-consumer consumer=C3",
    "restart-consumer consumer=C3",
    "pause-producer producer=web-logs",
    "resume-producer producer=web-logs",
];

fn begun() -> Runs {
    Runs::new(History::new(Run::new(&start_cluster()).expect("sound")))
}

/// Commands at random moments, always at the newest one.
fn played(seed: u64) -> (Runs, Random) {
    let (mut runs, mut random) = (begun(), Random::new(seed, "runs"));
    for _ in 0..8 {
        go_on(&mut runs, &mut random);
        let line = LINES[random.below(LINES.len() as u32) as usize];
        assert!(!matches!(runs.apply(command(line)), Ok(Some(_))), "nothing came later");
    }
    go_on(&mut runs, &mut random);
    (runs, random)
}

fn go_on(runs: &mut Runs, random: &mut Random) {
    let history = runs.history_mut();
    for _ in 0..random.below(12) {
        history.step();
    }
    if random.below(2) == 0 {
        history.advance_to(history.run().time_us() + u64::from(random.below(900_000)));
    }
}

/// Everything of a run that can be seen at a moment.
#[derive(Debug, PartialEq)]
struct Seen {
    report: String,
    digests: (u64, u64),
    steps: u64,
    totals: kafkascope::ledger::Totals,
}

fn seen(run: &Run) -> Seen {
    Seen {
        report: run.report(),
        digests: (run.world().event_digest(), run.world().state_digest()),
        steps: run.step_count(),
        totals: run.ledger().totals(run.world()),
    }
}

/// What a history has at its end, at where it stands and at many moments between, those of its copies among them.
fn all_seen(history: &History) -> Vec<Seen> {
    let mut seen_so_far = vec![seen(history.run()), seen(history.newest())];
    let mut history = history.clone();
    let (begin, end) = (history.begin().time_us, history.end().time_us);
    for n in 0..=20 {
        history.seek_time(begin + (end - begin) * n / 20);
        seen_so_far.push(seen(history.run()));
    }
    history.seek_end();
    seen_so_far.push(seen(history.run()));
    seen_so_far
}

fn says(text: &Text) -> String {
    for lang in Lang::ALL {
        let text = text.plain(lang);
        assert!(!text.is_empty() && !text.contains(['{', '}']), "{text}");
    }
    text.plain(Lang::En)
}

fn compared(left: &Run, right: &Run) -> Comparison {
    let names = [left, right].map(parted_name);
    let charts = [left, right].map(|run| Recorder::default().follow(run));
    let side = |n: usize, run| Side { name: &names[n], run, charts: &charts[n] };
    compare(side(0, left), side(1, right))
}

fn parted_name(run: &Run) -> Text {
    words::name(Runs::new(History::new(run.clone())).shown())
}

#[test]
fn a_fork_never_changes_its_parent() {
    for seed in 0..12 {
        let (mut runs, mut random) = played(seed);
        let mut before = vec![(RunId(1), None)];
        for _ in 0..3 {
            let (begin, end) = (runs.history().begin().time_us, runs.history().end().time_us);
            let at_us = begin + u64::from(random.below((end - begin) as u32));
            runs.history_mut().seek_time(at_us);
            let mut parent = runs.history().clone();
            let shown = runs.shown().id();
            let Ok(Some(new)) = runs.apply(command(LINES[random.below(12) as usize])) else { continue };
            parent.seek_end();
            before.retain(|(id, _)| *id != shown);
            before.push((shown, Some(all_seen(&parent))));
            before.push((new, None));
            assert_eq!(runs.shown().parent().map(|(parent, _)| parent), Some(shown));
            assert_eq!(runs.shown().id(), new);
            for _ in 0..3 {
                go_on(&mut runs, &mut random);
                let _ = runs.apply(command(LINES[random.below(12) as usize]));
            }
            go_on(&mut runs, &mut random);
        }
        for (id, before) in before {
            let Some(before) = before else { continue };
            assert_eq!(all_seen(runs.get(id).expect("kept").history()), before, "seed {seed}, {id:?}");
        }
    }
}

#[test]
fn switching_there_and_back_is_nothing() {
    let (mut runs, _) = played(3);
    runs.history_mut().seek_time(11_000_000);
    let forked = runs.apply(command("stop-broker broker=3")).expect("allowed").expect("a fork");
    runs.history_mut().advance_to(13_000_000);
    let here = all_seen(runs.history());
    runs.switch(RunId(1)).expect("it is there");
    runs.history_mut().seek_time(10_000_000);
    let there = all_seen(runs.history());
    assert_ne!(here, there);
    runs.switch(forked).expect("it is there");
    assert_eq!(all_seen(runs.history()), here);
    runs.switch(RunId(1)).expect("it is there");
    assert_eq!(all_seen(runs.history()), there);
    assert_eq!(runs.switch(RunId(9)), Err(RunsError::Unknown(RunId(9))));
}

#[test]
fn what_is_undone_and_redone_is_as_it_was() {
    for seed in 0..8 {
        let (mut runs, mut random) = played(seed);
        let mut states = Vec::new();
        if seed % 2 == 0 {
            runs.history_mut().seek_time(10_000_000);
        }
        let first = all_seen(runs.history());
        while let Some(given) = runs.history().can_undo().cloned() {
            states.push((all_seen(runs.history()), given.clone()));
            assert_eq!(runs.undo(), Ok(given.clone()));
            let history = runs.history();
            assert_eq!((history.run().moment(), history.is_past()), (given.before(), false), "right before it");
            assert!(!history.run().log().contains(&given) && history.can_redo() == Some(&given));
        }
        assert_eq!(runs.undo(), Err(RunsError::NothingToUndo));
        assert_eq!(runs.list().len(), 1, "no other run begins");
        for (state, given) in states.into_iter().rev() {
            // Time that passes without the command, and looking back, change nothing.
            runs.history_mut().advance_to(given.time_us + u64::from(random.below(3_000_000)));
            runs.history_mut().seek_time(9_500_000);
            assert_eq!(runs.redo(), Ok(given));
            assert_eq!(all_seen(runs.history()), state, "seed {seed}");
        }
        assert_eq!((all_seen(runs.history()), runs.redo()), (first, Err(RunsError::NothingToRedo)));
    }
}

#[test]
fn undone_means_never_given_and_something_else_ends_redoing() {
    let mut runs = begun();
    runs.history_mut().advance_to(10_000_000);
    let fresh = runs.history().clone();
    runs.apply(command("crash-broker broker=2")).expect("allowed");
    runs.history_mut().advance_to(20_000_000);
    runs.undo().expect("there is one");
    assert_eq!(seen(runs.history().run()), seen(fresh.run()));
    let mut without = fresh.clone();
    without.advance_to(25_000_000);
    runs.history_mut().advance_to(25_000_000);
    assert_eq!(all_seen(runs.history()), all_seen(&without));
    runs.apply(command("pause-consumer consumer=C1")).expect("allowed");
    assert_eq!(runs.redo(), Err(RunsError::NothingToRedo));
    assert_eq!(
        says(&RunsError::NothingToRedo.text()).split('.').next(),
        Some("There is nothing to redo: no command was undone, or another was given since")
    );
}

#[test]
fn names_say_where_a_run_comes_from_until_somebody_names_it() {
    let mut runs = begun();
    let name = |runs: &Runs| says(&words::name(runs.shown()));
    assert_eq!(name(&runs), "Run 1");
    runs.history_mut().advance_to(20_000_000);
    runs.history_mut().seek_time(12_300_000);
    let two = runs.apply(command("crash-broker broker=1")).expect("allowed").expect("a fork");
    assert_eq!(name(&runs), "Run 2: crash-broker broker=1 at 12.3 s");
    assert_eq!(words::name(runs.shown()).plain(Lang::Zh), "运行 2：12.3 s 时 crash-broker broker=1");
    // In the middle of a sentence it is marked as a name.
    assert_eq!(says(&words::quoted(runs.shown())), "“Run 2: crash-broker broker=1 at 12.3 s”");
    // What it began with is taken back, and something else is done, earlier or there.
    runs.undo().expect("there is one");
    assert_eq!(name(&runs), "Run 2: from 12.3 s");
    runs.apply(command("crash-broker broker=3")).expect("allowed");
    assert_eq!(name(&runs), "Run 2: crash-broker broker=3 at 12.3 s");
    runs.rename(two, Some("  what if  ")).expect("allowed");
    assert_eq!(name(&runs), "what if");
    for (bad, in_words) in [
        ("", "must not be empty"),
        ("a\nb", "control characters"),
        (&"x".repeat(limits::RUN_NAME.max as usize + 1), "101 characters"),
    ] {
        let error = runs.rename(two, Some(bad)).expect_err(bad);
        assert!(says(&error.text()).contains(in_words), "{}", says(&error.text()));
    }
    assert_eq!(name(&runs), "what if");
    runs.rename(two, None).expect("allowed");
    assert_eq!(name(&runs), "Run 2: crash-broker broker=3 at 12.3 s");
}

/// Run 1, at 12 s run 2 of it, and of that at 15 s run 3 and at 11 s run 4.
fn family() -> Runs {
    let mut runs = begun();
    runs.history_mut().advance_to(20_000_000);
    for (of, at_us, line) in [(1, 12_000_000, LINES[3]), (2, 15_000_000, LINES[1]), (2, 11_000_000, LINES[0])] {
        runs.switch(RunId(of)).expect("it is there");
        runs.history_mut().seek_time(at_us);
        runs.apply(command(line)).expect("allowed").expect("a fork");
        runs.history_mut().advance_to(20_000_000);
    }
    runs
}

fn parents(runs: &Runs) -> Vec<(u32, Option<(u32, u64)>)> {
    let parent = |run: &kafkascope::history::NamedRun| run.parent().map(|(id, at)| (id.0, at.time_us / 1_000_000));
    runs.list().iter().map(|run| (run.id().0, parent(run))).collect()
}

#[test]
fn the_children_of_a_deleted_run_become_its_parents() {
    let mut runs = family();
    let whole = [(1, None), (2, Some((1, 12))), (3, Some((2, 15))), (4, Some((2, 11)))];
    assert_eq!(parents(&runs), whole);
    runs.switch(RunId(2)).expect("it is there");
    let names: Vec<Text> = runs.list().iter().map(words::name).collect();
    let (three, two) = (all_seen(runs.get(RunId(3)).expect("kept").history()), all_seen(runs.history()));
    let deleted = runs.delete(RunId(2)).expect("it is not the last");
    // Run 3 parts from run 1 where run 2 did; run 4 did so before that.
    assert_eq!(parents(&runs), [(1, None), (3, Some((1, 12))), (4, Some((1, 11)))]);
    assert_eq!(runs.shown().id(), RunId(1));
    assert_eq!(all_seen(runs.get(RunId(3)).expect("kept").history()), three);
    assert_eq!(words::name(runs.get(RunId(3)).expect("kept")), names[2], "its name does not change");
    runs.put_back(deleted).expect("there is room");
    assert_eq!(parents(&runs), whole);
    assert_eq!((runs.shown().id(), all_seen(runs.history())), (RunId(2), two));
    // The root's children have no parent, and the last run stays.
    runs.delete(RunId(1)).expect("it is not the last");
    assert_eq!(parents(&runs)[0], (2, None));
    for id in [2, 3] {
        runs.delete(RunId(id)).expect("it is not the last");
    }
    assert_eq!(parents(&runs), [(4, None)]);
    assert_eq!(runs.delete(RunId(4)).err(), Some(RunsError::LastRun));
    assert_eq!(says(&RunsError::LastRun.text()), "The last run cannot be deleted; reset it instead.");
    assert_eq!(runs.delete(RunId(1)).err(), Some(RunsError::Unknown(RunId(1))));
}

#[test]
fn there_are_so_many_runs_and_no_more() {
    let mut runs = begun();
    runs.history_mut().advance_to(9_200_000);
    let fork = |runs: &mut Runs| {
        runs.switch(RunId(1)).expect("it is there");
        runs.history_mut().seek_time(9_100_000);
        runs.apply(command(LINES[0]))
    };
    while (runs.list().len() as u64) < limits::RUNS.max {
        fork(&mut runs).expect("there is room").expect("a fork");
    }
    let error = fork(&mut runs).expect_err("no room");
    assert_eq!(says(&error.text()), "runs cannot be 17. At most 16 runs are kept; delete one first.");
    assert!(runs.history().is_past(), "and nothing has happened");
    let change = Change::Partitions { topic: "orders".to_owned(), value: 7 };
    assert!(runs.begin_again(RunId(1), &change).is_err());
    runs.history_mut().seek_end();
    assert_eq!(runs.apply(command(LINES[0])), Ok(None), "the newest moment needs no other run");
    runs.delete(RunId(5)).expect("it is there");
    assert!(fork(&mut runs).is_ok());
}

fn again(runs: &mut Runs, of: RunId, change: &Change) -> RunId {
    let mut again = runs.begin_again(of, change).expect("it can begin");
    while !again.go_on(500) {
        let (now_us, end_us) = again.progress();
        assert!(now_us <= end_us);
    }
    runs.add_again(of, again).expect("there is room")
}

fn refused(runs: &Runs) -> Vec<String> {
    match runs.shown().origin() {
        Origin::Again { refused, .. } => refused.iter().map(|refused| says(&words::refused(refused))).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn run_again_with_what_it_had_it_is_the_same_run() {
    for seed in 0..6 {
        let (mut runs, _) = played(seed);
        runs.history_mut().seek_time(10_500_000);
        let before = all_seen(runs.history());
        for change in [
            Change::Acks { producer: "web-logs".to_owned(), value: "1".to_owned() },
            Change::Acks { producer: "checkout".to_owned(), value: "-1".to_owned() },
            Change::Partitions { topic: "orders".to_owned(), value: 6 },
            Change::Strategy { group: "billing".to_owned(), value: "range,cooperative-sticky".to_owned() },
        ] {
            again(&mut runs, RunId(1), &change);
            assert_eq!(all_seen(runs.history()), before, "seed {seed}, {change:?}");
            assert!(refused(&runs).is_empty());
        }
        assert_eq!(all_seen(runs.get(RunId(1)).expect("kept").history()), before, "and the first is what it was");
        let [one, other] = [1, 2].map(|id| runs.get(RunId(id)).expect("kept").history().newest());
        let comparison = compared(one, other);
        assert!(comparison.is_same(), "{comparison:#?}");
    }
}

#[test]
fn commands_keep_their_times_and_what_is_refused_is_told() {
    let mut scenario = start_cluster();
    scenario.commands.push((9_500_000, command("add-partitions topic=orders partitions=7")));
    scenario.commands.push((9_600_000, command("crash-broker broker=9")));
    scenario.commands.push((14_000_000, command("crash-broker broker=3")));
    let mut runs = Runs::new(History::new(Run::new(&scenario).expect("sound")));
    runs.history_mut().advance_to(11_000_000);
    runs.apply(command("add-partitions topic=orders partitions=8")).expect("allowed");
    runs.history_mut().advance_to(12_345_678);
    runs.apply(command("pause-consumer consumer=C1")).expect("allowed");
    runs.history_mut().advance_to(16_000_000);
    let old = runs.history().newest().clone();
    again(&mut runs, RunId(1), &Change::Partitions { topic: "orders".to_owned(), value: 8 });
    let new = runs.history().newest().clone();
    assert_eq!((new.time_us(), runs.history().end().time_us), (16_000_000, 16_000_000));
    let told = refused(&runs);
    assert_eq!(told.len(), 2, "broker 9 was refused in the first one too: {told:?}");
    assert!(
        told[0].starts_with("At 9.5 s, add-partitions topic=orders partitions=7 could not be done again: orders has 8")
    );
    assert!(
        told[1].starts_with("At 11 s, add-partitions topic=orders partitions=8 could not be done again"),
        "{told:?}"
    );
    let times = |run: &Run| run.log().iter().map(|given| given.time_us).collect::<Vec<_>>();
    let kept: Vec<u64> = times(&old).into_iter().filter(|at| ![9_500_000, 11_000_000].contains(at)).collect();
    assert_eq!(times(&new), kept);
    // It can be gone back in as in any other, past what was refused, and taken back.
    let end = seen(runs.history().run());
    runs.history_mut().seek_time(9_550_000);
    runs.history_mut().seek_time(13_000_000);
    runs.history_mut().seek_end();
    assert_eq!(seen(runs.history().run()), end);
    assert_eq!(seen(&new.back_to(new.time_us(), new.event()).expect("it was there")), end);
    assert_eq!(runs.undo().expect("there is one").time_us, 12_345_678);
    let unknown = Change::Acks { producer: "nobody".to_owned(), value: "all".to_owned() };
    let error = runs.begin_again(RunId(1), &unknown).expect_err("nobody");
    assert_eq!(says(&error.text()), "No command of this run starts a producer nobody.");
}

#[test]
fn offered_is_what_would_change_something() {
    let list = |runs: &Runs| {
        offers(runs.history().newest()).iter().map(|offer| says(&words::offer(offer))).collect::<Vec<_>>()
    };
    let mut runs = begun();
    let all = list(&runs);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all[0].contains("group billing cooperative in place of eager"), "{all:?}");
    assert!(all[1].contains("acks=all in place of acks=1 at producer web-logs"), "{all:?}");
    assert!(all[2].contains("7 partitions of topic orders in place of 6"), "{all:?}");
    for offer in offers(runs.history().newest()) {
        again(&mut runs, RunId(1), &offer.change);
        let (old, new) = (list(&runs), &offer.change);
        let still = offers(runs.history().newest()).iter().any(|other| other.change == *new);
        assert!(!still, "{old:?}");
        assert!(says(&words::name(runs.shown())).starts_with(&format!("Run {}: ", runs.shown().id().0)));
        assert_eq!(commands(runs.history().newest()).len(), start_cluster().commands.len());
    }
}

/// A group of three members with six partitions, of which a fourth joins and one leaves.
fn rebalanced() -> Runs {
    let mut runs = begun();
    runs.history_mut().advance_to(12_000_000);
    runs.apply(command(LINES[6])).expect("allowed");
    runs.history_mut().advance_to(25_000_000);
    runs.apply(command(LINES[7])).expect("allowed");
    runs.history_mut().advance_to(45_000_000);
    runs
}

fn row<'a>(comparison: &'a Comparison, what: &str) -> &'a kafkascope::view::compare::Row {
    comparison.rows.iter().find(|row| says(&row.what).contains(what)).expect(what)
}

#[test]
fn eager_and_cooperative_are_told_apart_in_figures() {
    let mut runs = rebalanced();
    let change = offers(runs.history().newest())[0].change.clone();
    again(&mut runs, RunId(1), &change);
    let [eager, cooperative] = [1, 2].map(|id| runs.get(RunId(id)).expect("kept").history().newest());
    let comparison = compared(eager, cooperative);
    for what in ["moved to another member", "added up", "nobody read for a while"] {
        let row = row(&comparison, what);
        let (Some(left), Some(right)) = row.values else { panic!("{row:?}") };
        assert!(right < left && row.less_is_better, "{what}: {left} {right}");
        assert!(says(row.change.as_ref().expect("it differs")).ends_with("in Run 1 than in Run 1."));
    }
    // Nothing was lost, whichever way.
    assert_eq!(row(&comparison, "although acknowledged").values, (Some(0), Some(0)));
    assert!(row(&comparison, "Since when group billing").values.0.is_some());
    // The added member was told of by hand, the three others by the scenario; all of them changed.
    let differ: Vec<String> = comparison.differences.iter().map(|difference| says(&difference.what)).collect();
    let strategy = "partition.assignment.strategy of consumer ";
    assert_eq!(differ, ["C1", "C2", "C3", "C4"].map(|name| format!("{strategy}{name}")));
    let values = |of: fn(&kafkascope::view::compare::Difference) -> &Text| says(of(&comparison.differences[0]));
    assert_eq!(
        (values(|d| &d.left), values(|d| &d.right)),
        ("range,cooperative-sticky".into(), "cooperative-sticky".into())
    );
    assert!(says(&comparison.summary).contains("differ in 4 commands or settings"), "{}", says(&comparison.summary));
    assert!(comparison.apart.is_none());
    // What one partition went unread is what both added up have.
    let of_each: u64 = comparison
        .rows
        .iter()
        .filter(|row| says(&row.what).contains("left orders-"))
        .filter_map(|row| row.values.0)
        .sum();
    assert_eq!(row(&comparison, "added up").values.0, Some(of_each));
}

#[test]
fn a_run_and_itself_differ_in_nothing_and_forks_in_what_was_done() {
    let mut runs = family();
    for run in runs.list() {
        let comparison = compared(run.history().newest(), run.history().newest());
        assert!(comparison.is_same() && comparison.apart.is_none(), "{comparison:#?}");
        assert!(says(&comparison.summary).starts_with("Nothing differs between"));
    }
    let [one, two] = [1, 2].map(|id| runs.get(RunId(id)).expect("kept").history().newest());
    let comparison = compared(one, two);
    let differ: Vec<_> =
        comparison.differences.iter().map(|d| (says(&d.what), says(&d.left), says(&d.right))).collect();
    let crash = ("crash-broker broker=2 at 12 s".to_owned(), "not given".to_owned(), "given".to_owned());
    assert_eq!(differ, [crash]);
    runs.switch(RunId(2)).expect("it is there");
    runs.history_mut().seek_time(19_000_000);
    let comparison = compared(runs.get(RunId(1)).expect("kept").history().newest(), runs.history().run());
    assert!(says(&comparison.apart.expect("an hour is another")).ends_with("Run 1 stands at 20 s, Run 1 at 19 s."));
}

#[test]
fn other_beginnings_differ_too() {
    let run = |change: fn(&mut Scenario)| {
        let mut scenario = start_cluster();
        change(&mut scenario);
        Run::new(&scenario).expect("sound")
    };
    let other = run(|scenario| {
        scenario.seed = 8;
        scenario.cluster.racks.push(None);
        scenario.cluster.settings.insert("min.insync.replicas".to_owned(), "2".to_owned());
        scenario.commands[0].1 = command("create-topic topic=orders partitions=4 replication.factor=3");
    });
    let comparison = compared(&run(|_| ()), &other);
    let differ: Vec<_> =
        comparison.differences.iter().map(|d| [&d.what, &d.left, &d.right].map(says).join(" | ")).collect();
    let expected = [
        "The seed of chance | 7 | 8",
        "Brokers at the beginning | 3 | 4",
        "min.insync.replicas of the cluster | 1 | 2",
        "partitions of topic orders | 6 | 4",
        "min.insync.replicas of topic orders | 2 | 1",
    ];
    assert_eq!(differ, expected);
}

#[test]
fn two_runs_keep_to_one_time_forth_and_back() {
    let mut runs = rebalanced();
    let change = offers(runs.history().newest())[0].change.clone();
    let other = again(&mut runs, RunId(1), &change);
    runs.switch(RunId(1)).expect("it is there");
    let alone = |id: RunId| {
        let mut history = runs.get(id).expect("kept").history().clone();
        history.seek_time(24_900_000);
        let mut times = Vec::new();
        while let Some(time_us) = history.next_step_time_us().filter(|time_us| *time_us <= 29_000_000) {
            history.step();
            times.push(time_us);
        }
        times
    };
    let mut steps: Vec<u64> = [RunId(1), other].into_iter().flat_map(alone).collect();
    steps.sort_unstable();
    steps.dedup();
    let mut runs = runs.clone();
    let mut both = runs.together(Some(other));
    both.shown.seek_time(24_900_000);
    both.beside.as_mut().expect("there").seek_time(24_900_000);
    let began = [&both.shown, both.beside.as_ref().expect("there")].map(|history| seen(history.run()));
    // Each step is the next one of either, and both are as they would be alone.
    let mut times = Vec::new();
    while let Some(time_us) = both.next_step_time_us().filter(|time_us| *time_us <= 29_000_000) {
        assert!(both.step().is_some());
        let beside = both.beside.as_ref().expect("there").run();
        assert_eq!((both.shown.run().time_us(), beside.time_us()), (time_us, time_us));
        times.push(time_us);
    }
    times.dedup();
    assert_eq!(times, steps);
    assert!(times.len() > 100, "{}", times.len());
    // Back the same moments come the other way round.
    for time_us in times.iter().rev().skip(1) {
        let mut tries = 0;
        while both.shown.run().time_us() > *time_us {
            assert!(both.step_back());
            tries += 1;
            assert!(tries < 50, "{time_us}");
        }
        let beside = both.beside.as_ref().expect("there").run();
        assert_eq!((both.shown.run().time_us(), beside.time_us()), (*time_us, *time_us));
    }
    both.shown.go_to(24_900_000);
    both.beside.as_mut().expect("there").go_to(24_900_000);
    assert_eq!(began, [&both.shown, both.beside.as_ref().expect("there")].map(|history| seen(history.run())));
    // Past the end both go on.
    assert!(both.advance_to(50_000_000));
    assert_eq!(both.beside.expect("there").end().time_us, 50_000_000);
    // Nobody keeps to the time of the shown run but the one that is told to.
    let mut alone = runs.together(None);
    assert!(alone.beside.is_none());
    alone.step_back();
    assert_eq!(runs.get(other).expect("kept").history().run().time_us(), 50_000_000);
}

#[test]
fn what_tells_two_runs_apart_stands_above_each() {
    let mut runs = rebalanced();
    let change = offers(runs.history().newest())[0].change.clone();
    again(&mut runs, RunId(1), &change);
    let [eager, cooperative] = [1, 2].map(|id| runs.get(RunId(id)).expect("kept").history().newest());
    let comparison = compared(eager, cooperative);
    let said = |is_left: bool| -> Vec<(String, bool)> {
        comparison.heads(is_left, 3).iter().map(|head| (says(&head.text), head.is_better)).collect()
    };
    let (left, right) = (said(true), said(false));
    assert!(left.iter().any(|(text, better)| text.contains("partitions of billing stopped") && !better), "{left:?}");
    assert!(right.iter().any(|(text, better)| text.contains("of billing stopped") && *better), "{right:?}");
    assert_eq!(comparison.heads(true, 1).len(), 1);
    assert!(compared(eager, eager).heads(true, 3).is_empty());
}
