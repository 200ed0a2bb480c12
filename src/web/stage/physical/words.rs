//! What the cards of the Brokers lens say: states, text alternatives, where leadership went.

use kafkascope::{
    i18n::{Arg, Lang, Text, brokers as said, moment, ui},
    kafka::ids::short_name,
    view::{
        copies::{CopyView, Moved},
        model::{BrokerState, BrokerView, PartitionView, ReplicaView, ViewModel},
    },
};

use super::super::words::cut_off;

/// As many partitions are named one by one.
const NAMED_MAX: usize = 6;

/// What there is, in one line.
pub fn facts(vm: &ViewModel, lang: Lang) -> String {
    let topics: Vec<_> = vm.topics.iter().filter(|topic| !topic.internal).collect();
    let mut facts = vec![
        said::COUNT.with("n", vm.brokers.len()).plain(lang),
        match vm.controller {
            Some(id) => said::CONTROLLER.with("node", short_name(id)).plain(lang),
            None => said::NO_CONTROLLER.source(lang).to_owned(),
        },
    ];
    if !vm.controllers.is_empty() {
        facts.insert(1, said::CONTROLLERS.with("n", vm.controllers.len()).plain(lang));
    }
    match topics.as_slice() {
        [] => {}
        [topic] => facts.push(
            said::TOPIC
                .with("name", topic.name.as_str())
                .with("n", topic.partitions.len())
                .with("rf", topic.replication_factor)
                .with("isr", topic.min_insync_replicas)
                .plain(lang),
        ),
        several => {
            let partitions: usize = several.iter().map(|topic| topic.partitions.len()).sum();
            facts.push(said::TOPICS.with("n", several.len()).with("partitions", partitions).plain(lang));
        }
    }
    facts.join(" · ")
}

/// How a card looks, and what it says of its broker's state.
pub fn state(view: &BrokerView, behind: usize, since_us: Option<u64>, lang: Lang) -> (&'static str, String) {
    let at = |since: &'static kafkascope::i18n::Template, without: &'static kafkascope::i18n::Template| match since_us {
        Some(at_us) => since.with("at", moment(at_us)).plain(lang),
        None => without.source(lang).to_owned(),
    };
    let plain = |template: &'static kafkascope::i18n::Template| template.source(lang).to_owned();
    match view.state {
        BrokerState::Alive | BrokerState::Starting | BrokerState::Fenced | BrokerState::Stopping if view.frozen => {
            ("between", plain(&ui::FROZEN))
        }
        BrokerState::Alive if !view.cut_from.is_empty() => {
            ("between", cut_off(&view.cut_from).map(|text| text.plain(lang)).unwrap_or_default())
        }
        BrokerState::Alive if behind > 0 => ("between", plain(&said::CATCHING_UP)),
        BrokerState::Alive => ("alive", plain(&said::ALIVE)),
        BrokerState::Starting => ("between", plain(&said::STARTING)),
        BrokerState::Fenced => ("between", at(&said::FENCED, &said::FENCED_ONCE)),
        BrokerState::Stopping => ("between", plain(&said::STOPPING)),
        BrokerState::Stopped => ("dead", at(&said::STOPPED, &said::STOPPED_ONCE)),
        BrokerState::CrashedNotFenced => ("dead", at(&said::CRASHED, &said::CRASHED_ONCE)),
        BrokerState::CrashedFenced => ("dead", at(&said::FENCED, &said::FENCED_ONCE)),
        BrokerState::CrashedApart => ("dead", at(&said::CRASHED_APART, &said::CRASHED_APART_ONCE)),
    }
}

/// A card in words.
pub fn card(view: &BrokerView, controller: bool, state: &str, behind: usize, lang: Lang) -> String {
    let template = if controller { &said::CARD_ALT_CONTROLLER } else { &said::CARD_ALT };
    let text = template.with("id", view.id).with("state", state).with("leads", view.leads).with("n", view.replicas);
    let text = match behind {
        0 => text,
        n => said::CARD_ALT_BEHIND.with("card", text).with("n", n),
    };
    format!("B{}, {}", view.id, text.plain(lang))
}

/// A replica's row in words.
pub fn copy(view: &PartitionView, replica: &ReplicaView, copy: Option<&CopyView>, lang: Lang) -> String {
    let name = format!("{}-{}", view.topic, view.partition);
    let head = said::COPY_ALT.with("partition", view.partition).with("name", name).with("broker", replica.broker);
    let mut parts: Vec<Text> = vec![match replica {
        ReplicaView { leader: true, .. } => said::ALT_LEADER.with("n", view.leader_epoch),
        ReplicaView { in_sync: true, .. } => said::ALT_FOLLOWER.text(),
        _ => said::ALT_OUT.text(),
    }];
    if !replica.alive {
        parts.push(said::ALT_DOWN.text());
    }
    if let Some(behind) = view.behind(replica).filter(|behind| *behind > 0) {
        parts.push(said::ALT_BEHIND.with("n", behind));
    }
    parts.push(said::ALT_END.with("n", replica.log_end));
    parts.push(said::ALT_HW.with("n", replica.high_watermark));
    if let Some((only, log)) = copy.and_then(|copy| Some((copy.only.as_ref()?, &copy.log))) {
        let last = log.log_end - 1;
        parts.push(match only.from == last {
            true => said::ALT_ONLY_ONE.with("from", last),
            false => said::ALT_ONLY.with("from", only.from).with("to", last),
        });
    }
    let (colon, comma) = if lang == Lang::Zh { ("：", "，") } else { (": ", ", ") };
    let parts: Vec<String> = parts.iter().map(|part| part.plain(lang)).collect();
    format!("{}{colon}{}", head.plain(lang), parts.join(comma))
}

/// Where leadership went, if that is news.
pub fn moved(moved: &[Moved], vm: &ViewModel, lang: Lang) -> Option<String> {
    let went: Vec<(&Moved, u32)> = moved.iter().filter_map(|one| Some((one, one.to?))).collect();
    let without = moved.len() - went.len();
    let several = vm.topics.iter().filter(|topic| !topic.internal).count() > 1;
    let name = |one: &Moved| match several {
        true => format!("{}-{}", one.topic, one.partition),
        false => format!("P{}", one.partition),
    };
    let mut ways: Vec<(u32, u32)> = went.iter().map(|(one, to)| (one.from, *to)).collect();
    kafkascope::sim::sort_by(&mut ways, Ord::cmp);
    ways.dedup();
    let way = |from: u32, to: &[(u32, u32)]| match to {
        [] | [_] | [_, _] | [_, _, _] => {
            to.iter().map(|(_, to)| said::WAY.with("from", from).with("to", *to)).collect()
        }
        many => vec![said::WAY_MANY.with("from", from).with("n", many.len())],
    };
    let ways: Vec<Arg> = ways.chunk_by(|a, b| a.0 == b.0).flat_map(|to| way(to[0].0, to)).map(Arg::Nested).collect();
    let mut parts = Vec::new();
    if !went.is_empty() {
        let text = if went.len() <= NAMED_MAX {
            let names: Vec<Arg> = went.iter().map(|(one, _)| Arg::Text(name(one))).collect();
            said::MOVED.with("what", names)
        } else {
            said::MOVED_MANY.with("n", went.len())
        };
        parts.push(text.with("ways", ways).plain(lang));
    }
    if without > 0 {
        parts.push(said::NOBODY.with("what", without).plain(lang));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}
