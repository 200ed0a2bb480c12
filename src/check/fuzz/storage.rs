//! Segments, retention, compaction, and records deleted by hand.

use super::{Fuzz, Kind};

pub(super) const KIND: Kind = Kind {
    settings: |random, settings| {
        if random.below(3) > 0 {
            let looks = ["log.initial.task.delay.ms", "log.retention.check.interval.ms", "log.cleaner.backoff.ms"];
            for name in looks {
                settings.insert(name.into(), (300 + random.below(4_000)).to_string());
            }
        }
    },
    mild: &[(1, Fuzz::configure_storage)],
    wild: &[(3, Fuzz::delete_records), (3, Fuzz::configure_storage)],
    peace: |_, _| Vec::new(),
};

impl Fuzz {
    fn delete_records(&mut self) {
        let Some(topic) = self.topic() else { return };
        let mut line = format!("delete-records topic={topic} partition={}", self.random.below(3));
        if self.random.below(3) > 0 {
            line += &format!(" offset={}", self.random.below(300));
        }
        self.give(&line);
    }

    fn configure_storage(&mut self) {
        let Some(topic) = self.topic() else { return };
        let mut line = format!("configure-topic topic={topic}");
        line += &self.setting("cleanup.policy", &["delete", "compact", "compact,delete"]);
        line += &self.setting("internal.segment.bytes", &["null", "500", "3000", "20000"]);
        line += &self.setting("compression.type", &["producer", "uncompressed", "gzip", "zstd"]);
        line += &self.setting("segment.ms", &["500", "5000", "604800000"]);
        line += &self.setting("retention.ms", &["-1", "1000", "8000", "604800000"]);
        line += &self.setting("retention.bytes", &["-1", "0", "2000", "30000"]);
        line += &self.setting("index.interval.bytes", &["0", "200", "4096"]);
        line += &self.setting("segment.index.bytes", &["24", "10485760"]);
        line += &self.setting("min.cleanable.dirty.ratio", &["0", "0.3", "0.5"]);
        line += &self.setting("delete.retention.ms", &["0", "3000"]);
        line += &self.setting("min.compaction.lag.ms", &["0", "2000"]);
        line += &self.setting("max.compaction.lag.ms", &["5000", "9223372036854775807"]);
        if line.contains('=') && line.matches('=').count() > 1 {
            self.give(&line);
        }
    }
}
