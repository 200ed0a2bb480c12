//! The words of the page's shell: header, transport, story, inspector. The forms' are in `forms`.

use crate::templates;

templates! { "ui":
    TITLE = "Kafkascope: a Kafka cluster in a browser tab", "Kafkascope：浏览器标签页里的 Kafka 集群";
    SKIP = "Skip to the cluster", "跳到集群";
    CLOSE = "Close", "关闭";
    CANCEL = "Cancel", "取消";
    DISMISS = "Dismiss", "知道了";
    UNDO = "Undo", "撤销";

    // Header.
    SCENARIO_PICK = "Scenario: {name}", "场景：{name}";
    SCENARIO_START = "Start cluster", "起始集群";
    SCENARIO_START_HINT = "Free play: one topic, two producers, one group", "自由操作：一个 topic、两个 producer、一个消费组";
    SCENARIO_LESSONS = "Lessons", "课程";
    SCENARIO_FREE = "Free play", "自由操作";
    LESSON_NAME = "Lesson {number} · {title}", "第 {number} 课 · {title}";
    ADD = "Add", "添加";
    ADD_MENU = "Add to the cluster", "向集群添加";
    ADD_TOPIC = "Topic…", "Topic…";
    ADD_PRODUCER = "Producer…", "Producer…";
    ADD_CONSUMER = "Consumer…", "Consumer…";
    ADD_BROKER = "Broker…", "Broker…";
    CLUSTER_SETTINGS = "Cluster settings…", "集群配置…";
    LANGUAGE = "Language", "语言";
    THEME = "Colours: {name}", "配色：{name}";
    THEME_MENU = "Colours", "配色";
    THEME_SYSTEM = "As the system", "跟随系统";
    THEME_LIGHT = "Light", "浅色";
    THEME_DARK = "Dark", "深色";
    HELP = "Help", "帮助";
    PANEL_SHOW = "Show lesson and story", "显示课程与经过";
    PANEL_HIDE = "Hide lesson and story", "隐藏课程与经过";

    // Areas.
    AREA_LEFT = "Lesson and story", "课程与经过";
    AREA_STAGE = "The cluster", "集群";
    AREA_TRANSPORT = "Time controls", "时间控制";
    AREA_TIMELINE = "Timeline", "时间线";
    LENSES = "Lens", "视图";
    LENS_TOPIC = "Topic", "Topic";
    LENS_GROUP = "Group", "消费组";
    LENS_SEQUENCE = "Sequence", "时序";
    TAB_STORY = "Story", "经过";
    TAB_LESSON = "Lesson", "课程";
    TAB_ABOUT = "Start", "起步";
    TABS = "Parts of the page", "页面各部分";

    // Transport.
    RESET = "Back to the start", "回到起点";
    PLAY = "Play", "播放";
    PAUSE = "Pause", "暂停";
    STEP = "Step", "单步";
    FORWARD = "Fast forward", "快进";
    STEP_HELP = "Step: one event that changes the picture", "单步：执行一个使画面变化的事件";
    STEP_NUMBER = "step {n}", "第 {n} 步";
    SPEED = "Pace and speed: {name}", "节奏与速度：{name}";
    SPEED_MENU = "Pace and speed", "节奏与速度";
    SPEED_STEPS = "{n} steps/s", "{n} 步/秒";
    SPEED_ONE_STEP = "1 step/s", "1 步/秒";
    SPEED_CLOCK = "×{n}", "×{n}";
    PACE = "Pace", "节奏";
    PACE_EVENT = "By event", "按事件";
    PACE_EVENT_HELP = "Each step takes the same time; idle time is skipped", "每一步耗时相同；跳过空闲时间";
    PACE_CLOCK = "By clock", "按时钟";
    PACE_CLOCK_HELP = "Simulated time runs evenly, idle time too", "模拟时间匀速流逝，空闲时间也不跳过";
    SPEED_OF_EVENT = "Steps a second", "每秒步数";
    SPEED_OF_CLOCK = "Simulated time", "模拟时间";
    SPEED_CLOCK_SLOW = "{n} s in a second", "每秒走 {n} 秒";
    NOTE_SKIPPING = "Skipping {time} in which nothing changes", "跳过没有变化的 {time}";
    NOTE_ACTED = "Given. **Play** or **Step** shows what follows.", "已下达。**播放**或**单步**查看后续。";
    NOTE_ENDED = "Nothing more will change until you act.", "在你操作之前不会再有变化。";
    NOTE_BEHIND = "As fast as this machine can: ×{n}", "本机的最快速度：×{n}";
    CLOCK = "Simulated time", "模拟时间";

    // Story.
    STORY = "What just happened", "刚刚发生了什么";
    STORY_EMPTY = "Nothing yet. Press **Play**, or **Step** for one event.", "还没有事件。按**播放**，或按**单步**执行一个事件。";
    STORY_ALL_HIDDEN = "All kinds of events are hidden; choose one above.", "所有类型的事件都被隐藏了；请在上面选择。";
    STORY_FILTER = "Kinds of events shown", "显示哪些事件";
    STORY_FOLDED = "×{n}", "×{n}";
    STORY_FOLDED_HELP = "{n} like this", "{n} 个类似事件";
    LANE_PRODUCE = "Produce", "生产";
    LANE_REPLICATE = "Replicate", "复制";
    LANE_CONSUME = "Consume", "消费";
    LANE_GROUP = "Group", "消费组";
    LANE_CLUSTER = "Cluster", "集群";
    LANE_IDLE = "Heartbeats and idle fetches", "心跳与空闲 fetch";
    LANE_IDLE_SHORT = "Idle", "空闲";

    // Welcome.
    WELCOME = "A cluster to play with", "一个可以动手的集群";
    WELCOME_TEXT = "Two applications send records to the topic `orders`. A record with a key always goes to the same partition; three brokers keep copies; the group `billing` shares the partitions among its members.",
        "两个应用向 topic `orders` 发送消息。有 key 的消息总是进入同一个分区；三个 broker 保存副本；消费组 `billing` 的成员分担这些分区。";
    WELCOME_DO = "**Step** runs one event and says what it did. Click anything to see its state and what you can do to it.",
        "**单步**执行一个事件并说明它做了什么。点击任何东西都可以查看它的状态和可做的操作。";
    WELCOME_LESSONS = "Or take a lesson", "或者上一课";

    // Inspector: what it is.
    KIND_PRODUCER = "Producer", "Producer";
    KIND_PARTITION = "Partition", "分区";
    KIND_BROKER = "Broker", "Broker";
    KIND_CONSUMER = "Consumer", "Consumer";
    KIND_GROUP = "Consumer group", "消费组";
    KIND_NO_GROUP = "Consumers without a group", "不属于消费组的 consumer";
    KIND_TOPIC = "Topic", "Topic";
    INSPECT_CLOSE = "Close the inspector", "关闭检查器";
    ACTIONS = "What you can do", "可做的操作";
    ACTIONS_PROCESS = "Its process", "它的进程";
    ACTIONS_LOOP = "Its poll loop", "它的 poll 循环";
    ACTIONS_READS = "What it reads", "它读什么";
    BROKER_NAME = "Broker {id}", "Broker {id}";
    NONE = "none", "无";
    YES = "yes", "是";
    NO = "no", "否";

    // Inspector: actions.
    DO_PAUSE = "Pause", "暂停";
    DO_PAUSE_PLACE = "Pause {place}", "暂停 {place}";
    DO_RESUME_PLACE = "Resume {place}", "继续 {place}";
    DO_RESUME = "Resume", "继续";
    DO_CONFIGURE = "Configure…", "配置…";
    DO_REMOVE = "Close it", "关闭它";
    DO_SEND = "Send one", "发送一条";
    DO_COMMIT = "Commit now", "立即提交";
    DO_STOP = "Stop", "停止";
    DO_STOP_HELP = "Controlled shutdown: hands its leaderships over first", "受控关闭：先移交 leader 身份";
    DO_CRASH = "Crash", "崩溃";
    DO_CRASH_HELP = "Kills the process at once; the disk stays", "立即杀死进程；磁盘保留";
    DO_RESTART = "Restart", "重启";
    DO_PAUSE_CONSUMER_HELP = "`pause()` of all its partitions: it polls on and stays a member", "对所有分区 `pause()`：它继续 poll，仍是成员";
    DO_CRASH_CONSUMER_HELP = "Kills the process at once: no commit, no LeaveGroup", "立即终止进程：不提交 offset，也不发送 LeaveGroup";
    DO_RESTART_CONSUMER_HELP = "Starts it again as it was, with the same settings", "按原样以相同配置重新启动";
    DO_FREEZE = "Freeze", "冻结";
    DO_FREEZE_HELP = "Stops the whole process, as a long pause of the machine does: no heartbeats", "停住整个进程，如同机器长时间停顿：没有心跳";
    DO_THAW = "Thaw", "解冻";
    DO_THAW_HELP = "It goes on where it was, and does not know how long it was away", "它从原处继续，并不知道自己停了多久";
    DO_STALL = "Stall its loop", "卡住循环";
    DO_STALL_HELP = "Its application hangs: no poll, while heartbeats go on", "应用卡住：不再 poll，但心跳继续";
    DO_UNSTALL = "Let its loop go on", "恢复循环";
    DO_SLOW_DOWN = "Slow down ×10", "减慢 10 倍";
    DO_SPEED_UP = "Back to its speed", "恢复原速";
    DO_SUBSCRIBE = "Subscription…", "修改订阅…";
    DO_SEEK = "Seek…", "跳转（seek）…";
    DO_RESET_OFFSETS = "Reset offsets…", "重设 offset…";
    DO_DELETE_GROUP = "Delete the group", "删除消费组";
    DO_DELETE_GROUP_HELP = "Only while nobody is in it; its committed offsets are gone then", "仅当组内没有成员时；已提交的 offset 随之消失";
    DO_SHOW_TOOL = "As Kafka's tool shows it", "以 Kafka 工具的方式显示";
    TOOL_TITLE = "Group {group} in kafka-consumer-groups", "kafka-consumer-groups 中的消费组 {group}";
    TOOL_NOTE = "What Kafka's own tool prints at {time}: what the coordinator knows, and the high watermarks at the leaders. `HOST` is a name here, as nothing in the model has an address.",
        "Kafka 自带工具在 {time} 的输出：coordinator 所知道的内容，以及各 leader 的 high watermark。模型中没有网络地址，所以 `HOST` 显示名称。";
    TOOL_OFFSETS = "Offsets and lag", "Offset 与 lag";
    TOOL_MEMBERS = "Members", "成员";
    TOOL_STATE = "State", "状态";
    DO_TAKE_AWAY = "Take it away", "移除";
    CRASHED = "killed", "已终止";
    FROZEN = "frozen", "已冻结";
    STALLED = "hangs", "卡住";
    DO_ADD_PARTITIONS = "Add partitions…", "增加分区…";
    DO_DELETE_TOPIC = "Delete…", "删除…";
    DO_ADD_PRODUCER = "Add a producer…", "添加 producer…";
    DO_ADD_CONSUMER = "Add a consumer…", "添加 consumer…";
    DO_PAUSE_ALL = "Pause all", "全部暂停";
    DO_RESUME_ALL = "Resume all", "全部继续";
    DO_CLOSE_ALL = "Close all", "全部关闭";
    DO_WHY_LAG = "Why this lag?", "为什么有这个 lag？";
    DO_WHY_ASSIGNMENT = "Why these partitions?", "为什么是这些分区？";
    DO_WHY_IDLE = "Why none?", "为什么没有？";
    DO_WHY_REBALANCE = "Why did it begin?", "它为什么开始？";
    DO_WHY_HIDDEN = "Why not visible yet?", "为什么还不可见？";
    WHY = "Why?", "为什么？";

    // Inspector: facts.
    FACT_TOPIC = "Topic", "Topic";
    FACT_HOW = "Chooses", "选择方式";
    FACT_RATE = "Rate", "速率";
    FACT_RATE_VALUE = "{n} records/s", "{n} 条/秒";
    FACT_RATE_BY_HAND = "only by hand", "仅手动发送";
    FACT_KEYS = "Keys", "Key";
    FACT_NO_KEYS = "no key", "无 key";
    FACT_STICKY = "Sticky partition", "粘性分区";
    FACT_METADATA = "Its metadata", "它的 metadata";
    FACT_METADATA_STALE = "behind the controller's", "落后于 controller";
    FACT_METADATA_FRESH = "up to date", "最新";
    FACT_LAST_ERROR = "Last error", "最近的错误";
    FACT_STATE = "State", "状态";
    FACT_RACK = "Rack", "机架";
    FACT_LEADS = "Leads", "担任 leader";
    FACT_LEADS_VALUE = "{n|one partition|{n} partitions}", "{n} 个分区";
    FACT_REPLICAS = "Replicas", "副本";
    FACT_ROLE = "Roles", "角色";
    FACT_ROLE_BROKER = "broker", "broker";
    FACT_ROLE_VOTER = "broker, controller", "broker、controller";
    FACT_ROLE_ACTIVE = "broker, **active controller**", "broker、**活动 controller**";
    FACT_METADATA_OFFSET = "Metadata offset applied", "已应用的 metadata offset";
    FACT_LEADER = "Leader", "Leader";
    FACT_NO_LEADER = "none: it cannot be written or read", "无：不可读写";
    FACT_EPOCH = "Leader epoch", "Leader epoch";
    FACT_LOG_START = "Log start", "日志起点";
    FACT_HW = "High watermark", "High watermark";
    FACT_LOG_END = "Log end", "日志末端";
    FACT_ISR = "In-sync replicas", "同步副本（ISR）";
    FACT_HIDDEN = "{n|one record is|{n} records are} not visible to consumers yet", "{n} 条消息对 consumer 尚不可见";
    FACT_GENERATION = "Generation", "Generation";
    BY_CLASSIC = "classic protocol", "classic 协议";
    FACT_GROUP_EPOCH = "Group epoch", "组 epoch";
    FACT_ASSIGNMENT_EPOCH = "Target computed for epoch", "目标分配所属 epoch";
    FACT_MEMBER_STATE = "State", "状态";
    FACT_MEMBER_EPOCH = "Member epoch", "成员 epoch";
    FACT_AT_COORDINATOR = "At its coordinator", "在 coordinator 上";
    FACT_AT_COORDINATOR_VALUE = "`{state}` at epoch {epoch}", "`{state}`，epoch {epoch}";
    FACT_NO_MEMBER = "no member", "不是成员";
    FACT_TO_GIVE_UP = "Has to give up", "需要放弃";
    FACT_TO_WAIT_FOR = "Waits for", "等待";
    FACT_ASSIGNOR = "Assignor", "分配策略";
    FACT_COORDINATOR = "Coordinator", "Coordinator";
    FACT_COORDINATOR_VALUE = "broker {broker}, because the group's offsets are in `__consumer_offsets-{partition}`",
        "broker {broker}，因为该组的 offset 保存在 `__consumer_offsets-{partition}`";
    FACT_LAG = "Lag", "Lag";
    FACT_OFFSETS_EXPIRE = "Commits", "提交";
    FACT_OFFSETS_EXPIRE_VALUE = "deleted in {left} unless somebody joins (`offsets.retention.minutes`)",
        "若无人加入，{left} 后删除（`offsets.retention.minutes`）";
    FACT_MEMBERS = "Members", "成员";
    FACT_GROUP = "Group", "消费组";
    FACT_MEMBER_ID = "Member id", "Member id";
    FACT_NO_MEMBER_ID = "not joined", "未加入";
    FACT_SUBSCRIPTION = "Subscribes to", "订阅";
    FACT_BY_PATTERN = "topics that match `{pattern}`:", "匹配 `{pattern}` 的 topic：";
    FACT_BY_BROKER = "topics that match `{pattern}`, found by the coordinator", "匹配 `{pattern}` 的 topic，由 coordinator 查找";
    FACT_ASSIGNED = "nothing: partitions are assigned by hand", "无：手动分配分区";
    FACT_GROUP_LEADER = "group leader: computes the assignment", "组 leader：负责计算分配";
    FACT_CONSUMED = "Records polled", "已 poll 的消息";
    FACT_PARTITIONS = "Partitions", "分区";
    FACT_RF = "Replication factor", "副本因子";
    FACT_MIN_ISR = "min.insync.replicas", "min.insync.replicas";
    FACT_RECORDS = "Records", "消息数";
    FACT_INTERNAL = "Kafka keeps this topic for itself: committed offsets of all groups.", "这是 Kafka 自用的 topic：保存所有消费组提交的 offset。";
    PAUSED = "paused", "已暂停";
    STATE_ALIVE = "alive", "运行中";
    STATE_STARTING = "starting, still fenced", "启动中，仍被 fence";
    STATE_STOPPING = "shutting down", "正在关闭";
    STATE_STOPPED = "stopped", "已停止";
    STATE_CRASHED = "crashed, not yet noticed", "已崩溃，尚未被发现";
    STATE_FENCED = "crashed and fenced", "已崩溃，已被 fence";

    // Inspector: tables.
    TABLE_LEDGER = "What became of its records", "它的消息去向";
    LEDGER_SENT = "sent", "已 send";
    LEDGER_WAITING = "waiting in a batch", "在 batch 中等待";
    LEDGER_IN_FLIGHT = "in flight", "在途";
    LEDGER_ACKED = "acknowledged", "已确认";
    LEDGER_FAILED = "failed", "失败";
    LEDGER_FORGOTTEN = "sent without an answer (`acks=0`)", "不等应答（`acks=0`）";
    TABLE_QUEUED = "Batches that wait", "等待中的 batch";
    QUEUED_NONE = "None: nothing waits to be sent.", "无：没有等待发送的消息。";
    QUEUED_FULL = "full", "已满";
    COLUMN_PARTITION = "Partition", "分区";
    COLUMN_RECORDS = "Records", "消息";
    COLUMN_BYTES = "Bytes", "字节";
    COLUMN_BROKER = "Broker", "Broker";
    COLUMN_LOG_END = "Log end", "日志末端";
    COLUMN_HW = "HW", "HW";
    COLUMN_ISR = "ISR", "ISR";
    COLUMN_GROUP = "Group", "消费组";
    COLUMN_COMMITTED = "Committed", "已提交";
    COLUMN_POSITION = "Position", "Position";
    COLUMN_LAG = "Lag", "Lag";
    COLUMN_READING = "Reading", "读取";
    COLUMN_LEADER = "Leader", "Leader";
    COLUMN_MEMBER = "Member", "成员";
    COLUMN_OWNS = "Owns", "拥有";
    TABLE_REPLICAS = "Replicas", "副本";
    TABLE_READERS = "Groups that read it", "读取它的消费组";
    TABLE_RECORDS = "Newest records", "最新的消息";
    TABLE_OWNED = "Owned partitions", "拥有的分区";
    TABLE_OWNED_NONE = "It owns no partition.", "它没有分区。";
    TABLE_MEMBERSHIP = "Membership", "成员状态";
    FACT_MEMBERSHIP = "State", "状态";
    FACT_TO_REVOKE = "To give up", "待放弃";
    FACT_PENDING = "To come", "待接收";
    MEMBER_GENERATION = "generation {n}", "generation {n}";
    TIMER_LEFT = "{left} of {of}", "{left} / {of}";
    TIMER_STOPPED = "not running · {of}", "未运行 · {of}";
    TABLE_REBALANCE = "Last rebalance", "最近一次重平衡";
    COLUMN_BEFORE = "Before", "之前";
    COLUMN_AFTER = "After", "之后";
    COLUMN_SO_FAR = "So far", "目前";
    MOVED = "moved here", "移动到此";
    MOVED_NONE = "Nothing moved.", "没有分区移动。";
    MOVED_LEAST = "{moved|1 partition|{moved} partitions} moved; fewer would not have done.", "移动了 {moved} 个分区，已是最少。";
    MOVED_MORE = "{moved|1 partition|{moved} partitions} moved, {least} would have done.", "移动了 {moved} 个分区，最少只需 {least} 个。";
    TABLE_PARTITIONS = "Partitions", "分区";
    TABLE_ON_BROKER = "Partitions on it", "它上面的分区";
    ROLE_LEADER = "leader", "leader";
    ROLE_FOLLOWER = "follower", "follower";
    IN_SYNC = "in sync", "同步";
    OUT_OF_SYNC = "out of ISR", "不在 ISR 中";
    REPLICA_DOWN = "its broker is down", "所在 broker 已停止";
    RECORD_NO_KEY = "no key", "无 key";
    RECORD_HIDDEN = "not visible yet", "尚不可见";

    // Inspector: settings.
    SETTINGS = "Settings", "配置";
    SETTINGS_CHANGED = "Changed from Kafka's default", "与 Kafka 默认值不同";
    SETTINGS_ALL = "All settings ({n})", "全部配置（{n} 项）";
    SETTINGS_NONE_CHANGED = "All at Kafka's defaults.", "全部为 Kafka 默认值。";
    SETTING_DEFAULT = "default", "默认";
    SETTING_DEFAULT_IS = "default {value}", "默认 {value}";

    // Toasts.
    TOAST_RESET = "Back at the start of the scenario.", "已回到场景起点。";
    TOAST_REFUSED = "Refused: {reason}", "被拒绝：{reason}";
    SENT = "Sent.", "已发送。";

    // Help.
    HELP_TITLE = "How to read and drive this page", "如何阅读和操作本页面";
    HELP_KEYS = "Keys", "按键";
    HELP_KEYS_ON = "Single keys act", "启用单键快捷键";
    HELP_KEYS_HELP = "They never act while you type or while a dialog is open.", "输入文字或打开对话框时不起作用。";
    HELP_MARKS = "What the marks mean", "图形的含义";
    MARK_RECORD = "A record. Its colour and its letter are its key; grey without a letter: no key.", "一条消息。颜色和字母代表它的 key；灰色且无字母：没有 key。";
    MARK_OFFSET = "The number under it is its offset in that partition; it says nothing about other partitions.", "下方的数字是它在该分区中的 offset，与其他分区无关。";
    MARK_DASHED = "A dashed record is on the leader but not yet below the high watermark: consumers cannot see it.", "虚线消息已在 leader 上，但还未低于 high watermark：consumer 看不到它。";
    MARK_HW = "The green rule is the high watermark.", "绿色竖线是 high watermark。";
    MARK_COMMITTED = "A filled triangle is a group's committed offset, a hollow one a consumer's position.", "实心三角是消费组已提交的 offset，空心三角是 consumer 的 position。";
    MARK_RIBBON = "A ribbon is ownership: this member reads this partition. The colour is the member.", "色带表示归属：该成员读取该分区。颜色代表成员。";
    MARK_FLIGHT = "A small record on a line is inside a real request or response.", "连线上的小方块是真实请求或响应中的消息。";
    KEY_PLAY = "Play or pause", "播放或暂停";
    KEY_STEP = "One step", "单步";
    KEY_FORWARD = "In a lesson: fast to the end of this step", "课程中：快进到本步结束";
    KEY_RESET = "Back to the start", "回到起点";
    KEY_FASTER = "Faster", "加快";
    KEY_SLOWER = "Slower", "减慢";
    KEY_PACE = "Change the pace: by event, by clock", "切换节奏：按事件、按时钟";
    KEY_PRODUCER = "New producer", "新建 producer";
    KEY_CONSUMER = "New consumer", "新建 consumer";
    KEY_TOPIC = "New topic", "新建 topic";
    KEY_BROKER = "New broker", "新建 broker";
    KEY_LENS_TOPIC = "Lens: Topic", "视图：Topic";
    KEY_LENS_GROUP = "Lens: Group", "视图：消费组";
    KEY_LENS_SEQUENCE = "Lens: Sequence", "视图：时序";
    KEY_PANEL = "Show or hide lesson and story", "显示或隐藏课程与经过";
    KEY_LANGUAGE = "English or Chinese", "切换中英文";
    KEY_HELP = "This help", "本帮助";
    KEY_CLOSE = "Close what is open: card, inspector, dialog", "关闭打开的卡片、检查器或对话框";
}
