//! Producers and what they send.

use std::fmt::Write;

use super::{Fuzz, Kind};

pub(super) const KIND: Kind = Kind {
    settings: |_, _| {},
    mild: &[(1, |fuzz| fuzz.for_a_producer("pause-producer")), (1, |fuzz| fuzz.for_a_producer("resume-producer"))],
    wild: &[(3, Fuzz::add_producer), (3, |fuzz| fuzz.for_a_producer("remove-producer")), (3, Fuzz::send)],
    peace: |fuzz, first| match first {
        true => fuzz.producer_names().iter().map(|name| format!("pause-producer producer={name}")).collect(),
        false => Vec::new(),
    },
};

impl Fuzz {
    pub(super) fn add_producer(&mut self) {
        self.clients += 1;
        let topic = self.topic().unwrap_or_else(|| "t1".to_owned());
        let rate = match self.random.below(12) {
            0 => 1_500 + self.random.below(3_000),
            1 => 300,
            _ => 1 + self.random.below(40),
        };
        let mut line = format!("add-producer producer=p{} topic={topic} rate={rate}", self.clients);
        let _ = write!(line, " records.max={}", 3_000 + self.random.below(3_000));
        if self.random.below(2) == 0 {
            let _ = write!(line, " keys=a,b,c,d,e,f,g key.order=random");
        }
        let value = self.pick(&["1", "a value of some length", &"long ".repeat(60)]).unwrap_or_default().to_owned();
        let _ = write!(line, " value=\"{value}\"");
        let idempotent = self.random.below(3) > 0;
        if !idempotent {
            line += " enable.idempotence=false";
            line += &self.setting("acks", &["0", "1", "all"]);
            line += &self.setting("retries", &["0", "1", "10"]);
            line += &self.setting("max.in.flight.requests.per.connection", &["1", "2", "10"]);
        } else {
            line += &self.setting("max.in.flight.requests.per.connection", &["1", "2", "5"]);
        }
        line += &self.setting("compression.type", &["none", "gzip", "snappy", "lz4", "zstd"]);
        line += &self.setting("linger.ms", &["0", "5", "100", "1000"]);
        line += &self.setting("batch.size", &["0", "100", "500", "16384"]);
        line += &self.setting("buffer.memory", &["600", "5000", "33554432"]);
        line += &self.setting("max.block.ms", &["0", "500", "60000"]);
        line += &self.setting("metadata.max.age.ms", &["1000", "5000", "300000"]);
        line += &self.setting("max.request.size", &["1000", "1048576"]);
        line += &self.setting("retry.backoff.ms", &["0", "100", "1000"]);
        line += &self.setting("partitioner.adaptive.partitioning.enable", &["true", "false"]);
        if self.random.below(4) == 0 {
            line += " partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner";
        }
        if self.random.below(3) == 0 {
            line += " request.timeout.ms=2000 delivery.timeout.ms=4000";
        }
        self.give(&line);
    }

    fn send(&mut self) {
        let names: Vec<String> = self.world().producers().values().map(|slot| slot.producer.name.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let Some(producer) = self.pick(&names) else { return };
        let value = self.pick(&[" value=by-hand", " value=\"{}\"", ""]).unwrap_or_default();
        let mut line = format!("send producer={producer}{value}");
        match self.random.below(4) {
            0 => line += " key=k",
            1 => line += " partition=0",
            2 => line += " partition=9",
            _ => {}
        }
        self.give(&line);
    }

    fn producer_names(&self) -> Vec<String> {
        self.world().producers().values().map(|slot| slot.producer.name.to_string()).collect()
    }

    pub(super) fn for_a_producer(&mut self, verb: &str) {
        let names = self.producer_names();
        if let Some(name) = self.one_of(&names) {
            self.give(&format!("{verb} producer={name}"));
        }
    }
}
