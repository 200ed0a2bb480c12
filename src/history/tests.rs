//! A run repeats, and the scout foresees.

use super::{Ahead, History, Run, start_cluster};
use crate::cluster::command::Command;

#[test]
fn the_start_cluster_comes_to_life() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.advance_to(20_000_000);
    let world = run.world();
    assert!(world.ledger().acknowledged > 60, "{:?}", world.ledger());
    assert!(world.consumers().values().map(|slot| slot.consumer.records_consumed).sum::<u64>() > 50);
}

#[test]
fn the_same_seed_and_commands_give_the_same_run() {
    let digest = |seed| {
        let mut scenario = start_cluster();
        scenario.seed = seed;
        let mut run = Run::new(&scenario).expect("sound");
        run.advance_to(15_000_000);
        (run.world().event_digest(), run.world().state_digest())
    };
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn the_scout_foresees_each_step_and_changes_nothing() {
    let mut plain = Run::new(&start_cluster()).expect("sound");
    let mut foreseen = plain.clone();
    for _ in 0..300 {
        let time_us = foreseen.next_step_time_us();
        assert_eq!(plain.step(), foreseen.step());
        assert_eq!(time_us, Some(foreseen.time_us()));
    }
    assert_eq!(plain.world().state_digest(), foreseen.world().state_digest());
}

#[test]
fn the_scout_keeps_up_with_a_run_that_has_gone_past_it() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.next_step_time_us();
    run.advance_to(15_000_000);
    let time_us = run.next_step_time_us();
    assert!(run.step().is_some());
    assert_eq!(time_us, Some(run.time_us()));
}

#[test]
fn a_way_that_is_gone_in_parts_leads_to_the_same() {
    let mut scenario = start_cluster();
    scenario.commands.truncate(1);
    scenario.begin_us = 1_000_000;
    let names = ["a", "b", "c"];
    let topic = |name: &str| crate::cluster::command_text::parse(&format!("create-topic topic={name} partitions=1"));
    scenario.commands.extend((20_000_000..).step_by(30_000_000).zip(names.map(|name| topic(name).expect("sound"))));
    let mut plain = Run::new(&scenario).expect("sound");
    let mut parts = plain.clone();
    let (mut looks, mut ways) = (0, 0);
    while plain.step().is_some() {
        let time_us = loop {
            looks += 1;
            match parts.look_ahead(u64::MAX, &mut || true) {
                Ahead::At(time_us) => break time_us,
                found => assert!(found != Ahead::Never && looks < 10_000, "{found:?}"),
            }
        };
        let steps = parts.step_count();
        while !parts.approach(time_us - 1, &mut || true) {
            ways += 1;
        }
        assert_eq!(parts.step_count(), steps, "nothing drawn is on the way");
        assert_eq!(parts.step(), Some(plain.event()));
    }
    assert!(plain.time_us() > 80_000_000 && looks > 20 && ways > 20, "{looks} looks and {ways} parts of the way");
    assert_eq!(plain.world().state_digest(), parts.world().state_digest());
    assert_eq!(plain.world().event_digest(), parts.world().event_digest());
}

#[test]
fn a_look_ahead_ends_beyond_its_bound_or_with_the_step() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let next_us = run.clone().next_step_time_us().expect("there is one");
    for until_us in [0, next_us - 50_000, next_us - 1] {
        match run.look_ahead(until_us, &mut || false) {
            Ahead::NotBefore(before_us) => assert!(before_us > until_us && before_us <= next_us, "{before_us}"),
            found => assert_eq!(found, Ahead::At(next_us), "the last look may have come to it"),
        }
    }
    assert_eq!(run.look_ahead(next_us, &mut || false), Ahead::At(next_us));
}

#[test]
fn reset_is_the_beginning() {
    let fresh = Run::new(&start_cluster()).expect("sound");
    let mut run = fresh.clone();
    run.advance_to(12_000_000);
    run.reset();
    assert_eq!(run.world().state_digest(), fresh.world().state_digest());
    assert_eq!((run.step_count(), run.event()), (fresh.step_count(), fresh.event()));
}

