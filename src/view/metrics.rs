//! Kafka's own metrics, by their own names: as they are now, and as they were before something broke.
//!
//! Each is what the brokers, the controller and the clients of a real cluster would report over JMX, added up over the
//! nodes that run: a broker that is gone reports nothing. Internal topics count, as they do there. Of a metric whose
//! name ends in `PerSec` or `RateAndTimeMs` the value is its `Count`. Left out: rates over one, five and fifteen minutes,
//! and times, because an election takes no time in the model but the messages'.

use crate::{
    cluster::command_text,
    history::{FaultGiven, Measured},
    i18n::{Template, Text, moment},
    templates,
};

/// How many metrics there are.
const COUNT: usize = 8;

/// A metric as Kafka names it.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// The MBean that it is found by.
    pub mbean: &'static str,
    /// What it counts.
    pub help: &'static Template,
    /// The value that it has while nothing is wrong, if there is one.
    pub sound: Option<i64>,
    /// Its value.
    pub value: fn(&Measured) -> i64,
}

/// Every metric, in the order of the table.
pub static METRICS: [Metric; COUNT] = [
    Metric {
        name: "UnderReplicatedPartitions",
        mbean: "kafka.server:type=ReplicaManager,name=UnderReplicatedPartitions",
        help: &UNDER_REPLICATED,
        sound: Some(0),
        value: |measured| measured.under_replicated,
    },
    Metric {
        name: "OfflinePartitionsCount",
        mbean: "kafka.controller:type=KafkaController,name=OfflinePartitionsCount",
        help: &OFFLINE,
        sound: Some(0),
        value: |measured| measured.offline,
    },
    Metric {
        name: "UnderMinIsrPartitionCount",
        mbean: "kafka.server:type=ReplicaManager,name=UnderMinIsrPartitionCount",
        help: &UNDER_MIN_ISR,
        sound: Some(0),
        value: |measured| measured.under_min_isr,
    },
    Metric {
        name: "IsrShrinksPerSec",
        mbean: "kafka.server:type=ReplicaManager,name=IsrShrinksPerSec",
        help: &ISR_SHRINKS,
        sound: None,
        value: |measured| measured.counts.isr_shrinks as i64,
    },
    Metric {
        name: "LeaderElectionRateAndTimeMs",
        mbean: "kafka.controller:type=ControllerStats,name=LeaderElectionRateAndTimeMs",
        help: &ELECTIONS,
        sound: None,
        value: |measured| measured.counts.leader_elections as i64,
    },
    Metric {
        name: "ActiveControllerCount",
        mbean: "kafka.controller:type=KafkaController,name=ActiveControllerCount",
        help: &ACTIVE,
        sound: Some(1),
        value: |measured| measured.active_controllers,
    },
    Metric {
        name: "records-lag",
        mbean: "kafka.consumer:type=consumer-fetch-manager-metrics,topic=*,partition=*,client-id=*",
        help: &LAG,
        sound: None,
        value: |measured| measured.lag,
    },
    Metric {
        name: "record-error-total",
        mbean: "kafka.producer:type=producer-metrics,client-id=*",
        help: &ERRORS,
        sound: None,
        value: |measured| measured.errors,
    },
];

/// How many metrics are not what they were.
pub fn changed(was: &Measured, now: &Measured) -> usize {
    METRICS.iter().filter(|metric| (metric.value)(was) != (metric.value)(now)).count()
}

/// What a fault's values are compared with.
pub fn before(fault: &FaultGiven) -> Text {
    BEFORE.with("command", command_text::print(&fault.given.command)).with("at", moment(fault.before.time_us))
}

/// A chosen moment, in the list of what is compared with.
pub fn from(was: &Measured) -> Text {
    FROM.with("at", moment(was.time_us))
}

/// What the values of a chosen moment are compared with.
pub fn since(was: &Measured) -> Text {
    SINCE.with("at", moment(was.time_us))
}

