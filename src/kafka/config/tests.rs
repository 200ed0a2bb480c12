//! The table against the reference, and each refusal by name.

use super::*;
use crate::{i18n::Lang, kafka::assignor::Assignor};

/// Defaults of Kafka 4.1, by hand from the reference; not from the table.
const DEFAULTS: &[(Scope, &str, &str)] = &[
    (Scope::Producer, "acks", "all"),
    (Scope::Producer, "batch.size", "16384"),
    (Scope::Producer, "buffer.memory", "33554432"),
    (Scope::Producer, "compression.type", "none"),
    (Scope::Producer, "delivery.timeout.ms", "120000"),
    (Scope::Producer, "enable.idempotence", "true"),
    (Scope::Producer, "linger.ms", "5"),
    (Scope::Producer, "max.block.ms", "60000"),
    (Scope::Producer, "max.in.flight.requests.per.connection", "5"),
    (Scope::Producer, "max.request.size", "1048576"),
    (Scope::Producer, "metadata.max.age.ms", "300000"),
    (Scope::Producer, "partitioner.adaptive.partitioning.enable", "true"),
    (Scope::Producer, "partitioner.availability.timeout.ms", "0"),
    (Scope::Producer, "partitioner.class", "null"),
    (Scope::Producer, "partitioner.ignore.keys", "false"),
    (Scope::Producer, "request.timeout.ms", "30000"),
    (Scope::Producer, "retries", "2147483647"),
    (Scope::Producer, "retry.backoff.max.ms", "1000"),
    (Scope::Producer, "retry.backoff.ms", "100"),
    (Scope::Consumer, "auto.commit.interval.ms", "5000"),
    (Scope::Consumer, "auto.offset.reset", "latest"),
    (Scope::Consumer, "client.rack", ""),
    (Scope::Consumer, "enable.auto.commit", "true"),
    (Scope::Consumer, "fetch.max.bytes", "52428800"),
    (Scope::Consumer, "fetch.max.wait.ms", "500"),
    (Scope::Consumer, "fetch.min.bytes", "1"),
    (Scope::Consumer, "group.instance.id", ""),
    (Scope::Consumer, "group.protocol", "classic"),
    (Scope::Consumer, "group.remote.assignor", ""),
    (Scope::Consumer, "heartbeat.interval.ms", "3000"),
    (Scope::Consumer, "max.partition.fetch.bytes", "1048576"),
    (Scope::Consumer, "max.poll.interval.ms", "300000"),
    (Scope::Consumer, "max.poll.records", "500"),
    (Scope::Consumer, "metadata.max.age.ms", "300000"),
    (Scope::Consumer, "partition.assignment.strategy", "range,cooperative-sticky"),
    (Scope::Consumer, "request.timeout.ms", "30000"),
    (Scope::Consumer, "retry.backoff.max.ms", "1000"),
    (Scope::Consumer, "retry.backoff.ms", "100"),
    (Scope::Consumer, "session.timeout.ms", "45000"),
    (Scope::Broker, "auto.leader.rebalance.enable", "true"),
    (Scope::Broker, "broker.heartbeat.interval.ms", "2000"),
    (Scope::Broker, "broker.session.timeout.ms", "9000"),
    (Scope::Broker, "controller.quorum.election.backoff.max.ms", "1000"),
    (Scope::Broker, "controller.quorum.election.timeout.ms", "1000"),
    (Scope::Broker, "controller.quorum.fetch.timeout.ms", "2000"),
    (Scope::Broker, "default.replication.factor", "1"),
    (Scope::Broker, "eligible.leader.replicas.version", "1"),
    (Scope::Broker, "group.consumer.assignors", "uniform,range"),
    (Scope::Broker, "group.consumer.heartbeat.interval.ms", "5000"),
    (Scope::Broker, "group.consumer.max.heartbeat.interval.ms", "15000"),
    (Scope::Broker, "group.consumer.max.session.timeout.ms", "60000"),
    (Scope::Broker, "group.consumer.max.size", "2147483647"),
    (Scope::Broker, "group.consumer.migration.policy", "bidirectional"),
    (Scope::Broker, "group.consumer.min.heartbeat.interval.ms", "5000"),
    (Scope::Broker, "group.consumer.min.session.timeout.ms", "45000"),
    (Scope::Broker, "group.consumer.session.timeout.ms", "45000"),
    (Scope::Broker, "group.initial.rebalance.delay.ms", "3000"),
    (Scope::Broker, "group.max.session.timeout.ms", "1800000"),
    (Scope::Broker, "group.max.size", "2147483647"),
    (Scope::Broker, "group.min.session.timeout.ms", "6000"),
    (Scope::Broker, "initial.broker.registration.timeout.ms", "60000"),
    (Scope::Broker, "leader.imbalance.check.interval.seconds", "300"),
    (Scope::Broker, "leader.imbalance.per.broker.percentage", "10"),
    (Scope::Broker, "log.cleaner.backoff.ms", "15000"),
    (Scope::Broker, "log.cleaner.enable", "true"),
    (Scope::Broker, "log.initial.task.delay.ms", "30000"),
    (Scope::Broker, "log.retention.check.interval.ms", "300000"),
    (Scope::Broker, "min.insync.replicas", "1"),
    (Scope::Broker, "offsets.commit.timeout.ms", "5000"),
    (Scope::Broker, "offsets.retention.check.interval.ms", "600000"),
    (Scope::Broker, "offsets.retention.minutes", "10080"),
    (Scope::Broker, "offsets.topic.num.partitions", "50"),
    (Scope::Broker, "offsets.topic.replication.factor", "3"),
    (Scope::Broker, "replica.fetch.min.bytes", "1"),
    (Scope::Broker, "replica.fetch.wait.max.ms", "500"),
    (Scope::Broker, "replica.lag.time.max.ms", "30000"),
    (Scope::Broker, "replica.selector.class", "null"),
    (Scope::Broker, "unclean.leader.election.enable", "false"),
    (Scope::Topic, "cleanup.policy", "delete"),
    (Scope::Topic, "compression.type", "producer"),
    (Scope::Topic, "delete.retention.ms", "86400000"),
    (Scope::Topic, "index.interval.bytes", "4096"),
    (Scope::Topic, "internal.segment.bytes", "null"),
    (Scope::Topic, "max.compaction.lag.ms", "9223372036854775807"),
    (Scope::Topic, "max.message.bytes", "1048588"),
    (Scope::Topic, "min.cleanable.dirty.ratio", "0.5"),
    (Scope::Topic, "min.compaction.lag.ms", "0"),
    (Scope::Topic, "min.insync.replicas", "1"),
    (Scope::Topic, "retention.bytes", "-1"),
    (Scope::Topic, "retention.ms", "604800000"),
    (Scope::Topic, "segment.bytes", "1073741824"),
    (Scope::Topic, "segment.index.bytes", "10485760"),
    (Scope::Topic, "segment.ms", "604800000"),
    (Scope::Topic, "unclean.leader.election.enable", "false"),
];

