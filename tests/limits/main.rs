//! Every limit of the table at it, where it is allowed, and past it, where the sentence says which and how much. Each
//! through the door that a person uses: `World::apply`, or `Run` where that is what keeps it.

mod faults;
mod runs;
mod saved;

use kafkascope::{
    check::Watched,
    cluster::{
        ClusterSpec, World, WorldError,
        command::{Command, Direction, Fault, KeyOrder, KeySerializer, Link, Load, NodeName, Settings, Work},
        command_check::CommandError,
        command_text::parse,
        error::Refusal,
    },
    history::{Run, Scenario},
    i18n::Lang,
    kafka::limits::{self, Limit, LimitError, LimitUnit, TABLE},
};

/// A limit and what tries it.
type Case = (&'static Limit, fn());

static CASES: &[Case] = &[
    (&limits::BROKERS, brokers),
    (&limits::CONTROLLERS, controllers),
    (&limits::TOPICS, topics),
    (&limits::PARTITIONS, partitions),
    (&limits::REPLICATION_FACTOR, replication_factor),
    (&limits::PRODUCERS, producers),
    (&limits::MEMBERS, members),
    (&limits::RECORDS, records),
    (&limits::EVENTS, events),
    (&limits::LISTED, runs::listed),
    (&limits::COMMANDS, commands),
    (&limits::TIME, time),
    (&limits::TOPIC_NAME, topic_name),
    (&limits::GROUP_ID, group_id),
    (&limits::PRODUCER_ID, producer_id),
    (&limits::CONSUMER_ID, consumer_id),
    (&limits::RACK, rack),
    (&limits::KEY, key),
    (&limits::VALUE, value),
    (&limits::HEADERS, headers),
    (&limits::HEADER_BYTES, header_bytes),
    (&limits::LOAD_KEYS, load_keys),
    (&limits::RATE, rate),
    (&limits::LOAD_RECORDS, load_records),
    (&limits::PROCESSING, processing),
    (&limits::SUBSCRIPTION, subscription),
    (&limits::ASSIGNMENT, assignment),
    (&limits::PATTERN, pattern),
    (&limits::FAULTS, faults::faults),
    (&limits::LINK_DELAY, faults::link_delay),
    (&limits::LOSS, faults::loss),
    (&limits::DISK_TIMES, faults::disk_times),
    (&limits::CLOCK_SKEW, faults::clock_skew),
    (&limits::LINK, saved::link),
    (&limits::FILE, saved::file),
    (&limits::VALUES, saved::values),
    (&limits::REPLAY, saved::replay),
    (&limits::LENS, saved::lens),
    (&limits::WORKS, saved::works),
    (&limits::RUNS, runs::runs),
    (&limits::RUN_NAME, run_name),
    (&limits::UNDONE, runs::undone),
    (&limits::BOOKMARKS, runs::bookmarks),
];

/// Of a run that is kept, and of one that is saved.
fn run_name() {
    runs::run_name();
    saved::run_name();
}

#[test]
fn every_limit_has_a_case_and_every_case_holds() {
    let without: Vec<&str> = TABLE.iter().filter(|limit| case(limit).is_none()).map(|limit| limit.text.key).collect();
    assert!(without.is_empty(), "no case for {without:?}");
    assert_eq!(CASES.len(), TABLE.len());
    let (first, second) = CASES.split_at(limits_before_the_slow_one());
    std::thread::scope(|scope| {
        for cases in [first, second] {
            scope.spawn(|| cases.iter().for_each(|(_, holds)| holds()));
        }
    });
}

fn case(limit: &Limit) -> Option<&'static Case> {
    CASES.iter().find(|(of, _)| of.text.key == limit.text.key)
}

fn limits_before_the_slow_one() -> usize {
    CASES.iter().position(|(limit, _)| limit.text.key == limits::EVENTS.text.key).unwrap_or_default()
}

/// The one thing that is refused is this limit, by so much, in a sentence that names the field and what is allowed.
fn refused(result: Result<(), WorldError>, limit: &'static Limit, by: u64) {
    let error = result.expect_err(limit.text.key);
    let expected = match by > limit.max {
        true => LimitError::TooMuch { limit, value: by },
        false => LimitError::TooLittle { limit },
    };
    assert_eq!(error, WorldError::Command(CommandError::Limit(expected)), "{}", limit.text.key);
    assert_eq!(error.field(), limit.name);
    for lang in Lang::ALL {
        let text = error.text().plain(lang);
        let allowed = match (by > limit.max, limit.unit) {
            (true, _) => limit.rule().plain(lang),
            (false, LimitUnit::Characters) => String::new(),
            (false, _) => limit.min.to_string(),
        };
        assert!(text.contains(limit.name) && text.contains(&allowed), "{text}");
        assert!(text.ends_with(['.', '。']) && !text.contains(['{', '}']), "{text}");
    }
}

