//! The limits of what is saved and handed on, each through what reads and writes it.

use kafkascope::{
    cluster::{WorldError, command_check::CommandError, command_text::parse},
    codec::{self, Origin, Problem, Saved},
    history::Scenario,
    i18n::Lang,
    kafka::limits,
};

use super::{allowed, below, names, past};

/// What is read of a saved run, refused as a command is.
fn read(saved: Result<Saved, codec::ReadError>) -> Result<(), WorldError> {
    saved.map(drop).map_err(|error| match error.problem {
        Problem::Limit(error) => WorldError::Command(CommandError::Limit(error)),
        other => panic!("{other:?}"),
    })
}

pub fn link() {
    let limit = &limits::LINK;
    let alone = codec::link::write(&Saved::default(), "").expect("short").len() as u64;
    let page = |length: u64| "x".repeat((length - alone) as usize);
    let most = codec::link::write(&Saved::default(), &page(limit.max)).expect("at the limit");
    assert_eq!(most.len() as u64, limit.max);
    allowed(read(codec::link::read(&most)));
    let more = codec::link::write(&Saved::default(), &page(limit.max + 1));
    assert_eq!(more, Err(Problem::Long { length: limit.max + 1 }));
    past(read(codec::link::read(&format!("x{most}"))), limit);
}

pub fn file() {
    let limit = &limits::FILE;
    let mut text = codec::file::write(&Saved::default());
    text.extend(std::iter::repeat_n(' ', limit.max as usize - text.len()));
    allowed(read(codec::file::read(&text)));
    past(read(codec::file::read(&format!("{text} "))), limit);
    let comment = format!("@9s now\n#{}", " ".repeat(limit.max as usize - 9));
    allowed(read(codec::text::read(&comment)));
    past(read(codec::text::read(&format!("{comment} "))), limit);
}

/// Nothing that is sound has so many; what has fewer is refused for what it says.
pub fn values() {
    let limit = &limits::VALUES;
    let file = |count: u64| {
        let racks = vec!["null"; count as usize - 7].join(",");
        let commands = r#""commands": []"#;
        format!(r#"{{"kafkascope": 1, "scenario": {{"seed": 1, "brokers": [{racks}]}}, {commands}, "name": "n"}}"#)
    };
    past(read(codec::file::read(&file(limit.max + 1))), limit);
    let most = codec::file::read(&file(limit.max)).expect_err("no cluster has so many brokers");
    assert!(!most.text().plain(Lang::En).contains(&limit.rule().plain(Lang::En)), "{most:?}");
}

/// A link of few characters asks for a month of everything that a cluster can do.
pub fn replay() {
    let limit = &limits::REPLAY;
    let line = |at_us, line: &str| (at_us, parse(line).expect(line));
    let mut scenario = Scenario { begin_us: limits::TIME.max - 1, ..Scenario::default() };
    scenario.cluster.racks = vec![None];
    scenario.commands.push(line(0, "create-topic topic=t partitions=100"));
    scenario.commands.push(line(1_000_000, "add-producer producer=p topic=t rate=1000 linger.ms=0 acks=0"));
    let saved = Saved { origin: Origin::Own(Box::new(scenario.clone())), ..Saved::default() };
    let link = codec::link::write(&saved, "").expect("short");
    assert!(link.len() < 120, "{link}");
    let mut opening = codec::link::read(&link).expect("sound").open(&[]).expect("it begins");
    let mut slices = 0;
    while !opening.go_on(100_000) {
        let (at_us, end_us) = opening.progress_us();
        assert!(at_us < end_us);
        slices += 1;
    }
    let opened = opening.finish();
    assert!(!opened.is_whole && slices > 5, "{slices}");
    let events = opened.history.run().event();
    assert!((limit.max..limit.max + 10_000).contains(&events), "{events}");
    let short = Saved { origin: Origin::Own(Box::new(Scenario { begin_us: 2_000_000, ..scenario })), ..saved };
    let opened = short.open(&[]).expect("it begins").finish();
    assert!(opened.is_whole && opened.history.run().event() < limit.max);
}

pub fn run_name() {
    let limit = &limits::RUN_NAME;
    let (most, more) = names(limit, "名");
    allowed(read(codec::text::read(&format!("lesson id=start\npage name={most}"))));
    past(read(codec::text::read(&format!("page name={more}"))), limit);
}

pub fn lens() {
    let limit = &limits::LENS;
    let (most, more) = names(limit, "l");
    allowed(read(codec::text::read(&format!("lesson id=start\npage lens={most}"))));
    past(read(codec::text::read(&format!("page lens={more}"))), limit);
    below(read(codec::text::read("page lens=\"\"")), limit);
}

/// As many as there are have names, so none makes room.
pub fn works() {
    let limit = &limits::WORKS;
    let shelf = |number: u64| codec::work::Shelf { number: number as u32, is_named: true, kept_ms: number };
    let room = |count: u64| {
        let shelves: Vec<_> = (1..=count).map(shelf).collect();
        codec::work::room(&shelves).map(drop).map_err(|error| WorldError::Command(CommandError::Limit(error)))
    };
    allowed(room(limit.max - 1));
    past(room(limit.max), limit);
}