fn settings(pairs: &[(&str, &str)]) -> Settings {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The error's field and its sentence in both languages, which must name the field.
fn refused(scope: Scope, pairs: &[(&str, &str)]) -> (String, String) {
    let error = check(scope, &settings(pairs)).expect_err("must be refused");
    for lang in Lang::ALL {
        let text = error.text().plain(lang);
        assert!(text.contains(error.field()), "{text}");
        assert!(!text.contains(['{', '}']), "{text}");
    }
    (error.field().to_owned(), error.text().plain(Lang::En))
}

#[test]
fn the_table_is_the_reference() {
    let mut table: Vec<_> = Scope::ALL
        .into_iter()
        .flat_map(|scope| of_scope(scope).map(move |config| (scope, config.name, config.default)))
        .collect();
    table.sort_unstable();
    assert_eq!(table, DEFAULTS);
}

#[test]
fn every_row_is_whole() {
    for config in TABLE {
        assert!(!config.scopes.is_empty());
        assert_eq!(config.check_value(config.default), Ok(()), "{}", config.name);
        let first = TABLE.iter().find(|other| other.name == config.name).expect("itself");
        let of = if std::ptr::eq(first, config) { "" } else { " of topic" };
        assert_eq!(config.help.key, format!("config.{}{of}", config.name));
        assert!(config.help.en.ends_with('.') && config.help.zh.ends_with('。'), "{}", config.name);
        let milliseconds = config.name.ends_with(".ms");
        assert_eq!(config.unit == Unit::Milliseconds, milliseconds, "{}", config.name);
        for scope in config.scopes {
            assert_eq!(lookup(*scope, config.name).map(|found| found.name), Ok(config.name));
        }
    }
}

#[test]
fn values_at_and_past_their_range() {
    for config in TABLE {
        match config.kind {
            Kind::Int { min, max } => {
                assert!(min >= -1);
                assert!(config.check_value(&min.to_string()).is_ok());
                assert!(config.check_value(&max.to_string()).is_ok());
                assert!(config.check_value(&(i128::from(min) - 1).to_string()).is_err());
                assert!(config.check_value(&(i128::from(max) + 1).to_string()).is_err());
                for bad in ["", "ten", "1.5", "1e3", "0x10", "99999999999999999999999"] {
                    assert!(config.check_value(bad).is_err(), "{} {bad}", config.name);
                }
            }
            Kind::IntOrNull { min } => {
                let allowed = ["null".to_owned(), min.to_string(), i32::MAX.to_string()];
                assert!(allowed.iter().all(|value| config.check_value(value).is_ok()));
                let bad = ["".to_owned(), "-1".to_owned(), (min - 1).to_string(), "2147483648".to_owned()];
                assert!(bad.iter().all(|value| config.check_value(value).is_err()));
            }
            Kind::Ratio => {
                assert!(["0", "1", "0.5", "1.0", " 0.000001 "].iter().all(|good| config.check_value(good).is_ok()));
                let bad = ["", ".", "1.000001", "2", "-0.1", ".5", "0.5e1", "0.0000001"];
                assert!(bad.iter().all(|bad| config.check_value(bad).is_err()));
                assert_eq!(["0.50", "1", "0"].map(|value| config.canonical(value)), ["0.5", "1.0", "0.0"]);
            }
            Kind::Bool => {
                assert!(config.check_value("TRUE").is_ok() && config.check_value("yes").is_err());
            }
            Kind::Choice(values) => {
                assert!(values.iter().all(|value| config.check_value(value).is_ok()));
                assert!(config.check_value("All").is_err());
            }
            Kind::ChoiceOrDuration(values, prefix) => {
                assert!(values.iter().all(|value| config.check_value(value).is_ok()));
                for good in ["PT0S", "PT1H30M", "P2D", "pt0.5s"] {
                    assert_eq!(config.check_value(&format!("{prefix}{good}")), Ok(()), "{good}");
                }
                for bad in ["", "1h", "PT", "PT-1S", "-PT1S", "P1W", "PT1H "] {
                    let error = config.check_value(&format!("{prefix}{bad}")).expect_err(bad);
                    let text = error.text().plain(Lang::En);
                    assert!(text.contains(config.name) && text.contains("PnDTnHnMnS"), "{text}");
                }
                assert!(config.check_value(&format!(" {prefix}PT1S")).is_err() && config.check_value("PT1S").is_err());
            }
            Kind::Text { max } => {
                assert!(config.check_value(&"机".repeat(max as usize)).is_ok());
                assert!(config.check_value(&"a".repeat(max as usize + 1)).is_err());
            }
            Kind::List(words) => {
                let all: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
                assert_eq!(config.check_value(&all.join(" , ")), Ok(()), "{}", config.name);
                assert!(words.iter().all(|(_, class)| config.check_value(class).is_ok()));
                let doubled = format!("{},{}", words[0].0, words[0].1);
                for bad in ["", ",", "range,,sticky", "ranged", doubled.as_str()] {
                    assert!(config.check_value(bad).is_err(), "{} {bad}", config.name);
                }
            }
        }
        for scope in config.scopes {
            if !matches!(config.kind, Kind::Text { .. }) {
                assert_eq!(refused(*scope, &[(config.name, "?")]).0, config.name);
            }
        }
    }
}

#[test]
fn unknown_names_are_refused_with_a_hint() {
    let cases = [
        (Scope::Producer, "lingerMs", "There is no producer config lingerMs; did you mean linger.ms?"),
        (Scope::Producer, "ack", "There is no producer config ack; did you mean acks?"),
        (Scope::Producer, "max.inflight.requests.per.connection", ""),
        (Scope::Consumer, "linger.ms", "linger.ms is not a consumer config but a producer config."),
        (Scope::Topic, "preallocate", "There is no topic config preallocate."),
        (Scope::Consumer, "", "There is no consumer config ."),
    ];
    for (scope, name, sentence) in cases {
        let (field, text) = refused(scope, &[(name, "1")]);
        assert_eq!(field, name);
        if !sentence.is_empty() {
            assert_eq!(text, sentence);
        } else {
            assert!(text.contains("did you mean max.in.flight.requests.per.connection"), "{text}");
        }
    }
    let long = "x".repeat(100_000);
    assert!(refused_long(&long).len() < 200);
}

fn refused_long(name: &str) -> String {
    lookup(Scope::Producer, name).expect_err("unknown").text().plain(Lang::En)
}

#[test]
fn sentences_say_what_is_allowed() {
    let cases = [
        ("linger.ms", "-1", "linger.ms must be a whole number of at least 0, not “-1”."),
        ("batch.size", "x", "batch.size must be a whole number from 0 to 2147483647, not “x”."),
        ("acks", "2", "acks must be one of all, -1, 1, 0, not “2”."),
        ("partitioner.ignore.keys", "no", "partitioner.ignore.keys must be either true or false, not “no”."),
    ];
    for (name, value, sentence) in cases {
        assert_eq!(refused(Scope::Producer, &[(name, value)]).1, sentence);
    }
}

#[test]
fn idempotence_as_kafka_4() {
    let on = |pairs: &[(&str, &str)]| {
        ProducerConfig::from_settings(&settings(pairs)).map(|config| config.enable_idempotence).ok()
    };
    assert_eq!(on(&[]), Some(true));
    assert_eq!(on(&[("acks", "-1"), ("enable.idempotence", "true")]), Some(true));
    assert_eq!(on(&[("acks", "1")]), Some(false));
    assert_eq!(on(&[("retries", "0")]), Some(false));
    assert_eq!(on(&[("enable.idempotence", "false"), ("max.in.flight.requests.per.connection", "6")]), Some(false));
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("enable.idempotence", "true"), ("acks", "1")], "acks"),
        (&[("enable.idempotence", "true"), ("retries", "0")], "retries"),
        (&[("max.in.flight.requests.per.connection", "6")], "max.in.flight.requests.per.connection"),
        (&[("acks", "1"), ("max.in.flight.requests.per.connection", "6")], "max.in.flight.requests.per.connection"),
    ];
    for (pairs, field) in cases {
        assert_eq!(refused(Scope::Producer, pairs).0, *field);
    }
}

