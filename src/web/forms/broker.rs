//! One more broker.

use kafkascope::{cluster::command::Command, i18n::forms, view::model::ViewModel};

use super::{
    model::{Control, Field, Form, Values},
    read::text,
};

pub fn add(vm: &ViewModel) -> Form {
    let id = vm.brokers.iter().map(|broker| broker.id).max().unwrap_or(0) + 1;
    let mut racks: Vec<String> = vm.brokers.iter().filter_map(|broker| broker.rack.clone()).collect();
    kafkascope::sim::sort_by(&mut racks, Ord::cmp);
    racks.dedup();
    let rack = Field { control: Control::Line(racks), ..Field::line("rack", &forms::RACK, "") };
    Form {
        title: forms::ADD_BROKER.text(),
        note: Some(forms::BROKER_NOTE.with("id", id)),
        fields: vec![rack.help(forms::RACK_HELP.text())],
        settings: None,
        submit: &forms::DO_START,
        danger: false,
    }
}

pub fn read_add(values: &Values) -> Command {
    let rack = text(values, "rack");
    Command::AddBroker { rack: (!rack.is_empty()).then(|| rack.to_owned()) }
}