#[test]
fn going_back_is_being_there_again() {
    let send = |key: &str| Command::Send {
        producer: "checkout".to_owned(),
        topic: None,
        key: Some(key.to_owned()),
        value: Some("by hand".to_owned()),
        partition: None,
        headers: Vec::new(),
    };
    let mut scenario = start_cluster();
    scenario.commands.push((9_500_000, Command::AddPartitions { topic: "orders".to_owned(), partitions: 7 }));
    let mut run = Run::new(&scenario).expect("sound");
    let fresh = run.clone();
    let mut moments = vec![run.clone()];
    for round in 0..6 {
        run.apply(send("alice")).expect("sound");
        run.apply(send("bob")).expect("sound");
        moments.push(run.clone());
        for _ in 0..20 * round {
            run.step();
        }
        run.advance_to(run.time_us() + 77_777);
        moments.push(run.clone());
    }
    for mut moment in moments {
        let mut back = run.back_to(moment.time_us(), moment.event()).expect("it was there");
        assert_eq!((back.time_us(), back.event(), back.log()), (moment.time_us(), moment.event(), moment.log()));
        assert_eq!((back.step_count(), back.step_began()), (moment.step_count(), moment.step_began()));
        assert_eq!(back.world().event_digest(), moment.world().event_digest());
        // And what follows is the same.
        let later_us = moment.time_us() + 3_000_000;
        back.advance_to(later_us);
        moment.advance_to(later_us);
        assert_eq!(back.world().event_digest(), moment.world().event_digest());
        assert_eq!(back.world().state_digest(), moment.world().state_digest());
    }
    let earliest = run.back_to(0, 0).expect("it was there");
    assert_eq!(earliest.world().state_digest(), fresh.world().state_digest());
}

#[test]
fn where_nothing_drawn_happens_nothing_moves() {
    let mut scenario = start_cluster();
    scenario.commands.truncate(1);
    scenario.begin_us = 1_000_000;
    let mut run = Run::new(&scenario).expect("sound");
    let fresh = run.clone();
    assert_eq!((run.next_step_time_us(), run.step()), (None, None));
    assert_eq!((run.time_us(), run.event()), (fresh.time_us(), fresh.event()));
    assert_eq!(run.world().state_digest(), fresh.world().state_digest());
    // It is asked again once time has passed, and a script is waited for however long.
    run.advance_to(900_000_000);
    assert_eq!(run.step(), None);
    scenario.commands.push((7_200_000_000, Command::AddBroker { rack: None }));
    let mut run = Run::new(&scenario).expect("sound");
    assert!(run.step().is_some());
    assert_eq!(run.time_us(), 7_200_000_000);
}

/// A cluster of three brokers, with nothing else.
fn three_brokers() -> Run {
    let cluster = crate::cluster::ClusterSpec { racks: vec![None; 3], ..Default::default() };
    Run::new(&super::Scenario { seed: 1, cluster, ..Default::default() }).expect("sound")
}

fn give(run: &mut Run, line: &str) -> Result<(), crate::cluster::WorldError> {
    run.apply(crate::cluster::command_text::parse(line).expect(line))
}

fn replicas(run: &Run, topic: &str) -> Option<usize> {
    let (_, image) = run.world().metadata().topic_by_name(topic)?;
    Some(image.partitions.first()?.replicas.len())
}

#[test]
fn a_topic_without_a_replication_factor_gets_the_default_of_the_brokers() {
    let mut run = three_brokers();
    give(&mut run, "create-topic topic=a partitions=1").expect("allowed");
    give(&mut run, "configure-cluster default.replication.factor=2").expect("allowed");
    run.advance_to(1_000_000);
    give(&mut run, "create-topic topic=b partitions=1").expect("allowed");
    give(&mut run, "create-topic topic=c partitions=1 replication.factor=3").expect("allowed");
    give(&mut run, "configure-cluster default.replication.factor=4").expect("allowed");
    run.advance_to(2_000_000);
    assert_eq!([replicas(&run, "a"), replicas(&run, "b"), replicas(&run, "c")], [Some(1), Some(2), Some(3)]);
    let refused = give(&mut run, "create-topic topic=d partitions=1").expect_err("only three brokers");
    assert_eq!(refused.field(), "replication.factor");
}

