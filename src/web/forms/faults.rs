//! What can be broken: the table of the palette, and a small form for each.

use kafkascope::{
    cluster::{
        ClientProcess,
        command::{Command, Direction, Fault, Link, NodeName},
        command_text,
    },
    i18n::{Template, faults as words},
    kafka::ids::named,
    view::{
        broker_acts::{BrokerAct, CRASH, FREEZE, STOP, WIPE},
        model::ViewModel,
    },
};

use super::{
    model::{Control, Field, Form, Label, Values, Wrong},
    read::{lines, text, thousandths, whole},
};

/// Something that can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Cut,
    SlowLink,
    LossyLink,
    Freeze,
    Crash,
    Stop,
    Wipe,
    SlowDisk,
    Skew,
}

/// A row of the palette: what, its name, what it does.
pub type Row = (Kind, &'static Template, &'static Template);

/// The palette, part by part.
pub static PALETTE: &[(&Template, &[Row])] = &[
    (
        &words::LINKS,
        &[
            (Kind::Cut, &words::CUT, &words::CUT_HELP),
            (Kind::SlowLink, &words::SLOW_LINK, &words::SLOW_LINK_HELP),
            (Kind::LossyLink, &words::LOSSY_LINK, &words::LOSSY_LINK_HELP),
        ],
    ),
    (
        &words::PROCESSES,
        &[
            (Kind::Freeze, &words::FREEZE, &words::FREEZE_HELP),
            (Kind::Crash, &words::CRASH, &words::CRASH_HELP),
            (Kind::Stop, &words::STOP, &words::STOP_HELP),
        ],
    ),
    (
        &words::MACHINES,
        &[
            (Kind::SlowDisk, &words::SLOW_DISK, &words::SLOW_DISK_HELP),
            (Kind::Wipe, &words::WIPE, &words::WIPE_HELP),
            (Kind::Skew, &words::SKEW, &words::SKEW_HELP),
        ],
    ),
];

const FROM: &str = "from";
const TO: &str = "to";
const DIRECTION: &str = "direction";
const DELAY: &str = "delay.ms";
const LOSS: &str = "loss.percent";
const NODE: &str = "node";
const TIMES: &str = "times";
const AHEAD: &str = "ahead.ms";
const AWAY: &str = "away";
const BACK: &str = "back";
const BOTH: &str = "both";
/// Begins the value that stands for all brokers, which it lists.
const BROKERS: &str = "brokers: ";

/// The form of a fault. `preset`: the node that it is asked for.
pub fn form(vm: &ViewModel, kind: Kind, preset: Option<&NodeName>) -> Form {
    let rows = PALETTE.iter().flat_map(|(_, rows)| rows.iter());
    let row = rows.filter(|(row, ..)| *row == kind).map(|(_, title, help)| (*title, *help)).next();
    let (title, help) = row.unwrap_or((&words::BREAK, &words::BREAK_NOTE));
    let options = targets(vm, kind);
    let note = match kind {
        _ if !options.is_empty() => help,
        Kind::Wipe => &words::WIPE_NOBODY,
        _ => &words::NOBODY,
    };
    Form {
        title: title.text(),
        note: Some(note.text()),
        fields: if options.is_empty() { Vec::new() } else { fields(vm, kind, options, preset) },
        settings: None,
        submit: &words::DO_IT,
        danger: true,
    }
}

type Options = Vec<(String, Label)>;

/// Is this to be chosen from, with what stands in the other fields? A node has no link to itself.
pub fn offered(field: &str, option: &str, values: &Values) -> bool {
    field != TO || values.get(FROM).is_none_or(|from| from != option)
}