#[test]
fn delivery_timeout_is_raised_or_refused() {
    let raised = ProducerConfig::from_settings(&settings(&[("linger.ms", "100000")])).expect("valid");
    assert_eq!(raised.delivery_timeout_us, 130_000_000);
    let (field, _) = refused(Scope::Producer, &[("delivery.timeout.ms", "30004")]);
    assert_eq!(field, "delivery.timeout.ms");
    assert!(check(Scope::Producer, &settings(&[("delivery.timeout.ms", "30005")])).is_ok());
    let longest = ProducerConfig::from_settings(&settings(&[("linger.ms", "9223372036854775807")])).expect("valid");
    assert_eq!((longest.linger_us, longest.delivery_timeout_us), (2_147_483_647_000, 2_147_483_647_000));
}

#[test]
fn consumer_and_broker_rules() {
    let (field, text) = refused(Scope::Consumer, &[("session.timeout.ms", "3000")]);
    assert_eq!(field, "session.timeout.ms");
    assert!(text.contains("heartbeat.interval.ms must be less than session.timeout.ms = 3000 ms"));
    assert_eq!(refused(Scope::Consumer, &[("heartbeat.interval.ms", "45000")]).0, "heartbeat.interval.ms");
    assert_eq!(refused(Scope::Broker, &[("replica.lag.time.max.ms", "499")]).0, "replica.lag.time.max.ms");
    assert_eq!(refused(Scope::Broker, &[("replica.fetch.wait.max.ms", "30001")]).0, "replica.fetch.wait.max.ms");

    assert_eq!(ConsumerConfig::without_group(&Settings::new()).map(|c| c.enable_auto_commit), Ok(false));
    let asked = ConsumerConfig::without_group(&settings(&[("enable.auto.commit", "true")]));
    assert_eq!(asked.expect_err("refused").field(), "enable.auto.commit");
}

