//! The words of the stage, the timeline and the *Why?* card.

use crate::templates;

templates! { "stage":
    // Headings and buttons.
    PRODUCERS = "Producers", "Producer";
    CLUSTER = "Brokers and topics", "Broker 与 topic";
    GROUPS = "Consumer groups", "消费组";
    BROKERS = "Brokers", "Broker";
    ADD_PRODUCER = "+ Producer", "+ Producer";
    ADD_CONSUMER = "+ Consumer", "+ Consumer";
    ADD_GROUP = "+ Group", "+ 消费组";
    ADD_BROKER = "+ Broker", "+ Broker";
    ADD_TOPIC = "+ Topic", "+ Topic";
    ADD_PARTITION = "+ Partition", "+ 分区";
    ADD_PARTITION_TO = "Add partitions to {topic}", "为 {topic} 增加分区";
    ADD_CONSUMER_TO = "Add a consumer to {group}", "向 {group} 添加 consumer";
    SHOW_ALL = "Show all {n}", "显示全部 {n} 个";
    SHOW_FEWER = "Show fewer", "收起";
    MORE_BROKERS = "+{n}", "+{n}";
    CONFIGURE = "Configure…", "配置…";

    // Empty.
    NO_TOPIC = "No topic yet", "还没有 topic";
    NO_TOPIC_TEXT = "A topic is a named log, split into partitions. Create one, and producers have somewhere to write.",
        "Topic 是一个有名字的日志，分成若干分区。创建一个，producer 就有地方写入了。";
    NO_TOPIC_DO = "Create a topic", "创建 topic";
    NO_PRODUCER = "Nobody writes yet", "还没有人写入";
    NO_PRODUCER_TEXT = "A producer appends records to a topic.", "Producer 向 topic 追加消息。";
    NO_PRODUCER_DO = "Add a producer", "添加 producer";
    NO_GROUP = "Nobody reads yet", "还没有人读取";
    NO_GROUP_TEXT = "The members of a group share the partitions of a topic.", "消费组的成员分担一个 topic 的分区。";
    NO_GROUP_DO = "Add a consumer", "添加 consumer";
    NO_MEMBERS = "no members", "没有成员";

    // Brokers.
    BROKER_SHORT = "B{id}", "B{id}";
    BROKER_ALIVE = "alive", "运行中";
    BROKER_STARTING = "starting", "启动中";
    BROKER_RUNNING_FENCED = "running, fenced", "运行中，已被 fence";
    BROKER_STOPPING = "stopping", "停止中";
    BROKER_STOPPED = "stopped", "已停止";
    BROKER_CRASHED = "crashed, not noticed yet", "已崩溃，尚未被发现";
    BROKER_FENCED = "crashed, fenced", "已崩溃，被 fence";
    BROKER_ALT = "Broker {id}: {state}", "broker {id}：{state}";
    CONTROLLER_CRASHED = "crashed", "已崩溃";
    CONTROLLER_ALT = "Controller {id}: {state}", "controller {id}：{state}";
    CONTROLLER_ACTIVE = "Controller {id}, active controller: {state}", "controller {id}，active controller：{state}";
    BROKER_CONTROLLER = "Broker {id}, active controller: {state}", "broker {id}，active controller：{state}";

    // Topics.
    TOPIC_FACTS = "{n|1 partition|{n} partitions} · replication {rf} · min.insync {isr}",
        "{n} 个分区 · 副本因子 {rf} · min.insync {isr}";
    TOPIC_DIRECTION = "oldest ← log → newest", "最旧 ← 日志 → 最新";
    TOPIC_INTERNAL = "internal · {n|1 partition|{n} partitions}", "内部 topic · {n} 个分区";
    OPEN_INTERNAL = "Show its partitions", "显示它的分区";
    CLOSE_INTERNAL = "Fold away", "收起";
    MAP_ALT = "Map of the {n} partitions of {topic}", "{topic} 的 {n} 个分区的分布图";
    MAP_HINT = "One tile a partition; darker: more records. Click one, or type its number:",
        "每格一个分区；越深消息越多。点击一格，或输入分区号：";
    MAP_FIELD = "Partition to open", "要打开的分区";
    OPEN_PARTITION = "Show the records of {name}", "显示 {name} 的消息";
    CLOSE_PARTITION = "Close {name}", "收起 {name}";

    // A partition.
    LEADER = "leader B{id}", "leader B{id}";
    NO_LEADER = "no leader", "无 leader";
    LAG = "lag {n}", "lag {n}";
    LAG_OF = "lag {n} of {group} on {name}. Why?", "lag {n}：{group} 在 {name} 上的积压。为什么？";
    LAG_MORE = "+{n}", "+{n}";
    RECORDS_OF = "Records of {name}; arrow keys move between them", "{name} 的消息；用方向键在其间移动";
    EARLIER = "Older records are out of sight; the first kept is {offset}", "更早的消息不在视野内；保留的第一条是 {offset}";
    CELL_NO_KEY = "no key", "无 key";
    CELL_HIDDEN = "not below the high watermark yet", "尚未低于 high watermark";
    HW = "HW {n}", "HW {n}";
    HW_ALT = "HW {n}, the high watermark. Why there?", "HW {n}，即 high watermark。为什么在这里？";
    REPLICA_LEADER = "broker {id}: leader", "broker {id}：leader";
    REPLICA_IN_SYNC = "broker {id}: in sync", "broker {id}：同步";
    REPLICA_BEHIND = "broker {id}: not in the ISR, log end {end}", "broker {id}：不在 ISR 中，日志末端 {end}";
    REPLICA_DEAD = "broker {id}: not running", "broker {id}：未运行";
    ALT_LEADER = "leader broker {id}", "leader 为 broker {id}";
    ALT_NO_LEADER = "no leader", "没有 leader";
    ALT_RECORDS = "{n|1 record|{n} records}", "{n} 条消息";
    ALT_HW = "high watermark {n}", "high watermark {n}";
    ALT_COMMITTED = "{group} committed {n}", "{group} 已提交 {n}";
    ALT_POSITION = "{group} at position {n}", "{group} 的位置为 {n}";
    ALT_UNCOMMITTED = "{group} committed nothing", "{group} 尚未提交";
    ALT_LAG = "lag {n}", "lag {n}";
    ALT_OUT_OF_SYNC = "out of sync: {brokers}", "未同步：{brokers}";
    BROKER_NAMED = "broker {id}", "broker {id}";

    // A producer.
    ACKS = "acks={acks}", "acks={acks}";
    PAUSED = "paused", "已暂停";
    RATE = "{n}/s", "{n}/秒";
    TO_TOPIC = "to {topic}", "发往 {topic}";
    BATCHES = "batches", "batch";
    CHART_ALT = "Waiting in the accumulator: {parts}", "累加器中等待：{parts}";
    CHART_PART = "P{partition}: {n}", "P{partition}：{n}";
    CHART_EMPTY = "Nothing waits in the accumulator", "累加器中没有等待的消息";
    KEY_FIELD = "Key of the record that {name} sends", "{name} 要发送的消息的 key";
    KEY_NONE = "no key", "无 key";
    SEND = "Send", "发送";
    SEND_FROM = "Send one from {name}", "由 {name} 发送一条";
    SEND_MORE = "Send with value and partition", "指定 value 和分区发送";
    METADATA_STALE = "Its metadata is behind the controller's", "它的 metadata 落后于 controller";
    LAST_ERROR = "Last error: {error}", "最近的错误：{error}";

    // A group and its members.
    GROUP_FACTS = "generation {generation} · {assignor} · coordinator B{broker}", "generation {generation} · {assignor} · coordinator B{broker}";
    GROUP_FACTS_NO_COORDINATOR = "generation {generation} · {assignor} · no coordinator", "generation {generation} · {assignor} · 无 coordinator";
    GROUP_EPOCH = "epoch {epoch} · {assignor} · coordinator B{broker}", "组 epoch {epoch} · {assignor} · coordinator B{broker}";
    GROUP_EPOCH_NO_COORDINATOR = "epoch {epoch} · {assignor} · no coordinator", "组 epoch {epoch} · {assignor} · 无 coordinator";
    GROUP_EPOCH_AHEAD = "epoch {epoch}, target {target} · {assignor}", "组 epoch {epoch}，目标 {target} · {assignor}";
    GROUP_UNCOORDINATED = "no coordinator answers · generation {generation} was the last", "没有 coordinator 应答 · 最后一代为 {generation}";
    GROUP_NEW = "no coordinator yet", "尚无 coordinator";
    WITHOUT_GROUP = "Without a group", "不属于消费组";
    WITHOUT_GROUP_FACTS = "assign() · nobody coordinates", "assign() · 无人协调";
    GROUP_LEADER = "leader of the group: it computes the assignment", "组 leader：由它计算分配";
    OWNS_NOTHING = "no partition", "没有分区";
    OWNED_MORE = "{n} more", "还有 {n} 个";
    OWNED_COUNT = "{n} partitions", "{n} 个分区";
    WHY_ASSIGNED = "{name} owns {what}. Why?", "{name} 拥有 {what}。为什么？";
    PROGRESS_ALT = "{n} % of the records in hand processed", "手中的消息已处理 {n} %";
    POSITION_ALT = "position {position}, high watermark {hw}", "位置 {position}，high watermark {hw}";

    // The timeline.
    TIMELINE_ALT = "Timeline from {from} to {to}: {parts}; now {time}", "时间线 {from}–{to}：{parts}；当前 {time}";
    STOPS = "moments", "时刻";
    ZOOM = "Zoom of the timeline", "时间线缩放";
    ZOOM_IN = "Show less time (+)", "放大时间线（+）";
    ZOOM_OUT = "Show more time (−)", "缩小时间线（−）";
    ZOOM_FOLLOW = "Follow the newest moment (0)", "跟随最新时刻（0）";
    TIMELINE_HELP = "Drag to go to a moment. Wheel: zoom; Shift and drag: zoom to a part; double click: follow the newest moment.", "拖动可跳到某一时刻；滚轮缩放；按住 Shift 拖动可放大一段；双击则跟随最新时刻。";
    BECAUSE = "because: {cause}", "原因：{cause}";
    BOOKMARK_HERE = "Bookmark", "书签";
    BEAT_HERE = "Here a step of the lesson began.", "课程的一个步骤从这里开始。";
    PLAYHEAD = "Moment that is shown", "显示的时刻";
    TIMELINE_NOTHING = "nothing happens", "没有事件";
    LANE_COUNT = "{lane} {n}", "{lane} {n}";
    LANE_PRODUCE = "produce", "生产";
    LANE_REPLICATE = "replicate", "复制";
    LANE_CONSUME = "consume", "消费";
    LANE_GROUP = "group", "消费组";
    LANE_CLUSTER = "cluster", "集群";
    LANE_OTHER = "run {n}", "运行 {n}";
    LANE_FORK = "forked at {time}", "{time} 分叉";

    // The Why? card.
    WHY_CLOSE = "Close", "关闭";
    WHY_CHAIN = "Chain of causes", "因果链";
    WHY_TRY = "Try it ›", "试一试 ›";
}
