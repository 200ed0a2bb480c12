//! The cards of the start cluster: the drawing's own numbers, and that every question has a whole answer.

use super::{WhyCard, WhyKey, WhyStep, card};
use crate::{
    cluster::{command::Command, command_text},
    history::{Run, start_cluster},
    i18n::{Lang, Text},
    kafka::event::EventKind,
    sim::NodeId,
    view::story::{Lane, lines},
};

fn run_to(seconds: u64) -> Run {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.advance_to(seconds * 1_000_000);
    run
}

fn texts(card: &WhyCard) -> Vec<&Text> {
    let steps = card.steps.iter().map(|step| match step {
        WhyStep::Sentence(text) | WhyStep::Formula(text) => text,
    });
    let chain = card.chain.iter().map(|line| &line.text);
    std::iter::once(&card.title).chain(steps).chain(&card.note).chain(chain).collect()
}

fn english(card: &WhyCard) -> Vec<String> {
    texts(card).iter().map(|text| text.plain(Lang::En)).collect()
}

fn assert_whole(card: &WhyCard) {
    for text in texts(card) {
        for lang in Lang::ALL {
            let text = text.plain(lang);
            assert!(!text.contains(['{', '}']), "{:?}: {text}", card.key);
        }
    }
    assert!(!card.steps.is_empty(), "{:?}", card.key);
    assert!(card.chain.len() <= 13, "{:?}", card.key);
}

#[test]
fn a_key_goes_where_its_hash_says() {
    let run = run_to(12);
    let key = WhyKey::WouldGo { producer: "checkout".into(), key: Some("alice".into()), partition: None };
    let card = card(&run, &key).expect("a card");
    assert_whole(&card);
    let lines = english(&card);
    assert_eq!(
        lines[..5],
        [
            "Why partition 3?",
            "StringSerializer turns alice into 5 bytes: 61 6c 69 63 65.",
            "murmur2(\"alice\") = 0x74504595",
            "& 0x7fffffff = 1\u{a0}951\u{a0}417\u{a0}749",
            "mod 6 partitions = 3",
        ]
    );
    assert_eq!(lines[5], "With 8 partitions the same key would go to P5.");
}

#[test]
fn what_can_not_be_sent_says_so() {
    let run = run_to(12);
    for (key, partition) in [(Some("alice"), Some(9)), (None, Some(2)), (None, None)] {
        let key = WhyKey::WouldGo { producer: "checkout".into(), key: key.map(str::to_owned), partition };
        assert_whole(&card(&run, &key).expect("a card"));
    }
    let nobody = WhyKey::WouldGo { producer: "nobody".into(), key: None, partition: None };
    assert_eq!(card(&run, &nobody), None);
}

#[test]
fn a_record_from_before_the_topic_grew_keeps_its_reason() {
    let mut run = run_to(12);
    let appended = run.events().iter().rev().find_map(|event| match event.kind {
        EventKind::RecordsAppended { partition, base_offset, client, .. }
            if run.world().client_name(client) == Some("checkout") =>
        {
            Some((partition.partition, base_offset))
        }
        _ => None,
    });
    let (partition, offset) = appended.expect("an append");
    run.apply(Command::AddPartitions { topic: "orders".into(), partitions: 8 }).expect("sound");
    run.advance_to(13_000_000);
    let key = WhyKey::Partition { topic: "orders".into(), partition, offset };
    let card = card(&run, &key).expect("a card");
    assert_whole(&card);
    let modulo = format!("mod 6 partitions = {partition}");
    assert!(english(&card).contains(&modulo) || english(&card).contains(&format!("mod 8 partitions = {partition}")));
    assert!(card.chain.len() > 2, "{:?}", card.chain);
}

/// The contrast that a class looks for: the same key before and after.
#[test]
fn a_topic_that_grew_shows_where_the_key_went_before() {
    let mut run = run_to(12);
    run.apply(Command::AddPartitions { topic: "orders".into(), partitions: 8 }).expect("sound");
    run.advance_to(320_000_000);
    let key = WhyKey::WouldGo { producer: "checkout".into(), key: Some("alice".into()), partition: None };
    let lines = english(&card(&run, &key).expect("a card"));
    assert_eq!(lines[0], "Why partition 5?");
    let note = "While the topic had 6 partitions: 1\u{a0}951\u{a0}417\u{a0}749 mod 6 = 3, so the same key went to P3.";
    assert_eq!(lines[5], note, "{lines:#?}");
}

