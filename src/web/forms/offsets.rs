//! Offsets by hand: `seek()` of a consumer, and the tool's reset of a group that nobody is in.

use kafkascope::{
    cluster::command::{Command, ResetTo},
    i18n::forms,
    kafka::duration,
    view::model::ViewModel,
};

use super::{
    model::{Control, Field, Form, Label, Values, Wrong, topics},
    read::{both, required, text},
};

/// How a reset finds the new offsets.
pub const TO: &str = "to";
const TOPIC: &str = "topic";
const PARTITION: &str = "partition";
const OFFSET: &str = "offset";
const SHIFT: &str = "shift";
const DURATION: &str = "duration";
const ALL: &str = "";

/// Another offset for one of a consumer's partitions.
pub fn seek(vm: &ViewModel, name: &str) -> Option<Form> {
    let mut members = vm.groups.iter().flat_map(|group| &group.members);
    let member = members.find(|member| member.name == name)?;
    let names = member.owned.iter().map(|owned| format!("{}-{}", owned.topic, owned.partition));
    let options: Vec<_> = names.map(|name| (name.clone(), Label::Name(name))).collect();
    let first = options.first()?.0.clone();
    let position = member.owned.first()?.position.unwrap_or(0);
    Some(Form {
        title: forms::SEEK.with("name", name),
        note: Some(forms::SEEK_NOTE.text()),
        fields: vec![
            Field::choice(PARTITION, &forms::PARTITION, options, first).half(),
            Field::number(OFFSET, &forms::OFFSET, position).half(),
        ],
        settings: None,
        submit: &forms::DO_SEEK,
        danger: false,
    })
}

/// The command of [`seek`].
pub fn read_seek(name: &str, values: &Values) -> Result<Command, Vec<Wrong>> {
    let (place, offset) = both(required(values, PARTITION), whole(values, OFFSET))?;
    // The options are names that end in a partition; the last dash counts.
    let (topic, partition) = place.rsplit_once('-').unwrap_or((&place, "0"));
    let (topic, partition) = (topic.to_owned(), partition.parse().unwrap_or(0));
    Ok(Command::Seek { consumer: name.to_owned(), topic, partition, offset })
}

/// Other offsets for a group.
pub fn reset(vm: &ViewModel, group: &str) -> Form {
    let topics = topics(vm);
    let first = topics.first().map(|(name, _)| name.clone()).unwrap_or_default();
    let words = |text: kafkascope::i18n::Text| Label::Words(text);
    let most = vm.topics.iter().filter(|topic| !topic.internal).map(|topic| topic.partitions.len()).max().unwrap_or(0);
    let each = (0..most).map(|n| (n.to_string(), Label::Name(n.to_string())));
    let partitions = std::iter::once((ALL.to_owned(), words(forms::RESET_ALL.text()))).chain(each).collect();
    let to = [
        ("earliest", &forms::RESET_EARLIEST),
        ("latest", &forms::RESET_LATEST),
        (OFFSET, &forms::RESET_OFFSET),
        (SHIFT, &forms::RESET_SHIFT),
        (DURATION, &forms::RESET_DURATION),
    ];
    let to = to.map(|(value, label)| (value.to_owned(), words(label.text()))).to_vec();
    Form {
        title: forms::RESET.with("group", group),
        note: Some(forms::RESET_NOTE.text()),
        fields: vec![
            Field::choice(TOPIC, &forms::TOPIC, topics, first).half(),
            Field::choice(PARTITION, &forms::PARTITION, partitions, ALL).half(),
            Field::choice(TO, &forms::RESET_TO, to, "earliest"),
            Field::number(OFFSET, &forms::OFFSET, 0),
            Field { control: Control::Line(Vec::new()), ..Field::line(SHIFT, &forms::SHIFT, "-10") }
                .help(forms::SHIFT_HELP.text()),
            Field { control: Control::Line(Vec::new()), ..Field::line(DURATION, &forms::DURATION, "PT10S") }
                .help(forms::DURATION_HELP.text()),
        ],
        settings: None,
        submit: &forms::DO_RESET,
        danger: false,
    }
}

/// Is a field of [`reset`] to be seen?
pub fn shown(id: &str, values: &Values) -> bool {
    match (id, values.get(TO).map(String::as_str)) {
        (OFFSET | SHIFT | DURATION, Some(to)) => id == to,
        _ => true,
    }
}

/// The command of [`reset`].
pub fn read_reset(group: &str, values: &Values) -> Result<Command, Vec<Wrong>> {
    let wrong = |id: &'static str, help: &'static kafkascope::i18n::Template| vec![(id, help.text())];
    let to = match text(values, TO) {
        OFFSET => ResetTo::Offset(whole(values, OFFSET).map_err(|wrong| vec![wrong])?),
        SHIFT => match text(values, SHIFT).parse() {
            Ok(by) => ResetTo::Shift(by),
            Err(_) => return Err(wrong(SHIFT, &forms::ERROR_SHIFT)),
        },
        DURATION => match duration::parse(text(values, DURATION)) {
            Some(duration_us) => ResetTo::Duration(duration_us),
            None => return Err(wrong(DURATION, &forms::DURATION_HELP)),
        },
        "latest" => ResetTo::Latest,
        _ => ResetTo::Earliest,
    };
    let topic = required(values, TOPIC).map_err(|wrong| vec![wrong])?;
    let partition = text(values, PARTITION).parse().ok();
    Ok(Command::ResetOffsets { group: group.to_owned(), topic, partition, to })
}

fn whole(values: &Values, id: &'static str) -> Result<u64, Wrong> {
    super::read::whole_or_none(values, id)?.ok_or_else(|| (id, forms::ERROR_REQUIRED.text()))
}