fn past(result: Result<(), WorldError>, limit: &'static Limit) {
    refused(result, limit, limit.max + 1);
}

/// Refused for what other topics have; the sentence says how many that are and what is allowed.
fn together(result: Result<(), WorldError>, asked: u32, others: u64) {
    let error = result.expect_err("past the limit");
    assert_eq!(error, WorldError::Refused(Refusal::PartitionsTogether { asked, others }));
    assert_eq!(error.field(), limits::PARTITIONS.name);
    for lang in Lang::ALL {
        let text = error.text().plain(lang);
        let rule = limits::PARTITIONS.rule().plain(lang);
        assert!(text.contains(&others.to_string()) && text.contains(&rule), "{text}");
    }
}

fn below(result: Result<(), WorldError>, limit: &'static Limit) {
    refused(result, limit, limit.min - 1);
}

fn allowed(result: Result<(), WorldError>) {
    if let Err(error) = result {
        panic!("{}", error.text().plain(Lang::En));
    }
}

/// A cluster of so many brokers.
fn cluster(brokers: u64) -> World {
    let spec = ClusterSpec { racks: vec![None; brokers as usize], settings: Settings::new(), ..ClusterSpec::default() };
    World::new(1, &spec, &mut Vec::new()).expect("sound")
}

fn give(world: &mut World, command: &Command) -> Result<(), WorldError> {
    world.apply(command, &mut Vec::new())
}

fn line(world: &mut World, line: &str) -> Result<(), WorldError> {
    give(world, &parse(line).expect(line))
}

fn run_to(world: &mut World, until_us: u64) {
    let mut events = Vec::new();
    while world.step(until_us, &mut events) {
        events.clear();
    }
    world.idle_until(until_us);
}

fn load() -> Load {
    Load {
        topic: "orders".to_owned(),
        keys: Vec::new(),
        key_order: KeyOrder::InTurn,
        key_serializer: KeySerializer::String,
        value: String::new(),
        rate_millihertz: 0,
        partition: None,
        records_max: None,
    }
}

fn add_producer(world: &mut World, producer: &str, load: Load) -> Result<(), WorldError> {
    give(world, &Command::AddProducer { producer: producer.to_owned(), load, settings: Settings::new() })
}

fn subscribes(topics: Vec<String>) -> Work {
    Work { group: Some("g".to_owned()), topics, ..Work::default() }
}

fn assigns(assign: Vec<(String, i32)>) -> Work {
    Work { assign, ..Work::default() }
}

fn add_consumer(world: &mut World, consumer: &str, work: Work) -> Result<(), WorldError> {
    give(world, &Command::AddConsumer { consumer: consumer.to_owned(), work, settings: Settings::new() })
}

/// A name of the limit's length, and one longer.
fn names(limit: &Limit, of: &str) -> (String, String) {
    (of.repeat(limit.max as usize), of.repeat(limit.max as usize + 1))
}

fn brokers() {
    let mut world = cluster(limits::BROKERS.max - 1);
    allowed(line(&mut world, "add-broker"));
    past(line(&mut world, "add-broker"), &limits::BROKERS);
    let spec = |brokers: u64| ClusterSpec {
        racks: vec![None; brokers as usize],
        settings: Settings::new(),
        ..ClusterSpec::default()
    };
    let begin = |brokers| World::new(1, &spec(brokers), &mut Vec::new()).map(drop);
    allowed(begin(limits::BROKERS.max));
    past(begin(limits::BROKERS.max + 1), &limits::BROKERS);
    below(begin(0), &limits::BROKERS);
}

fn controllers() {
    let spec =
        |controllers: u64| ClusterSpec { racks: vec![None], controllers: controllers as u32, ..ClusterSpec::default() };
    let begin = |controllers| World::new(1, &spec(controllers), &mut Vec::new()).map(drop);
    allowed(begin(limits::CONTROLLERS.max));
    past(begin(limits::CONTROLLERS.max + 1), &limits::CONTROLLERS);
    // They are no brokers, so all of those may be there too.
    let most = ClusterSpec { racks: vec![None; limits::BROKERS.max as usize], ..spec(limits::CONTROLLERS.max) };
    allowed(World::new(1, &most, &mut Vec::new()).map(drop));
}