templates! { "metrics":
    TITLE = "Kafka's metrics", "Kafka 指标";
    METRIC = "Metric", "指标";
    WAS = "was", "之前";
    NOW = "now", "现在";
    CHANGE = "change", "变化";
    BEFORE = "before `{command}` at {at}", "对比 {at} 的 `{command}` 之前";
    SINCE = "since {at}", "对比 {at}";
    SHOW = "Metrics", "指标";
    SHOW_ALT = "Metrics: compare Kafka's metrics from here on", "指标：从此刻起对比 Kafka 指标";
    OPEN = "Metrics: {n} changed", "指标：{n} 项变化";
    OPEN_ALT = "Metrics: {n} changed. {what}", "指标：{n} 项变化。{what}";
    FROM = "from {at} on", "自 {at} 起";
    NO_MORE = "Stop comparing", "停止对比";
    UNDER_REPLICATED = "Partitions whose leader runs and whose ISR is smaller than the set of their replicas.",
        "leader 在运行、但 ISR 小于副本集的分区数。";
    OFFLINE = "Partitions that have no leader, by the controller's metadata.", "按 controller 的 metadata，没有 leader 的分区数。";
    UNDER_MIN_ISR = "Partitions whose leader runs and whose ISR is smaller than `min.insync.replicas`: `acks=all` is refused there.",
        "leader 在运行、但 ISR 小于 `min.insync.replicas` 的分区数：`acks=all` 会被拒绝。";
    ISR_SHRINKS = "How often leaders took a follower out of the ISR; what the controller takes out when it fences a broker does not count.",
        "leader 将 follower 移出 ISR 的次数；controller fence broker 时移出的不计入。";
    ELECTIONS = "Elections of a partition's leader. KRaft counts them in no metric of its own: this is the name from the time of ZooKeeper.",
        "分区 leader 选举的次数。KRaft 没有对应的指标：这是 ZooKeeper 时期的名称。";
    ACTIVE = "Controllers that hold themselves for the active one; it should be one.", "自认为是 active controller 的节点数；应当为 1。";
    LAG = "Records below the high watermark that the consumers have not yet got from `poll`, of all partitions together.",
        "high watermark 以下、consumer 尚未通过 `poll` 取到的消息数，所有分区合计。";
    ERRORS = "Records that producers gave up with an error.", "producer 放弃并报错的消息数。";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cluster::fault::{Broken, NodeName},
        history::{Run, start_cluster},
    };

    fn give(run: &mut Run, line: &str) {
        run.apply(command_text::parse(line).expect("a command")).expect("it can be done");
    }

    fn value(measured: &Measured, name: &str) -> i64 {
        (METRICS.iter().find(|metric| metric.name == name).expect("a metric").value)(measured)
    }

    #[test]
    fn a_sound_cluster_reads_sound() {
        let run = Run::new(&start_cluster()).expect("sound");
        let now = run.measured();
        for metric in &METRICS {
            let value = (metric.value)(&now);
            assert!(metric.sound.is_none_or(|sound| sound == value), "{} is {value}", metric.name);
        }
        assert_eq!(changed(&now, &now), 0);
    }

    /// One broker of three is lost, then a second: partitions lack replicas once their leaders know, then
    /// `min.insync.replicas`, and what the dead brokers alone would report is not there. Each fault has its own table.
    #[test]
    fn a_lost_broker_shows_where_kafka_shows_it() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let partitions = run.world().metadata().partitions().count() as i64;
        let fault = |run: &Run, id| run.fault_of(&Broken::Crashed(NodeName::Broker(id))).expect("it broke").clone();
        give(&mut run, "crash-broker broker=2");
        let first = fault(&run, 2);
        assert_eq!(before(&first).plain(crate::i18n::Lang::En), "before crash-broker broker=2 at 9.000 s");
        assert_eq!(value(&run.measured(), "UnderReplicatedPartitions"), 0, "nobody has noticed");
        run.advance_to(run.time_us() + 20_000_000);
        let noticed = run.measured();
        assert_eq!(fault(&run, 2), first, "what was does not move");
        assert_eq!(value(&first.before, "UnderReplicatedPartitions"), 0);
        assert_eq!(value(&noticed, "UnderReplicatedPartitions"), partitions, "each has a replica on it");
        assert_eq!(value(&noticed, "OfflinePartitionsCount"), 0);
        assert!(value(&noticed, "LeaderElectionRateAndTimeMs") > 0);
        assert_eq!(value(&noticed, "UnderMinIsrPartitionCount"), 0);
        assert!(changed(&first.before, &noticed) >= 2);
        give(&mut run, "crash-broker broker=3");
        run.advance_to(run.time_us() + 20_000_000);
        let second = fault(&run, 3);
        assert_eq!(value(&second.before, "UnderReplicatedPartitions"), partitions, "compared with before the second");
        assert_eq!(fault(&run, 2), first, "and the first with before the first");
        assert_eq!(value(&run.measured(), "ActiveControllerCount"), 0, "one of three voters is no majority");
    }
}
