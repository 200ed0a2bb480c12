//! Other replicas: of one partition by name, of a topic by number.

use kafkascope::{
    cluster::command::Command,
    i18n::forms,
    view::model::{PartitionView, TopicView, ViewModel},
};

use super::{
    model::{Field, Form, Values, Wrong},
    read::{list, required, whole},
};

const REPLICAS: &str = "replicas";
const FACTOR: &str = "replication.factor";

fn topic<'a>(vm: &'a ViewModel, name: &str) -> Option<&'a TopicView> {
    vm.topics.iter().find(|topic| topic.name == name).map(|topic| &**topic)
}

/// The brokers that hold a partition, or shall hold it.
fn now(partition: &PartitionView) -> String {
    let stay = partition.replicas.iter().filter(|replica| !replica.removing);
    stay.map(|replica| replica.broker.to_string()).collect::<Vec<_>>().join(", ")
}

/// Which brokers hold a partition.
pub fn replicas(vm: &ViewModel, name: &str, number: i32) -> Option<Form> {
    let partition = topic(vm, name)?.partitions.iter().find(|view| view.partition == number)?;
    let brokers: Vec<String> = vm.brokers.iter().map(|broker| broker.id.to_string()).collect();
    Some(Form {
        title: forms::REASSIGN.with("place", format!("{name}-{number}")),
        note: Some(forms::REASSIGN_NOTE.text()),
        fields: vec![
            Field::line(REPLICAS, &forms::REPLICAS, now(partition))
                .help(forms::REPLICAS_HELP.with("brokers", brokers.join(", "))),
        ],
        settings: None,
        submit: &forms::DO_REASSIGN,
        danger: false,
    })
}

/// The command of [`replicas`].
pub fn read_replicas(name: &str, number: i32, values: &Values) -> Result<Command, Vec<Wrong>> {
    let text = required(values, REPLICAS).map_err(|wrong| vec![wrong])?;
    let brokers: Result<Vec<u32>, _> = list(&text).iter().map(|broker| broker.parse::<u32>()).collect();
    let replicas = brokers.map_err(|_| vec![(REPLICAS, forms::ERROR_REPLICAS.text())])?;
    Ok(Command::Reassign { topic: name.to_owned(), partition: Some(number), replicas, replication_factor: None })
}

/// How many brokers hold each partition of a topic.
pub fn factor(vm: &ViewModel, name: &str) -> Option<Form> {
    let now = topic(vm, name)?.replication_factor;
    Some(Form {
        title: forms::REFACTOR.with("name", name),
        note: Some(forms::REFACTOR_NOTE.text()),
        fields: vec![Field::number(FACTOR, &forms::REPLICATION_FACTOR, now)],
        settings: None,
        submit: &forms::DO_REASSIGN,
        danger: false,
    })
}

/// The command of [`factor`].
pub fn read_factor(name: &str, values: &Values) -> Result<Command, Vec<Wrong>> {
    let factor = whole(values, FACTOR).map_err(|wrong| vec![wrong])?;
    Ok(Command::Reassign {
        topic: name.to_owned(),
        partition: None,
        replicas: Vec::new(),
        replication_factor: Some(factor),
    })
}
