//! A form as data: its fields with what stands in them at first, and how what stands in them becomes a command.

use kafkascope::{
    cluster::command::{Command, Load, Settings, Work},
    i18n::{Template, Text, forms},
    kafka::config::Scope,
    sim::Map,
    view::model::ViewModel,
};

use super::{broker, consumer, faults, offsets, producer, reassign, topic};
use crate::stage_api::Dialog;

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Its heading.
    pub title: Text,
    /// A sentence under the heading.
    pub note: Option<Text>,
    /// Its own fields.
    pub fields: Vec<Field>,
    /// The settings it has, from the config table.
    pub settings: Option<SettingsPart>,
    /// The word on its button.
    pub submit: &'static Template,
    /// Is what it does not to be undone?
    pub danger: bool,
}

/// The settings of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingsPart {
    /// Whose settings.
    pub scope: Scope,
    /// What is changed already.
    pub initial: Settings,
    /// Those shown first, by name.
    pub common: &'static [&'static str],
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its id, and the name by which a refusal finds it.
    pub id: &'static str,
    /// Its words.
    pub label: &'static Template,
    /// A sentence under it.
    pub help: Option<Text>,
    /// What it is.
    pub control: Control,
    /// What stands in it at first.
    pub initial: String,
    /// Stands after it.
    pub unit: Option<&'static Template>,
    /// Two of them stand side by side.
    pub half: bool,
}

/// What a field is.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// A line of text, with suggestions.
    Line(Vec<String>),
    /// A number.
    Number,
    /// One of several.
    Choice(Vec<(String, Label)>),
    /// Any of several; its value is one a line.
    Many(Vec<(String, Label)>),
}

/// The words of a choice.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// A name, as it is.
    Name(String),
    /// Words.
    Words(Text),
}

impl Field {
    /// A line of text.
    pub fn line(id: &'static str, label: &'static Template, initial: impl Into<String>) -> Field {
        let control = Control::Line(Vec::new());
        Field { id, label, help: None, control, initial: initial.into(), unit: None, half: false }
    }

    /// A number.
    pub fn number(id: &'static str, label: &'static Template, initial: impl ToString) -> Field {
        Field { control: Control::Number, ..Field::line(id, label, initial.to_string()) }
    }

    /// One of several.
    pub fn choice(
        id: &'static str,
        label: &'static Template,
        options: Vec<(String, Label)>,
        initial: impl Into<String>,
    ) -> Field {
        Field { control: Control::Choice(options), ..Field::line(id, label, initial) }
    }

    /// The same with a sentence under it.
    pub fn help(mut self, help: Text) -> Field {
        self.help = Some(help);
        self
    }

    /// The same with a unit after it.
    pub fn unit(mut self, unit: &'static Template) -> Field {
        self.unit = Some(unit);
        self
    }

    /// The same, half as wide.
    pub fn half(mut self) -> Field {
        self.half = true;
        self
    }
}

/// What stands in the fields, by id.
pub type Values = Map<&'static str, String>;

/// What is there already, for the forms that change it.
#[derive(Clone, Debug, PartialEq)]
pub enum Current {
    /// A producer.
    Producer(Load, Settings),
    /// A consumer.
    Consumer(Work, Settings),
    /// A topic's or the cluster's settings.
    Settings(Settings),
}

