//! The words of the page's forms.

use crate::templates;

templates! { "forms":
    // Titles and buttons.
    CREATE_TOPIC = "New topic", "新建 topic";
    CONFIGURE_TOPIC = "Settings of topic {name}", "Topic {name} 的配置";
    ADD_PARTITIONS = "More partitions for {name}", "为 {name} 增加分区";
    DELETE_TOPIC = "Delete topic {name}?", "删除 topic {name}？";
    DELETE_TOPIC_TEXT = "All its records are gone then, on every broker. Producers and consumers that use it get errors.", "它在所有 broker 上的消息都将消失。使用它的 producer 和 consumer 会收到错误。";
    CONFIGURE_CLUSTER = "Settings of the cluster", "集群配置";
    ADD_BROKER = "New broker", "新建 broker";
    ADD_PRODUCER = "New producer", "新建 producer";
    CONFIGURE_PRODUCER = "Configure producer {name}", "配置 producer {name}";
    ADD_CONSUMER = "New consumer", "新建 consumer";
    CONFIGURE_CONSUMER = "Configure consumer {name}", "配置 consumer {name}";
    SUBSCRIBE = "Subscription of {name}", "{name} 的订阅";
    SUBSCRIBE_NOTE = "It calls `subscribe` with these topics while it runs; its group rebalances when it joins again, at its next poll.",
        "它在运行中以这些 topic 调用 `subscribe`；下一次 poll 时重新加入，消费组随之 rebalance。";
    SEEK = "Seek of {name}", "{name} 的 seek";
    SEEK_NOTE = "Its next poll returns what is there. Nothing is committed by that; an automatic commit follows as always.",
        "它的下一次 poll 返回该处的消息。seek 本身不提交 offset；自动提交照常进行。";
    DO_SEEK = "Seek", "跳转";
    RESET = "Reset offsets of {group}", "重设 {group} 的 offset";
    RESET_NOTE = "As `kafka-consumer-groups --reset-offsets` does, from outside the group: only while nobody is in it.",
        "与 `kafka-consumer-groups --reset-offsets` 一样，从组外提交：仅当组内没有成员时可用。";
    RESET_ALL = "all of the topic", "该 topic 的全部分区";
    RESET_TO = "To", "重设到";
    RESET_EARLIEST = "the start of the log (`--to-earliest`)", "日志起点（`--to-earliest`）";
    RESET_LATEST = "the end of the log (`--to-latest`)", "日志末端（`--to-latest`）";
    RESET_OFFSET = "an offset (`--to-offset`)", "某个 offset（`--to-offset`）";
    RESET_SHIFT = "so many from the committed one (`--shift-by`)", "从已提交的 offset 移动（`--shift-by`）";
    RESET_DURATION = "records of the last … (`--by-duration`)", "最近一段时间的消息（`--by-duration`）";
    OFFSET = "Offset", "Offset";
    SHIFT = "Shift by", "移动";
    SHIFT_HELP = "A whole number; negative goes back. Past an end, the end counts.", "整数；负数为向后退。超出范围时取边界。";
    DURATION = "Duration", "时长";
    DURATION_HELP = "A duration such as `PT10S`, `PT5M` or `P1D`.", "时长，例如 `PT10S`、`PT5M` 或 `P1D`。";
    DO_RESET = "Reset", "重设";
    ERROR_SHIFT = "A whole number is needed, such as 5 or -10.", "需要整数，例如 5 或 -10。";
    REASSIGN = "Other replicas for {place}", "{place} 换副本";
    REASSIGN_NOTE = "As `kafka-reassign-partitions.sh` does: new replicas copy everything first; once all that stay are in sync, the old ones go. Copies are not throttled here.",
        "与 `kafka-reassign-partitions.sh` 一样：新副本先完整复制；保留的副本全部同步后，旧副本才离开。这里不对复制限流。";
    REPLICAS = "Replicas", "副本";
    REPLICAS_HELP = "Ids of brokers, the preferred leader first. There are: {brokers}.", "broker id，首选 leader 在前。现有：{brokers}。";
    ERROR_REPLICAS = "Ids of brokers are needed, such as 2, 3, 1.", "需要 broker id，例如 2, 3, 1。";
    REFACTOR = "Replication factor of {name}", "{name} 的副本因子";
    REFACTOR_NOTE = "Of each partition the first replicas stay; if more are wanted, brokers that hold the fewest come and copy everything first.",
        "每个分区保留前面的副本；需要更多时，由副本最少的 broker 加入并先完整复制。";
    DO_REASSIGN = "Reassign", "重分配";
    DO_CREATE = "Create", "创建";
    DO_START = "Start it", "启动";
    DO_APPLY = "Apply", "应用";
    DO_REOPEN = "Close and open again", "关闭并重新打开";
    DO_ADD = "Add", "增加";
    DO_DELETE = "Delete", "删除";
    DO_SEND = "Send", "发送";
    REOPEN_NOTE = "As an application would, it is closed and opened again with what stands here.", "与真实应用一样，它会先关闭，再以这里的配置重新打开。";
    NO_TOPIC = "There is no topic yet: create one first.", "还没有 topic：请先创建一个。";

    // Common fields.
    NAME = "Name", "名称";
    CLIENT_ID = "Name (`client.id`)", "名称（`client.id`）";
    TOPIC = "Topic", "Topic";
    OPTIONAL = "optional", "可选";

    // Topic.
    TOPIC_NAME_HELP = "Letters, digits, `.`, `_` and `-`; at most 249.", "字母、数字、`.`、`_` 和 `-`；最多 249 个字符。";
    PARTITIONS = "Partitions", "分区数";
    PARTITIONS_HELP = "Can be raised later, never lowered.", "以后可以增加，不能减少。";
    REPLICATION_FACTOR = "Replication factor", "副本因子";
    REPLICATION_FACTOR_HELP = "Copies of each partition, each on another broker.", "每个分区的副本数，各在不同的 broker 上。";
    NEW_TOTAL = "Partitions, new total", "分区总数（新）";
    NEW_TOTAL_HELP = "Now {n}. Keys may move to other partitions from now on; records that are there stay where they are.", "现在有 {n} 个。此后 key 可能进入其他分区；已有的消息留在原处。";

    // Broker.
    RACK = "Rack (`broker.rack`)", "rack（`broker.rack`）";
    RACK_HELP = "Replicas of a partition are spread over racks; leave it empty for none.", "一个分区的副本会分散到不同 rack；留空表示没有。";
    BROKER_NOTE = "It gets the id {id}. It holds nothing until a topic or partition is created: Kafka never moves replicas by itself.",
        "它的 id 是 {id}。在创建新的 topic 或分区之前它不保存任何数据：Kafka 不会自行搬移副本。";

    // Producer.
    KEYS = "Keys", "Key";
    KEYS_HELP = "Separated by commas. Empty: records without a key.", "用逗号分隔。留空：消息没有 key。";
    KEY_ORDER = "Order of keys", "Key 的顺序";
    KEY_ORDER_IN_TURN = "in turn", "依次轮流";
    KEY_ORDER_RANDOM = "at random, from the run's seed", "随机（由本次运行的种子决定）";
    KEY_SERIALIZER = "Key serializer (`key.serializer`)", "Key 序列化器（`key.serializer`）";
    SERIALIZER_STRING = "StringSerializer: UTF-8 bytes", "StringSerializer：UTF-8 字节";
    SERIALIZER_INTEGER = "IntegerSerializer: 4 bytes", "IntegerSerializer：4 字节";
    SERIALIZER_LONG = "LongSerializer: 8 bytes", "LongSerializer：8 字节";
    VALUE = "Value", "Value";
    DELETE_RECORDS = "Delete records of {place}", "删除 {place} 的消息";
    DELETE_RECORDS_NOTE = "The partition's log starts later, and nobody can read what lies before. The segments go at the next look of retention.",
        "分区的日志从更靠后的位置开始，之前的消息再也读不到。segment 在下一次检查时删除。";
    FIRST_KEPT = "First offset that stays", "保留的第一个 offset";
    DELETE_RECORDS_HELP = "From {start}, where the log starts, to {high_watermark}, the high watermark; empty means the high watermark.",
        "从日志起点 {start} 到 high watermark {high_watermark}；留空表示 high watermark。";
    TOMBSTONE = "Value is null (a tombstone)", "Value 为 null（tombstone）";
    RATE = "Rate", "速率";
    RATE_UNIT = "records/s", "条/秒";
    RATE_HELP = "0: only by hand.", "0：仅手动发送。";
    PARTITION = "Partition", "分区";
    PARTITION_CHOSEN = "chosen by the partitioner", "由分区器选择";
    PARTITION_NUMBER = "always partition {n}", "总是分区 {n}";
    RECORDS_MAX = "Stops after", "发送上限";
    RECORDS_MAX_UNIT = "records", "条";
    RECORDS_MAX_HELP = "Empty: never.", "留空：不限。";

    // Consumer.
    MODE = "Gets its partitions", "如何获得分区";
    MODE_SUBSCRIBE = "from its group (`subscribe`)", "由消费组分配（`subscribe`）";
    MODE_PATTERN = "from its group, by pattern (`subscribe(Pattern)`)", "由消费组分配，按 pattern（`subscribe(Pattern)`）";
    MODE_SUBSCRIPTION_PATTERN = "from its group, by a pattern for the coordinator (`subscribe(SubscriptionPattern)`)", "由消费组分配，pattern 交给 coordinator（`subscribe(SubscriptionPattern)`）";
    PATTERN = "Pattern", "Pattern";
    PATTERN_HELP = "A regular expression that must match the whole name of a topic, such as `orders-.*`.", "必须匹配整个 topic 名称的正则表达式，例如 `orders-.*`。";
    MODE_ASSIGN = "by hand (`assign`)", "手动指定（`assign`）";
    GROUP = "Group (`group.id`)", "消费组（`group.id`）";
    GROUP_HELP = "A new name makes a new group.", "新名称会建立新的消费组。";
    GROUP_OPTIONAL_HELP = "Only for committing; leave it empty for none.", "仅用于提交 offset；留空表示没有。";
    TOPICS = "Topics", "Topic";
    ASSIGN = "Partitions", "分区";
    PROCESSING = "Processing time", "处理时间";
    PROCESSING_UNIT = "ms per record", "毫秒/条";
    PROCESSING_HELP = "How long the application works on each record between polls.", "应用在两次 poll 之间处理每条消息的时间。";

    // Send one.
    SEND_TITLE = "Send one record", "发送一条消息";
    KEY = "Key", "Key";
    KEY_HELP = "Empty: no key.", "留空：无 key。";
    HEADERS = "Headers", "Headers";
    HEADERS_HELP = "One a line, as `name: value`.", "每行一个，写作 `name: value`。";
    MORE = "Partition and headers", "分区与 headers";
    WOULD_GO = "Where it would go", "它会去哪里";

    // Settings.
    SETTINGS = "Settings", "配置";
    SETTINGS_COMMON = "Settings", "常用配置";
    SETTINGS_ALL = "All settings ({n} more)", "全部配置（另有 {n} 项）";
    SETTING_DEFAULT = "default {value}", "默认 {value}";
    SETTING_ALLOWED = "Allowed: {allowed}.", "允许：{allowed}。";
    SETTING_EMPTY_DEFAULT = "empty", "空";
    SETTING_USE_DEFAULT = "Use the default", "恢复默认";

    // Errors found by the forms themselves.
    ERROR_REQUIRED = "Please fill this in.", "请填写此项。";
    ERROR_WHOLE = "A whole number from 0 up is needed, not “{value}”.", "需要不小于 0 的整数，不能是“{value}”。";
    ERROR_NUMBER = "A number from 0 up is needed, such as 4, 1000 or 0.5 (at most three digits after the point), not “{value}”.",
        "需要不小于 0 的数字，例如 4、1000 或 0.5（小数点后最多三位），不能是“{value}”。";
    ERROR_HEADER = "“{line}” has no colon; write `name: value`.", "“{line}”中没有冒号；请写作 `name: value`。";
    ERROR_CHOOSE = "Choose at least one.", "请至少选择一项。";
    ERROR_GROUP = "A consumer that subscribes needs a group.", "使用 subscribe 的 consumer 需要消费组。";
}
