//! Topics and the cluster: create, configure, more partitions, delete.

use kafkascope::{
    cluster::command::{Command, Settings},
    i18n::forms,
    kafka::config::{self, Scope},
    view::model::{BrokerState, ViewModel},
};

use super::{
    model::{Field, Form, SettingsPart, Values, Wrong},
    read::{both, next_name, required, whole, whole_or_none},
};

const TOPIC_COMMON: &[&str] = &["min.insync.replicas", "cleanup.policy", "retention.ms", "internal.segment.bytes"];
const CLUSTER_COMMON: &[&str] = &[
    "broker.session.timeout.ms",
    "broker.heartbeat.interval.ms",
    "replica.lag.time.max.ms",
    "group.initial.rebalance.delay.ms",
    "min.insync.replicas",
];

pub fn create(vm: &ViewModel) -> Form {
    let taken: Vec<&str> = vm.topics.iter().map(|topic| topic.name.as_str()).collect();
    let running = vm.brokers.iter().filter(|broker| broker.state == BrokerState::Alive).count();
    Form {
        title: forms::CREATE_TOPIC.text(),
        note: None,
        fields: vec![
            Field::line("topic", &forms::NAME, next_name(&[], &taken, "topic-")).help(forms::TOPIC_NAME_HELP.text()),
            Field::number("partitions", &forms::PARTITIONS, 3).half().help(forms::PARTITIONS_HELP.text()),
            Field::number("replication.factor", &forms::REPLICATION_FACTOR, running.clamp(1, 3))
                .half()
                .help(forms::REPLICATION_FACTOR_HELP.text()),
        ],
        settings: Some(SettingsPart { scope: Scope::Topic, initial: Settings::new(), common: TOPIC_COMMON }),
        submit: &forms::DO_CREATE,
        danger: false,
    }
}

pub fn read_create(values: &Values, settings: &Settings) -> Result<Command, Vec<Wrong>> {
    let ((topic, partitions), replication_factor) = match both(required(values, "topic"), whole(values, "partitions")) {
        Ok(left) => (left, whole(values, "replication.factor").map_err(|wrong| vec![wrong])?),
        Err(wrong) => return Err(wrong),
    };
    Ok(Command::CreateTopic {
        topic,
        partitions,
        replication_factor: Some(replication_factor),
        settings: settings.clone(),
    })
}

pub fn configure(name: &str, initial: Settings) -> Form {
    Form {
        title: forms::CONFIGURE_TOPIC.with("name", name),
        note: None,
        fields: Vec::new(),
        settings: Some(SettingsPart { scope: Scope::Topic, initial, common: TOPIC_COMMON }),
        submit: &forms::DO_APPLY,
        danger: false,
    }
}

pub fn configure_cluster(initial: Settings) -> Form {
    Form {
        title: forms::CONFIGURE_CLUSTER.text(),
        note: None,
        fields: Vec::new(),
        settings: Some(SettingsPart { scope: Scope::Broker, initial, common: CLUSTER_COMMON }),
        submit: &forms::DO_APPLY,
        danger: false,
    }
}

/// What changed: settings with another value, and those put back to their default.
pub fn changes(settings: &Settings, form: &Form) -> Settings {
    let Some(part) = &form.settings else { return Settings::new() };
    let mut changes = settings.clone();
    changes.retain(|name, value| part.initial.get(name) != Some(value));
    for name in part.initial.keys().filter(|name| !settings.contains_key(*name)) {
        if let Ok(config) = config::lookup(part.scope, name) {
            changes.insert(name.clone(), config.default.to_owned());
        }
    }
    changes
}

pub fn add_partitions(vm: &ViewModel, name: &str) -> Option<Form> {
    let now = vm.topics.iter().find(|topic| topic.name == name)?.partitions.len();
    Some(Form {
        title: forms::ADD_PARTITIONS.with("name", name),
        note: None,
        fields: vec![
            Field::number("partitions", &forms::NEW_TOTAL, now + 1).help(forms::NEW_TOTAL_HELP.with("n", now)),
        ],
        settings: None,
        submit: &forms::DO_ADD,
        danger: false,
    })
}

pub fn read_add_partitions(name: &str, values: &Values) -> Result<Command, Vec<Wrong>> {
    let partitions = whole(values, "partitions").map_err(|wrong| vec![wrong])?;
    Ok(Command::AddPartitions { topic: name.to_owned(), partitions })
}

/// Records before an offset, which go.
pub fn delete_records(vm: &ViewModel, name: &str, number: i32) -> Option<Form> {
    let topic = vm.topics.iter().find(|topic| topic.name == name)?;
    let partition = topic.partitions.iter().find(|partition| partition.partition == number)?;
    let help = forms::DELETE_RECORDS_HELP.with("start", partition.log_start);
    Some(Form {
        title: forms::DELETE_RECORDS.with("place", format!("{name}-{number}")),
        note: Some(forms::DELETE_RECORDS_NOTE.text()),
        fields: vec![
            Field::number("offset", &forms::FIRST_KEPT, partition.high_watermark)
                .help(help.with("high_watermark", partition.high_watermark)),
        ],
        settings: None,
        submit: &forms::DO_DELETE,
        danger: true,
    })
}

pub fn read_delete_records(name: &str, partition: i32, values: &Values) -> Result<Command, Vec<Wrong>> {
    let offset = whole_or_none(values, "offset").map_err(|wrong| vec![wrong])?;
    Ok(Command::DeleteRecords { topic: name.to_owned(), partition, offset })
}

pub fn delete(name: &str) -> Form {
    Form {
        title: forms::DELETE_TOPIC.with("name", name),
        note: Some(forms::DELETE_TOPIC_TEXT.text()),
        fields: Vec::new(),
        settings: None,
        submit: &forms::DO_DELETE,
        danger: true,
    }
}