/// What is wrong with what stands in a field.
pub type Wrong = (&'static str, Text);

/// The form of a dialog; `None` for dialogs that are no forms, and for things that are gone.
pub fn form(dialog: &Dialog, vm: &ViewModel, current: Option<&Current>) -> Option<Form> {
    let settings = || match current {
        Some(Current::Settings(settings)) => settings.clone(),
        _ => Settings::new(),
    };
    Some(match dialog {
        Dialog::CreateTopic => topic::create(vm),
        Dialog::ConfigureTopic(name) => topic::configure(name, settings()),
        Dialog::AddPartitions(name) => topic::add_partitions(vm, name)?,
        Dialog::DeleteTopic(name) => topic::delete(name),
        Dialog::ConfigureCluster => topic::configure_cluster(settings()),
        Dialog::Reassign(topic, partition) => reassign::replicas(vm, topic, *partition)?,
        Dialog::ReplicationFactor(topic) => reassign::factor(vm, topic)?,
        Dialog::AddBroker => broker::add(vm),
        Dialog::AddProducer(topic) => producer::add(vm, topic.as_deref()),
        Dialog::ConfigureProducer(name) => match current {
            Some(Current::Producer(load, settings)) => producer::configure(vm, name, load, settings),
            _ => return None,
        },
        Dialog::AddConsumer(group) => consumer::add(vm, group.as_deref()),
        Dialog::ConfigureConsumer(name) => match current {
            Some(Current::Consumer(work, settings)) => consumer::configure(vm, name, work, settings),
            _ => return None,
        },
        Dialog::Subscribe(name) => consumer::subscribe(vm, name)?,
        Dialog::Seek(name) => offsets::seek(vm, name)?,
        Dialog::ResetOffsets(group) => offsets::reset(vm, group),
        Dialog::DeleteRecords(topic, partition) => topic::delete_records(vm, topic, *partition)?,
        Dialog::Break(kind, node) => faults::form(vm, *kind, node.as_ref()),
        Dialog::Help
        | Dialog::SendOne(_)
        | Dialog::GroupTool(_)
        | Dialog::Ledger(_)
        | Dialog::Segments(..)
        | Dialog::Palette(_)
        | Dialog::Share
        | Dialog::Runs
        | Dialog::Compare(..)
        | Dialog::Wrong(..)
        | Dialog::Crashed(..) => return None,
    })
}

/// Is this field to be seen, with what stands in the others?
pub fn shown(id: &str, values: &Values) -> bool {
    let mode = values.get(consumer::MODE).map(String::as_str);
    match id {
        consumer::TOPICS => mode
            .is_none_or(|mode| ![consumer::BY_HAND, consumer::PATTERN, consumer::SUBSCRIPTION_PATTERN].contains(&mode)),
        consumer::PATTERN => {
            mode.is_none_or(|mode| [consumer::PATTERN, consumer::SUBSCRIPTION_PATTERN].contains(&mode))
        }
        consumer::ASSIGN => mode == Some(consumer::BY_HAND),
        _ => offsets::shown(id, values),
    }
}

/// The command that a filled form makes, or all that is wrong with it.
pub fn command(dialog: &Dialog, values: &Values, settings: &Settings, form: &Form) -> Result<Command, Vec<Wrong>> {
    match dialog {
        Dialog::CreateTopic => topic::read_create(values, settings),
        Dialog::ConfigureTopic(name) => {
            Ok(Command::ConfigureTopic { topic: name.clone(), settings: topic::changes(settings, form) })
        }
        Dialog::ConfigureCluster => Ok(Command::ConfigureCluster { settings: topic::changes(settings, form) }),
        Dialog::AddPartitions(name) => topic::read_add_partitions(name, values),
        Dialog::DeleteTopic(name) => Ok(Command::DeleteTopic { topic: name.clone() }),
        Dialog::Reassign(topic, partition) => reassign::read_replicas(topic, *partition, values),
        Dialog::ReplicationFactor(topic) => reassign::read_factor(topic, values),
        Dialog::AddBroker => Ok(broker::read_add(values)),
        Dialog::AddProducer(_) => {
            let (producer, load) = producer::read(values)?;
            Ok(Command::AddProducer { producer, load, settings: settings.clone() })
        }
        Dialog::ConfigureProducer(name) => {
            let (_, load) = producer::read(values)?;
            Ok(Command::ConfigureProducer { producer: name.clone(), load, settings: settings.clone() })
        }
        Dialog::AddConsumer(_) => {
            let (consumer, work) = consumer::read(values)?;
            Ok(Command::AddConsumer { consumer, work, settings: settings.clone() })
        }
        Dialog::ConfigureConsumer(name) => {
            let (_, work) = consumer::read(values)?;
            Ok(Command::ConfigureConsumer { consumer: name.clone(), work, settings: settings.clone() })
        }
        Dialog::Subscribe(name) => consumer::read_subscribe(name, values),
        Dialog::Seek(name) => offsets::read_seek(name, values),
        Dialog::ResetOffsets(group) => offsets::read_reset(group, values),
        Dialog::DeleteRecords(topic, partition) => topic::read_delete_records(topic, *partition, values),
        Dialog::Break(kind, _) => faults::read(*kind, values),
        Dialog::Help
        | Dialog::SendOne(_)
        | Dialog::GroupTool(_)
        | Dialog::Ledger(_)
        | Dialog::Segments(..)
        | Dialog::Palette(_)
        | Dialog::Share
        | Dialog::Runs
        | Dialog::Compare(..)
        | Dialog::Wrong(..)
        | Dialog::Crashed(..) => Err(Vec::new()),
    }
}

/// The topics that a user may send to and read from.
pub fn topics(vm: &ViewModel) -> Vec<(String, Label)> {
    let topics = vm.topics.iter().filter(|topic| !topic.internal);
    topics.map(|topic| (topic.name.clone(), Label::Name(topic.name.clone()))).collect()
}

/// A note, if there is no topic to choose.
pub fn no_topic(vm: &ViewModel) -> Option<Text> {
    topics(vm).is_empty().then(|| forms::NO_TOPIC.text())
}
