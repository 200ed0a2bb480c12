//! Consumers: members of groups of both protocols and readers of their own, and what a class does to them.

use std::fmt::Write;

use super::{Fuzz, Kind};
use crate::{
    cluster::ClientProcess,
    kafka::{
        client::consumer::{App, Consumer, Failure, PartitionProgress},
        protocol::ErrorCode,
    },
};

pub(super) const KIND: Kind = Kind {
    settings: |random, settings| {
        if random.below(2) == 0 {
            let short = [("min.session.timeout.ms", "6000"), ("session.timeout.ms", "6000")];
            let more = [("min.heartbeat.interval.ms", "1000"), ("heartbeat.interval.ms", "1000")];
            for (name, value) in short.into_iter().chain(more) {
                settings.insert(format!("group.consumer.{name}"), value.into());
            }
        }
        if random.below(3) == 0 {
            let selector = "org.apache.kafka.common.replica.RackAwareReplicaSelector";
            settings.insert("replica.selector.class".into(), selector.into());
        }
    },
    mild: &[
        (2, Fuzz::add_consumer),
        (2, |fuzz| fuzz.for_a_consumer("remove-consumer")),
        (1, |fuzz| fuzz.for_a_consumer("pause-consumer")),
        (1, |fuzz| fuzz.for_a_consumer("resume-consumer")),
        (1, |fuzz| fuzz.for_a_consumer("commit")),
        (1, |fuzz| fuzz.for_a_consumer("crash-consumer")),
        (1, |fuzz| fuzz.for_a_consumer("restart-consumer")),
        (1, |fuzz| fuzz.for_a_consumer("freeze-consumer")),
        (1, |fuzz| fuzz.for_a_consumer("thaw-consumer")),
        (1, |fuzz| fuzz.for_a_consumer("stall-consumer")),
        (1, |fuzz| fuzz.for_a_consumer("unstall-consumer")),
        (1, Fuzz::subscribe),
        (1, Fuzz::for_a_partition),
    ],
    wild: &[],
    peace: |fuzz, first| {
        let again = |names: Vec<String>, verb: &str| -> Vec<String> {
            names.iter().map(|name| format!("{verb} consumer={name}")).collect()
        };
        let mut lines = Vec::new();
        if first {
            for verb in ["thaw-consumer", "unstall-consumer", "resume-consumer"] {
                lines.extend(again(fuzz.consumer_names(), verb));
            }
            lines.extend(fuzz.places(|progress| progress.paused).iter().map(|at| format!("resume-partition {at}")));
            let crashed = fuzz.world().consumers().values().filter(|slot| slot.process == ClientProcess::Crashed);
            lines.extend(again(crashed.map(|slot| slot.consumer.name.to_string()).collect(), "restart-consumer"));
        }
        lines.extend(again(fuzz.shut_out(), "restart-consumer"));
        lines
    },
};

impl Fuzz {
    pub(super) fn add_consumer(&mut self) {
        self.clients += 1;
        let mut line = format!("add-consumer consumer=c{}", self.clients);
        let topic = self.topic().unwrap_or_else(|| "t1".to_owned());
        match self.random.below(8) {
            0 => {
                let _ = write!(line, " assign={topic}:0");
                if self.random.below(2) == 0 {
                    let _ = write!(line, " group=alone{}", self.clients);
                }
            }
            1 => {
                let _ = write!(line, " group=g{} topics={topic},t1", self.random.below(4));
            }
            _ => {
                let _ = write!(line, " group=g{} topics={topic}", self.random.below(4));
            }
        }
        line += self.pick(&["", " processing.ms=0.1", " processing.ms=5", " processing.ms=20"]).unwrap_or_default();
        line += &self.setting("auto.offset.reset", &["earliest", "latest"]);
        line += &self.setting("client.rack", &["rack-0", "rack-1", "rack-2"]);
        line += &self.setting("max.poll.records", &["1", "10", "500"]);
        line += &self.setting("fetch.max.wait.ms", &["30", "100", "500"]);
        // Small answers that nevertheless wait to be large take `fetch.max.wait.ms` for each batch: then no time of peace
        // is long enough to catch up.
        match self.random.below(2) {
            0 => line += &self.setting("fetch.min.bytes", &["0", "1", "2000"]),
            _ => {
                line += &self.setting("fetch.max.bytes", &["0", "200", "52428800"]);
                line += &self.setting("max.partition.fetch.bytes", &["0", "200", "1048576"]);
            }
        }
        // Shorter than the defaults, so that what waits for them comes right sooner.
        line += &format!(" metadata.max.age.ms={}", self.pick(&["1000", "5000", "60000"]).unwrap_or_default());
        line += &format!(" max.poll.interval.ms={}", self.pick(&["10000", "60000"]).unwrap_or_default());
        line += &self.setting("auto.commit.interval.ms", &["0", "300", "5000"]);
        // The protocol belongs to the group, but for one that has members of both.
        let modern = line.contains("group=g2 ") || line.contains("group=g3 ") && self.random.below(2) == 0;
        if modern {
            line += " group.protocol=consumer";
            line += &self.setting("group.remote.assignor", &["uniform", "range"]);
        } else if !line.contains("assign=") {
            // In each group all name the one that is chosen: a new coordinator knows of its members only that (Kafka stores no
            // other), and who does not support it fails for good.
            let strategies: &[&str] = match () {
                () if line.contains("group=g0") => &["range,cooperative-sticky", "range", "range,roundrobin"],
                () if line.contains("group=g1") => &["cooperative-sticky", "cooperative-sticky,roundrobin"],
                () => &["sticky,range", "sticky"],
            };
            line += &format!(" partition.assignment.strategy={}", self.pick(strategies).unwrap_or_default());
        }
        if !line.contains("assign=") {
            if self.random.below(4) == 0 {
                line += &format!(" group.instance.id=i{}", self.clients);
            }
            line += &self.setting("enable.auto.commit", &["true", "false"]);
        }
        if !modern && self.random.below(2) == 0 {
            line += " session.timeout.ms=6000 heartbeat.interval.ms=1000";
        }
        self.give(&line);
    }