#[test]
fn assignors_by_name_or_class() {
    let config = ConsumerConfig::default();
    assert_eq!(config.partition_assignment_strategy, [Assignor::Range, Assignor::CooperativeSticky]);
    let class = "org.apache.kafka.clients.consumer.RoundRobinAssignor, StickyAssignor,range";
    let set = settings(&[("partition.assignment.strategy", class)]);
    let config = ConsumerConfig::from_settings(&set).expect("valid");
    assert_eq!(config.partition_assignment_strategy, [Assignor::RoundRobin, Assignor::Sticky, Assignor::Range]);
    let shown = effective(Scope::Consumer, &set).into_iter().find(|(_, _, differs)| *differs);
    assert_eq!(shown.map(|(_, value, _)| value), Some("roundrobin,sticky,range".to_owned()));
    let (field, text) = refused(Scope::Consumer, &[("partition.assignment.strategy", "range,RangeAssignor")]);
    assert_eq!(field, "partition.assignment.strategy");
    assert!(text.ends_with("cooperative-sticky, each once, not “range,RangeAssignor”."), "{text}");
}

#[test]
fn views_have_the_defaults_in_microseconds() {
    let producer = ProducerConfig::default();
    assert_eq!((producer.acks, producer.linger_us, producer.batch_size), (Acks::All, 5_000, 16_384));
    assert_eq!((producer.retries, producer.partitioner_class), (2_147_483_647, PartitionerClass::BuiltIn));
    let consumer = ConsumerConfig::default();
    assert_eq!((consumer.auto_offset_reset, consumer.client_rack), (AutoOffsetReset::Latest, None));
    assert_eq!(BrokerConfig::default().broker_session_timeout_us, 9_000_000);
    let topic = TopicConfig::default();
    assert_eq!((topic.min_insync_replicas, topic.max_message_bytes), (None, 1_048_588));
    assert_eq!((topic.delete, topic.compact), (true, false));
    assert_eq!((topic.retention_us, topic.retention_bytes), (Some(604_800_000_000), None));
    assert_eq!((topic.segment_bytes, topic.segment_us), (1 << 30, 604_800_000_000));
    assert_eq!((topic.min_cleanable_dirty_ratio, topic.max_compaction_lag_us), (500_000, FOREVER_US));
    let compacted = [("cleanup.policy", "compact,delete"), ("max.compaction.lag.ms", "60000"), ("retention.ms", "-1")];
    let small = [("internal.segment.bytes", "300"), ("min.cleanable.dirty.ratio", "0.05")];
    let topic = TopicConfig::from_settings(&settings(&[compacted.as_slice(), &small].concat())).expect("allowed");
    assert_eq!((topic.delete, topic.compact, topic.retention_us), (true, true, None));
    assert_eq!((topic.segment_bytes, topic.segment_us), (300, 60_000_000), "the lag rolls segments too");
    assert_eq!(topic.min_cleanable_dirty_ratio, 50_000);
    let forever = settings(&[("max.block.ms", "9223372036854775807")]);
    assert_eq!(ProducerConfig::from_settings(&forever).map(|config| config.max_block_us), Ok(FOREVER_US));
}