#[test]
fn a_broker_that_leads_nothing_stops_at_once() {
    let mut run = three_brokers();
    run.advance_to(5_000_000);
    give(&mut run, "stop-broker broker=3").expect("allowed");
    run.advance_to(5_050_000);
    assert!(!run.world().brokers()[&3].is_up(), "nobody has to hear of it first");
}

#[test]
fn the_offsets_topic_has_replicas_on_fenced_brokers_too() {
    let mut run = three_brokers();
    give(&mut run, "create-topic topic=orders partitions=1").expect("allowed");
    give(&mut run, "crash-broker broker=3").expect("allowed");
    run.advance_to(20_000_000);
    give(&mut run, "add-consumer consumer=c group=g topics=orders").expect("allowed");
    run.advance_to(30_000_000);
    assert_eq!(replicas(&run, "__consumer_offsets"), Some(3));
    let (_, image) = run.world().metadata().topic_by_name("__consumer_offsets").expect("made");
    assert!(image.partitions.iter().all(|state| state.isr.len() == 2 && state.leader != Some(3)));
}

/// A run that has seen commands by hand and of its scenario, and its moments after each step and between them.
fn eventful() -> (History, Vec<Run>) {
    let mut scenario = start_cluster();
    scenario.commands.push((9_500_000, Command::AddPartitions { topic: "orders".to_owned(), partitions: 7 }));
    scenario.commands.push((12_000_000, Command::CrashBroker { broker: 3 }));
    let mut history = History::new(Run::new(&scenario).expect("sound"));
    let mut moments = vec![history.run().clone()];
    for round in 0..60 {
        for _ in 0..7 {
            history.step();
            moments.push(history.run().clone());
        }
        history.advance_to(history.run().time_us() + 77_777 * (round % 3));
        let line = ["send producer=checkout key=alice value=by-hand", "pause-consumer consumer=C1", "add-broker"];
        if round % 20 < 3 {
            let command = crate::cluster::command_text::parse(line[round as usize % 20]).expect("a command");
            let branch = history.apply(command).expect("allowed");
            assert!(branch.is_none(), "nothing came later");
        }
        moments.push(history.run().clone());
    }
    (history, moments)
}

fn assert_same(run: &Run, moment: &Run) {
    assert_eq!((run.moment(), run.log()), (moment.moment(), moment.log()));
    assert_eq!((run.step_count(), run.step_began()), (moment.step_count(), moment.step_began()));
    assert!(run.events().iter().eq(moment.events().iter()));
    assert_eq!(run.world().event_digest(), moment.world().event_digest());
    assert_eq!(run.world().state_digest(), moment.world().state_digest());
}

#[test]
fn any_moment_can_be_gone_to_from_any_other() {
    let (mut history, moments) = eventful();
    let (end, mut random) = (history.run().clone(), crate::sim::Random::new(1, "moments"));
    for _ in 0..120 {
        let moment = &moments[random.below(moments.len() as u32) as usize];
        history.seek(moment.moment());
        assert_same(history.run(), moment);
        assert_eq!(history.end(), end.moment());
        assert_eq!(history.is_past(), moment.moment() != end.moment());
    }
    history.seek_end();
    assert_same(history.run(), &end);
    assert!(!history.is_past());
}

#[test]
fn a_time_is_the_last_moment_by_it() {
    let (mut history, moments) = eventful();
    let end = history.run().clone();
    for time_us in [0, 9_000_000, 9_000_001, 9_654_321, 12_000_000, 12_000_001, 13_777_000] {
        history.seek_time(time_us);
        let mut plain = moments[0].clone();
        let log: Vec<_> = end.given_by_hand().filter(|given| given.time_us <= time_us).cloned().collect();
        plain.script.give_again(log);
        plain.advance_to(time_us);
        assert_eq!(history.run().moment(), plain.moment(), "{time_us}");
        assert_eq!(history.run().world().state_digest(), plain.world().state_digest());
    }
    history.seek_time(u64::MAX);
    assert_same(history.run(), &end);
}