fn fields(vm: &ViewModel, kind: Kind, options: Options, preset: Option<&NodeName>) -> Vec<Field> {
    // By its label: the value of some is the whole command.
    let asked = preset.map(|node| option(node).1);
    let asked =
        asked.and_then(|asked| options.iter().find(|(_, label)| *label == asked)).map(|(value, _)| value.clone());
    let first = asked.or_else(|| options.first().map(|(value, _)| value.clone())).unwrap_or_default();
    let one = |id, label| Field::choice(id, label, options.clone(), first.clone());
    match kind {
        Kind::Cut | Kind::SlowLink | Kind::LossyLink => {
            let everyone = (NodeName::Everyone.print(), Label::Words(words::EVERYONE.text()));
            let ids: Vec<String> = vm.brokers.iter().map(|broker| broker.id.to_string()).collect();
            let all = format!("{BROKERS}{}", ids.join(" "));
            let brokers = (all.clone(), Label::Words(words::ALL_BROKERS.text()));
            let to = [brokers, everyone].into_iter().chain(nodes(vm).iter().map(option)).collect();
            let to = Field { control: Control::Many(to), ..Field::line(TO, &words::TO, all) };
            let ways = [(BOTH, &words::BOTH), (AWAY, &words::AWAY), (BACK, &words::BACK)];
            let ways = ways.map(|(value, label)| (value.to_owned(), Label::Words(label.text()))).to_vec();
            let direction = Field::choice(DIRECTION, &words::DIRECTION, ways, BOTH);
            let mut fields = vec![one(FROM, &words::FROM), to, direction];
            match kind {
                Kind::SlowLink => fields.push(Field::number(DELAY, &words::DELAY, 200).unit(&words::MILLISECONDS)),
                Kind::LossyLink => fields.push(Field::number(LOSS, &words::LOSS, 20)),
                _ => {}
            }
            fields
        }
        Kind::Freeze | Kind::Crash | Kind::Stop | Kind::Wipe => vec![one(NODE, &words::NODE)],
        Kind::SlowDisk => {
            let times = Field::number(TIMES, &words::TIMES, 1_000).help(words::TIMES_HELP.text());
            vec![one(NODE, &words::NODE), times]
        }
        Kind::Skew => {
            let ahead = Field::number(AHEAD, &words::AHEAD, 60_000).unit(&words::MILLISECONDS);
            vec![one(NODE, &words::NODE), ahead.help(words::AHEAD_HELP.text())]
        }
    }
}

/// The command of a filled form, or what is wrong with it.
pub fn read(kind: Kind, values: &Values) -> Result<Command, Vec<Wrong>> {
    let wrong = |wrong: Wrong| vec![wrong];
    let node = |id| NodeName::parse(text(values, id)).ok_or_else(|| vec![(id, words::NOBODY.text())]);
    let broker = || match node(NODE)? {
        NodeName::Broker(broker) => Ok(broker),
        _ => Err(vec![(NODE, words::NOBODY.text())]),
    };
    let fault = match kind {
        Kind::Cut => Fault::Cut(link(values)?),
        Kind::SlowLink => {
            let delay_us = thousandths(values, DELAY).map_err(wrong)?;
            if delay_us == 0 {
                return Err(vec![(DELAY, words::ERROR_DELAY.text())]);
            }
            Fault::SlowLink { link: link(values)?, delay_us }
        }
        Kind::LossyLink => {
            let percent = whole(values, LOSS).map_err(wrong)?;
            Fault::LossyLink { link: link(values)?, percent }
        }
        // What is chosen is the command itself.
        Kind::Freeze | Kind::Crash | Kind::Stop | Kind::Wipe => {
            return command_text::parse(text(values, NODE)).map_err(|_| vec![(NODE, words::NOBODY.text())]);
        }
        Kind::SlowDisk => Fault::SlowDisk { broker: broker()?, times: whole(values, TIMES).map_err(wrong)? },
        Kind::Skew => Fault::SkewClock { node: node(NODE)?, ahead_us: signed(values, AHEAD).map_err(wrong)? },
    };
    Ok(Command::Fault(fault))
}

