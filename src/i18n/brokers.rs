//! The words of the Brokers lens.

use crate::templates;

templates! { "brokers":
    // The line over the cards.
    TITLE = "Cluster", "集群";
    COUNT = "{n|1 broker|{n} brokers}", "{n} 个 broker";
    CONTROLLERS = "{n|1 controller apart|{n} controllers apart}", "{n} 个独立的 controller";
    CONTROLLER = "KRaft controller {node}", "KRaft controller {node}";
    NO_CONTROLLER = "no active controller", "没有 active controller";
    TOPIC = "topic {name}, {n|1 partition|{n} partitions}, replication {rf}, min.insync {isr}",
        "topic {name}，{n} 个分区，副本因子 {rf}，min.insync {isr}";
    TOPICS = "{n} topics, {partitions} partitions", "{n} 个 topic，{partitions} 个分区";
    CARDS = "Brokers and what each holds", "Broker 及其持有的副本";

    // A card.
    BROKER = "Broker {id}", "broker {id}";
    ALIVE = "alive", "运行中";
    STARTING = "starting", "启动中";
    CATCHING_UP = "catching up", "追赶中";
    STOPPING = "handing over", "正在移交";
    STOPPED = "stopped at {at}", "{at} 停止";
    CRASHED = "crashed at {at}, not noticed yet", "{at} 崩溃，尚未被发现";
    FENCED = "fenced since {at}", "{at} 起被 fence";
    STOPPED_ONCE = "stopped", "已停止";
    CRASHED_ONCE = "crashed, not noticed yet", "已崩溃，尚未被发现";
    FENCED_ONCE = "fenced", "被 fence";
    CARD_ALT = "Broker {id}: {state}; leads {leads} of its {n|1 replica|{n} replicas}",
        "broker {id}：{state}；{n} 个副本中有 {leads} 个是 leader";
    CARD_ALT_CONTROLLER = "Broker {id}, active controller: {state}; leads {leads} of its {n|1 replica|{n} replicas}",
        "broker {id}，active controller：{state}；{n} 个副本中有 {leads} 个是 leader";
    CARD_ALT_BEHIND = "{card}; {n} not in the ISR", "{card}；{n} 个不在 ISR 中";
    RACK = "rack {rack}", "rack {rack}";
    HOLDS_NOTHING = "It holds no replica yet.", "它还没有任何副本。";
    DOWN_TITLE = "Broker {id} is down.", "broker {id} 已停机。";
    DOWN_TEXT = "Its copies stay on disk. When it returns it cuts off what its leader does not have, as leader epochs tell, then catches up.",
        "它的副本留在磁盘上。重新启动后，先借助 leader epoch 截断与 leader 不同的部分，再追赶。";
    DOWN_WIPED = "Its disk is empty. When it returns it copies everything from the leaders.",
        "它的磁盘是空的。重新启动后从各 leader 处复制全部内容。";
    RESTART = "Restart {node}", "重启 {node}";
    RESTART_HELP = "Starts the process again, with the disk it has", "重新启动进程，沿用现有磁盘";
    ACT_NAMED = "{what} ({node}): {help}", "{what}（{node}）：{help}";
    ACTIONS = "Actions on {node}", "对 {node} 的操作";
    MORE_TO_BREAK = "Break something…", "制造故障…";

    // A controller apart from the brokers, and what a controller is in the metadata quorum.
    APART = "Controllers and what each is in the metadata quorum", "Controller 及其在 metadata quorum 中的角色";
    NODE_CONTROLLER = "Controller {id}", "controller {id}";
    CRASHED_APART = "crashed at {at}", "{at} 崩溃";
    CRASHED_APART_ONCE = "crashed", "已崩溃";
    ACTIVE = "active controller", "active controller";
    PROSPECTIVE = "asks for pre-votes", "正在征求 pre-vote";
    CANDIDATE = "stands for election", "正在竞选";
    FOLLOWS = "voter, follows {node}", "voter，跟随 {node}";
    LEADERLESS = "voter, knows of no active controller", "voter，不知道谁是 active controller";
    DOWN = "voter, not running", "voter，未运行";
    QUORUM = "{standing} · epoch {epoch} · log end {end}, committed {committed}", "{standing} · epoch {epoch} · 日志末端 {end}，已提交 {committed}";
    APART_ALT = "Controller {id}: {state}; {quorum}", "controller {id}：{state}；{quorum}";

    // A replica.
    LEADER = "leader", "leader";
    FOLLOWER = "follower", "follower";
    OUT_OF_ISR = "out of ISR", "不在 ISR";
    EPOCH = "epoch {n}", "epoch {n}";
    BEHIND = "{n} behind", "落后 {n}";
    NOTHING_HERE = "nothing on this disk", "磁盘上没有数据";
    ONLY_HERE = "only here", "仅此处有";
    ONLY_ON = "only {brokers}", "仅 {brokers} 有";
    COPY_ALT = "P{partition}, replica of {name} on broker {broker}", "P{partition}，{name} 在 broker {broker} 上的副本";
    ALT_LEADER = "leader of epoch {n}", "leader，epoch {n}";
    ALT_FOLLOWER = "follower in the ISR", "follower，在 ISR 中";
    ALT_OUT = "not in the ISR", "不在 ISR 中";
    ALT_DOWN = "broker not running", "broker 未运行";
    ALT_BEHIND = "{n|1 record|{n} records} behind the leader", "比 leader 少 {n} 条消息";
    ALT_END = "log end {n}", "日志末端 {n}";
    ALT_HW = "high watermark {n}", "high watermark {n}";
    ALT_ONLY = "offsets {from} to {to} are on no broker in reach", "offset {from} 到 {to} 不在任何可达的 broker 上";
    ALT_ONLY_ONE = "offset {from} is on no broker in reach", "offset {from} 不在任何可达的 broker 上";
    HW = "HW {n}", "HW {n}";
    RECORDS_ON = "Records of {name} on broker {id}; arrow keys move between them", "{name} 在 broker {id} 上的消息；用方向键在其间移动";

    // Where leadership went.
    MOVED = "leadership of {what} moved: {ways}", "{what} 的 leader 已转移：{ways}";
    MOVED_MANY = "leadership of {n} partitions moved: {ways}", "{n} 个分区的 leader 已转移：{ways}";
    NOBODY = "{what|one partition|{what} partitions} without a leader", "{what} 个分区没有 leader";
    WAY = "B{from} → B{to}", "B{from} → B{to}";
    WAY_MANY = "B{from} → {n} brokers", "B{from} → {n} 个 broker";

    // The map.
    MAP_HINT = "One tile a replica: solid, a leader; pale, a follower; hollow, not in the ISR. Click a tile for its partition, a name for its broker.",
        "每格一个副本：实心为 leader，浅色为 follower，空心为不在 ISR 中。点击格子查看分区，点击名称查看 broker。";
}