#[test]
fn effective_shows_what_kafka_changes() {
    let set = settings(&[("acks", "1"), ("linger.ms", " 007 "), ("request.timeout.ms", "200000")]);
    let differing: Vec<_> = effective(Scope::Producer, &set)
        .into_iter()
        .filter(|(_, _, differs)| *differs)
        .map(|(n, v, _)| (n, v))
        .collect();
    let expected = [
        ("acks", "1"),
        ("linger.ms", "7"),
        ("enable.idempotence", "false"),
        ("delivery.timeout.ms", "200007"),
        ("request.timeout.ms", "200000"),
    ];
    assert_eq!(differing, expected.map(|(name, value)| (name, value.to_owned())));
    assert!(effective(Scope::Producer, &settings(&[("acks", "-1")])).iter().all(|(_, _, differs)| !differs));
}

#[test]
fn a_protocol_refuses_what_the_other_side_decides() {
    let consumer = |name: &str, value: &str| refused(Scope::Consumer, &[("group.protocol", "consumer"), (name, value)]);
    let (field, text) = consumer("session.timeout.ms", "45000");
    assert_eq!(field, "session.timeout.ms");
    assert_eq!(text, "session.timeout.ms cannot be set when group.protocol=consumer.");
    assert_eq!(consumer("heartbeat.interval.ms", "3000").0, "heartbeat.interval.ms");
    assert_eq!(refused(Scope::Consumer, &[("group.remote.assignor", "range")]).0, "group.remote.assignor");
    let sound = settings(&[("group.protocol", "consumer"), ("group.remote.assignor", "range")]);
    let config = ConsumerConfig::from_settings(&sound).expect("sound");
    assert_eq!(
        (config.group_protocol, config.group_remote_assignor.as_deref()),
        (GroupProtocol::Consumer, Some("range"))
    );
}

#[test]
fn what_the_coordinator_tells_lies_within_its_bounds() {
    let session = "group.consumer.session.timeout.ms";
    assert_eq!(refused(Scope::Broker, &[(session, "10000")]).0, session);
    assert_eq!(refused(Scope::Broker, &[(session, "70000")]).0, session);
    assert_eq!(
        check(Scope::Broker, &settings(&[(session, "10000"), ("group.consumer.min.session.timeout.ms", "6000")])),
        Ok(())
    );
    let beat = "group.consumer.heartbeat.interval.ms";
    assert_eq!(refused(Scope::Broker, &[(beat, "1000")]).0, beat);
    let longer = [(beat, "50000"), ("group.consumer.max.heartbeat.interval.ms", "50000")];
    assert!(refused(Scope::Broker, &longer).1.contains("less than group.consumer.session.timeout.ms = 45"));
}
