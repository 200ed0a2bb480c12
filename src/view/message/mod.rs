//! Requests and responses in full, as lines under Kafka's own field names (those of the message schemas, as Kafka's
//! request log writes them). One function a direction; left out: fields that the model does not use.

mod request;
mod response;
#[cfg(test)]
mod tests;

pub use request::request;
pub use response::response;

use crate::{
    cluster::World,
    kafka::{
        ids::{BrokerId, Name, TopicIdPartition},
        log::{Codec, Records},
    },
};

/// A field of a message; one without a value holds those below it that stand deeper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// How deep it is nested.
    pub depth: u8,
    /// Kafka's name.
    pub name: &'static str,
    /// Its value as text.
    pub value: String,
}

/// Entries of a list that are shown; after them stands how many there are more.
const LISTED: usize = 24;

/// Collects fields.
struct Fields<'a> {
    world: &'a World,
    fields: Vec<Field>,
    depth: u8,
}

impl<'a> Fields<'a> {
    fn new(world: &'a World) -> Fields<'a> {
        Fields { world, fields: Vec::new(), depth: 0 }
    }

    fn put(&mut self, name: &'static str, value: impl ToString) -> &mut Self {
        self.fields.push(Field { depth: self.depth, name, value: value.to_string() });
        self
    }

    /// Microseconds of the model as Kafka's milliseconds.
    fn put_ms(&mut self, name: &'static str, us: u64) -> &mut Self {
        self.put(name, us / 1_000)
    }

    fn put_name(&mut self, name: &'static str, value: Option<&Name>) -> &mut Self {
        self.put(name, value.map_or("null", |value| value))
    }

    fn put_broker(&mut self, name: &'static str, broker: Option<BrokerId>) -> &mut Self {
        match broker {
            Some(broker) => self.put(name, broker),
            None => self.put(name, -1),
        }
    }

    /// A list: each entry is a field of the list's name, with what `each` puts below it.
    fn list<T>(&mut self, name: &'static str, items: &[T], mut each: impl FnMut(&mut Fields<'a>, &T) -> String) {
        if items.is_empty() {
            self.put(name, "[]");
        }
        for item in items.iter().take(LISTED) {
            let at = self.fields.len();
            self.depth += 1;
            let value = each(self, item);
            self.depth -= 1;
            self.fields.insert(at, Field { depth: self.depth, name, value });
        }
        if items.len() > LISTED {
            self.put(name, format!("… +{}", items.len() - LISTED));
        }
    }

    fn place(&self, at: TopicIdPartition) -> String {
        format!("{}-{}", self.world.topic_name(at.topic), at.partition)
    }

    /// Partitions in one line.
    fn places(&self, partitions: &[TopicIdPartition]) -> String {
        let mut names: Vec<String> = partitions.iter().take(LISTED).map(|at| self.place(*at)).collect();
        if partitions.len() > LISTED {
            names.push(format!("… +{}", partitions.len() - LISTED));
        }
        format!("[{}]", names.join(", "))
    }

    /// A batch of records in one line: how many, how large, the keys of the first.
    fn records(&self, records: &Records) -> String {
        let keys: Vec<String> = records
            .iter()
            .take(6)
            .map(|record| match record.key {
                Some(key) => String::from_utf8_lossy(key).into_owned(),
                None => "null".to_owned(),
            })
            .collect();
        let more = if records.len() > keys.len() { ", …" } else { "" };
        let codec = match records.codec() {
            Codec::None => String::new(),
            codec => format!(" ({}, {} B before)", codec.name(), records.plain_bytes()),
        };
        format!("{} · {} B{codec} · keys {}{more}", records.len(), records.size_bytes(), keys.join(", "))
    }
}

fn brokers(brokers: &[BrokerId]) -> String {
    format!("{brokers:?}")
}