/// Who fell silent is the cause, not whoever set the timer that looked.
#[test]
fn what_a_crash_leads_to_goes_back_to_the_crash() {
    let mut run = run_to(12);
    run.apply(Command::CrashBroker { broker: 1 }).expect("sound");
    run.advance_to(60_000_000);
    let causes = |wanted: fn(&EventKind) -> bool| {
        let event = run.events().iter().rev().find(|event| wanted(&event.kind)).expect("it happened").id;
        let card = card(&run, &WhyKey::Event { event }).expect("a card");
        assert_whole(&card);
        english(&card)
    };
    let fenced = causes(|kind| matches!(kind, EventKind::BrokerFenced { broker: 1, .. }));
    assert_eq!(fenced[fenced.len() - 2..], ["Broker 1 crashed.", "Command: crash-broker broker=1."], "{fenced:#?}");
    assert!(fenced.iter().filter(|line| line.contains("broker.session.timeout.ms` is over")).count() <= 1);
    assert!(fenced[2].contains("had heard nothing of broker 1 since 1"), "{fenced:#?}");
    let elected = causes(|kind| matches!(kind, EventKind::ControllerElected { .. }));
    assert_eq!(elected[elected.len() - 2..], ["Broker 1 crashed.", "Command: crash-broker broker=1."], "{elected:#?}");
    let lagging = causes(|kind| matches!(kind, EventKind::LeaderElected { from: Some(1), .. }));
    assert!(lagging.contains(&"Broker 1 crashed.".to_owned()), "{lagging:#?}");
}

/// What was over long before made nobody silent.
#[test]
fn an_old_fault_is_no_cause() {
    let mut run = run_to(12);
    run.apply(Command::CrashBroker { broker: 1 }).expect("sound");
    run.advance_to(20_000_000);
    run.apply(Command::RestartBroker { broker: 1 }).expect("sound");
    let crash = |run: &Run, node| {
        let look = run.events().iter().next_back().expect("much happened");
        super::chain::fault_of(run, NodeId(node), look).map(|event| event.kind.clone())
    };
    run.advance_to(70_000_000);
    assert_eq!(crash(&run, 1), Some(EventKind::BrokerCrashed), "it may be felt for a while");
    assert_eq!(crash(&run, 2), None, "and that of another never");
    run.advance_to(90_000_000);
    assert_eq!(crash(&run, 1), None);
}

#[test]
fn the_assignment_is_a_division() {
    let run = run_to(12);
    let key = WhyKey::Assignment { group: "billing".into(), consumer: "C2".into() };
    let card = card(&run, &key).expect("a card");
    assert_whole(&card);
    let lines = english(&card);
    for line in ["orders: n = 6 partitions, m = 3 members.", "6 div 3 = 2", "6 mod 3 = 0", "C2: P2, P3"] {
        assert!(lines.iter().any(|given| given == line), "{line}: {lines:#?}");
    }
}

#[test]
fn every_question_of_the_story_is_answered() {
    let mut run = run_to(12);
    run.apply(Command::CrashBroker { broker: 2 }).expect("sound");
    run.advance_to(30_000_000);
    let mut asked = 0;
    for line in lines(&run, &[Lane::Idle], 2_000) {
        let Some((question, key)) = line.why else { continue };
        assert!(question.plain(Lang::En).ends_with('?'));
        let card = card(&run, &key).unwrap_or_else(|| panic!("{key:?}"));
        assert_whole(&card);
        asked += 1;
    }
    assert!(asked > 100, "{asked}");
    for partition in 0..6 {
        let topic = || "orders".to_owned();
        let keys = [
            WhyKey::NotVisible { topic: topic(), partition },
            WhyKey::Lag { group: "billing".into(), topic: topic(), partition },
        ];
        for key in keys {
            assert_whole(&card(&run, &key).expect("a card"));
        }
    }
}

