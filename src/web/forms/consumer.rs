//! Consumers: what they read, how long they work on it, and their settings.

use kafkascope::{
    cluster::command::{Command, Settings, Work},
    i18n::forms,
    kafka::{config::Scope, pattern::TopicPattern},
    view::model::ViewModel,
};

use super::{
    model::{Control, Field, Form, Label, SettingsPart, Values, Wrong, no_topic, topics},
    read::{both, lines, next_name, required, text, thousandths, thousandths_text},
};

const COMMON: &[&str] = &[
    "auto.offset.reset",
    "group.protocol",
    "partition.assignment.strategy",
    "group.instance.id",
    "enable.auto.commit",
    "max.poll.records",
    "session.timeout.ms",
];

/// How the consumer gets its partitions.
pub const MODE: &str = "mode";
/// The value of [`MODE`] for `assign`.
pub const BY_HAND: &str = "assign-by-hand";
/// Topics to subscribe to.
pub const TOPICS: &str = "topics";
/// Partitions to assign.
pub const ASSIGN: &str = "assign";
/// The pattern to subscribe by; as a value of [`MODE`]: the client resolves it.
pub const PATTERN: &str = "pattern";
/// The same for the coordinator.
pub const SUBSCRIPTION_PATTERN: &str = "subscription.pattern";
const BY_NAME: &str = "subscribe";

pub fn add(vm: &ViewModel, group: Option<&str>) -> Form {
    let members = |group: &kafkascope::view::model::GroupView| -> Vec<String> {
        group.members.iter().map(|member| member.name.clone()).collect()
    };
    let taken: Vec<String> = vm.groups.iter().flat_map(|group| members(group)).collect();
    let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
    let same = vm.groups.iter().find(|view| group.is_some() && view.group_id.as_deref() == group);
    let family = same.map(|group| members(group)).unwrap_or_default();
    let family: Vec<&str> = family.iter().map(String::as_str).collect();
    let groups: Vec<&str> = vm.groups.iter().filter_map(|group| group.group_id.as_deref()).collect();
    let subscribed = same.and_then(|group| group.members.first()).map(|member| member.subscription.clone());
    let first = topics(vm).into_iter().next().map(|(name, _)| vec![name]);
    let work = Work {
        group: Some(group.map_or_else(|| next_name(&[], &groups, "group-"), str::to_owned)),
        topics: subscribed.filter(|topics| !topics.is_empty()).or(first).unwrap_or_default(),
        processing_us: 20_000,
        ..Work::default()
    };
    let mut fields = vec![Field::line("consumer", &forms::CLIENT_ID, next_name(&family, &taken, "consumer-")).half()];
    fields.extend(work_fields(vm, &work));
    Form {
        title: forms::ADD_CONSUMER.text(),
        note: no_topic(vm),
        fields,
        settings: Some(SettingsPart { scope: Scope::Consumer, initial: Settings::new(), common: COMMON }),
        submit: &forms::DO_START,
        danger: false,
    }
}

pub fn configure(vm: &ViewModel, name: &str, work: &Work, settings: &Settings) -> Form {
    Form {
        title: forms::CONFIGURE_CONSUMER.with("name", name),
        note: Some(forms::REOPEN_NOTE.text()),
        fields: work_fields(vm, work),
        settings: Some(SettingsPart { scope: Scope::Consumer, initial: settings.clone(), common: COMMON }),
        submit: &forms::DO_REOPEN,
        danger: false,
    }
}

/// Other topics for a consumer that runs.
pub fn subscribe(vm: &ViewModel, name: &str) -> Option<Form> {
    let mut members = vm.groups.iter().flat_map(|group| &group.members);
    let member = members.find(|member| member.name == name)?;
    Some(Form {
        title: forms::SUBSCRIBE.with("name", name),
        note: Some(forms::SUBSCRIBE_NOTE.text()),
        fields: vec![match &member.pattern {
            None => topics_field(vm, &member.subscription),
            Some(TopicPattern::Client(pattern)) => pattern_field(PATTERN, pattern),
            Some(TopicPattern::Broker(pattern)) => pattern_field(SUBSCRIPTION_PATTERN, pattern),
        }],
        settings: None,
        submit: &forms::DO_APPLY,
        danger: false,
    })
}

/// The command of [`subscribe`].
pub fn read_subscribe(name: &str, values: &Values) -> Result<Command, Vec<Wrong>> {
    let consumer = name.to_owned();
    let given = |field| if values.contains_key(field) { required(values, field).map(Some) } else { Ok(None) };
    let (pattern, subscription_pattern) = both(given(PATTERN), given(SUBSCRIPTION_PATTERN))?;
    let topics = lines(values, TOPICS);
    if topics.is_empty() && pattern.is_none() && subscription_pattern.is_none() {
        return Err(vec![(TOPICS, forms::ERROR_CHOOSE.text())]);
    }
    Ok(Command::Subscribe { consumer, topics, pattern, subscription_pattern })
}

