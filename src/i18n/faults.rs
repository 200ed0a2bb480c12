//! The words of what can be broken, and of what is broken now.

use crate::templates;

templates! { "faults":
    BREAK = "Break something", "制造故障";
    BREAK_NOTE = "Whatever you break is listed under the stage until you heal it. Each is a command of the run, so it can be undone by a reset and comes again in a replay.",
        "制造的故障会列在集群下方，直到恢复为止。每个故障都是运行中的一条命令，重置会撤销它，重放会再现它。";
    LINKS = "The network", "网络";
    PROCESSES = "Processes", "进程";
    MACHINES = "Disks and clocks", "磁盘与时钟";

    CUT = "Cut a link…", "切断链路…";
    CUT_HELP = "Nothing gets through: connections stay open until requests time out", "任何报文都无法通过：连接保持打开，直到请求超时";
    SLOW_LINK = "Slow link…", "慢速链路…";
    SLOW_LINK_HELP = "Every message takes longer", "每条报文都需要更长时间";
    LOSSY_LINK = "Lossy link…", "丢包链路…";
    LOSSY_LINK_HELP = "Packets are lost; TCP sends them again, so messages come late and in bursts", "丢失部分包；TCP 会重传，报文会迟到且成批到达";
    FREEZE = "Freeze a process…", "冻结进程…";
    FREEZE_HELP = "It stands still with its connections open, as in a long pause of its machine, and does not know it afterwards", "进程停住而连接仍打开，如同机器长时间停顿，事后它自己并不知道";
    CRASH = "Crash a process…", "使进程崩溃…";
    CRASH_HELP = "It is killed: its connections close at once, its disk stays", "进程被终止：连接立即关闭，磁盘保留";
    STOP = "Stop a broker or controller…", "停止 broker 或 controller…";
    STOP_HELP = "Controlled shutdown: a broker hands its leaderships over first", "受控关闭：broker 先移交 leader 身份";
    WIPE = "Wipe a disk…", "清空磁盘…";
    WIPE_HELP = "A broker that is down loses its replicas, and comes back with nothing", "未运行的 broker 丢失全部副本，重新启动时一无所有";
    SLOW_DISK = "Slow disk…", "慢速磁盘…";
    SLOW_DISK_HELP = "Every append takes many times as long", "每次写入用时变为许多倍";
    SKEW = "Wrong clock…", "时钟不准…";
    SKEW_HELP = "Timestamps of a broker or client are off; its timers are not", "broker 或客户端的时间戳出现偏差；计时器不受影响";

    FROM = "From", "从";
    TO = "To", "到";
    EVERYONE = "everyone else", "其他所有节点";
    ALL_BROKERS = "all other brokers", "其他所有 broker";
    DIRECTION = "Direction", "方向";
    BOTH = "both ways", "双向";
    AWAY = "only from the first to the others", "仅从第一个到其他";
    BACK = "only from the others to the first", "仅从其他到第一个";
    DELAY = "More for each message", "每条报文增加";
    LOSS = "Packets lost of a hundred", "每一百个包丢失";
    NODE = "Which", "哪个";
    TIMES = "Times as long", "用时倍数";
    TIMES_HELP = "An append takes 0.2 ms by itself.", "正常写入用时 0.2 ms。";
    AHEAD = "Clock ahead by", "时钟快";
    AHEAD_HELP = "A negative number is behind.", "负数表示慢。";
    NOBODY = "There is nothing that this could happen to now.", "目前没有可以作用的对象。";
    WIPE_NOBODY = "Only the disk of a broker that is stopped or crashed can be wiped.", "只能清空已停止或崩溃的 broker 的磁盘。";
    NO_TARGET = "Choose at least one.", "请至少选择一个。";
    ERROR_SIGNED = "“{value}” is not a number with at most three decimals.", "“{value}”不是最多三位小数的数。";
    ERROR_DELAY = "A slow link adds something: more than 0 is needed.", "慢速链路必须增加延迟：需要大于 0。";
    MILLISECONDS = "ms", "毫秒";
    DO_IT = "Break it", "制造故障";

    BROKEN = "Broken now", "当前故障";
    HEAL = "Heal", "恢复";
    HEAL_ALL = "Heal all", "全部恢复";
    HEAL_THIS = "Heal: {what}", "恢复：{what}";
    IS_CUT = "{from} ⇹ {to}: cut", "{from} ⇹ {to}：切断";
    IS_CUT_ONE_WAY = "{from} → {to}: cut", "{from} → {to}：切断";
    IS_SLOW = "{from} ⇄ {to}: {delay} slower", "{from} ⇄ {to}：慢 {delay}";
    IS_SLOW_ONE_WAY = "{from} → {to}: {delay} slower", "{from} → {to}：慢 {delay}";
    IS_LOSSY = "{from} ⇄ {to}: loses {percent}%", "{from} ⇄ {to}：丢包 {percent}%";
    IS_LOSSY_ONE_WAY = "{from} → {to}: loses {percent}%", "{from} → {to}：丢包 {percent}%";
    IS_FROZEN = "{who}: frozen", "{who}：已冻结";
    IS_STOPPED = "{who}: stopped", "{who}：已停止";
    IS_CRASHED = "{who}: crashed", "{who}：已崩溃";
    IS_SLOW_DISK = "{who}: disk {times}× slower", "{who}：磁盘慢 {times} 倍";
    IS_AHEAD = "{who}: clock ahead by {by}", "{who}：时钟快 {by}";
    IS_BEHIND = "{who}: clock behind by {by}", "{who}：时钟慢 {by}";

    CUT_OFF = "cut off from {brokers}", "与 {brokers} 的链路被切断";
    PRODUCER_FROZEN = "frozen: sends nothing, hears nothing", "已冻结：不发送，也不接收";
    DO_CUT_OFF = "Cut off…", "切断…";
    DO_SLOW_DOWN_LINK = "Slow link…", "慢速链路…";
    DO_SLOW_DISK = "Slow disk…", "慢速磁盘…";
    DO_WIPE = "Wipe its disk", "清空磁盘";
    DO_WIPE_HELP = "Its replicas are gone; it comes back with nothing", "副本全部丢失；重新启动时一无所有";
    DO_SKEW = "Wrong clock…", "时钟不准…";
    ACTIONS_LINKS = "Its links and its machine", "它的链路与机器";
    ACTIONS_CLUSTER = "The cluster", "集群";
}