/// Asked of a replica: none that is in sync has a card; what took it out is told, by the leader's clock where the leader
/// found that it lags, else by what the controller did.
#[test]
fn a_replica_says_why_it_is_not_in_sync() {
    let ask = |run: &Run, broker: u32| {
        let key = WhyKey::NotInSync { topic: "orders".into(), partition: 0, broker };
        let card = card(run, &key);
        card.iter().for_each(assert_whole);
        card.map(|card| english(&card))
    };
    let begun = |breaks: &str, seconds: u64| {
        let mut run = run_to(12);
        let state =
            run.world().metadata().partitions().find(|(at, _)| at.partition == 0 && !run.world().is_internal(at.topic));
        let state = state.expect("orders-0").1;
        let follower = state.replicas.iter().copied().find(|id| state.leader != Some(*id)).expect("three replicas");
        assert!(state.replicas.iter().all(|id| ask(&run, *id).is_none()), "all are in sync");
        let leader = state.leader.expect("it is led").to_string();
        let line = breaks.replace("{follower}", &follower.to_string()).replace("{leader}", &leader);
        run.apply(command_text::parse(&line).expect("sound")).expect("taken");
        run.advance_to(run.time_us() + seconds * 1_000_000);
        (run, follower)
    };
    let (run, follower) = begun("crash-broker broker={follower}", 20);
    let lines = ask(&run, follower).expect("it is out");
    let taken = format!("The controller took broker {follower} out of the ISR at ");
    assert!(lines.iter().any(|line| line.starts_with(&taken)), "{lines:#?}");
    assert!(lines.contains(&format!("Now broker {follower} does not run.")), "{lines:#?}");
    let (run, follower) = begun("cut from={follower} to={leader}", 60);
    let lines = ask(&run, follower).expect("it is out");
    assert!(lines.iter().any(|line| line.starts_with("replica.lag.time.max.ms = ")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("is cut.")), "{lines:#?}");
}

/// The card of a compressed batch has both sizes; of one that is not it has one.
#[test]
fn a_batch_tells_its_codec_and_its_size_before_and_after() {
    let mut run = run_to(5);
    let line = "add-producer producer=zip topic=orders rate=50 compression.type=gzip linger.ms=500 partition=0";
    run.apply(command_text::parse(line).expect("sound")).expect("taken");
    run.advance_to(10_000_000);
    let cards = |compressed: bool| {
        let sent = |event: &&crate::kafka::event::Event| match &event.kind {
            EventKind::BatchSent(batch) => batch.compressed.is_some() == compressed,
            _ => false,
        };
        let newest = run.events().iter().rev().find(sent).expect("sent").id;
        let card = card(&run, &WhyKey::BatchTiming { event: newest }).expect("a card");
        assert_whole(&card);
        english(&card)
    };
    let lines = cards(true);
    assert!(lines.contains(&"compression.type = gzip".to_owned()), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("bytes before compression = ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("bytes after it = ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("While it filled")), "{lines:?}");
    let lines = cards(false);
    assert!(!lines.iter().any(|line| line.contains("compression")), "{lines:?}");
}

