//! Producers: what they send, and their settings.

use kafkascope::{
    cluster::command::{KeyOrder, KeySerializer, Load, Settings},
    i18n::forms,
    kafka::config::Scope,
    view::model::ViewModel,
};

use super::{
    model::{Field, Form, Label, SettingsPart, Values, Wrong, no_topic, topics},
    read::{both, list, next_name, required, text, thousandths, thousandths_text, whole_or_none},
};

const COMMON: &[&str] = &["acks", "linger.ms", "batch.size", "enable.idempotence", "partitioner.class"];

pub fn add(vm: &ViewModel, topic: Option<&str>) -> Form {
    let names: Vec<&str> = vm.producers.iter().map(|producer| producer.name.as_str()).collect();
    let first = topics(vm).into_iter().next().map(|(name, _)| name);
    let load = Load {
        topic: topic.map(str::to_owned).or(first).unwrap_or_default(),
        keys: ["alice", "bob", "carol"].map(str::to_owned).to_vec(),
        key_order: KeyOrder::InTurn,
        key_serializer: KeySerializer::String,
        value: "order".to_owned(),
        rate_millihertz: 2000,
        partition: None,
        records_max: None,
    };
    let mut fields = vec![Field::line("producer", &forms::CLIENT_ID, next_name(&[], &names, "producer-")).half()];
    fields.extend(load_fields(vm, &load));
    Form {
        title: forms::ADD_PRODUCER.text(),
        note: no_topic(vm),
        fields,
        settings: Some(SettingsPart { scope: Scope::Producer, initial: Settings::new(), common: COMMON }),
        submit: &forms::DO_START,
        danger: false,
    }
}

pub fn configure(vm: &ViewModel, name: &str, load: &Load, settings: &Settings) -> Form {
    Form {
        title: forms::CONFIGURE_PRODUCER.with("name", name),
        note: Some(forms::REOPEN_NOTE.text()),
        fields: load_fields(vm, load),
        settings: Some(SettingsPart { scope: Scope::Producer, initial: settings.clone(), common: COMMON }),
        submit: &forms::DO_REOPEN,
        danger: false,
    }
}

fn load_fields(vm: &ViewModel, load: &Load) -> Vec<Field> {
    let words = |template: &'static kafkascope::i18n::Template| Label::Words(template.text());
    let count =
        |name: &str| vm.topics.iter().find(|topic| topic.name == name).map_or(0, |topic| topic.partitions.len());
    let widest =
        vm.topics.iter().filter(|topic| !topic.internal).map(|topic| topic.partitions.len()).max().unwrap_or(0);
    let mut partitions = vec![(String::new(), words(&forms::PARTITION_CHOSEN))];
    for number in 0..widest.max(count(&load.topic)) {
        partitions.push((number.to_string(), Label::Words(forms::PARTITION_NUMBER.with("n", number))));
    }
    let orders = vec![
        ("in-turn".to_owned(), words(&forms::KEY_ORDER_IN_TURN)),
        ("random".to_owned(), words(&forms::KEY_ORDER_RANDOM)),
    ];
    let serializers = vec![
        ("string".to_owned(), words(&forms::SERIALIZER_STRING)),
        ("integer".to_owned(), words(&forms::SERIALIZER_INTEGER)),
        ("long".to_owned(), words(&forms::SERIALIZER_LONG)),
    ];
    let order = match load.key_order {
        KeyOrder::InTurn => "in-turn",
        KeyOrder::Random => "random",
    };
    let serializer = match load.key_serializer {
        KeySerializer::String => "string",
        KeySerializer::Integer => "integer",
        KeySerializer::Long => "long",
    };
    let max = load.records_max.map(|n| n.to_string()).unwrap_or_default();
    vec![
        Field::choice("topic", &forms::TOPIC, topics(vm), load.topic.clone()).half(),
        Field::line("keys", &forms::KEYS, load.keys.join(", ")).help(forms::KEYS_HELP.text()),
        Field::number("rate", &forms::RATE, thousandths_text(load.rate_millihertz))
            .unit(&forms::RATE_UNIT)
            .half()
            .help(forms::RATE_HELP.text()),
        Field::number("records.max", &forms::RECORDS_MAX, max)
            .unit(&forms::RECORDS_MAX_UNIT)
            .half()
            .help(forms::RECORDS_MAX_HELP.text()),
        Field::choice("key.order", &forms::KEY_ORDER, orders, order).half(),
        Field::choice("key.serializer", &forms::KEY_SERIALIZER, serializers, serializer).half(),
        Field::line("value", &forms::VALUE, load.value.clone()).half(),
        Field::choice(
            "partition",
            &forms::PARTITION,
            partitions,
            load.partition.map(|p| p.to_string()).unwrap_or_default(),
        )
        .half(),
    ]
}

/// The name, where the form asks for one, and the load.
pub fn read(values: &Values) -> Result<(String, Load), Vec<Wrong>> {
    let name = if values.contains_key("producer") { required(values, "producer") } else { Ok(String::new()) };
    let (name, topic) = both(name, required(values, "topic"))?;
    let (rate_millihertz, records_max) = both(thousandths(values, "rate"), whole_or_none(values, "records.max"))?;
    let load = Load {
        topic,
        keys: list(text(values, "keys")),
        key_order: if text(values, "key.order") == "random" { KeyOrder::Random } else { KeyOrder::InTurn },
        key_serializer: match text(values, "key.serializer") {
            "integer" => KeySerializer::Integer,
            "long" => KeySerializer::Long,
            _ => KeySerializer::String,
        },
        value: values.get("value").cloned().unwrap_or_default(),
        rate_millihertz,
        partition: text(values, "partition").parse().ok(),
        records_max,
    };
    Ok((name, load))
}
