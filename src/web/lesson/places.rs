//! What a lesson names, as the places and the questions of the page.

use kafkascope::{
    lesson::{format::Spot, progress::Asked},
    view::{model::Place, why::WhyKey},
};

/// A place that a lesson lights.
pub fn place(spot: &Spot) -> Place {
    match spot.clone() {
        Spot::Producer(name) => Place::Producer(name),
        Spot::Consumer(name) => Place::Consumer(name),
        Spot::Group(name) => Place::Group(name),
        Spot::Topic(name) => Place::Topic(name),
        Spot::Partition(topic, partition) => Place::Partition(topic, partition),
        Spot::Broker(id) => Place::Broker(id),
    }
}

/// A question that a lesson offers.
pub fn why_key(asked: &Asked) -> WhyKey {
    match asked.clone() {
        Asked::Partition { topic, partition, offset } => WhyKey::Partition { topic, partition, offset },
        Asked::Assignment { group, consumer } => WhyKey::Assignment { group, consumer },
        Asked::Lag { group, topic, partition } => WhyKey::Lag { group, topic, partition },
        Asked::NotVisible { topic, partition } => WhyKey::NotVisible { topic, partition },
        Asked::WouldGo { producer, key } => WhyKey::WouldGo { producer, key: Some(key), partition: None },
    }
}