#[test]
fn a_step_back_undoes_a_step_of_every_kind() {
    let (mut history, moments) = eventful();
    for moment in moments.iter().rev().filter(|moment| moment.step_ended == moment.moment()).take(200) {
        history.seek(moment.moment());
        history.step();
        let kind = history.run().events().back().map(|event| event.kind.clone());
        assert!(history.step_back(), "{kind:?}");
        assert_same(history.run(), moment);
    }
    while history.step_back() {}
    assert_same(history.run(), &moments[0]);
}

#[test]
fn going_on_from_the_past_is_what_was() {
    let (mut history, moments) = eventful();
    let end = moments.last().expect("there are some");
    for (index, moment) in moments.iter().enumerate().step_by(97) {
        history.seek(moment.moment());
        match index % 2 {
            0 => while history.is_past() && history.step().is_some() {},
            _ => _ = history.advance_to(end.time_us()),
        }
        // Time may have gone on a little beyond it.
        history.seek(end.moment());
        assert_same(history.run(), end);
    }
}

#[test]
fn acting_in_the_past_hands_the_old_run_over_unchanged() {
    let (mut history, moments) = eventful();
    let (end, middle) = (history.run().clone(), &moments[moments.len() / 2]);
    history.seek(middle.moment());
    let refused = history.apply(Command::DeleteTopic { topic: "nowhere".to_owned() });
    assert!(refused.is_err() && history.is_past(), "a refusal leaves the future as it is");
    history.seek(end.moment());
    assert_same(history.run(), &end);
    history.seek(middle.moment());
    let mut old = history.apply(Command::StopBroker { broker: 2 }).expect("allowed").expect("there was a future");
    assert_same(old.run(), &end);
    old.seek(moments[7].moment());
    assert_same(old.run(), &moments[7]);
    assert!(!history.is_past());
    let mut fresh = middle.clone();
    fresh.apply(Command::StopBroker { broker: 2 }).expect("allowed");
    history.advance_to(end.time_us() + 1_000_000);
    fresh.advance_to(end.time_us() + 1_000_000);
    assert_same(history.run(), &fresh);
    // And back again, past the fork.
    history.seek(moments[3].moment());
    assert_same(history.run(), &moments[3]);
}

/// Lines with the time at which each is given.
fn timed(lines: &[(u64, &str)]) -> Vec<(u64, Command)> {
    lines.iter().map(|(at_us, line)| (*at_us, crate::cluster::command_text::parse(line).expect(line))).collect()
}

#[test]
fn what_a_scenario_was_refused_is_not_taken_for_given_by_hand() {
    let mut scenario = start_cluster();
    scenario.commands.extend(timed(&[(9_100_000, "crash-broker broker=9"), (9_200_000, "crash-broker broker=2")]));
    let mut run = Run::new(&scenario).expect("sound");
    run.advance_to(9_150_000);
    give(&mut run, "pause-producer producer=checkout").expect("sound");
    run.advance_to(12_000_000);
    assert_eq!(run.given_by_hand().map(|given| given.time_us).collect::<Vec<_>>(), [9_150_000]);
    let back = run.back_to(run.time_us(), run.event()).expect("it was there");
    assert_eq!(back.log(), run.log());
    assert_eq!(back.world().event_digest(), run.world().event_digest());
}

#[test]
fn a_command_is_given_at_its_time_whatever_its_event() {
    let mut by_hand = Run::new(&start_cluster()).expect("sound");
    by_hand.advance_to(12_345_678);
    let event = by_hand.event();
    let crash = timed(&[(12_345_678, "crash-broker broker=2")]).remove(0).1;
    by_hand.apply(crash.clone()).expect("sound");
    by_hand.advance_to(15_000_000);
    for after_event in [0, 1, event - 50, event, event + 1, event + 5_000, super::AFTER_ALL] {
        let command = super::Stamped { time_us: 12_345_678, after_event, command: crash.clone() };
        let mut run = Run::to_play(&start_cluster(), vec![command]).expect("sound");
        run.advance_to(15_000_000);
        assert_eq!(run.log(), by_hand.log(), "after event {after_event}");
        assert_eq!(run.world().event_digest(), by_hand.world().event_digest());
    }
}

