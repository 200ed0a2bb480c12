//! The table of configs: what Kafka calls each, where it applies, what it may be, and what it means.
//!
//! Ranges are those of Kafka's own validators. Where Kafka checks nothing (most broker timeouts, the session timeout),
//! the row asks for what works: at least 1 for a time that is waited for. `offsets.topic.num.partitions` has a
//! maximum of the model's own. Left out: every config whose effect the model does not have.

use super::{Config, Kind, Scope, Scope::*, Unit, Unit::*};
use crate::{
    i18n::Template,
    kafka::{
        assignor::ASSIGNORS,
        limits::{GROUP_ID, RACK},
    },
};

const INT_MAX: i64 = i32::MAX as i64;
const SHORT_MAX: i64 = i16::MAX as i64;

/// A Java `int` of at least `min`.
const fn int(min: i64) -> Kind {
    Kind::Int { min, max: INT_MAX }
}

/// A Java `long` of which −1 means that there is no bound.
const fn long_or_none() -> Kind {
    Kind::Int { min: -1, max: i64::MAX }
}

/// A Java `long` of at least `min`.
const fn long(min: i64) -> Kind {
    Kind::Int { min, max: i64::MAX }
}

macro_rules! table {
    ($($name:literal $(=> $of:literal)? $scopes:expr, $kind:expr, $unit:expr, $default:literal; $en:literal $zh:literal)*) => {
        /// Every config that the model has, in the order of the forms. A name that stands for two configs has two rows.
        pub static TABLE: &[Config] = &[$(Config {
            name: $name,
            scopes: &$scopes,
            kind: $kind,
            unit: $unit,
            default: $default,
            help: Template { key: concat!("config.", $name $(, " of ", $of)?), en: $en, zh: $zh },
        }),*];
    };
}

const CLIENTS: [Scope; 2] = [Producer, Consumer];
const PLAIN: Unit = Unit::None;

