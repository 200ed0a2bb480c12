//! Kafka's own metrics, by their own names: as they are now, and as they were before something broke.
//!
//! Each is what the brokers, the controller and the clients of a real cluster would report over JMX, added up over the
//! nodes that run: a broker that is gone reports nothing. Internal topics count, as they do there. Of a metric whose
//! name ends in `PerSec` or `RateAndTimeMs` the value is its `Count`. Left out: rates over one, five and fifteen minutes,
//! and times, because an election takes no time in the model but the messages'.

use crate::{
    cluster::{World, command_text},
    history::{Counts, Run},
    i18n::Template,
    kafka::{
        broker::Broker,
        config::{BrokerConfig, TopicConfig},
        ids::TopicId,
    },
    sim::Map,
    templates,
};

/// How many metrics there are.
const COUNT: usize = 8;

/// A metric as Kafka names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// The MBean that it is found by.
    pub mbean: &'static str,
    /// What it counts.
    pub help: &'static Template,
    /// The value that it has while nothing is wrong, if there is one.
    pub sound: Option<i64>,
}

/// Every metric, in the order of the table.
pub static METRICS: [Metric; COUNT] = [
    Metric {
        name: "UnderReplicatedPartitions",
        mbean: "kafka.server:type=ReplicaManager,name=UnderReplicatedPartitions",
        help: &UNDER_REPLICATED,
        sound: Some(0),
    },
    Metric {
        name: "OfflinePartitionsCount",
        mbean: "kafka.controller:type=KafkaController,name=OfflinePartitionsCount",
        help: &OFFLINE,
        sound: Some(0),
    },
    Metric {
        name: "UnderMinIsrPartitionCount",
        mbean: "kafka.server:type=ReplicaManager,name=UnderMinIsrPartitionCount",
        help: &UNDER_MIN_ISR,
        sound: Some(0),
    },
    Metric {
        name: "IsrShrinksPerSec",
        mbean: "kafka.server:type=ReplicaManager,name=IsrShrinksPerSec",
        help: &ISR_SHRINKS,
        sound: None,
    },
    Metric {
        name: "LeaderElectionRateAndTimeMs",
        mbean: "kafka.controller:type=ControllerStats,name=LeaderElectionRateAndTimeMs",
        help: &ELECTIONS,
        sound: None,
    },
    Metric {
        name: "ActiveControllerCount",
        mbean: "kafka.controller:type=KafkaController,name=ActiveControllerCount",
        help: &ACTIVE,
        sound: Some(1),
    },
    Metric {
        name: "records-lag",
        mbean: "kafka.consumer:type=consumer-fetch-manager-metrics,topic=*,partition=*,client-id=*",
        help: &LAG,
        sound: None,
    },
    Metric {
        name: "record-error-total",
        mbean: "kafka.producer:type=producer-metrics,client-id=*",
        help: &ERRORS,
        sound: None,
    },
];

/// The values of [`METRICS`] at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub time_us: u64,
    /// The values.
    pub values: [i64; COUNT],
}

/// What the values are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Against {
    /// Right before this command, the last that broke something.
    Fault(String),
    /// A moment that somebody chose.
    Moment,
}

/// The table: was, now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the values are compared with.
    pub against: Against,
    /// What they were then.
    pub was: Reading,
    /// What they are now.
    pub now: Reading,
}

/// The values now.
pub fn read(run: &Run) -> Reading {
    reading(run.world(), run.counts())
}

/// The values now beside those of a chosen moment, or of the one right before the last fault; `None`: nothing broke.
pub fn table(run: &Run, chosen: Option<Reading>) -> Option<Table> {
    let (against, was) = match (chosen, run.last_fault()) {
        (Some(chosen), _) => (Against::Moment, chosen),
        (None, Some(fault)) => {
            let command = command_text::print(&fault.given.command);
            (Against::Fault(command), reading(&fault.before, fault.counts))
        }
        (None, None) => return None,
    };
    Some(Table { against, was, now: read(run) })
}

fn reading(world: &World, counts: Counts) -> Reading {
    let running = || world.brokers().values().filter(|broker| broker.is_up());
    let least = least_in_sync(world);
    let (mut under_replicated, mut under_min_isr) = (0, 0);
    for leader in running().flat_map(Broker::replicas).filter_map(|(id, replica)| Some((id, replica.leader()?))) {
        let (id, state) = leader;
        under_replicated += i64::from(state.isr.len() < state.replicas.len());
        let least = least.get(&id.topic).map_or(1, |least| (*least as usize).min(state.replicas.len()));
        under_min_isr += i64::from(state.isr.len() < least);
    }
    let offline = world.metadata().partitions().filter(|(_, state)| state.leader.is_none()).count() as i64;
    let active = running().filter(|broker| broker.quorum.is_leader()).count() as i64;
    let values = [
        under_replicated,
        offline,
        under_min_isr,
        counts.isr_shrinks as i64,
        counts.leader_elections as i64,
        active,
        lag(world),
        world.ledger().failed as i64,
    ];
    Reading { time_us: world.now_us(), values }
}

/// Effective `min.insync.replicas` by topic.
fn least_in_sync(world: &World) -> Map<TopicId, u32> {
    let image = world.metadata();
    let default = BrokerConfig::from_settings(&image.settings).unwrap_or_default().min_insync_replicas;
    let of = |settings| TopicConfig::from_settings(settings).ok()?.min_insync_replicas;
    image.topics.iter().map(|(id, topic)| (*id, of(&topic.settings).unwrap_or(default))).collect()
}

