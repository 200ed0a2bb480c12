//! The words of the Group and the Sequence lens that are no sentences about events.

use crate::templates;

templates! { "lens":
    TIME_SHOWN = "Time shown", "显示的时间";
    SPAN = "{from} – {to}", "{from} – {to}";
    LAST_REBALANCE = "Last rebalance", "最近一次 rebalance";
    FOLLOW = "Whole", "全部";
    EARLIER = "Earlier", "更早";
    LATER = "Later", "更晚";
    LONGER = "A longer time", "更长的时间";
    CLOSER = "Look closer", "放大";
    NO_GROUPS = "No group has been seen in this run. Its members, what they own and every RPC between them and their coordinator are drawn here along time.",
        "本次运行还没有出现消费组。这里会沿时间画出成员、它们拥有的分区，以及它们与 coordinator 之间的每个 RPC。";
    ADD_CONSUMER = "Add a consumer", "添加 consumer";
    CHART_OF = "Chart of {group}; arrow keys move between what is drawn, Enter asks", "{group} 的图；用方向键移动，回车键询问";
    STATES_OF = "States of {group}", "{group} 的状态";
    NO_ROWS = "Nothing has been sent yet that this filter shows.", "还没有符合筛选的消息。";
    NEWEST = "To the newest ↓", "到最新 ↓";
    ROWS = "RPCs and moments, oldest first; arrow keys move between them, Enter shows one in full", "RPC 与时刻，从旧到新；用方向键移动，回车键查看详情";
    LIFELINES = "Lifelines", "生命线";
    FILTER_NODE = "Node", "节点";
    FILTER_GROUP = "Group", "消费组";
    FILTER_API = "RPCs shown; the others are folded", "显示的 RPC，其余折叠";
    ALL_NODES = "All nodes", "全部节点";
    ALL_GROUPS = "All groups", "全部消费组";
    DETAIL = "In full", "详情";
    DETAIL_CLOSE = "Close the details", "关闭详情";
    CAUSE = "Caused by", "原因";
    EFFECTS = "Caused", "引起";
    WHY_CHAIN = "Why? The whole chain", "为什么？完整因果链";
    REQUEST = "Request", "请求";
    RESPONSE = "Response", "响应";
    MEMBERS_OF = "Members of {group}", "{group} 的成员";
}