/// Between whom, and which way.
fn link(values: &Values) -> Result<Link, Vec<Wrong>> {
    let first = NodeName::parse(text(values, FROM)).ok_or_else(|| vec![(FROM, words::NOBODY.text())])?;
    let mut others = Vec::new();
    for chosen in lines(values, TO) {
        match chosen.strip_prefix(BROKERS) {
            Some(brokers) => others.extend(brokers.split_whitespace().filter_map(NodeName::parse)),
            None => others.extend(NodeName::parse(&chosen)),
        }
    }
    others.retain(|node| *node != first);
    kafkascope::sim::sort_by(&mut others, Ord::cmp);
    others.dedup();
    if others.is_empty() {
        return Err(vec![(TO, words::NO_TARGET.text())]);
    }
    let first = vec![first];
    Ok(match text(values, DIRECTION) {
        AWAY => Link { from: first, to: others, direction: Direction::OneWay },
        BACK => Link { from: others, to: first, direction: Direction::OneWay },
        _ => Link { from: first, to: others, direction: Direction::Both },
    })
}

/// A number in thousandths, which may be negative.
fn signed(values: &Values, id: &'static str) -> Result<i64, Wrong> {
    let value = text(values, id);
    let digits = value.strip_prefix(['-', '−']).unwrap_or(value);
    let size = Values::from_iter([(id, digits.to_owned())]);
    let size = thousandths(&size, id).map_err(|_| (id, words::ERROR_SIGNED.with("value", value)))?;
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    Ok(if digits.len() < value.len() { -size } else { size })
}

/// Whom a fault can happen to now.
fn targets(vm: &ViewModel, kind: Kind) -> Options {
    let line = |node: NodeName, command: Command| (command_text::print(&command), option(&node).1);
    // Those of whom it can be done now, by the same table as on their cards.
    let brokers = |act: &'static BrokerAct| {
        let those = vm.nodes().filter(|node| (act.can)(node));
        those.map(move |broker| line(NodeName::Broker(broker.id), (act.command)(broker.id)))
    };
    let of_client = |name: &str, command: Command| line(NodeName::Client(name.to_owned()), command);
    let members = || vm.groups.iter().flat_map(|group| &group.members);
    match kind {
        Kind::Cut | Kind::SlowLink | Kind::LossyLink | Kind::Skew => nodes(vm).iter().map(option).collect(),
        Kind::SlowDisk => vm.brokers.iter().map(|broker| option(&NodeName::Broker(broker.id))).collect(),
        Kind::Freeze => {
            let producers = vm.producers.iter().filter(|producer| !producer.frozen).map(|producer| {
                let fault = Fault::FreezeProducer { producer: producer.name.clone() };
                of_client(&producer.name, Command::Fault(fault))
            });
            let running = members().filter(|member| member.process == ClientProcess::Running);
            let consumers = running
                .map(|member| of_client(&member.name, Command::FreezeConsumer { consumer: member.name.clone() }));
            brokers(&FREEZE).chain(producers).chain(consumers).collect()
        }
        Kind::Crash => {
            let there = members().filter(|member| member.process != ClientProcess::Crashed);
            let consumers =
                there.map(|member| of_client(&member.name, Command::CrashConsumer { consumer: member.name.clone() }));
            brokers(&CRASH).chain(consumers).collect()
        }
        Kind::Stop => brokers(&STOP).collect(),
        Kind::Wipe => brokers(&WIPE).collect(),
    }
}

/// Every node of the cluster and every client.
fn nodes(vm: &ViewModel) -> Vec<NodeName> {
    let brokers = vm.nodes().map(|broker| NodeName::Broker(broker.id));
    let producers = vm.producers.iter().map(|producer| NodeName::Client(producer.name.clone()));
    let consumers = vm.groups.iter().flat_map(|group| &group.members);
    brokers.chain(producers).chain(consumers.map(|member| NodeName::Client(member.name.clone()))).collect()
}

fn option(node: &NodeName) -> (String, Label) {
    let label = match node {
        NodeName::Broker(broker) => Label::Words(named(*broker)),
        NodeName::Client(name) => Label::Name(name.clone()),
        NodeName::Everyone => Label::Words(words::EVERYONE.text()),
    };
    (node.print(), label)
}
