//! Lines as a person writes them, and the properties: what is printed reads back, and no line panics.

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg32;

use super::*;
use crate::{
    cluster::command::{Direction, ElectionKind, Fault, KeyOrder, KeySerializer, Link, Load, NodeName, ResetTo, Work},
    i18n::Lang,
    kafka::config::Kind,
};

/// The sentence of the refusal, which must name its word in both languages.
fn refused(line: &str) -> String {
    let error = parse(line).expect_err(line);
    for lang in Lang::ALL {
        let text = error.text().plain(lang);
        assert!(error.field().is_none_or(|field| text.contains(&config::shorten(field))), "{text}");
    }
    error.text().plain(Lang::En)
}

fn set(pairs: &[(&str, &str)]) -> Settings {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn lines_as_they_are_written() {
    let topic = Command::CreateTopic {
        topic: "orders".into(),
        partitions: 6,
        replication_factor: Some(3),
        settings: set(&[("min.insync.replicas", "2")]),
    };
    let producer = Command::AddProducer {
        producer: "checkout".into(),
        load: Load {
            topic: "orders".into(),
            keys: vec!["alice".into(), "bob, jr".into()],
            key_order: KeyOrder::Random,
            key_serializer: KeySerializer::String,
            value: "paid = \"yes\"".into(),
            rate_millihertz: 4_500,
            partition: None,
            records_max: Some(100),
        },
        settings: set(&[("acks", "all"), ("linger.ms", "5")]),
    };
    let consumer = Command::AddConsumer {
        consumer: "C1".into(),
        work: Work {
            group: Some("billing".into()),
            topics: vec!["orders".into()],
            processing_us: 20_500,
            ..Work::default()
        },
        settings: set(&[("auto.offset.reset", "earliest")]),
    };
    let send = Command::Send {
        producer: "checkout".into(),
        topic: None,
        key: Some(String::new()),
        value: Some("你好 world\n\u{202e}".into()),
        partition: Some(3),
        headers: vec![("trace".into(), "a:b".into()), ("x:y".into(), String::new())],
    };
    let lines = [
        (topic, "create-topic topic=orders partitions=6 replication.factor=3 min.insync.replicas=2"),
        (
            producer,
            "add-producer producer=checkout topic=orders keys=alice,\"bob, jr\" key.order=random \
             value=\"paid = \\\"yes\\\"\" rate=4.5 records.max=100 acks=all linger.ms=5",
        ),
        (
            consumer,
            "add-consumer consumer=C1 group=billing topics=orders processing.ms=20.5 auto.offset.reset=earliest",
        ),
        (
            send,
            "send producer=checkout key=\"\" value=\"你好 world\\n\\u{202e}\" partition=3 headers=trace:a:b,\"x:y\":\"\"",
        ),
        (Command::AddBroker { rack: Some("a".into()) }, "add-broker rack=a"),
        (Command::CrashBroker { broker: 2 }, "crash-broker broker=2"),
    ];
    for (command, line) in lines {
        assert_eq!(print(&command), line);
        assert_eq!(parse(line), Ok(command));
    }
}

#[test]
fn other_ways_to_write() {
    let line = |line: &str| print(&parse(line).expect(line));
    assert_eq!(
        line("  add-partitions\tpartitions=08\u{3000}topic=\"orders\" "),
        "add-partitions topic=orders partitions=8"
    );
    assert_eq!(line(r#"send producer=p value=a\ b"c d"\"\u{41}"#), r#"send producer=p value="a bc d\"A""#);
    assert_eq!(line("add-producer producer=p topic=t keys= rate=0"), "add-producer producer=p topic=t");
    assert_eq!(
        line(r#"add-producer producer=p topic=t keys="" rate=0.500"#),
        r#"add-producer producer=p topic=t keys="" rate=0.5"#
    );
    assert_eq!(line(r"add-producer producer=p topic=t keys=a\,b,c"), r#"add-producer producer=p topic=t keys="a,b",c"#);
    assert_eq!(line("configure-cluster"), "configure-cluster");
    assert_eq!(line("add-consumer consumer=c assign=a:0,a-b:12"), "add-consumer consumer=c assign=a:0,a-b:12");
}

#[test]
fn refusals_name_the_word_and_what_is_expected() {
    let cases = [
        ("", "There is no command in this line."),
        ("  \u{3000}", "There is no command in this line."),
        ("create-topics topic=a", "There is no command create-topics; did you mean create-topic?"),
        ("dance", "There is no command dance."),
        ("send=1", "There is no command send=; did you mean send?"),
        ("stop-broker 1", "1 must be written as name=value."),
        ("stop-broker broker=1 broker=2", "broker is given twice."),
        (
            "create-topic topic=a partitions=1 max.message.bytes=1 max.message.bytes=1",
            "max.message.bytes is given twice.",
        ),
        ("stop-broker", "broker is missing; it must be a whole number from 0 to 4294967295."),
        ("stop-broker broker=-1", "broker must be a whole number from 0 to 4294967295, not “-1”."),
        ("stop-broker broker=+1", "broker must be a whole number from 0 to 4294967295, not “+1”."),
        ("stop-broker broker=4294967296", "broker must be a whole number from 0 to 4294967295, not “4294967296”."),
        ("send producer=p value=v partition=-1", "partition must be a whole number from 0 to 2147483647, not “-1”."),
        ("stop-broker brokers=1", "stop-broker has no parameter or config brokers; did you mean broker?"),
        ("add-producer producer=p topic=t color=red", "add-producer has no parameter or config color."),
        (
            "add-producer producer=p topic=t lingerms=1",
            "add-producer has no parameter or config lingerms; did you mean linger.ms?",
        ),
        (
            "add-producer producer=p topic=t fetch.min.bytes=1",
            "fetch.min.bytes is not a producer config but a consumer config.",
        ),
        (
            "add-producer producer=p topic=t linger.ms=soon",
            "linger.ms must be a whole number of at least 0, not “soon”.",
        ),
        (
            "add-producer producer=p topic=t rate=1.2345",
            "rate must be a number from 0 with at most three decimals, not “1.2345”.",
        ),
        (
            "add-producer producer=p topic=t rate=1e3",
            "rate must be a number from 0 with at most three decimals, not “1e3”.",
        ),
        ("add-producer producer=p topic=t key.order=best", "key.order must be one of in-turn, random, not “best”."),
        (
            "add-consumer consumer=c assign=orders",
            "assign must be partitions such as orders:0, separated by commas, not “orders”.",
        ),
        (
            "send producer=p value=v headers=a",
            "headers must be headers such as trace:abc, separated by commas, not “a”.",
        ),
        ("send producer=p value=\"v", "A quote is opened and not closed."),
    ];
    for (line, sentence) in cases {
        assert_eq!(refused(line), sentence);
    }
    for line in
        [r"send producer=p value=\", r"send producer=p value=\q", r"send producer=p value=\u{d800}", r"send \u{41"]
    {
        assert!(refused(line).contains("is not an escape"), "{line}");
    }
}

#[test]
fn the_table_is_whole() {
    for verb in VERBS {
        assert!(verb.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        assert!(verb.help.en.ends_with('.') && verb.help.zh.ends_with('。'), "{}", verb.name);
        assert!(verb.usage().starts_with(verb.name));
        for (index, param) in verb.params.iter().enumerate() {
            assert!(param.help.en.ends_with('.') && param.help.zh.ends_with('。'), "{}", param.name);
            assert!(!verb.params[..index].iter().any(|other| other.name == param.name), "{}", param.name);
            let config = verb.settings.map(|scope| config::lookup(scope, param.name));
            assert!(!matches!(config, Some(Ok(_))), "{} is also a config", param.name);
        }
    }
    let create = VERBS.iter().find(|verb| verb.name == "create-topic").map(Verb::usage);
    assert_eq!(create.as_deref(), Some("create-topic topic=… partitions=… [replication.factor=…] [config=…]"));
}

/// Draws commands: every verb, every parameter, texts that need quotes.
pub(crate) struct Draw(pub(crate) Pcg32);

impl Draw {
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    pub(crate) fn text(&mut self) -> String {
        const LETTERS: &[&str] = &[
            "a", "Z", "0", "-", ".", "_", " ", ",", ":", "=", "\"", "\\", "\n", "\r", "\t", "\0", "'", "#", "{", "}",
            "é", "订单", "🙂", "\u{2028}", "\u{202e}", "\u{3000}", "u", "n", "\u{7f}",
        ];
        let length = self.below(7);
        (0..length).map(|_| LETTERS[self.below(LETTERS.len() as u32) as usize]).collect()
    }

    fn maybe<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flip().then(|| draw(self))
    }

    fn list<T>(&mut self, mut draw: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| draw(self)).collect()
    }

    pub(crate) fn number(&mut self) -> u64 {
        let wide = self.0.next_u64();
        wide >> self.below(64)
    }

    fn partition(&mut self) -> i32 {
        (self.number() as u32 >> 1) as i32
    }

    fn settings(&mut self, scope: Scope) -> Settings {
        let mut settings = Settings::new();
        for config in config::of_scope(scope) {
            if self.below(4) == 0 {
                let value = match config.kind {
                    Kind::Int { min, max } => {
                        (min + (self.number() >> 1) as i64 % max.saturating_sub(min).max(1)).to_string()
                    }
                    Kind::IntOrNull { min } => (min + i64::from(self.below(1_000))).to_string(),
                    Kind::Ratio => format!("0.{}", 1 + self.below(9)),
                    Kind::Bool => self.flip().to_string(),
                    Kind::Choice(values) => values[self.below(values.len() as u32) as usize].to_owned(),
                    Kind::ChoiceOrDuration(_, prefix) => format!("{prefix}PT{}S", self.below(100)),
                    Kind::Text { .. } => self.text(),
                    Kind::List(words) => words[self.below(words.len() as u32) as usize].0.to_owned(),
                };
                settings.insert(config.name.to_owned(), value);
            }
        }
        settings
    }

    fn load(&mut self) -> Load {
        Load {
            topic: self.text(),
            keys: self.list(Self::text),
            key_order: if self.flip() { KeyOrder::InTurn } else { KeyOrder::Random },
            key_serializer: [KeySerializer::String, KeySerializer::Integer, KeySerializer::Long]
                [self.below(3) as usize],
            value: self.text(),
            rate_millihertz: self.number(),
            partition: self.maybe(Self::partition),
            records_max: self.maybe(Self::number),
        }
    }

    fn work(&mut self) -> Work {
        Work {
            group: self.maybe(Self::text),
            topics: self.list(Self::text),
            pattern: self.maybe(Self::text),
            subscription_pattern: self.maybe(Self::text),
            assign: self.list(|draw| (draw.text(), draw.partition())),
            processing_us: self.number(),
        }
    }

    pub(crate) fn command(&mut self, verb: usize) -> Command {
        let broker = self.number() as u32;
        let partitions = self.number() as u32;
        let (producer, consumer, topic) = (self.text(), self.text(), self.text());
        match verb {
            0 => Command::AddBroker { rack: self.maybe(Self::text) },
            1 => Command::StopBroker { broker },
            2 => Command::CrashBroker { broker },
            3 => Command::RestartBroker { broker },
            4 => Command::CreateTopic {
                topic,
                partitions,
                replication_factor: self.maybe(|draw| draw.number() as u32),
                settings: self.settings(Scope::Topic),
            },
            5 => Command::AddPartitions { topic, partitions },
            6 => Command::DeleteTopic { topic },
            7 => Command::ConfigureTopic { topic, settings: self.settings(Scope::Topic) },
            8 => Command::ConfigureCluster { settings: self.settings(Scope::Broker) },
            9 => Command::AddProducer { producer, load: self.load(), settings: self.settings(Scope::Producer) },
            10 => Command::ConfigureProducer { producer, load: self.load(), settings: self.settings(Scope::Producer) },
            11 => Command::PauseProducer { producer },
            12 => Command::ResumeProducer { producer },
            13 => Command::RemoveProducer { producer },
            14 => Command::Send {
                producer,
                topic: self.maybe(Self::text),
                key: self.maybe(Self::text),
                value: self.maybe(Self::text),
                partition: self.maybe(Self::partition),
                headers: self.list(|draw| (draw.text(), draw.text())),
            },
            15 => Command::AddConsumer { consumer, work: self.work(), settings: self.settings(Scope::Consumer) },
            16 => Command::ConfigureConsumer { consumer, work: self.work(), settings: self.settings(Scope::Consumer) },
            17 => Command::PauseConsumer { consumer },
            18 => Command::ResumeConsumer { consumer },
            19 => Command::Commit { consumer },
            20 => Command::RemoveConsumer { consumer },
            21 => Command::CrashConsumer { consumer },
            22 => Command::RestartConsumer { consumer },
            23 => Command::FreezeConsumer { consumer },
            24 => Command::ThawConsumer { consumer },
            25 => Command::StallConsumer { consumer },
            26 => Command::UnstallConsumer { consumer },
            27 => Command::SetProcessing { consumer, processing_us: self.number() },
            28 => Command::Subscribe {
                consumer,
                topics: vec![topic, self.text()],
                pattern: None,
                subscription_pattern: None,
            },
            29 => Command::Seek { consumer, topic, partition: self.partition(), offset: self.number() },
            30 => Command::ResetOffsets {
                group: self.text(),
                topic,
                partition: self.maybe(Self::partition),
                to: match self.below(5) {
                    0 => ResetTo::Earliest,
                    1 => ResetTo::Latest,
                    2 => ResetTo::Offset(self.number()),
                    3 => ResetTo::Shift(self.number() as i64),
                    _ => ResetTo::Duration(self.number()),
                },
            },
            31 => Command::DeleteGroup { group: self.text() },
            32 => Command::PausePartition { consumer, topic, partition: self.partition() },
            33 => Command::ResumePartition { consumer, topic, partition: self.partition() },
            34 => Command::ElectLeaders {
                kind: if self.flip() { ElectionKind::Preferred } else { ElectionKind::Unclean },
                topic: self.maybe(Self::text),
                partition: self.maybe(Self::partition),
            },
            35 => Command::Reassign {
                topic,
                partition: self.maybe(Self::partition),
                replicas: self.list(|draw| draw.number() as u32),
                replication_factor: self.maybe(|draw| draw.number() as u32),
            },
            36 => Command::CancelReassignment { topic, partition: self.maybe(Self::partition) },
            37 => Command::CrashController,
            38 => Command::DeleteRecords { topic, partition: self.partition(), offset: self.maybe(Self::number) },
            _ => Command::Fault(self.fault(VERBS[verb].name)),
        }
    }

    fn fault(&mut self, verb: &str) -> Fault {
        let (broker, producer) = (self.number() as u32, self.text());
        match verb {
            "cut" => Fault::Cut(self.link()),
            "slow-link" => Fault::SlowLink { link: self.link(), delay_us: self.number() },
            "lossy-link" => Fault::LossyLink { link: self.link(), percent: broker },
            "heal" => Fault::Heal { fault: broker },
            "heal-all" => Fault::HealAll,
            "freeze-broker" => Fault::FreezeBroker { broker },
            "thaw-broker" => Fault::ThawBroker { broker },
            "freeze-producer" => Fault::FreezeProducer { producer },
            "thaw-producer" => Fault::ThawProducer { producer },
            "wipe-disk" => Fault::WipeDisk { broker },
            "slow-disk" => Fault::SlowDisk { broker, times: self.number() as u32 },
            "skew-clock" => {
                let node = if self.flip() { NodeName::Broker(broker) } else { NodeName::Client(self.text()) };
                let size = (self.number() >> 1) as i64;
                Fault::SkewClock { node, ahead_us: if self.flip() { size } else { -size } }
            }
            _ => panic!("no fault is drawn for {verb}"),
        }
    }

    fn link(&mut self) -> Link {
        let direction = if self.flip() { Direction::Both } else { Direction::OneWay };
        let (from, to) = (self.list(Self::node), self.list(Self::node));
        Link { from, to, direction }
    }

    fn node(&mut self) -> NodeName {
        match self.below(3) {
            0 => NodeName::Everyone,
            1 => NodeName::Broker(self.number() as u32),
            _ => NodeName::Client(self.text()),
        }
    }
}

#[test]
fn what_is_printed_reads_back() {
    let mut draw = Draw(Pcg32::seed_from_u64(1));
    for round in 0..21_000 {
        let command = draw.command(round % VERBS.len());
        let line = print(&command);
        assert!(line.starts_with(VERBS[round % VERBS.len()].name), "every verb is drawn: {line}");
        assert!(!line.contains(['\n', '\r', '\u{2028}']), "one line: {line}");
        assert_eq!(parse(&line).as_ref(), Ok(&command), "{line}");
    }
}

#[test]
fn no_line_panics() {
    let mut draw = Draw(Pcg32::seed_from_u64(2));
    let mut refused = 0;
    for round in 0..30_000 {
        let mut chars: Vec<char> = print(&draw.command(round % VERBS.len())).chars().collect();
        for _ in 0..=draw.below(4) {
            let at = draw.below(chars.len() as u32 + 1) as usize;
            match draw.below(4) {
                0 => drop(chars.splice(at..at, draw.text().chars())),
                1 => chars.truncate(at),
                2 if at < chars.len() => drop(chars.remove(at)),
                _ if at < chars.len() => chars[at] = char::from_u32(draw.below(0x300)).unwrap_or('?'),
                _ => chars.push('\\'),
            }
        }
        let line: String = chars.into_iter().collect();
        match parse(&line) {
            Ok(command) => assert_eq!(parse(&print(&command)), Ok(command), "{line}"),
            Err(error) => {
                refused += 1;
                assert!(Lang::ALL.iter().all(|lang| !error.text().plain(*lang).is_empty()));
            }
        }
    }
    assert!(refused > 5_000, "the mutations reach the refusals: {refused}");
}