/// All at one moment, before the controller has heard of the first; and again once it has made them.
fn topics() {
    let mut world = cluster(1);
    for number in 0..limits::TOPICS.max {
        allowed(line(&mut world, &format!("create-topic topic=t{number} partitions=1")));
    }
    past(line(&mut world, "create-topic topic=more partitions=1"), &limits::TOPICS);
    run_to(&mut world, 1_000_000);
    assert_eq!(world.metadata().topics.len() as u64, limits::TOPICS.max);
    past(line(&mut world, "create-topic topic=more partitions=1"), &limits::TOPICS);
    // Internal topics do not count.
    allowed(line(&mut world, "delete-topic topic=t0"));
    allowed(add_consumer(&mut world, "c", subscribes(vec!["t1".to_owned()])));
    run_to(&mut world, 10_000_000);
    assert!(world.metadata().topic_by_name("__consumer_offsets").is_some());
    allowed(line(&mut world, "create-topic topic=more partitions=1"));
}

fn partitions() {
    let mut world = cluster(1);
    let max = limits::PARTITIONS.max;
    below(line(&mut world, "create-topic topic=a partitions=0"), &limits::PARTITIONS);
    past(line(&mut world, &format!("create-topic topic=a partitions={}", max + 1)), &limits::PARTITIONS);
    allowed(line(&mut world, &format!("create-topic topic=a partitions={}", max - 2)));
    allowed(line(&mut world, "create-topic topic=b partitions=1"));
    together(line(&mut world, "create-topic topic=c partitions=2"), 2, max - 1);
    run_to(&mut world, 1_000_000);
    together(line(&mut world, "add-partitions topic=b partitions=3"), 3, max - 2);
    allowed(line(&mut world, "add-partitions topic=b partitions=2"));
    together(line(&mut world, "create-topic topic=c partitions=1"), 1, max);
    let asked = |topic: &str| parse(&format!("add-partitions topic={topic} partitions={}", max + 1)).expect("sound");
    past(give(&mut world, &asked("b")), &limits::PARTITIONS);
}

fn replication_factor() {
    let limit = &limits::REPLICATION_FACTOR;
    let mut world = cluster(limit.max);
    let create = |factor| format!("create-topic topic=orders partitions=1 replication.factor={factor}");
    below(line(&mut world, &create(0)), limit);
    past(line(&mut world, &create(limit.max + 1)), limit);
    allowed(line(&mut world, &create(limit.max)));
}

fn producers() {
    let mut world = cluster(1);
    for number in 0..limits::PRODUCERS.max {
        allowed(add_producer(&mut world, &format!("p{number}"), load()));
    }
    past(add_producer(&mut world, "more", load()), &limits::PRODUCERS);
}

fn members() {
    let mut world = cluster(1);
    for number in 0..limits::MEMBERS.max {
        allowed(add_consumer(&mut world, &format!("c{number}"), subscribes(vec!["orders".to_owned()])));
    }
    past(add_consumer(&mut world, "more", subscribes(vec!["orders".to_owned()])), &limits::MEMBERS);
}

/// A load of as many records as a run keeps sends them all; then nothing more is taken, and loads stand still.
fn records() {
    let max = limits::RECORDS.max;
    let mut world = cluster(1);
    allowed(line(&mut world, "create-topic topic=orders partitions=1 replication.factor=1"));
    let steady = Load { rate_millihertz: limits::RATE.max, ..load() };
    allowed(add_producer(&mut world, "p", Load { records_max: Some(max - 1), ..steady.clone() }));
    allowed(add_producer(&mut world, "by-hand", load()));
    run_to(&mut world, max * 1_000_000_000 / limits::RATE.max + 1_000_000);
    assert_eq!(world.records_kept(), max - 1);
    allowed(line(&mut world, "send producer=by-hand value=last"));
    // It is not in the log yet, but will be.
    past(line(&mut world, "send producer=by-hand value=more"), &limits::RECORDS);
    let until_us = world.now_us() + 1_000_000;
    run_to(&mut world, until_us);
    assert_eq!(world.records_kept(), max);
    past(line(&mut world, "send producer=by-hand value=more"), &limits::RECORDS);
    past(line(&mut world, "resume-producer producer=p"), &limits::RECORDS);
    past(add_producer(&mut world, "more", steady.clone()), &limits::RECORDS);
    let (producer, settings) = ("p".to_owned(), Settings::new());
    past(give(&mut world, &Command::ConfigureProducer { producer, load: steady, settings }), &limits::RECORDS);
    assert!(world.producers().values().all(|slot| slot.producer.paused));
}