table! {
    // Producer.
    "acks" [Producer], Kind::Choice(&["all", "-1", "1", "0"]), PLAIN, "all";
    "Which copies must have a record before the broker answers: `all` in-sync replicas (`-1` is the same), the leader alone (`1`), or none at all (`0`)."
    "broker 应答前必须由谁保存好消息：`all`（等同于 `-1`）为全部同步副本，`1` 为仅 leader，`0` 为不等待应答。"

    "linger.ms" [Producer], long(0), Milliseconds, "5";
    "How long a batch that is not full may wait for more records before it is sent."
    "未满的 batch 在发送前最多等待更多消息的时间。"

    "batch.size" [Producer], int(0), Bytes, "16384";
    "The largest size of a batch for one partition; it never delays a record, and `0` sends every record by itself."
    "单个分区一个 batch 的大小上限；它本身不会造成延迟，`0` 表示每条消息单独发送。"

    "compression.type" [Producer], Kind::Choice(&["none", "gzip", "snappy", "lz4", "zstd"]), PLAIN, "none";
    "How the producer compresses its batches, each as a whole: larger batches of similar records gain more, and a small one may even grow."
    "producer 用什么算法压缩 batch。压缩以整个 batch 为单位：batch 越大、消息越相似，效果越好；很小的 batch 反而可能变大。"

    "partitioner.class" [Producer], Kind::Choice(&["null", ROUND_ROBIN]), PLAIN, "null";
    "What chooses the partition: `null` is the built-in partitioner (hash of the key, sticky without a key); `RoundRobinPartitioner` takes the partitions in turn and ignores the key."
    "由谁选择分区：`null` 为内置分区器（有 key 按哈希，无 key 用粘性分区）；`RoundRobinPartitioner` 依次轮流选择分区并忽略 key。"

    "partitioner.ignore.keys" [Producer], Kind::Bool, PLAIN, "false";
    "With `true` the built-in partitioner treats a record with a key as if it had none."
    "为 `true` 时，内置分区器把有 key 的消息当作没有 key 处理。"

    "partitioner.adaptive.partitioning.enable" [Producer], Kind::Bool, PLAIN, "true";
    "With `true` records without a key go less often to partitions whose batches queue up in the producer."
    "为 `true` 时，producer 中积压 batch 较多的分区会更少被选来存放无 key 的消息。"

    "partitioner.availability.timeout.ms" [Producer], long(0), Milliseconds, "0";
    "After how long without taking a waiting batch a broker is left out when the partition of a record without a key is chosen; `0` never leaves one out."
    "broker 持续多久未取走待发的 batch 后，为无 key 消息选分区时就跳过它；`0` 表示从不跳过。"

    "enable.idempotence" [Producer], Kind::Bool, PLAIN, "true";
    "With `true` each batch carries a producer id and a sequence number, so that a leader knows a retry and writes it neither twice nor out of order, as long as the producer keeps its epoch."
    "为 `true` 时，每个 batch 都带有 producer id 和序号，leader 据此识别重试，不会重复或乱序写入；仅在 producer 的 epoch 不变时有效。"

    "max.in.flight.requests.per.connection" [Producer], int(1), Requests, "5";
    "How many requests may be unanswered at once on one connection; at most 5 with idempotence."
    "一个连接上最多允许多少个尚未应答的请求；开启幂等时不得超过 5。"

    "retries" [Producer], int(0), PLAIN, "2147483647";
    "How often a batch is sent again after a retriable error; `delivery.timeout.ms` usually ends it first."
    "遇到可重试错误后一个 batch 最多重发的次数；通常先到达的是 `delivery.timeout.ms`。"

    "delivery.timeout.ms" [Producer], int(0), Milliseconds, "120000";
    "The time from the creation of a batch to its success or failure, waiting and retries included; at least `linger.ms` + `request.timeout.ms`."
    "从 batch 创建到最终成功或失败的总时限，包括等待和重试；不得小于 `linger.ms` + `request.timeout.ms`。"

    "request.timeout.ms" CLIENTS, int(0), Milliseconds, "30000";
    "How long the client waits for the answer to a request before it counts as failed."
    "客户端等待一个请求应答的最长时间，超过即视为失败。"

    "retry.backoff.ms" CLIENTS, long(0), Milliseconds, "100";
    "The wait before the first retry; it doubles with each further failure."
    "首次重试前的等待时间；此后每失败一次就加倍。"

    "retry.backoff.max.ms" CLIENTS, long(0), Milliseconds, "1000";
    "The longest wait between two retries."
    "两次重试之间等待时间的上限。"

    "max.block.ms" [Producer], long(0), Milliseconds, "60000";
    "How long `send()` may wait for metadata and for free buffer memory before it fails."
    "`send()` 等待 metadata 和空闲缓冲区的最长时间，超过即失败。"

    "buffer.memory" [Producer], long(0), Bytes, "33554432";
    "The memory for records that wait to be sent; when it is used up `send()` waits."
    "用于缓存待发送消息的内存；用完后 `send()` 会等待。"

    "max.request.size" [Producer], int(0), Bytes, "1048576";
    "The largest request, and so also the largest record, that the producer sends."
    "producer 发送的单个请求的大小上限，因此也是单条消息的上限。"

    "metadata.max.age.ms" CLIENTS, long(0), Milliseconds, "300000";
    "After how long the client asks for metadata again even if nothing went wrong."
    "即使没有出错，客户端最多隔多久也会重新获取 metadata。"

    // Consumer.
    "auto.offset.reset" [Consumer], Kind::ChoiceOrDuration(&["latest", "earliest", "none"], BY_DURATION), PLAIN, "latest";
    "Where to start when there is no committed offset or it is out of range: at the end (`latest`), at the start (`earliest`), at the first record not older than a duration (`by_duration:PT1H`), or fail (`none`)."
    "没有已提交的 offset 或其已越界时从哪里开始读：`latest` 从末尾，`earliest` 从开头，`by_duration:PT1H` 从不早于该时长的第一条消息，`none` 则报错。"

    "enable.auto.commit" [Consumer], Kind::Bool, PLAIN, "true";
    "With `true` the consumer itself commits, during `poll()`, the offsets of what earlier polls returned."
    "为 `true` 时，consumer 会在 `poll()` 中自动提交之前 poll 返回的消息的 offset。"

    "auto.commit.interval.ms" [Consumer], int(0), Milliseconds, "5000";
    "The shortest time between two automatic commits."
    "两次自动提交之间的最短间隔。"

    "max.poll.records" [Consumer], int(1), Records, "500";
    "How many records one `poll()` returns at most; it does not change what is fetched."
    "一次 `poll()` 最多返回多少条消息；不影响实际拉取的数据量。"

    "max.poll.interval.ms" [Consumer], int(1), Milliseconds, "300000";
    "The longest time between two calls of `poll()` before the consumer leaves its group; also how long a rebalance waits for its members."
    "两次 `poll()` 之间的最长间隔，超过后 consumer 会离开消费组；rebalance 等待成员的时限也由它决定。"

    "group.protocol" [Consumer], Kind::Choice(&["classic", "consumer"]), PLAIN, "classic";
    "How members of the group come to their partitions: `classic` with JoinGroup and SyncGroup, where one member computes for all; `consumer` (KIP-848) by heartbeats alone, where the coordinator computes and members move one by one."
    "组成员如何得到分区：`classic` 用 JoinGroup 和 SyncGroup，由一个成员为全组计算；`consumer`（KIP-848）只用心跳，由 coordinator 计算，成员逐个过渡。"

    "group.remote.assignor" [Consumer], Kind::Text { max: 60 }, PLAIN, "";
    "Which of the coordinator's assignors (`group.consumer.assignors`) this member asks for with `group.protocol=consumer`; most votes of the group win, and without any the brokers' first is taken."
    "`group.protocol=consumer` 时该成员希望使用 coordinator 的哪个分配器（`group.consumer.assignors`）；组内得票最多者胜出，无人指定时用 broker 列表中的第一个。"

    "session.timeout.ms" [Consumer], int(1), Milliseconds, "45000";
    "After how long without a heartbeat the coordinator takes a member for dead; it must exceed `heartbeat.interval.ms`."
    "coordinator 多久收不到心跳就认为成员已失效；必须大于 `heartbeat.interval.ms`。"

    "heartbeat.interval.ms" [Consumer], int(1), Milliseconds, "3000";
    "The time between two heartbeats of a member to its coordinator."
    "成员向 coordinator 发送心跳的间隔。"

    "fetch.min.bytes" [Consumer], int(0), Bytes, "1";
    "How much data the broker gathers before it answers a fetch, unless `fetch.max.wait.ms` passes first."
    "broker 凑够多少数据才应答 fetch 请求，除非先到 `fetch.max.wait.ms`。"

    "fetch.max.wait.ms" [Consumer], int(0), Milliseconds, "500";
    "How long the broker may hold back the answer to a fetch while there is less than `fetch.min.bytes`."
    "数据不足 `fetch.min.bytes` 时，broker 最多推迟应答 fetch 请求的时间。"

    "fetch.max.bytes" [Consumer], int(0), Bytes, "52428800";
    "How much data one fetch returns at most over all partitions; the first batch is returned even if it is larger."
    "一次 fetch 所有分区合计最多返回的数据量；第一个 batch 即使更大也会返回。"

    "max.partition.fetch.bytes" [Consumer], int(0), Bytes, "1048576";
    "How much data one fetch returns at most for each partition; the first batch is returned even if it is larger."
    "一次 fetch 每个分区最多返回的数据量；第一个 batch 即使更大也会返回。"

    "client.rack" [Consumer], Kind::Text { max: RACK.max as u32 }, PLAIN, "";
    "The rack in which the consumer runs, to compare with the racks of the brokers: for assignors, and for reading from followers (`replica.selector.class`)."
    "consumer 所在的 rack，用于与 broker 的 rack 比较：供分配器使用，也用于从 follower 读取（`replica.selector.class`）。"

    "group.instance.id" [Consumer], Kind::Text { max: GROUP_ID.max as u32 }, PLAIN, "";
    "Makes the consumer a static member: closing, it does not leave its group for good, and who joins under the same id before its session ends takes its place without a rebalance."
    "使 consumer 成为静态成员：关闭时并不真正离开消费组，在会话结束前以同一 id 加入者会接替其位置而不触发 rebalance。"

    "partition.assignment.strategy" [Consumer], Kind::List(ASSIGNORS), PLAIN, "range,cooperative-sticky";
    "Which assignors the member can compute with, by preference: the group uses one that all its members name, and gives everything up in every rebalance unless all of a member's assignors are cooperative."
    "成员可以使用的分配器，按优先顺序排列：消费组使用所有成员都列出的一个；除非成员的全部分配器都是 cooperative，否则每次 rebalance 都会放弃全部分区。"

    // Topic and broker.
    "min.insync.replicas" [Topic, Broker], int(1), Replicas, "1";
    "How many in-sync replicas a write with `acks=all` needs; with fewer it is refused."
    "`acks=all` 的写入至少需要多少个同步副本；不足时写入会被拒绝。"

    "max.message.bytes" [Topic], int(0), Bytes, "1048588";
    "The largest batch that the topic takes."
    "该 topic 接受的单个 batch 的大小上限。"

    "compression.type" => "topic" [Topic], Kind::Choice(&["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"]), PLAIN, "producer";
    "How the leader stores batches: `producer` as they come; anything else makes it compress again what came otherwise."
    "leader 以什么压缩方式保存 batch：`producer` 表示原样保存；其他值会使它把压缩方式不同的 batch 重新压缩。"

    "unclean.leader.election.enable" [Topic, Broker], Kind::Bool, PLAIN, "false";
    "With `true` a replica that is not in sync may lead when nobody else can: the partition works again, and what only the others had is lost."
    "为 `true` 时，没有其他副本可选时允许不同步的副本当 leader：分区恢复可用，但只有其他副本才有的消息会丢失。"

    "cleanup.policy" [Topic], Kind::Choice(&["delete", "compact", "compact,delete", "delete,compact"]), PLAIN, "delete";
    "How old records go: `delete` removes whole segments by `retention.ms` and `retention.bytes`; `compact` keeps the newest record of each key; with both, both happen."
    "旧消息如何清理：`delete` 按 `retention.ms` 和 `retention.bytes` 整段删除；`compact` 只保留每个 key 最新的一条；两者可以同时启用。"

    "retention.ms" [Topic], long_or_none(), Milliseconds, "604800000";
    "With `cleanup.policy=delete`, a segment goes once its newest timestamp is older than this; `-1` keeps it whatever its age."
    "`cleanup.policy=delete` 时，segment 中最新的时间戳早于该时长后整段被删除；`-1` 表示不按时间删除。"

    "retention.bytes" [Topic], long_or_none(), Bytes, "-1";
    "With `cleanup.policy=delete`, the oldest segment of a partition goes as long as the others still hold this much; `-1` sets no limit."
    "`cleanup.policy=delete` 时，只要其余 segment 仍不少于该大小，就删除分区最旧的 segment；`-1` 表示不限大小。"

    "segment.bytes" [Topic], int(1_048_576), Bytes, "1073741824";
    "A batch that would make the active segment larger than this begins a new one."
    "若写入某个 batch 会使 active segment 超过该大小，则新建一个 segment。"

    "internal.segment.bytes" [Topic], Kind::IntOrNull { min: 14 }, Bytes, "null";
    "Stands for `segment.bytes` where it is set, and may be smaller: Kafka has it for its own tests, here it makes segments that one can watch."
    "设置后代替 `segment.bytes`，且允许更小：Kafka 仅在自身测试中使用，这里用来产生便于观察的小 segment。"

    "segment.ms" [Topic], long(1), Milliseconds, "604800000";
    "A batch whose newest record is later than the active segment's first by more than this begins a new segment; what counts are timestamps of records, so an idle partition never rolls."
    "若 batch 中最新消息比 active segment 的首条消息晚超过该时长，则新建 segment；依据是消息的时间戳，因此空闲分区不会滚动。"

    "segment.index.bytes" [Topic], int(4), Bytes, "10485760";
    "The largest size of a segment's offset index (8 bytes an entry) and time index (12 bytes); a full one makes the next batch begin a new segment."
    "segment 的 offset 索引（每项 8 字节）和时间索引（每项 12 字节）的大小上限；任一写满后，下一个 batch 就会新建 segment。"

    "index.interval.bytes" [Topic], int(0), Bytes, "4096";
    "After how many bytes of batches the index of a segment gets its next entry; read when a segment begins."
    "segment 的索引每隔多少字节的 batch 增加一项；在新建 segment 时读取。"

    "min.cleanable.dirty.ratio" [Topic], Kind::Ratio, PLAIN, "0.5";
    "With `cleanup.policy=compact`, the log is cleaned once more than this share of what can be cleaned was never cleaned."
    "`cleanup.policy=compact` 时，可清理部分中从未清理过的比例超过该值，日志才会被清理。"

    "min.compaction.lag.ms" [Topic], long(0), Milliseconds, "0";
    "For how long a record is safe from compaction."
    "消息至少多久之后才会被压实（compaction）。"

    "max.compaction.lag.ms" [Topic], long(1), Milliseconds, "9223372036854775807";
    "After how long a record is cleaned even if `min.cleanable.dirty.ratio` is not reached; it also rolls segments that old."
    "消息最多多久后即使未达到 `min.cleanable.dirty.ratio` 也会被清理；达到该时长的 segment 也会滚动。"

    "delete.retention.ms" [Topic], long(0), Milliseconds, "86400000";
    "For how long a tombstone stays after the first cleaning that met it; the next cleaning after that removes it."
    "tombstone 在首次被清理遇到之后还保留多久；之后的下一次清理才会移除它。"

    // Broker.
    "auto.leader.rebalance.enable" [Broker], Kind::Bool, PLAIN, "true";
    "With `true` the controller looks from time to time for partitions that their first replica, the preferred leader, does not lead though it is in sync, and gives it the leadership back."
    "为 `true` 时，controller 定期检查，只要首选 leader（第一个副本）已同步，就把分区的 leader 交还给它。"

    "leader.imbalance.check.interval.seconds" [Broker], long(1), Seconds, "300";
    "How often the controller looks for partitions that are not led by their preferred leader."
    "controller 每隔多久检查一次有没有分区不是由首选 leader 领导。"

    "leader.imbalance.per.broker.percentage" [Broker], int(0), PLAIN, "10";
    "Without effect: the KRaft controller gives every such partition back, however few there are."
    "不起作用：KRaft controller 会交还每一个这样的分区，不管有多少。"

    "eligible.leader.replicas.version" [Broker], Kind::Int { min: 0, max: 1 }, PLAIN, "1";
    "A feature level that Kafka sets with `kafka-features.sh`: with `1` the controller remembers who has everything that is committed once the ISR falls below `min.insync.replicas` (KIP-966); with `0` as before Kafka 4.1."
    "功能级别，在 Kafka 中用 `kafka-features.sh` 设置：`1` 时，ISR 低于 `min.insync.replicas` 后 controller 会记住谁拥有全部已提交的消息（KIP-966）；`0` 与 Kafka 4.1 之前相同。"

    "default.replication.factor" [Broker], Kind::Int { min: 1, max: SHORT_MAX }, Replicas, "1";
    "How many replicas each partition of a topic has when its creation does not say."
    "创建 topic 时未指定副本因子的情况下所用的副本因子。"

    "log.initial.task.delay.ms" [Broker], long(0), Milliseconds, "30000";
    "How long after its start a broker looks for segments to delete for the first time."
    "broker 启动多久后第一次检查有没有可删除的 segment。"

    "log.retention.check.interval.ms" [Broker], long(1), Milliseconds, "300000";
    "How often a broker looks for segments to delete."
    "broker 每隔多久检查一次有没有可删除的 segment。"

    "log.cleaner.enable" [Broker], Kind::Bool, PLAIN, "true";
    "Whether brokers compact the logs of topics with `cleanup.policy=compact`."
    "broker 是否对 `cleanup.policy=compact` 的 topic 进行日志压实（compaction）。"

    "log.cleaner.backoff.ms" [Broker], long(1), Milliseconds, "15000";
    "How long the cleaner rests when no log is dirty enough."
    "没有足够脏的日志时，cleaner 休息多久再检查。"

    "replica.lag.time.max.ms" [Broker], long(1), Milliseconds, "30000";
    "For how long a follower may not have caught up with the leader before it leaves the ISR."
    "follower 多久没有追上 leader 就会被移出 ISR。"

    "replica.fetch.wait.max.ms" [Broker], int(0), Milliseconds, "500";
    "How long the leader may hold back the answer to a follower's fetch while there is nothing new; at most `replica.lag.time.max.ms`."
    "没有新数据时 leader 最多推迟应答 follower 的 fetch 请求的时间；不得大于 `replica.lag.time.max.ms`。"

    "replica.selector.class" [Broker], Kind::Choice(&["null", RACK_AWARE]), PLAIN, "null";
    "Whom the leader sends consumers to: with `null` they read from it; with `RackAwareReplicaSelector` from an in-sync follower in the rack that is their `client.rack`, if the leader is not there itself."
    "leader 让 consumer 从哪个副本读取：`null` 表示都从 leader 读；`RackAwareReplicaSelector` 表示从与其 `client.rack` 同 rack 的同步 follower 读，除非 leader 自己就在该 rack。"

    "replica.fetch.min.bytes" [Broker], int(0), Bytes, "1";
    "How much data the leader gathers before it answers a follower's fetch."
    "leader 凑够多少数据才应答 follower 的 fetch 请求。"

    "broker.heartbeat.interval.ms" [Broker], int(1), Milliseconds, "2000";
    "The time between two heartbeats of a broker to the active controller."
    "broker 向 active controller 发送心跳的间隔。"

    "broker.session.timeout.ms" [Broker], int(1), Milliseconds, "9000";
    "After how long without a heartbeat the controller fences a broker, so that it leads nothing."
    "controller 多久收不到心跳就会 fence 该 broker，使其不再担任任何 leader。"

    "initial.broker.registration.timeout.ms" [Broker], int(1), Milliseconds, "60000";
    "How long a broker that starts tries to register with the active controller before its process ends."
    "broker 启动后尝试向 active controller 注册的最长时间，超过后进程退出。"

    "controller.quorum.election.timeout.ms" [Broker], int(1), Milliseconds, "1000";
    "How long a controller waits for votes before it starts a new election; the real wait is random, up to twice as long."
    "controller 等待选票的时间，超过后发起新的选举；实际等待时间随机，最长为其两倍。"

    "controller.quorum.fetch.timeout.ms" [Broker], int(1), Milliseconds, "2000";
    "After how long without a successful fetch from the active controller another one stands for election."
    "其他 controller 多久未能从 active controller 成功 fetch 就会发起选举。"

    "controller.quorum.election.backoff.max.ms" [Broker], int(0), Milliseconds, "1000";
    "The longest wait after a lost election before the next one."
    "选举失败后到下一次选举的最长等待时间。"

    "group.initial.rebalance.delay.ms" [Broker], int(0), Milliseconds, "3000";
    "How long the coordinator waits for more members before the first rebalance of an empty group."
    "空消费组首次 rebalance 前，coordinator 等待更多成员加入的时间。"

    "group.min.session.timeout.ms" [Broker], int(0), Milliseconds, "6000";
    "The shortest `session.timeout.ms` with which the coordinator lets a member join."
    "coordinator 允许成员加入的最小 `session.timeout.ms`。"

    "group.max.session.timeout.ms" [Broker], int(0), Milliseconds, "1800000";
    "The longest `session.timeout.ms` with which the coordinator lets a member join."
    "coordinator 允许成员加入的最大 `session.timeout.ms`。"

    "group.max.size" [Broker], int(1), Members, "2147483647";
    "How many members one group may have."
    "一个消费组最多允许的成员数。"

    "group.consumer.session.timeout.ms" [Broker], int(1), Milliseconds, "45000";
    "After how long without a heartbeat the coordinator takes a member for dead, with `group.protocol=consumer`."
    "`group.protocol=consumer` 时，coordinator 多久收不到心跳就认为成员已失效。"

    "group.consumer.min.session.timeout.ms" [Broker], int(1), Milliseconds, "45000";
    "The shortest `group.consumer.session.timeout.ms` that is allowed."
    "`group.consumer.session.timeout.ms` 允许的最小值。"

    "group.consumer.max.session.timeout.ms" [Broker], int(1), Milliseconds, "60000";
    "The longest `group.consumer.session.timeout.ms` that is allowed."
    "`group.consumer.session.timeout.ms` 允许的最大值。"

    "group.consumer.heartbeat.interval.ms" [Broker], int(1), Milliseconds, "5000";
    "The time between two heartbeats that the coordinator tells its members, with `group.protocol=consumer`."
    "`group.protocol=consumer` 时，coordinator 告诉成员的心跳间隔。"

    "group.consumer.min.heartbeat.interval.ms" [Broker], int(1), Milliseconds, "5000";
    "The shortest `group.consumer.heartbeat.interval.ms` that is allowed."
    "`group.consumer.heartbeat.interval.ms` 允许的最小值。"

    "group.consumer.max.heartbeat.interval.ms" [Broker], int(1), Milliseconds, "15000";
    "The longest `group.consumer.heartbeat.interval.ms` that is allowed."
    "`group.consumer.heartbeat.interval.ms` 允许的最大值。"

    "group.consumer.max.size" [Broker], int(1), Members, "2147483647";
    "How many members one group may have with `group.protocol=consumer`."
    "`group.protocol=consumer` 时一个消费组最多允许的成员数。"

    "group.consumer.assignors" [Broker], Kind::Choice(&["uniform,range", "range,uniform", "uniform", "range"]), PLAIN, "uniform,range";
    "The assignors that the coordinator has for `group.protocol=consumer`; the first is taken unless members vote for another (`group.remote.assignor`)."
    "coordinator 为 `group.protocol=consumer` 提供的分配器；默认用第一个，除非成员通过 `group.remote.assignor` 选择了别的。"

    "group.consumer.migration.policy" [Broker], Kind::Choice(&["bidirectional", "upgrade", "downgrade", "disabled"]), PLAIN, "bidirectional";
    "Whether a group with members may change its protocol: to `consumer` with its first member of that protocol (`upgrade`), back with its last (`downgrade`), both, or not at all."
    "有成员的消费组能否更换协议：第一个 `consumer` 协议成员加入时升级（`upgrade`）、最后一个离开时降级（`downgrade`）、两者皆可，或都不允许。"

    "offsets.topic.num.partitions" [Broker], Kind::Int { min: 1, max: 1_000 }, Partitions, "50";
    "How many partitions `__consumer_offsets` has; the hash of a group's id picks one, and its leader coordinates the group."
    "`__consumer_offsets` 的分区数；按 group id 的哈希选出一个分区，其 leader 就是该组的 coordinator。"

    "offsets.topic.replication.factor" [Broker], Kind::Int { min: 1, max: SHORT_MAX }, Replicas, "3";
    "How many replicas each partition of `__consumer_offsets` has when it is created."
    "创建 `__consumer_offsets` 时的副本因子。"

    "offsets.retention.minutes" [Broker], int(1), Minutes, "10080";
    "How long a committed offset is kept once the group has nobody in it, or nobody who subscribes to the topic; then it is deleted, and `auto.offset.reset` decides where to begin."
    "组内已无成员或已无成员订阅该 topic 后，提交的 offset 还保留多久；之后会被删除，由 `auto.offset.reset` 决定从哪里开始读。"

    "offsets.retention.check.interval.ms" [Broker], long(1), Milliseconds, "600000";
    "How often the coordinator looks for committed offsets to delete."
    "coordinator 每隔多久检查一次有没有该删除的已提交 offset。"

    "offsets.commit.timeout.ms" [Broker], int(1), Milliseconds, "5000";
    "How long a commit of offsets may wait until it is replicated before it fails."
    "提交 offset 时等待复制完成的最长时间，超过即失败。"
}

/// Stands before the duration of `auto.offset.reset` (KIP-1106).
pub(super) const BY_DURATION: &str = "by_duration:";

/// The class of Kafka's replica selector.
pub(super) const RACK_AWARE: &str = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

/// The class of Kafka's round-robin partitioner.
pub(super) const ROUND_ROBIN: &str = "org.apache.kafka.clients.producer.RoundRobinPartitioner";