/// Three brokers in racks a, b and c, and a consumer in each; the cards of the three, and the leader.
#[test]
fn who_reads_from_whom_is_told_by_racks() {
    let cards = |selector: bool| {
        let mut scenario = crate::history::start_cluster();
        scenario.cluster.racks = ["a", "b", "c"].map(|rack| Some(rack.to_owned())).to_vec();
        if selector {
            let class = "org.apache.kafka.common.replica.RackAwareReplicaSelector";
            scenario.cluster.settings.insert("replica.selector.class".to_owned(), class.to_owned());
        }
        let mut run = Run::new(&scenario).expect("sound");
        run.advance_to(5_000_000);
        let racks = ["a", "b", "c", "d"];
        for rack in racks {
            let line = format!("add-consumer consumer=R{rack} assign=orders:0 client.rack={rack}");
            run.apply(command_text::parse(&line).expect("sound")).expect("taken");
        }
        run.advance_to(10_000_000);
        let leader = {
            let (topic, _) = run.world().metadata().topic_by_name("orders").expect("made");
            let at = crate::kafka::ids::TopicIdPartition::new(topic, 0);
            run.world().metadata().partition(at).and_then(|state| state.leader).expect("a leader")
        };
        let of = |rack: &str| {
            let key = WhyKey::ReadFrom { consumer: format!("R{rack}"), topic: "orders".into(), partition: 0 };
            let card = card(&run, &key).expect("a card");
            assert_whole(&card);
            english(&card)
        };
        (leader, racks.map(of))
    };
    let (leader, with) = cards(true);
    for (index, lines) in with.iter().enumerate() {
        let broker = index as u32 + 1;
        let says = |text: &str| lines.iter().any(|line| line.starts_with(text));
        match broker {
            4 => assert!(says("No follower is in sync, in the consumer's rack"), "{lines:?}"),
            _ if broker == leader => assert!(says("The leader is in the consumer's rack itself"), "{lines:?}"),
            _ => {
                assert_eq!(lines[0], format!("Why from broker {broker}?"));
                assert!(says("The leader is not in the consumer's rack, so it answered"), "{lines:?}");
                let because = format!("because both are in rack {}", ["a", "b", "c"][index]);
                assert!(lines.iter().any(|line| line.contains(&because)), "the chain begins with it: {lines:?}");
            }
        }
    }
    let (leader, without) = cards(false);
    for lines in without {
        assert_eq!(lines[0], format!("Why from broker {leader}?"));
        assert!(lines.iter().any(|line| line.starts_with("replica.selector.class is null")), "{lines:?}");
    }
}

#[test]
fn a_chain_reaches_back_to_what_began_it() {
    let run = run_to(12);
    let moved = run.events().iter().rev().find(|event| {
        matches!(event.kind, EventKind::HighWatermarkAdvanced { partition, .. }
            if !run.world().is_internal(partition.topic))
    });
    let chain = super::chain(&run, moved.expect("the high watermark moves").id);
    assert!(chain.iter().any(|line| line.lane == Lane::Produce), "{chain:#?}");
    assert!(chain.len() <= 12);
    assert!(chain.windows(2).all(|pair| pair[0].event > pair[1].event));
}

/// Three members of a group by an assignor, the third joined later; the card of the first.
fn assigned_by(strategy: &str) -> WhyCard {
    let mut run = run_to(5);
    for (at_us, consumer) in [(5_000_000, "N1"), (5_000_000, "N2"), (20_000_000, "N3")] {
        run.advance_to(at_us);
        let line = format!(
            "add-consumer consumer={consumer} group=new topics=orders partition.assignment.strategy={strategy}"
        );
        run.apply(command_text::parse(&line).expect("sound")).expect("taken");
    }
    run.advance_to(30_000_000);
    card(&run, &WhyKey::Assignment { group: "new".into(), consumer: "N1".into() }).expect("a card")
}

#[test]
fn each_assignor_tells_its_own_steps() {
    let of = |strategy: &str| {
        let card = assigned_by(strategy);
        assert_whole(&card);
        english(&card)
    };
    let lines = of("range");
    assert!(lines[1].contains("by the range assignor"), "{lines:?}");
    assert!(lines.contains(&"N1: P0, P1".to_owned()), "{lines:?}");

    let lines = of("roundrobin");
    assert!(
        lines[2].ends_with(
            "in this order (static members first, by group.instance.id, the others by member id): N1, N2, N3."
        ),
        "{lines:?}"
    );
    assert_eq!(lines[3..5], ["orders-0 → N1", "orders-1 → N2"]);
    assert!(lines.contains(&"Nobody has more than one partition more than another: N1 2, N2 2, N3 2.".to_owned()));

    // Six partitions were dealt to two members, so each keeps two of its three and the third gets one of each.
    let lines = of("sticky");
    assert_eq!(lines[3..5], ["6 div 3 = 2", "6 mod 3 = 0"]);
    let moved = ["kept = 4", "given, nobody had them = 0", "moved from another member = 2"];
    assert_eq!(lines[6..9], moved);
    assert_eq!(lines.iter().filter(|line| line.contains(": keeps ")).count(), 2, "{lines:?}");

    // The rebalance that withheld them is over: the next one gave to the third what the others had given up.
    let lines = of("cooperative-sticky");
    let given = ["kept = 4", "given, nobody had them = 2", "moved from another member = 0"];
    assert_eq!(lines[6..9], given);
    assert_eq!(lines[9], "withheld until the next rebalance = 0");
}