#[test]
fn what_is_opened_tells_what_was_refused() {
    let lines =
        ["pause-producer producer=checkout", "crash-broker broker=9", "crash-broker broker=2", "commit consumer=C9"];
    let stamped = |(place, line): (usize, &&str)| super::Stamped {
        time_us: 9_000_000 + 500_000 * place as u64,
        after_event: super::AFTER_ALL,
        command: crate::cluster::command_text::parse(line).expect(line),
    };
    let commands: Vec<_> = lines.iter().enumerate().map(stamped).collect();
    let at = |time_us| super::Moment { time_us, event: super::AFTER_ALL };
    let opened = super::Opening::new(&start_cluster(), commands.clone(), at(9_600_000)).expect("sound").finish();
    assert_eq!(opened.refused.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 3]);
    let (run, newest) = (opened.history.run(), opened.history.newest());
    assert!(opened.is_whole && opened.history.is_past());
    assert_eq!((run.time_us(), newest.time_us()), (9_600_000, 10_500_000));
    assert_eq!((run.log().len(), newest.log().len()), (7, 8));
    let slow = {
        let mut opening = super::Opening::new(&start_cluster(), commands, at(9_600_000)).expect("sound");
        while !opening.go_on(7) {}
        opening.finish()
    };
    assert_eq!(slow.history.run().world().state_digest(), run.world().state_digest());
}

/// A page that is opened in the past has what comes before it, and plays on through it.
#[test]
fn what_is_opened_in_the_past_does_again_what_was_done() {
    let crash = crate::cluster::command_text::parse("crash-broker broker=2").expect("sound");
    let done = super::Stamped { time_us: 9_500_000, after_event: super::AFTER_ALL, command: crash };
    let at = super::Moment { time_us: 9_250_000, event: super::AFTER_ALL };
    let mut history = super::Opening::new(&start_cluster(), vec![done], at).expect("sound").finish().history;
    assert!(history.is_past() && history.run().world().brokers()[&2].is_up());
    assert_eq!(history.run().given_by_hand().count(), 1, "it is still to come");
    history.advance_to(10_000_000);
    assert!(!history.run().world().brokers()[&2].is_up(), "and comes");
    assert_eq!(history.begun_again().given_by_hand().count(), 0);
    assert_eq!(history.begun_again().time_us(), 9_000_000);
}

#[test]
fn what_is_thinned_out_is_played_again_exactly() {
    let mut scenario = start_cluster();
    scenario.commands.push((12_000_000, Command::CrashBroker { broker: 3 }));
    let spacing = super::Spacing { events: 20, near: 5, copies: 6 };
    let mut history = History::spaced(Run::new(&scenario).expect("sound"), spacing);
    let begin = history.begin();
    let mut moments = vec![history.run().clone()];
    while history.run().event() < begin.event + 3_000 {
        history.step();
        if moments.len() == 200 {
            history.apply(Command::PauseConsumer { consumer: "C1".to_owned() }).expect("allowed");
        }
        moments.push(history.run().clone());
        assert!(history.copies() <= spacing.copies);
    }
    assert_eq!(history.copies(), spacing.copies, "it was thinned");
    // To every event, also those between steps: forwards, and backwards, so that copies come and go on the way.
    let end = history.end();
    let mut fresh = moments[0].clone();
    fresh.script.give_again(history.run().given_by_hand().cloned());
    let mut digests = Vec::new();
    while fresh.event() < end.event && fresh.go_on(end.time_us) {
        digests.push((fresh.moment(), fresh.world().event_digest(), fresh.world().state_digest()));
    }
    for (moment, event_digest, state_digest) in digests.iter().chain(digests.iter().rev().step_by(17)) {
        history.seek(*moment);
        assert_eq!(history.run().moment(), *moment);
        let world = history.run().world();
        assert_eq!((world.event_digest(), world.state_digest()), (*event_digest, *state_digest), "{moment:?}");
        assert!(history.copies() <= spacing.copies);
    }
    let mut random = crate::sim::Random::new(1, "thinned");
    for _ in 0..200 {
        let moment = &moments[random.below(moments.len() as u32) as usize];
        history.seek(moment.moment());
        assert_same(history.run(), moment);
    }
}