/// Nobody asks for an event, so none is refused: the oldest are forgotten.
fn events() {
    let mut run = Run::new(&busy()).expect("sound");
    let max = limits::EVENTS.max;
    let mut until_us = 0;
    while run.event() < max {
        assert_eq!(run.events().len() as u64, run.event(), "none is forgotten yet");
        until_us += 20_000;
        run.advance_to(until_us);
    }
    run.advance_to(until_us + 20_000);
    assert!(run.event() > max);
    assert_eq!(run.events().len() as u64, max);
    assert_eq!(run.events().back().map(|event| event.id), Some(run.event()));
    assert!(run.event_by_id(1).is_none() && run.event_by_id(run.event() - max + 1).is_some());
}

/// As much happens at every moment as can with few producers.
fn busy() -> Scenario {
    let create = (0, parse("create-topic topic=orders partitions=1 replication.factor=1").expect("sound"));
    let add = |number| {
        let load = Load { rate_millihertz: 1_000_000, ..load() };
        let settings =
            Settings::from([("acks".to_owned(), "0".to_owned()), ("linger.ms".to_owned(), "100".to_owned())]);
        (100_000, Command::AddProducer { producer: format!("p{number}"), load, settings })
    };
    let racks = vec![None];
    let cluster = ClusterSpec { racks, settings: Settings::new(), ..ClusterSpec::default() };
    Scenario { seed: 1, cluster, commands: [create].into_iter().chain((0..200).map(add)).collect(), begin_us: 0 }
}

fn commands() {
    let mut world = cluster(1);
    allowed(line(&mut world, "add-producer producer=p topic=orders"));
    let pause = parse("pause-producer producer=p").expect("sound");
    for _ in 1..limits::COMMANDS.max {
        allowed(give(&mut world, &pause));
    }
    past(give(&mut world, &pause), &limits::COMMANDS);
}

/// A cluster whose only broker is gone, so that a month passes at once.
fn time() {
    let racks = vec![None];
    let cluster = ClusterSpec { racks, settings: Settings::new(), ..ClusterSpec::default() };
    let crash = |at_us| (at_us, parse("crash-broker broker=1").expect("sound"));
    let ends = |begin_us| Scenario { seed: 1, cluster: cluster.clone(), commands: vec![crash(0)], begin_us };
    past(Run::new(&ends(limits::TIME.max + 1)).map(drop), &limits::TIME);
    let mut run = Run::new(&ends(limits::TIME.max - 1)).expect("sound");
    allowed(run.apply(parse("create-topic topic=orders partitions=1").expect("sound")));
    run.advance_to(u64::MAX);
    assert_eq!(run.time_us(), limits::TIME.max);
    past(run.apply(parse("create-topic topic=more partitions=1").expect("sound")), &limits::TIME);
    assert_eq!(run.step(), None);
    assert_eq!(run.time_us(), limits::TIME.max);
    let too_late = Scenario { commands: vec![crash(limits::TIME.max)], ..ends(0) };
    past(Run::new(&too_late).map(drop), &limits::TIME);
}