/// What all consumers have still to read, up to the high watermarks.
fn lag(world: &World) -> i64 {
    let image = world.metadata();
    let owned = world.consumers().values().flat_map(|slot| slot.consumer.partitions().iter());
    let behind = owned.filter_map(|(id, progress)| {
        let state = image.partition(*id)?;
        let broker = world.brokers().get(&state.leader.or(state.isr.first().copied())?)?;
        Some((broker.replica(*id)?.log.high_watermark() - progress.position?).max(0))
    });
    behind.sum()
}

templates! { "metrics":
    TITLE = "Kafka's metrics", "Kafka 指标";
    METRIC = "Metric", "指标";
    WAS = "was", "之前";
    NOW = "now", "现在";
    CHANGE = "change", "变化";
    BEFORE = "before `{command}` at {at}", "对比 {at} 的 `{command}` 之前";
    SINCE = "since {at}", "对比 {at}";
    NOTHING = "Nothing has been broken yet.", "还没有任何故障。";
    FROM_HERE = "Compare from here", "从此刻对比";
    FROM_FAULT = "Compare with before the fault", "与故障前对比";
    SHOW = "Metrics", "指标";
    UNDER_REPLICATED = "Partitions whose leader runs and whose ISR is smaller than the set of their replicas.",
        "leader 在运行、但 ISR 小于副本集的分区数。";
    OFFLINE = "Partitions that have no leader, by the controller's metadata.", "按 controller 的元数据，没有 leader 的分区数。";
    UNDER_MIN_ISR = "Partitions whose leader runs and whose ISR is smaller than `min.insync.replicas`: `acks=all` is refused there.",
        "leader 在运行、但 ISR 小于 `min.insync.replicas` 的分区数：`acks=all` 会被拒绝。";
    ISR_SHRINKS = "How often leaders took a follower out of the ISR; what the controller takes out when it fences a broker does not count.",
        "leader 将 follower 移出 ISR 的次数；controller 隔离 broker 时移出的不计入。";
    ELECTIONS = "Elections of a partition's leader. KRaft counts them in no metric of its own: this is the name from the time of ZooKeeper.",
        "分区 leader 选举的次数。KRaft 没有对应的指标：这是 ZooKeeper 时期的名称。";
    ACTIVE = "Controllers that hold themselves for the active one; it should be one.", "自认为是活动 controller 的节点数；应当为 1。";
    LAG = "Records below the high watermark that the consumers have not yet got from `poll`, of all partitions together.",
        "高水位以下、consumer 尚未通过 `poll` 取到的消息数，所有分区合计。";
    ERRORS = "Records that producers gave up with an error.", "producer 放弃并报错的消息数。";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::start_cluster;

    fn give(run: &mut Run, line: &str) {
        run.apply(command_text::parse(line).expect("a command")).expect("it can be done");
    }

    fn value(reading: &Reading, name: &str) -> i64 {
        let at = METRICS.iter().position(|metric| metric.name == name).expect("a metric");
        reading.values[at]
    }

    #[test]
    fn a_sound_cluster_reads_sound() {
        let run = Run::new(&start_cluster()).expect("sound");
        let now = read(&run);
        for (metric, value) in METRICS.iter().zip(now.values) {
            assert!(metric.sound.is_none_or(|sound| sound == value), "{} is {value}", metric.name);
        }
        assert_eq!(table(&run, None), None, "nothing broke");
        let chosen = table(&run, Some(now)).expect("a moment was chosen");
        assert_eq!((chosen.against, chosen.was), (Against::Moment, chosen.now));
    }

    /// One broker of three is lost, then a second: partitions lack replicas once their leaders know, then
    /// `min.insync.replicas`, and what the dead brokers alone would report is not there.
    #[test]
    fn a_lost_broker_shows_where_kafka_shows_it() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let partitions = run.world().metadata().partitions().count() as i64;
        give(&mut run, "crash-broker broker=2");
        let at_once = table(&run, None).expect("it broke");
        assert_eq!(at_once.against, Against::Fault("crash-broker broker=2".into()));
        assert_eq!(value(&at_once.now, "UnderReplicatedPartitions"), 0, "nobody has noticed");
        run.advance_to(run.time_us() + 20_000_000);
        let noticed = table(&run, None).expect("it broke");
        assert_eq!(noticed.was, at_once.was, "what was does not move");
        assert_eq!(value(&noticed.was, "UnderReplicatedPartitions"), 0);
        assert_eq!(value(&noticed.now, "UnderReplicatedPartitions"), partitions, "each has a replica on it");
        assert_eq!(value(&noticed.now, "OfflinePartitionsCount"), 0);
        assert!(value(&noticed.now, "LeaderElectionRateAndTimeMs") > 0);
        assert_eq!(value(&noticed.now, "UnderMinIsrPartitionCount"), 0);
        give(&mut run, "crash-broker broker=3");
        run.advance_to(run.time_us() + 20_000_000);
        let second = table(&run, None).expect("it broke");
        assert_eq!(second.against, Against::Fault("crash-broker broker=3".into()));
        assert_eq!(value(&second.was, "UnderReplicatedPartitions"), partitions, "compared with before the second");
        assert_eq!(value(&second.now, "ActiveControllerCount"), 0, "one of three voters is no majority");
    }
}