fn pattern_field(id: &'static str, pattern: &str) -> Field {
    Field::line(id, &forms::PATTERN, pattern.to_owned()).help(forms::PATTERN_HELP.text())
}

fn topics_field(vm: &ViewModel, chosen: &[String]) -> Field {
    Field { control: Control::Many(topics(vm)), ..Field::line(TOPICS, &forms::TOPICS, chosen.join("\n")) }
}

fn work_fields(vm: &ViewModel, work: &Work) -> Vec<Field> {
    let groups = vm.groups.iter().filter_map(|group| group.group_id.clone()).collect();
    let modes = vec![
        (BY_NAME.to_owned(), Label::Words(forms::MODE_SUBSCRIBE.text())),
        (PATTERN.to_owned(), Label::Words(forms::MODE_PATTERN.text())),
        (SUBSCRIPTION_PATTERN.to_owned(), Label::Words(forms::MODE_SUBSCRIPTION_PATTERN.text())),
        (BY_HAND.to_owned(), Label::Words(forms::MODE_ASSIGN.text())),
    ];
    let name = |topic: &str, partition: i32| format!("{topic}-{partition}");
    let partitions = vm.topics.iter().filter(|topic| !topic.internal).flat_map(|topic| topic.partitions.iter());
    let partitions = partitions
        .map(|partition| {
            let name = name(&partition.topic, partition.partition);
            (name.clone(), Label::Name(name))
        })
        .collect();
    let mode = match () {
        () if !work.assign.is_empty() => BY_HAND,
        () if work.pattern.is_some() => PATTERN,
        () if work.subscription_pattern.is_some() => SUBSCRIPTION_PATTERN,
        () => BY_NAME,
    };
    let pattern = work.topic_pattern().map(|pattern| pattern.text().to_string()).unwrap_or_default();
    let assigned: Vec<String> = work.assign.iter().map(|(topic, partition)| name(topic, *partition)).collect();
    vec![
        Field {
            control: Control::Line(groups),
            ..Field::line("group", &forms::GROUP, work.group.clone().unwrap_or_default())
        }
        .half()
        .help(forms::GROUP_HELP.text()),
        Field::choice(MODE, &forms::MODE, modes, mode).half(),
        Field::number("processing.ms", &forms::PROCESSING, thousandths_text(work.processing_us))
            .unit(&forms::PROCESSING_UNIT)
            .half()
            .help(forms::PROCESSING_HELP.text()),
        topics_field(vm, &work.topics),
        pattern_field(PATTERN, &pattern),
        Field { control: Control::Many(partitions), ..Field::line(ASSIGN, &forms::ASSIGN, assigned.join("\n")) },
    ]
}

/// The name, where the form asks for one, and the work.
pub fn read(values: &Values) -> Result<(String, Work), Vec<Wrong>> {
    let name = if values.contains_key("consumer") { required(values, "consumer") } else { Ok(String::new()) };
    let (name, processing_us) = both(name, thousandths(values, "processing.ms"))?;
    let by_hand = text(values, MODE) == BY_HAND;
    let group = Some(text(values, "group").to_owned()).filter(|group| !group.is_empty());
    let mut work = Work { group, processing_us, ..Work::default() };
    let mode = text(values, MODE);
    if !by_hand && work.group.is_none() {
        return Err(vec![("group", forms::ERROR_GROUP.text())]);
    }
    if mode == PATTERN {
        work.pattern = Some(required(values, PATTERN).map_err(|wrong| vec![wrong])?);
    } else if mode == SUBSCRIPTION_PATTERN {
        work.subscription_pattern = Some(required(values, PATTERN).map_err(|wrong| vec![wrong])?);
    } else if by_hand {
        work.assign = lines(values, ASSIGN).iter().filter_map(|name| partition(name)).collect();
        if work.assign.is_empty() {
            return Err(vec![(ASSIGN, forms::ERROR_CHOOSE.text())]);
        }
    } else {
        work.topics = lines(values, TOPICS);
        if work.topics.is_empty() {
            return Err(vec![(TOPICS, forms::ERROR_CHOOSE.text())]);
        }
    }
    Ok((name, work))
}

/// `orders-3` is partition 3 of `orders`; the last dash counts.
fn partition(name: &str) -> Option<(String, i32)> {
    let (topic, partition) = name.rsplit_once('-')?;
    Some((topic.to_owned(), partition.parse().ok()?))
}