    fn consumer_names(&self) -> Vec<String> {
        self.world().consumers().values().map(|slot| slot.consumer.name.to_string()).collect()
    }

    fn for_a_consumer(&mut self, verb: &str) {
        let names = self.consumer_names();
        if let Some(name) = self.one_of(&names) {
            self.give(&format!("{verb} consumer={name}"));
        }
    }

    fn for_a_partition(&mut self) {
        let owned = self.places(|_| true);
        let owned: Vec<&str> = owned.iter().map(String::as_str).collect();
        let what = self.random.below(400);
        if let Some(place) = self.pick(&owned) {
            match what {
                200..300 => self.give(&format!("pause-partition {place}")),
                300.. => self.give(&format!("resume-partition {place}")),
                offset => self.give(&format!("seek {place} offset={offset}")),
            };
        }
    }

    /// Partitions in consumers' hands, as commands name them.
    fn places(&self, which: impl Fn(&PartitionProgress) -> bool) -> Vec<String> {
        let slots = self.world().consumers().values();
        let partitions = slots.flat_map(|slot| slot.consumer.partitions().iter().map(|at| (&slot.consumer.name, at)));
        partitions
            .filter(|(_, (_, progress))| which(progress))
            .map(|(name, (at, _))| {
                format!("consumer={name} topic={} partition={}", self.world().topic_name(at.topic), at.partition)
            })
            .collect()
    }

    fn subscribe(&mut self) {
        let Some(topic) = self.topic() else { return };
        let names = self.consumer_names();
        if let Some(name) = self.one_of(&names) {
            self.give(&format!("subscribe consumer={name} topics={topic}"));
        }
    }

    /// Consumers that failed as Kafka's do and have to be started again: those that came while their group could not change
    /// its protocol, or thawed when it had changed or was deleted; whose group was lost with a disk; and the second
    /// process of a static member whose first was killed, until the session of that is over.
    fn shut_out(&self) -> Vec<String> {
        let consumers = self.world().consumers().values().map(|slot| &slot.consumer);
        let refused = [
            ErrorCode::UnreleasedInstanceId,
            ErrorCode::UnknownServerError,
            ErrorCode::GroupIdNotFound,
            ErrorCode::IllegalGeneration,
            ErrorCode::UnknownMemberId,
        ];
        let refused = refused.map(|error| Some(Failure::Answer(error)));
        let must_return =
            |consumer: &&Consumer| refused.contains(&consumer.last_error) || self.is_last_fenced(consumer);
        let failed = consumers.filter(|consumer| consumer.app == App::Failed).filter(must_return);
        failed.map(|consumer| consumer.name.to_string()).collect()
    }

    /// A static member that is fenced though no other process has its place: a coordinator that did not know yet that it
    /// was none any more gave it a member id that was never stored, and the real one knows only the id before.
    fn is_last_fenced(&self, consumer: &Consumer) -> bool {
        let key = |consumer: &Consumer| (consumer.group.clone(), consumer.config.group_instance_id.clone());
        let mut others = self.world().consumers().values().map(|slot| &slot.consumer);
        consumer.last_error == Some(Failure::Answer(ErrorCode::FencedInstanceId))
            && !others.any(|other| other.node != consumer.node && key(other) == key(consumer))
    }
}