fn topic_name() {
    let limit = &limits::TOPIC_NAME;
    let (most, more) = names(limit, "t");
    let mut world = cluster(1);
    allowed(line(&mut world, &format!("create-topic topic={most} partitions=1")));
    past(line(&mut world, &format!("create-topic topic={more} partitions=1")), limit);
    below(line(&mut world, r#"create-topic topic="" partitions=1"#), limit);
    past(add_producer(&mut world, "p", Load { topic: more.clone(), ..load() }), limit);
    past(add_consumer(&mut world, "c", subscribes(vec![more.clone()])), limit);
    past(add_consumer(&mut world, "c", assigns(vec![(more.clone(), 0)])), limit);
    for verb in ["add-partitions partitions=2", "delete-topic", "configure-topic max.message.bytes=1"] {
        past(line(&mut world, &format!("{verb} topic={more}")), limit);
    }
    allowed(add_producer(&mut world, "p", load()));
    past(line(&mut world, &format!("send producer=p value=v topic={more}")), limit);
}

fn group_id() {
    let limit = &limits::GROUP_ID;
    let mut world = cluster(1);
    let (most, more) = names(limit, "组");
    let work = |group: &str| Work { group: Some(group.to_owned()), ..subscribes(vec!["orders".to_owned()]) };
    allowed(add_consumer(&mut world, "c1", work(&most)));
    past(add_consumer(&mut world, "c2", work(&more)), limit);
    below(add_consumer(&mut world, "c2", work("")), limit);
}

fn producer_id() {
    let limit = &limits::PRODUCER_ID;
    let mut world = cluster(1);
    let (most, more) = names(limit, "é");
    allowed(add_producer(&mut world, &most, load()));
    past(add_producer(&mut world, &more, load()), limit);
    below(add_producer(&mut world, "", load()), limit);
    for verb in ["pause-producer", "resume-producer", "remove-producer", "send value=v"] {
        past(line(&mut world, &format!("{verb} producer={more}")), limit);
    }
}

fn consumer_id() {
    let limit = &limits::CONSUMER_ID;
    let mut world = cluster(1);
    let (most, more) = names(limit, "c");
    let work = subscribes(vec!["orders".to_owned()]);
    allowed(add_consumer(&mut world, &most, work.clone()));
    past(add_consumer(&mut world, &more, work.clone()), limit);
    below(add_consumer(&mut world, "", work), limit);
    for verb in ["pause-consumer", "resume-consumer", "remove-consumer", "commit"] {
        past(line(&mut world, &format!("{verb} consumer={more}")), limit);
    }
}

fn rack() {
    let limit = &limits::RACK;
    let mut world = cluster(1);
    let (most, more) = names(limit, "r");
    allowed(line(&mut world, &format!("add-broker rack={most}")));
    past(line(&mut world, &format!("add-broker rack={more}")), limit);
    below(line(&mut world, r#"add-broker rack="""#), limit);
    let spec = |rack: &str| ClusterSpec {
        racks: vec![Some(rack.to_owned())],
        settings: Settings::new(),
        ..ClusterSpec::default()
    };
    let begin = |rack: &str| World::new(1, &spec(rack), &mut Vec::new()).map(drop);
    allowed(begin(&most));
    past(begin(&more), limit);
    // `client.rack` is a setting, so the table of settings refuses it; it takes the length from here.
    let client = |rack: &str| Command::AddConsumer {
        consumer: "c".to_owned(),
        work: subscribes(vec!["orders".to_owned()]),
        settings: Settings::from([("client.rack".to_owned(), rack.to_owned())]),
    };
    let error = give(&mut world, &client(&more)).expect_err("too long");
    assert_eq!(error.field(), "client.rack");
    assert!(error.text().plain(Lang::En).contains(&limit.max.to_string()));
    allowed(give(&mut world, &client(&most)));
}

/// A producer `p` of a small cluster, for what is sent by hand.
fn with_producer() -> World {
    let mut world = cluster(1);
    allowed(add_producer(&mut world, "p", load()));
    world
}

fn send(
    world: &mut World,
    key: Option<String>,
    value: String,
    headers: Vec<(String, String)>,
) -> Result<(), WorldError> {
    give(
        world,
        &Command::Send { producer: "p".to_owned(), topic: None, key, value: Some(value), partition: None, headers },
    )
}

fn key() {
    let mut world = with_producer();
    let (most, more) = names(&limits::KEY, "k");
    allowed(send(&mut world, Some(most.clone()), String::new(), Vec::new()));
    past(send(&mut world, Some(more.clone()), String::new(), Vec::new()), &limits::KEY);
    // Bytes, not characters.
    refused(send(&mut world, Some("键".repeat(334)), String::new(), Vec::new()), &limits::KEY, 1_002);
    allowed(add_producer(&mut world, "p1", Load { keys: vec![most], ..load() }));
    past(add_producer(&mut world, "p2", Load { keys: vec![more], ..load() }), &limits::KEY);
}

fn value() {
    let mut world = with_producer();
    let (most, more) = names(&limits::VALUE, "v");
    allowed(send(&mut world, None, most.clone(), Vec::new()));
    past(send(&mut world, None, more.clone(), Vec::new()), &limits::VALUE);
    allowed(add_producer(&mut world, "p1", Load { value: most, ..load() }));
    past(add_producer(&mut world, "p2", Load { value: more, ..load() }), &limits::VALUE);
}

fn headers() {
    let mut world = with_producer();
    let headers = |count: u64| vec![("h".to_owned(), String::new()); count as usize];
    allowed(send(&mut world, None, String::new(), headers(limits::HEADERS.max)));
    past(send(&mut world, None, String::new(), headers(limits::HEADERS.max + 1)), &limits::HEADERS);
}

fn header_bytes() {
    let mut world = with_producer();
    let header = |bytes: u64| vec![("h".to_owned(), "v".repeat(bytes as usize - 1))];
    allowed(send(&mut world, None, String::new(), header(limits::HEADER_BYTES.max)));
    past(send(&mut world, None, String::new(), header(limits::HEADER_BYTES.max + 1)), &limits::HEADER_BYTES);
}

fn load_keys() {
    let mut world = cluster(1);
    let keys = |count: u64| (0..count).map(|number| number.to_string()).collect();
    allowed(add_producer(&mut world, "p1", Load { keys: keys(limits::LOAD_KEYS.max), ..load() }));
    past(add_producer(&mut world, "p2", Load { keys: keys(limits::LOAD_KEYS.max + 1), ..load() }), &limits::LOAD_KEYS);
}

fn rate() {
    let mut world = cluster(1);
    let (most, more) = (limits::RATE.max, limits::RATE.max + 1);
    allowed(add_producer(&mut world, "p1", Load { rate_millihertz: most, ..load() }));
    past(add_producer(&mut world, "p2", Load { rate_millihertz: more, ..load() }), &limits::RATE);
    let (producer, settings) = ("p1".to_owned(), Settings::new());
    let load = Load { rate_millihertz: more, ..load() };
    past(give(&mut world, &Command::ConfigureProducer { producer, load, settings }), &limits::RATE);
}

fn load_records() {
    let limit = &limits::LOAD_RECORDS;
    let mut world = cluster(1);
    let of = |records| Load { records_max: Some(records), ..load() };
    allowed(add_producer(&mut world, "p1", of(limit.max)));
    past(add_producer(&mut world, "p2", of(limit.max + 1)), limit);
    below(add_producer(&mut world, "p2", of(0)), limit);
}

fn processing() {
    let limit = &limits::PROCESSING;
    let mut world = cluster(1);
    let work = |processing_us| Work { processing_us, ..subscribes(vec!["orders".to_owned()]) };
    allowed(add_consumer(&mut world, "c1", work(limit.max)));
    past(add_consumer(&mut world, "c2", work(limit.max + 1)), limit);
    let configure =
        Command::ConfigureConsumer { consumer: "c1".to_owned(), work: work(limit.max + 1), settings: Settings::new() };
    past(give(&mut world, &configure), limit);
}

fn subscription() {
    let limit = &limits::SUBSCRIPTION;
    let mut world = cluster(1);
    let topics = |count: u64| (0..count).map(|number| format!("t{number}")).collect();
    allowed(add_consumer(&mut world, "c1", subscribes(topics(limit.max))));
    past(add_consumer(&mut world, "c2", subscribes(topics(limit.max + 1))), limit);
}

fn pattern() {
    let limit = &limits::PATTERN;
    let mut world = cluster(1);
    let of_length = |length: u64| Work { pattern: Some("t".repeat(length as usize)), ..subscribes(Vec::new()) };
    allowed(add_consumer(&mut world, "c1", of_length(limit.max)));
    past(add_consumer(&mut world, "c2", of_length(limit.max + 1)), limit);
}

fn assignment() {
    let limit = &limits::ASSIGNMENT;
    let mut world = cluster(1);
    let partitions = |count: u64| (0..count as i32).map(|partition| ("t".to_owned(), partition)).collect();
    allowed(add_consumer(&mut world, "c1", assigns(partitions(limit.max))));
    past(add_consumer(&mut world, "c2", assigns(partitions(limit.max + 1))), limit);
}

/// What is at all limits of clients at once still runs soundly for a moment.
#[test]
fn a_world_at_its_limits_is_sound() {
    let spec = ClusterSpec { racks: vec![None; 16], settings: Settings::new(), ..ClusterSpec::default() };
    let mut watched = Watched::new(1, &spec, false).expect("sound");
    let mut give = |line: String| watched.apply(&parse(&line).expect("sound")).expect("allowed");
    for number in 0..limits::TOPICS.max {
        give(format!("create-topic topic=t{number} partitions=4 replication.factor=3"));
    }
    for number in 0..limits::PRODUCERS.max {
        give(format!("add-producer producer=p{number} topic=t{} rate=1", number % limits::TOPICS.max));
    }
    for number in 0..64 {
        let group = number % 8;
        give(format!("add-consumer consumer=c{number} group=g{group} topics=t{group}"));
    }
    watched.run_to(2_000_000);
    assert!(watched.findings.is_empty(), "{}", watched.report());
    assert!(watched.world.ledger().acknowledged > 0);
}
