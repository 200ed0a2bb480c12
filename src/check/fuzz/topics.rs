//! Topics: made, changed, deleted and made again.

use std::fmt::Write;

use super::{Fuzz, Kind};
use crate::kafka::ids::is_internal;

pub(super) const KIND: Kind = Kind {
    settings: |random, settings| {
        if random.below(4) == 0 {
            settings.insert("min.insync.replicas".into(), (1 + random.below(3)).to_string());
        }
    },
    mild: &[(1, Fuzz::add_partitions)],
    wild: &[(3, |fuzz| fuzz.for_a_topic("delete-topic")), (3, Fuzz::create_topic), (3, Fuzz::configure_topic)],
    peace: |fuzz, first| {
        if !first {
            return Vec::new();
        }
        // What asks for more in-sync replicas than there can be would never come right.
        let topics = fuzz.user_topics();
        let mut lines: Vec<String> =
            topics.iter().map(|topic| format!("configure-topic topic={topic} min.insync.replicas=1")).collect();
        lines.push("configure-cluster min.insync.replicas=1".to_owned());
        lines
    },
};

impl Fuzz {
    pub(super) fn create_topic(&mut self) {
        // Few names, so that a deleted topic often comes back under its own.
        self.topics += 1;
        let (name, partitions) = (self.topics % 4, 1 + self.random.below(6));
        let alive = self.world().brokers().len() as u32;
        let replicas = 1 + self.random.below(alive.min(3));
        let mut line = format!("create-topic topic=t{name} partitions={partitions} replication.factor={replicas}");
        if self.random.below(3) == 0 {
            let _ = write!(line, " min.insync.replicas={}", 1 + self.random.below(replicas));
        }
        if self.random.below(4) == 0 {
            line += &self.setting("compression.type", &["uncompressed", "gzip", "snappy", "lz4", "zstd"]);
        }
        self.give(&line);
    }

    fn user_topics(&self) -> Vec<String> {
        let names = self.world().metadata().topic_ids.keys();
        names.filter(|name| !is_internal(name)).map(|name| name.to_string()).collect()
    }

    /// A topic that is there.
    pub(super) fn topic(&mut self) -> Option<String> {
        let names = self.user_topics();
        self.one_of(&names)
    }

    pub(super) fn for_a_topic(&mut self, verb: &str) {
        if let Some(topic) = self.topic() {
            self.give(&format!("{verb} topic={topic}"));
        }
    }

    fn configure_topic(&mut self) {
        if let Some(topic) = self.topic() {
            let replicas = 1 + self.random.below(3);
            self.give(&format!("configure-topic topic={topic} min.insync.replicas={replicas}"));
        }
    }

    fn add_partitions(&mut self) {
        let Some(topic) = self.topic() else { return };
        let present = self.world().metadata().topic_by_name(&topic).map_or(0, |(_, image)| image.partitions.len());
        if present < 12 {
            let more = 1 + self.random.below(3);
            self.give(&format!("add-partitions topic={topic} partitions={}", present as u32 + more));
        }
    }
}
