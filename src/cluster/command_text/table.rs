//! The table of commands: what each is called, which words it takes, and the [`Command`] that they make.
//!
//! A row's shape in brackets is both the pattern that takes a command apart and the expression that puts it together,
//! so that reading and writing cannot part.

use super::{
    CommandTextError, Param, Verb,
    codec::*,
    words::{Raw, quote},
};
use crate::{
    cluster::command::{Command, Fault, Link, Load, Work},
    i18n::Template,
    kafka::config::{Scope, Settings},
};

/// The words of a line after its verb.
pub(super) struct Given {
    pub params: Vec<(&'static str, Raw)>,
    pub settings: Settings,
}

impl Given {
    fn param(&self, name: &str) -> Option<&Raw> {
        self.params.iter().find(|(given, _)| *given == name).map(|(_, raw)| raw)
    }
}

/// A name of a parameter and what it means; the same wherever it stands.
struct Meaning {
    name: &'static str,
    help: Template,
}

macro_rules! meanings {
    ($($item:ident $name:literal $en:literal $zh:literal)*) => {
        $(static $item: Meaning = Meaning {
            name: $name,
            help: Template { key: concat!("param.", stringify!($item)), en: $en, zh: $zh },
        };)*
    };
}

meanings! {
    RACK "rack" "The broker's rack." "broker 所在的 rack。"
    BROKER "broker" "The broker's id." "broker 的 id。"
    BROKER_OR_CONTROLLER "broker" "The id of a broker, or of a controller apart from the brokers." "broker 的 id，或独立 controller 的 id。"
    TOPIC "topic" "The topic's name." "topic 的名称。"
    TOPIC_SENT_TO "topic" "The topic; without it, the one that the producer sends to." "topic 名称；不写则为该 producer 正在发送的 topic。"
    PARTITIONS "partitions" "How many partitions the topic has." "topic 的分区数。"
    PARTITIONS_TOTAL "partitions" "How many partitions the topic has from now on." "topic 此后的分区总数。"
    REPLICATION_FACTOR "replication.factor" "How many replicas each partition has; without it, as many as `default.replication.factor` of the brokers says." "每个分区有几个副本；不写则取 broker 的 `default.replication.factor`。"
    PRODUCER "producer" "The producer's `client.id`." "producer 的 `client.id`。"
    KEYS "keys" "The keys to choose from; without them, records have no key." "可选用的 key；不写则消息没有 key。"
    KEY_ORDER "key.order" "Whether the keys are taken in turn or at random." "依次还是随机选用 key。"
    KEY_SERIALIZER "key.serializer" "How a key becomes bytes." "key 如何序列化为字节。"
    LOAD_VALUE "value" "The value of every record." "每条消息的 value。"
    RATE "rate" "Records a second; without it, none are sent by themselves." "每秒消息数；不写则不自动发送。"
    PARTITION "partition" "The partition; without it, the partitioner decides." "目标分区；不写则由分区器决定。"
    RECORDS_MAX "records.max" "After how many records the producer stops; without it, never." "发送多少条消息后停止；不写则不停止。"
    KEY "key" "The key; without it, the record has none." "消息的 key；不写则没有 key。"
    VALUE "value" "The value; without it, null: a tombstone, which says that its key is deleted." "消息的 value；不写则为 null，即 tombstone，表示该 key 已删除。"
    HEADERS "headers" "The headers, in order." "消息的 header，按顺序。"
    CONSUMER "consumer" "The consumer's `client.id`." "consumer 的 `client.id`。"
    GROUP "group" "The group's id; without it, the consumer is in no group." "消费组的 `group.id`；不写则不属于任何消费组。"
    TOPICS "topics" "The topics to subscribe to." "要订阅（subscribe）的 topic。"
    PATTERN "pattern" "A regular expression: the client subscribes to the topics whose whole name it matches, as far as it knows." "正则表达式：client 订阅其所知的、名称完全匹配的 topic。"
    SUBSCRIPTION_PATTERN "subscription.pattern" "A regular expression that the group's coordinator resolves; only with `group.protocol=consumer`." "由消费组 coordinator 解析的正则表达式；仅用于 `group.protocol=consumer`。"
    ASSIGN "assign" "The partitions to read without a group's assignment." "不经消费组分配、直接指定（assign）读取的分区。"
    GROUP_NAMED "group" "The group's id." "消费组的 `group.id`。"
    PARTITION_SOUGHT "partition" "The partition; it must be the consumer's now." "分区；必须是该 consumer 当前拥有的。"
    PARTITION_RESET "partition" "The partition; without it, all of the topic." "分区；不写则为该 topic 的全部分区。"
    PARTITION_KEPT "partition" "The partition." "分区。"
    OFFSET_KEPT "offset" "The first offset that stays; without it, the high watermark, so that nothing that consumers can see stays." "保留的第一个 offset；不写则为 high watermark，即 consumer 可见的消息全部删除。"
    OFFSET "offset" "The next offset to read." "接下来要读的 offset。"
    RESET_TO "to" "Where the group begins from now on." "消费组此后从哪里开始。"
    TOPIC_ELECTED "topic" "The topic; without it, all topics." "topic；不写则为全部 topic。"
    PARTITION_ELECTED "partition" "The partition; without it, all of the topic." "分区；不写则为该 topic 的全部分区。"
    ELECTION_TYPE "type" "Which election: of the preferred leader, or of anybody who lives." "哪种选举：选首选 leader，或选任何存活的副本。"
    REPLICAS "replicas" "The brokers that hold the partition from now on, the preferred leader first; only with `partition`." "此后持有该分区的 broker，首选 leader 在前；须与 `partition` 同用。"
    REPLICAS_WANTED "replication.factor" "How many replicas each partition has from now on, in place of `replicas`: the first ones stay, and brokers with the fewest replicas come." "此后每个分区有几个副本，代替 `replicas`：保留前面的副本，不足时选副本最少的 broker。"
    LINK_FROM "from" "Brokers or clients on one side; `*` is everyone." "一侧的 broker 或客户端；`*` 表示所有节点。"
    LINK_TO "to" "Brokers or clients on the other side; `*` is everyone." "另一侧的 broker 或客户端；`*` 表示所有节点。"
    DIRECTION "direction" "Both ways, or only from the first side to the other." "双向，或仅从第一侧到另一侧。"
    DELAY "delay.ms" "How much longer each message takes, in milliseconds." "每条报文多用的时间，单位毫秒。"
    LOSS "loss.percent" "How many packets of a hundred are lost; TCP sends them again." "每一百个包丢失多少个；TCP 会重传。"
    NODE "node" "A broker or controller by its id, or a producer or consumer by its `client.id`." "broker 或 controller 的 id，或 producer、consumer 的 `client.id`。"
    DISK_TIMES "times" "How many times as long each append takes; 1 is as fast as before." "每次写入用时的倍数；1 即恢复正常。"
    AHEAD "ahead.ms" "How far the clock is ahead of true time, in milliseconds; negative is behind, 0 is right." "时钟比真实时间快多少毫秒；负数为慢，0 为准确。"
    FAULT "fault" "The number of the fault, as the list of what is broken shows it." "故障编号，见故障列表。"
    PROCESSING "processing.ms" "How long the consumer works on each record, in milliseconds." "处理每条消息所用的时间，单位毫秒。"
}

macro_rules! verbs {
    ($($name:literal $en:literal $zh:literal
        [$($shape:tt)*] $(breaks if $breaks:expr;)? $(settings of $scope:ident as $settings:ident)?
        { $($field:ident: $codec:ty = $meaning:ident;)* }
    )*) => {
        /// Every command, in the order of the docs.
        pub static VERBS: &[Verb] = &[$(Verb {
            name: $name,
            help: Template { key: concat!("verb.", $name), en: $en, zh: $zh },
            params: &[$(Param {
                name: $meaning.name,
                kind: <$codec as Slot>::KIND,
                required: <$codec as Slot>::REQUIRED,
                help: $meaning.help,
            }),*],
            settings: { let scope: &[Scope] = &[$(Scope::$scope)?]; scope.first().copied() },
            breaks: |command| {
                #[allow(irrefutable_let_patterns, unused_variables)]
                let $($shape)* = command else { return false };
                let breaks: &[bool] = &[$($breaks)?];
                breaks == [true]
            },
            read: |given| {
                $(let $field = <$codec as Slot>::read($meaning.name, given.param($meaning.name))?;)*
                $(let $settings = given.settings.clone();)?
                let _ = &given;
                Ok($($shape)*)
            },
            write: |command| {
                #[allow(irrefutable_let_patterns)]
                let $($shape)* = command else { return None };
                #[allow(unused_mut)]
                let mut line = $name.to_owned();
                $(push(&mut line, $meaning.name, <$codec as Slot>::write($field));)*
                $(for (name, value) in $settings {
                    push(&mut line, &quote(name, &[]), Some(quote(value, &[])));
                })?
                Some(line)
            },
        }),*];
    };
}

fn push(line: &mut String, name: &str, value: Option<String>) {
    if let Some(value) = value {
        line.extend([" ", name, "=", &value]);
    }
}

/// What a row reads: the words of a line into a command.
pub(super) type Read = fn(&Given) -> Result<Command, CommandTextError>;
/// Whether a command is this row's and breaks something.
pub(super) type Breaks = fn(&Command) -> bool;
/// What a row writes: its line, or `None` for another row's command.
pub(super) type Write = fn(&Command) -> Option<String>;

verbs! {
    "add-broker" "Starts one more broker." "启动一个新的 broker。"
    [Command::AddBroker { rack }]
    { rack: Maybe<Words> = RACK; }

    "stop-broker" "Shuts a broker down in an orderly way." "正常关闭一个 broker。"
    [Command::StopBroker { broker }] breaks if true;
    { broker: Required<U32> = BROKER_OR_CONTROLLER; }

    "crash-broker" "Kills a broker's process at once; its disk stays." "立即终止 broker 进程；磁盘数据保留。"
    [Command::CrashBroker { broker }] breaks if true;
    { broker: Required<U32> = BROKER_OR_CONTROLLER; }

    "restart-broker" "Starts a stopped or crashed broker again." "重新启动已停止或崩溃的 broker。"
    [Command::RestartBroker { broker }]
    { broker: Required<U32> = BROKER_OR_CONTROLLER; }

    "create-topic" "Creates a topic." "创建一个 topic。"
    [Command::CreateTopic { topic, partitions, replication_factor, settings }] settings of Topic as settings
    {
        topic: Required<Words> = TOPIC;
        partitions: Required<U32> = PARTITIONS;
        replication_factor: Maybe<U32> = REPLICATION_FACTOR;
    }

    "add-partitions" "Raises a topic's number of partitions." "增加 topic 的分区数。"
    [Command::AddPartitions { topic, partitions }]
    { topic: Required<Words> = TOPIC; partitions: Required<U32> = PARTITIONS_TOTAL; }

    "delete-topic" "Deletes a topic." "删除一个 topic。"
    [Command::DeleteTopic { topic }]
    { topic: Required<Words> = TOPIC; }

    "configure-topic" "Changes configs of a topic." "修改 topic 的配置。"
    [Command::ConfigureTopic { topic, settings }] settings of Topic as settings
    { topic: Required<Words> = TOPIC; }

    "configure-cluster" "Changes configs of all brokers." "修改所有 broker 的配置。"
    [Command::ConfigureCluster { settings }] settings of Broker as settings
    {}

    "add-producer" "Starts a producer." "启动一个 producer。"
    [Command::AddProducer {
        producer,
        load: Load { topic, keys, key_order, key_serializer, value, rate_millihertz, partition, records_max },
        settings,
    }] settings of Producer as settings
    {
        producer: Required<Words> = PRODUCER;
        topic: Required<Words> = TOPIC;
        keys: OrDefault<List> = KEYS;
        key_order: OrDefault<Order> = KEY_ORDER;
        key_serializer: OrDefault<Serializer> = KEY_SERIALIZER;
        value: OrDefault<Words> = LOAD_VALUE;
        rate_millihertz: OrDefault<Thousandths> = RATE;
        partition: Maybe<I32> = PARTITION;
        records_max: Maybe<U64> = RECORDS_MAX;
    }

    "configure-producer" "Closes a producer and opens it again with what is given here." "关闭 producer，并按此处给出的内容重新打开。"
    [Command::ConfigureProducer {
        producer,
        load: Load { topic, keys, key_order, key_serializer, value, rate_millihertz, partition, records_max },
        settings,
    }] settings of Producer as settings
    {
        producer: Required<Words> = PRODUCER;
        topic: Required<Words> = TOPIC;
        keys: OrDefault<List> = KEYS;
        key_order: OrDefault<Order> = KEY_ORDER;
        key_serializer: OrDefault<Serializer> = KEY_SERIALIZER;
        value: OrDefault<Words> = LOAD_VALUE;
        rate_millihertz: OrDefault<Thousandths> = RATE;
        partition: Maybe<I32> = PARTITION;
        records_max: Maybe<U64> = RECORDS_MAX;
    }

    "pause-producer" "Lets a producer's application stop calling `send()`." "让 producer 的应用暂停调用 `send()`。"
    [Command::PauseProducer { producer }]
    { producer: Required<Words> = PRODUCER; }

    "resume-producer" "Lets a producer's application call `send()` again." "让 producer 的应用恢复调用 `send()`。"
    [Command::ResumeProducer { producer }]
    { producer: Required<Words> = PRODUCER; }

    "remove-producer" "Closes a producer; what is buffered is sent first." "关闭 producer；缓冲区中的消息会先发送完。"
    [Command::RemoveProducer { producer }]
    { producer: Required<Words> = PRODUCER; }

    "send" "Calls `send()` once." "调用一次 `send()`。"
    [Command::Send { producer, topic, key, value, partition, headers }]
    {
        producer: Required<Words> = PRODUCER;
        topic: Maybe<Words> = TOPIC_SENT_TO;
        key: Maybe<Words> = KEY;
        value: Maybe<Words> = VALUE;
        partition: Maybe<I32> = PARTITION;
        headers: OrDefault<Headers> = HEADERS;
    }

    "add-consumer" "Starts a consumer." "启动一个 consumer。"
    [Command::AddConsumer { consumer, work: Work { group, topics, pattern, subscription_pattern, assign, processing_us }, settings }]
    settings of Consumer as settings
    {
        consumer: Required<Words> = CONSUMER;
        group: Maybe<Words> = GROUP;
        topics: OrDefault<List> = TOPICS;
        pattern: Maybe<Words> = PATTERN;
        subscription_pattern: Maybe<Words> = SUBSCRIPTION_PATTERN;
        assign: OrDefault<Partitions> = ASSIGN;
        processing_us: OrDefault<Thousandths> = PROCESSING;
    }

    "configure-consumer" "Closes a consumer and opens it again with what is given here." "关闭 consumer，并按此处给出的内容重新打开。"
    [Command::ConfigureConsumer { consumer, work: Work { group, topics, pattern, subscription_pattern, assign, processing_us }, settings }]
    settings of Consumer as settings
    {
        consumer: Required<Words> = CONSUMER;
        group: Maybe<Words> = GROUP;
        topics: OrDefault<List> = TOPICS;
        pattern: Maybe<Words> = PATTERN;
        subscription_pattern: Maybe<Words> = SUBSCRIPTION_PATTERN;
        assign: OrDefault<Partitions> = ASSIGN;
        processing_us: OrDefault<Thousandths> = PROCESSING;
    }

    "pause-consumer" "Pauses all of a consumer's partitions; it polls on and stays a member." "暂停 consumer 的所有分区；它仍继续 poll 并保持成员身份。"
    [Command::PauseConsumer { consumer }]
    { consumer: Required<Words> = CONSUMER; }

    "resume-consumer" "Resumes all of a consumer's partitions." "恢复 consumer 的所有分区。"
    [Command::ResumeConsumer { consumer }]
    { consumer: Required<Words> = CONSUMER; }

    "commit" "Commits a consumer's positions at its next `poll()`." "在下一次 `poll()` 时提交 consumer 的 position。"
    [Command::Commit { consumer }]
    { consumer: Required<Words> = CONSUMER; }

    "remove-consumer" "Closes a consumer; it leaves its group." "关闭 consumer；它会离开消费组。"
    [Command::RemoveConsumer { consumer }]
    { consumer: Required<Words> = CONSUMER; }

    "crash-consumer" "Kills a consumer's process at once; it commits nothing and leaves no group." "立即终止 consumer 进程；它不提交 offset，也不离开消费组。"
    [Command::CrashConsumer { consumer }] breaks if true;
    { consumer: Required<Words> = CONSUMER; }

    "restart-consumer" "Starts a consumer again as it was; one that runs is closed first." "按原样重新启动 consumer；仍在运行的会先关闭。"
    [Command::RestartConsumer { consumer }]
    { consumer: Required<Words> = CONSUMER; }

    "freeze-consumer" "Stops a consumer's process without ending it: no heartbeats, no polls." "冻结 consumer 进程而不终止它：没有心跳，也不 poll。"
    [Command::FreezeConsumer { consumer }] breaks if true;
    { consumer: Required<Words> = CONSUMER; }

    "thaw-consumer" "Lets a frozen consumer go on where it was." "让被冻结的 consumer 从原处继续。"
    [Command::ThawConsumer { consumer }]
    { consumer: Required<Words> = CONSUMER; }

    "stall-consumer" "Lets a consumer's application hang: no `poll()`, while heartbeats go on." "让 consumer 的应用卡住：不再调用 `poll()`，但心跳继续。"
    [Command::StallConsumer { consumer }]
    { consumer: Required<Words> = CONSUMER; }

    "unstall-consumer" "Lets a consumer's application go on." "让 consumer 的应用继续运行。"
    [Command::UnstallConsumer { consumer }]
    { consumer: Required<Words> = CONSUMER; }

    "set-processing" "Changes how long a consumer works on each record, while it runs." "在 consumer 运行时修改处理每条消息所用的时间。"
    [Command::SetProcessing { consumer, processing_us }]
    { consumer: Required<Words> = CONSUMER; processing_us: Required<Thousandths> = PROCESSING; }

    "subscribe" "Lets a consumer subscribe to other topics than before, or by another pattern." "让 consumer 改为订阅其他 topic，或换用其他 pattern。"
    [Command::Subscribe { consumer, topics, pattern, subscription_pattern }]
    {
        consumer: Required<Words> = CONSUMER;
        topics: OrDefault<List> = TOPICS;
        pattern: Maybe<Words> = PATTERN;
        subscription_pattern: Maybe<Words> = SUBSCRIPTION_PATTERN;
    }

    "seek" "Lets a consumer go on reading at another offset; it commits nothing." "让 consumer 从另一个 offset 继续读；不提交 offset。"
    [Command::Seek { consumer, topic, partition, offset }]
    {
        consumer: Required<Words> = CONSUMER;
        topic: Required<Words> = TOPIC;
        partition: Required<I32> = PARTITION_SOUGHT;
        offset: Required<U64> = OFFSET;
    }

    "reset-offsets" "Sets the committed offsets of a group that nobody is in." "重设没有成员的消费组的已提交 offset。"
    [Command::ResetOffsets { group, topic, partition, to }]
    {
        group: Required<Words> = GROUP_NAMED;
        topic: Required<Words> = TOPIC;
        partition: Maybe<I32> = PARTITION_RESET;
        to: Required<Reset> = RESET_TO;
    }

    "delete-group" "Deletes a group that nobody is in, with its committed offsets." "删除没有成员的消费组及其已提交的 offset。"
    [Command::DeleteGroup { group }]
    { group: Required<Words> = GROUP_NAMED; }

    "pause-partition" "Lets a consumer read nothing more of one partition; it keeps its position until it gives the partition up." "让 consumer 不再读取某个分区；在放弃该分区之前保留其 position。"
    [Command::PausePartition { consumer, topic, partition }]
    {
        consumer: Required<Words> = CONSUMER;
        topic: Required<Words> = TOPIC;
        partition: Required<I32> = PARTITION_SOUGHT;
    }

    "resume-partition" "Lets a consumer read a partition again that it paused." "让 consumer 重新读取它暂停的分区。"
    [Command::ResumePartition { consumer, topic, partition }]
    {
        consumer: Required<Words> = CONSUMER;
        topic: Required<Words> = TOPIC;
        partition: Required<I32> = PARTITION_SOUGHT;
    }

    "elect-leaders" "Asks the controller for elections, as `kafka-leader-election.sh` does." "请求 controller 选举，等同于 `kafka-leader-election.sh`。"
    [Command::ElectLeaders { kind, topic, partition }]
    {
        kind: Required<Election> = ELECTION_TYPE;
        topic: Maybe<Words> = TOPIC_ELECTED;
        partition: Maybe<I32> = PARTITION_ELECTED;
    }

    "reassign" "Moves partitions to other brokers, or changes how many replicas they have, as `kafka-reassign-partitions.sh` does." "把分区移到其他 broker，或修改副本因子，等同于 `kafka-reassign-partitions.sh`。"
    [Command::Reassign { topic, partition, replicas, replication_factor }]
    {
        topic: Required<Words> = TOPIC;
        partition: Maybe<I32> = PARTITION_ELECTED;
        replicas: OrDefault<Brokers> = REPLICAS;
        replication_factor: Maybe<U32> = REPLICAS_WANTED;
    }

    "cancel-reassignment" "Takes a reassignment back that is under way." "撤销正在进行的重分配。"
    [Command::CancelReassignment { topic, partition }]
    { topic: Required<Words> = TOPIC; partition: Maybe<I32> = PARTITION_ELECTED; }

    "crash-controller" "Kills the process of the node that is the active controller now; its disk stays." "立即终止当前担任 active controller 的节点进程；磁盘数据保留。"
    [Command::CrashController] breaks if true;
    {}

    "delete-records" "Deletes the records of a partition before an offset: its log starts there." "删除某个分区在某个 offset 之前的消息：日志从该处开始。"
    [Command::DeleteRecords { topic, partition, offset }]
    {
        topic: Required<Words> = TOPIC;
        partition: Required<I32> = PARTITION_KEPT;
        offset: Maybe<U64> = OFFSET_KEPT;
    }

    "cut" "Cuts a link: nothing gets from one side to the other until it is healed." "切断链路：在恢复之前，任何报文都无法从一侧到达另一侧。"
    [Command::Fault(Fault::Cut(Link { from, to, direction }))] breaks if true;
    { from: Required<Nodes> = LINK_FROM; to: Required<Nodes> = LINK_TO; direction: OrDefault<Ways> = DIRECTION; }

    "slow-link" "Makes a link slow: every message between the sides takes longer." "让链路变慢：两侧之间的每条报文都需要更长时间。"
    [Command::Fault(Fault::SlowLink { link: Link { from, to, direction }, delay_us })] breaks if true;
    {
        from: Required<Nodes> = LINK_FROM;
        to: Required<Nodes> = LINK_TO;
        direction: OrDefault<Ways> = DIRECTION;
        delay_us: Required<Thousandths> = DELAY;
    }

    "lossy-link" "Makes a link lose packets: TCP sends them again, so messages arrive late and in bursts." "让链路丢包：TCP 会重传，因此报文会迟到且成批到达。"
    [Command::Fault(Fault::LossyLink { link: Link { from, to, direction }, percent })] breaks if true;
    {
        from: Required<Nodes> = LINK_FROM;
        to: Required<Nodes> = LINK_TO;
        direction: OrDefault<Ways> = DIRECTION;
        percent: Required<U32> = LOSS;
    }

    "heal" "Mends a link that was cut, slow or lossy." "恢复一条被切断、变慢或丢包的链路。"
    [Command::Fault(Fault::Heal { fault })]
    { fault: Required<U32> = FAULT; }

    "heal-all" "Mends everything that is broken, and starts whatever is down." "修复所有故障，并启动所有已停止的进程。"
    [Command::Fault(Fault::HealAll)]
    {}

    "freeze-broker" "Stops a broker's process without ending it: connections stay open, but nothing is answered." "冻结 broker 进程而不终止它：连接仍然打开，但什么都不回应。"
    [Command::Fault(Fault::FreezeBroker { broker })] breaks if true;
    { broker: Required<U32> = BROKER_OR_CONTROLLER; }

    "thaw-broker" "Lets a frozen broker go on where it was." "让被冻结的 broker 从原处继续。"
    [Command::Fault(Fault::ThawBroker { broker })]
    { broker: Required<U32> = BROKER_OR_CONTROLLER; }

    "freeze-producer" "Stops a producer's process without ending it." "冻结 producer 进程而不终止它。"
    [Command::Fault(Fault::FreezeProducer { producer })] breaks if true;
    { producer: Required<Words> = PRODUCER; }

    "thaw-producer" "Lets a frozen producer go on where it was." "让被冻结的 producer 从原处继续。"
    [Command::Fault(Fault::ThawProducer { producer })]
    { producer: Required<Words> = PRODUCER; }

    "wipe-disk" "Empties the disk of a broker that is stopped or crashed: its replicas are gone." "清空已停止或崩溃的 broker 的磁盘：它的副本全部丢失。"
    [Command::Fault(Fault::WipeDisk { broker })] breaks if true;
    { broker: Required<U32> = BROKER; }

    "slow-disk" "Makes a broker's disk slow: every append takes so many times as long." "让 broker 的磁盘变慢：每次写入用时为原来的若干倍。"
    [Command::Fault(Fault::SlowDisk { broker, times })] breaks if *times > 1;
    { broker: Required<U32> = BROKER; times: Required<U32> = DISK_TIMES; }

    "skew-clock" "Sets a node's clock wrong: the timestamps that it writes and reads are off; its timers are not." "让节点的时钟不准：它写入和读取的时间戳会偏差，但计时器不受影响。"
    [Command::Fault(Fault::SkewClock { node, ahead_us })] breaks if *ahead_us != 0;
    { node: Required<Node> = NODE; ahead_us: Required<SignedThousandths> = AHEAD; }
}
