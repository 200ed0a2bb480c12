//! The words of the ledger.

use crate::{
    i18n::Template,
    ledger::{Flag, GroupView, ProducerView, Remover, Verdict},
    templates,
};

templates! { "ledger":
    WAITING = "waiting", "在 batch 中等待";
    IN_FLIGHT = "in flight", "在途";
    ACKNOWLEDGED = "acknowledged", "已确认";
    FAILED = "failed", "失败";
    FIRE_AND_FORGET = "fire-and-forget", "发后不管";

    NOT_STORED = "not stored", "未存储";
    STORED_NOT_VISIBLE = "stored, not visible", "已存储但不可见";
    VISIBLE = "visible", "可见";
    LOST_ACKNOWLEDGED = "lost although acknowledged", "已确认却丢失";
    LOST_REPORTED = "lost and reported", "丢失但已报错";
    FAILED_STORED = "failed yet stored", "报错却已存储";
    REMOVED = "removed", "已清除";

    NOT_DUE = "not due yet", "尚未轮到";
    ONCE = "delivered once", "收到一次";
    AGAIN = "delivered more than once", "重复收到";
    SKIPPED = "skipped", "跳过";
    MISSED = "missed, lost", "因丢失而未收到";

    STORED_TWICE = "stored twice", "存了两份";
    OUT_OF_ORDER = "out of order within its key", "同 key 乱序";
    BY_ZOMBIE = "delivered by a zombie", "由僵尸 consumer 收到";

    BY_RETENTION = "by retention", "因保留策略";
    BY_COMPACTION = "by compaction", "因日志压实（compaction）";
    BY_DELETE_RECORDS = "by DeleteRecords", "因 DeleteRecords";
    BY_TOPIC_DELETION = "with its topic", "随 topic 删除";

    SENT = "{sent|{sent} record was sent|{sent} records were sent}", "已对 {sent} 条消息调用 send";
    PRODUCER_LINE = "Producer's view: {parts}", "producer 视角：{parts}";
    STORAGE_LINE = "Storage: {parts}", "存储：{parts}";
    GROUP_LINE = "Group {group}, of {sent} sent to its topics: {parts}", "消费组 {group}（其 topic 共 {sent} 条）：{parts}";
    FOLDED = "{n|One older record is|{n} older records are} only counted, and in no list.", "另有 {n} 条更早的消息只计数，不在列表中。";
    FLAGS_LINE = "Besides: {parts}", "另外：{parts}";
    PART = "{what} {count}", "{what} {count}";
    NOTHING = "nothing", "无";
    NOT_PLAIN = "{count|{count} record is|{count} records are} not plain:", "{count} 条消息有异常：";
    AND_MORE = "and {count} more", "另有 {count} 条";
    RECORD = "{producer} → {place}, key {key}: {view}, {verdict}{rest}", "{producer} → {place}，key {key}：{view}，{verdict}{rest}";
    NO_KEY = "none", "无";
    KEY_UNKNOWN = "not known any more", "已不可知";
    NOWHERE = "nowhere", "未写入";
    IN_GROUP = "; in {group} {view}", "；在 {group} 中{view}";
    AND_FLAG = "; {flag}", "；{flag}";
    WITH = "{what} ({detail})", "{what}（{detail}）";
    BOTH = "{first}{second}", "{first}{second}";
}

/// What a producer knows.
pub fn view(view: ProducerView) -> &'static Template {
    match view {
        ProducerView::Waiting => &WAITING,
        ProducerView::InFlight => &IN_FLIGHT,
        ProducerView::Acknowledged => &ACKNOWLEDGED,
        ProducerView::Failed => &FAILED,
        ProducerView::FireAndForget => &FIRE_AND_FORGET,
    }
}

/// What became of a record in the log.
pub fn verdict(verdict: Verdict) -> &'static Template {
    match verdict {
        Verdict::NotStored => &NOT_STORED,
        Verdict::StoredNotVisible => &STORED_NOT_VISIBLE,
        Verdict::Visible => &VISIBLE,
        Verdict::LostAcknowledged => &LOST_ACKNOWLEDGED,
        Verdict::LostReported => &LOST_REPORTED,
        Verdict::FailedStored => &FAILED_STORED,
        Verdict::Removed => &REMOVED,
    }
}

/// What became of a record in a group.
pub fn group_view(view: GroupView) -> &'static Template {
    match view {
        GroupView::NotDue => &NOT_DUE,
        GroupView::Once => &ONCE,
        GroupView::Again => &AGAIN,
        GroupView::Skipped => &SKIPPED,
        GroupView::Missed => &MISSED,
    }
}

/// What is true of a record besides.
pub fn flag(flag: Flag) -> &'static Template {
    match flag {
        Flag::StoredTwice => &STORED_TWICE,
        Flag::OutOfOrder => &OUT_OF_ORDER,
        Flag::ByZombie => &BY_ZOMBIE,
    }
}

/// What removed a record.
pub fn remover(remover: Remover) -> &'static Template {
    match remover {
        Remover::Retention => &BY_RETENTION,
        Remover::Compaction => &BY_COMPACTION,
        Remover::DeleteRecords => &BY_DELETE_RECORDS,
        Remover::TopicDeletion => &BY_TOPIC_DELETION,
    }
}
