//! What a finding says: the values, then the rule that they break.

use crate::templates;

templates! { "check":
    TIME_BACK = "Event {event} happened at {time}, but the one before it at {before}. Time never goes back.",
        "事件 {event} 发生在 {time}，而它之前的事件发生在 {before}。时间不会倒退。";
    STANDSTILL = "{events} events happened at {time}, and still more are due. Every exchange takes time, so time goes on.",
        "在 {time} 发生了 {events} 个事件，而且还有更多。每次往来都需要时间，所以时间总会前进。";
    CAUSE_AFTER = "Event {event} comes after event {last} and names event {cause} as its cause. Numbers only go up, and a cause comes before its effect.",
        "事件 {event} 排在事件 {last} 之后，其原因是事件 {cause}。编号只会增大，原因必须先于结果。";

    OFFSETS_DENSE = "On broker {broker}, `{partition}` goes on with offset {found} where {expected} is due. Without truncation or compaction the offsets of a log have no gap.",
        "在 broker {broker} 上，`{partition}` 本应接着写 offset {expected}，却是 {found}。没有截断或压实时，日志的 offset 之间没有空缺。";
    LOG_SHRANK = "On broker {broker}, the log of `{partition}` ended at offset {before} and now ends at {now}, and nobody truncated it. A log only grows.",
        "在 broker {broker} 上，`{partition}` 的日志末尾由 offset {before} 变为 {now}，却没有发生截断。日志只会增长。";
    EPOCH_BACK = "On broker {broker}, the batch at `{partition}@{offset}` has leader epoch {epoch}, and the one before it {before}. Leader epochs never go back in a log.",
        "在 broker {broker} 上，`{partition}@{offset}` 处的 batch 的 leader epoch 为 {epoch}，而它前一个为 {before}。日志中的 leader epoch 不会倒退。";
    PLACE_TWICE = "On broker {broker}, `{partition}@{offset}` of leader epoch {epoch} holds another batch than other replicas had at that place. Partition, leader epoch and offset name one record for ever.",
        "在 broker {broker} 上，leader epoch {epoch} 的 `{partition}@{offset}` 处的 batch 与其他副本在同一位置的不同。分区、leader epoch 和 offset 三者永远只对应同一条消息。";
    HIGH_WATERMARK_BACK = "Broker {broker}, leader of `{partition}` in epoch {epoch}, moved the high watermark back from {before} to {now}. Within one leader's reign it never goes back.",
        "leader epoch {epoch} 中 `{partition}` 的 leader broker {broker} 把 high watermark 从 {before} 退回到 {now}。同一 leader 任期内 high watermark 不会后退。";
    HIGH_WATERMARK_BEYOND = "Broker {leader} moved the high watermark of `{partition}` to {high_watermark}, but broker {follower}, which is in the ISR, has only the records below {end}. What is committed must be on every in-sync replica.",
        "broker {leader} 把 `{partition}` 的 high watermark 移到 {high_watermark}，但 ISR 中的 broker {follower} 只有 offset {end} 之前的消息。已提交的消息必须存在于每个同步副本上。";
    HIGH_WATERMARK_DIVERGES = "Broker {leader} moved the high watermark of `{partition}` to {high_watermark}, but broker {follower}, which is in the ISR, holds other records below it. What is committed must be the same on every in-sync replica.",
        "broker {leader} 把 `{partition}` 的 high watermark 移到 {high_watermark}，但 ISR 中的 broker {follower} 在其之前保存的消息不同。已提交的消息在每个同步副本上必须一致。";
    ISR_NOT_AWAITED = "The controller counts broker {follower} in the ISR of `{partition}`, but its leader, broker {leader}, does not wait for it. A leader must wait for every replica that the controller could elect.",
        "controller 把 broker {follower} 计入 `{partition}` 的 ISR，但 leader broker {leader} 并不等待它。leader 必须等待 controller 可能选出的每一个副本。";
    COMMITTED_LOST = "Broker {broker} became leader of `{partition}` in epoch {epoch} with the records below {end}, but those below {committed} were committed. An in-sync replica that is elected has every committed record.",
        "broker {broker} 在 epoch {epoch} 成为 `{partition}` 的 leader，只有 offset {end} 之前的消息，而 offset {committed} 之前的消息都已提交。被选出的同步副本拥有全部已提交的消息。";
    PROMISE_BROKEN = "Broker {broker} leads `{partition}` without {batches|the batch at offset {offset}|{batches} batches from offset {offset} on}, though event {told} told a producer with acks=all that it is stored. When it was committed, as many in-sync replicas had it as `min.insync.replicas` asks for, which is {needed}; {wiped|one of these copies was|{wiped} of these copies were} wiped since, and no unclean election took place. With eligible leader replicas, whoever may lead has every acknowledged record as long as one of the copies that were asked for is left.",
        "broker {broker} 领导 `{partition}`，却缺少从 offset {offset} 开始的 {batches} 个 batch，而事件 {told} 已以 acks=all 告知 producer 该处已存储。提交时，拥有它的同步副本数达到了 `min.insync.replicas` 所要求的 {needed} 个；此后只有 {wiped} 份被清空，也没有发生 unclean 选举。启用 eligible leader replicas 时，只要所要求的副本还剩一份，任何可以当 leader 的副本都拥有全部已确认的消息。";
    COMMITTED_CHANGED = "Broker {broker} holds another batch at `{partition}@{offset}`, below its high watermark, than the one that was committed there. Below the high watermark every replica is a prefix of the same log.",
        "broker {broker} 在 high watermark 之前的 `{partition}@{offset}` 处保存的 batch 与已提交的不同。在 high watermark 之前，每个副本都是同一份日志的前缀。";
    FOLLOWER_AHEAD = "Broker {broker} takes `{partition}` for committed up to {high_watermark}, but no leader has committed more than {committed}. A follower learns the high watermark from its leader.",
        "broker {broker} 认为 `{partition}` 已提交到 {high_watermark}，但没有任何 leader 提交超过 {committed}。follower 的 high watermark 来自 leader。";
    TWO_LEADERS = "Broker {broker} became leader of `{partition}` in epoch {epoch}, in which broker {other} had led it. A leader epoch has one leader.",
        "broker {broker} 在 epoch {epoch} 成为 `{partition}` 的 leader，而该 epoch 的 leader 原是 broker {other}。每个 leader epoch 只有一个 leader。";
    SEQUENCE_BROKEN = "The batch at `{partition}@{offset}` is the {sequence}th of producer id {producer} (epoch {epoch}), but the {expected}th was due. With idempotence the records of a producer are committed in order, each once.",
        "`{partition}@{offset}` 处的 batch 是 producer id {producer}（epoch {epoch}）的第 {sequence} 条，而应是第 {expected} 条。开启幂等时，producer 的消息按顺序提交，每条只提交一次。";
    WRITTEN_TWICE = "The batch at `{partition}@{offset}` was committed before: it is batch {batch} of producer {producer}, which is idempotent. A retry must not be written twice.",
        "`{partition}@{offset}` 处的 batch 之前已经提交过：它是幂等 producer {producer} 的第 {batch} 个 batch。重试不得重复写入。";

    NOT_CUT = "Broker {broker} cut `{partition}` to offset {to}, but its log still ends at {end}. Where logs diverge the follower gives way.",
        "broker {broker} 把 `{partition}` 截断到 offset {to}，但其日志仍结束于 {end}。日志出现分歧时由 follower 让步。";
    CUT_COMMITTED = "Broker {broker} cut `{partition}` to offset {to}, but knew that what lies below {committed} is committed. Without an unclean election nothing committed is ever cut.",
        "broker {broker} 把 `{partition}` 截断到 offset {to}，但它知道 {committed} 之前的消息已提交。没有 unclean 选举时，已提交的消息不会被截断。";
    HIGH_WATERMARK_ALONE = "Broker {broker} moved the high watermark of `{partition}` with {isr} in-sync replicas, but `min.insync.replicas` asks for {needed}. Below that nothing is committed.",
        "broker {broker} 在只有 {isr} 个同步副本时移动了 `{partition}` 的 high watermark，而 `min.insync.replicas` 要求 {needed} 个。不足时不会提交任何消息。";
    WRITTEN_ALONE = "Broker {broker} wrote a batch with acks=all to `{partition}` with {isr} in-sync replicas, but `min.insync.replicas` asks for {needed}. Such a write is refused.",
        "broker {broker} 在只有 {isr} 个同步副本时以 acks=all 向 `{partition}` 写入了 batch，而 `min.insync.replicas` 要求 {needed} 个。这样的写入应被拒绝。";

    STOOD_BEFORE = "{node} stands for election in quorum epoch {epoch}, but it stood in epoch {before} before. Who stands raises the epoch, so that each vote of an epoch is for one candidate.",
        "{node} 在 quorum epoch {epoch} 参选，但它之前已在 epoch {before} 参选过。参选者必须提高 epoch，使每个 epoch 中的一票只投给一个候选者。";
    QUORUM_EPOCH_BACK = "{node} became the active controller in quorum epoch {epoch}, though it had stood in epoch {before}. Quorum epochs only rise, so that everyone knows the older controller by its epoch.",
        "{node} 在 quorum epoch {epoch} 成为 active controller，而它此前已在 epoch {before} 参选。quorum epoch 只会上升，这样所有节点都能凭 epoch 认出过时的 controller。";
    FENCED_STAYS = "Broker {broker} was fenced, but still leads `{partition}` or is in its ISR beside others. Who is fenced leads nothing, and nobody waits for it.",
        "broker {broker} 已被 fence，却仍是 `{partition}` 的 leader，或仍与其他副本一起留在其 ISR 中。被 fence 的 broker 不担任任何 leader，也没有人等待它。";
    LOGS_DO_NOT_MATCH = "Brokers {broker} and {other} hold the same batch at `{partition}@{offset}`, of leader epoch {epoch}, but before it one has a batch of epoch {before} and the other one of epoch {its_before}. Logs that agree on a batch agree on everything before it: where they do not, the follower must cut its log first.",
        "broker {broker} 和 broker {other} 在 `{partition}@{offset}` 处保存着 leader epoch {epoch} 的同一个 batch，但在它之前，一个是 epoch {before} 的 batch，另一个是 epoch {its_before} 的 batch。两份日志若有同一个 batch，则其之前的内容也必须一致；不一致时 follower 必须先截断日志。";
    START_BEYOND = "On broker {broker}, the log of `{partition}` starts at offset {start}, beyond its high watermark {high_watermark}. Only what every in-sync replica has may be deleted.",
        "在 broker {broker} 上，`{partition}` 的日志从 offset {start} 开始，超过了 high watermark {high_watermark}。只有每个同步副本都有的消息才可以删除。";
    SEGMENTS_UNSOUND = "On broker {broker}, the segments of `{partition}` do not fit its batches: they count {said} bytes, and there are {bytes}; or they do not follow one another from the log's start on.",
        "在 broker {broker} 上，`{partition}` 的 segment 与 batch 不符：segment 记录了 {said} 字节，实际为 {bytes} 字节；或者它们没有从日志起点依次相接。";
    KEY_TWICE = "On broker {broker}, the clean part of `{partition}` holds the same key at offsets {before} and {offset}. Where the cleaner has been, each key is there once, with its newest record.",
        "在 broker {broker} 上，`{partition}` 已清理的部分中，同一 key 同时出现在 offset {before} 和 {offset}。清理过的部分每个 key 只保留最新的一条。";

    TWO_CONTROLLERS = "{node} became the active controller in quorum epoch {epoch}, in which {other} was. A quorum epoch has at most one leader.",
        "{node} 在 quorum epoch {epoch} 成为 active controller，而该 epoch 的 active controller 原是 {other}。每个 quorum epoch 最多有一个 leader。";
    METADATA_LOST = "{node} became the active controller with {records} records of metadata, but {committed} were committed. A voter that is elected has every committed record.",
        "{node} 成为 active controller 时有 {records} 条 metadata 记录，而已提交 {committed} 条。被选出的 voter 拥有全部已提交的记录。";
    METADATA_DIFFERS = "{node} applied another record at offset {offset} of the metadata log than another node did. What a majority has committed is the same for everyone.",
        "{node} 在 metadata 日志 offset {offset} 处应用的记录与其他节点不同。多数派已提交的内容对所有节点都相同。";
    METADATA_BACK = "{node} had applied {before} records of metadata, and now only {now}. What is applied stays applied.",
        "{node} 已应用 {before} 条 metadata 记录，现在却只有 {now} 条。已应用的记录不会被撤回。";
    LEADER_NOT_IN_SYNC = "The controller made broker {leader} leader of `{partition}`, whose ISR was [{isr}]. A clean election takes an in-sync replica.",
        "controller 让 broker {leader} 成为 `{partition}` 的 leader，而其 ISR 为 [{isr}]。clean 选举只选同步副本。";
    ISR_UNSOUND = "The controller wrote the ISR [{isr}] for `{partition}`, whose replicas are [{replicas}]. An ISR is made of replicas, each once, and is never empty.",
        "controller 为 `{partition}` 写入 ISR [{isr}]，其副本为 [{replicas}]。ISR 由副本组成，每个只出现一次，且不为空。";
    EPOCH_UNSOUND = "The controller wrote leader epoch {leader_epoch} and partition epoch {partition_epoch} for `{partition}` after {leader_before} and {partition_before}. Each change raises the partition epoch by one, and the leader epoch exactly when the leader changes.",
        "controller 为 `{partition}` 写入 leader epoch {leader_epoch} 和 partition epoch {partition_epoch}，之前为 {leader_before} 和 {partition_before}。每次变更 partition epoch 加一，且仅当 leader 变更时 leader epoch 加一。";

    TWO_OWNERS = "In generation {generation} of group `{group}`, `{partition}` was given to {consumer} and to {other}. Within a generation a partition has at most one owner.",
        "在消费组 `{group}` 的第 {generation} 代中，`{partition}` 同时分配给了 {consumer} 和 {other}。同一代内一个分区最多有一个所有者。";
    STILL_OWNED = "{consumer} was given `{partition}` in group `{group}` while {other}, a member of the same group, still had it. A partition goes to another member only after the one that had it gave it up.",
        "消费组 `{group}` 中，成员 {other} 仍拥有 `{partition}` 时，它就被分给了 {consumer}。只有原成员放弃之后，分区才会分给别的成员。";
    OWNED_UNTOLD = "{consumer} was told that it has [{told}], but it reads [{has}]. What a consumer has comes and goes only by `onPartitionsAssigned`, `onPartitionsRevoked` and `onPartitionsLost`.",
        "{consumer} 被告知拥有 [{told}]，实际读取的却是 [{has}]。consumer 拥有的分区只会随 `onPartitionsAssigned`、`onPartitionsRevoked` 和 `onPartitionsLost` 变化。";
    NOT_SUBSCRIBED = "Group `{group}` gave `{partition}` to {consumer}, which does not subscribe to that topic. A member gets partitions of its own topics only.",
        "消费组 `{group}` 把 `{partition}` 分配给了没有订阅该 topic 的 {consumer}。成员只会得到自己订阅的 topic 的分区。";
    POLLED_UNCOMMITTED = "{consumer} got `{partition}` up to offset {end} from `poll()`, but it is committed only up to {committed}. A consumer sees nothing from the high watermark on.",
        "{consumer} 从 `poll()` 得到了 `{partition}` 中 offset {end} 之前的消息，但只提交到 {committed}。consumer 看不到 high watermark 及之后的消息。";
    POSITION_JUMPED = "{consumer} got `{partition}` from offset {from} on, but its position was {expected}. Between two polls the position moves by what was returned, and by nothing else.",
        "{consumer} 从 `{partition}` 的 offset {from} 开始读取，但它的 position 是 {expected}。两次 poll 之间，position 只随返回的消息移动。";
    READ_ANOTHER_LOG = "{consumer} read on in `{partition}` from offset {from} on, in a log where the record before has leader epoch {found}. The one it had read there has leader epoch {read}. After an election a consumer asks the leader whether what it read is still in the log, and goes back if it is not.",
        "{consumer} 从 offset {from} 起继续读取 `{partition}`，但该日志中前一条消息的 leader epoch 是 {found}，而它读过的那条是 {read}。选举之后，consumer 会向 leader 确认已读的消息是否仍在日志中，如果不在就回退。";
    COMMIT_BEYOND = "Group `{group}` committed offset {offset} of `{partition}`, of which only the records below {committed} were committed by a leader. A group commits what it has read.",
        "消费组 `{group}` 提交了 `{partition}` 的 offset {offset}，而 leader 只提交到 {committed}。消费组只提交已经读到的位置。";
    COMMIT_UNREAD = "Group `{group}` committed offset {offset} of `{partition}`, but none of its consumers has read further than {read}. A group commits what it has read.",
        "消费组 `{group}` 提交了 `{partition}` 的 offset {offset}，但其 consumer 最多只读到 {read}。消费组只提交已经读到的位置。";
    COMMIT_BACK = "Group `{group}` committed offset {offset} of `{partition}` after {before}. A new owner begins at the commit of the one before, and whoever is not the owner any more is refused.",
        "消费组 `{group}` 在提交 {before} 之后又提交了 `{partition}` 的 offset {offset}。新的所有者从之前的提交处开始，而不再是所有者的成员会被拒绝。";
    COMMIT_LOST = "Group `{group}` had committed offset {offset} of `{partition}`, but that is forgotten. A commit that was told of is in `__consumer_offsets`, on every in-sync replica.",
        "消费组 `{group}` 已提交 `{partition}` 的 offset {offset}，但它丢失了。已确认的提交保存在 `__consumer_offsets` 中，存在于每个同步副本上。";
    POSITION_NOT_COMMITTED = "{consumer} begins `{partition}` at offset {offset} because that was committed, but the group never committed it. A member begins where the group has committed.",
        "{consumer} 因为 offset {offset} 已被提交而从 `{partition}` 的该处开始，但该组从未提交过它。成员从组已提交的位置开始。";
    ANSWERED_TWICE = "{producer} was told twice what became of its batch {batch} for `{partition}`. A batch succeeds once or fails once.",
        "{producer} 两次得知其发往 `{partition}` 的第 {batch} 个 batch 的结果。一个 batch 只会成功一次或失败一次。";
    LEDGER_BACK = "{producer} counted {before} records as `{state}` and now counts {now}. What was sent or answered stays so.",
        "{producer} 之前统计有 {before} 条消息处于 `{state}`，现在为 {now} 条。已发送或已得到结果的消息不会消失。";
    LEDGER_UNBALANCED = "Of {sent} records given to {producer}, {waiting} wait, {in_flight} are under way, {acknowledged} are acknowledged, {failed} failed and {forgotten} were sent with acks=0: that does not add up. Each record sent is in exactly one state.",
        "交给 {producer} 的 {sent} 条消息中，{waiting} 条等待，{in_flight} 条在途，{acknowledged} 条已确认，{failed} 条失败，{forgotten} 条以 acks=0 发出：总数不符。每条消息恰好处于一种状态。";
    LEDGER_UNTRUE = "{producer} counts {counted} records as `{state}`, but {found} are. Its ledger says what is really there.",
        "{producer} 统计有 {counted} 条消息处于 `{state}`，实际为 {found} 条。账目必须与实际一致。";
    LEDGER_WRONG = "The ledger says {ledger} for `{what}`, but there are {found}. Every view of the ledger adds up to what was sent, and says what is really there.",
        "账目中 `{what}` 为 {ledger}，实际为 {found}。账目的每个视角合计都等于已调用 send 的消息数，并与实际一致。";
    ACKNOWLEDGED_LOST = "{producer} was told that its batch {batch} is at `{partition}@{offset}`, but no leader has written it there. An acknowledgement is a promise.",
        "{producer} 收到确认，其第 {batch} 个 batch 位于 `{partition}@{offset}`，但没有任何 leader 在该处写入过它。确认就是承诺。";
    ACKNOWLEDGED_EARLY = "{producer} was told with acks=all that its batch {batch} is at `{partition}@{offset}`, but it was not committed there. With acks=all an acknowledged record is on every in-sync replica.",
        "{producer} 以 acks=all 收到确认，其第 {batch} 个 batch 位于 `{partition}@{offset}`，但该处尚未提交它。acks=all 时，已确认的消息存在于每个同步副本上。";

    HELD_TWICE = "In group **{group}** both **{member}** and **{other}** hold `{partition}`, to read or to give up. The coordinator gives a partition to a member only when nobody holds it any more.",
        "在消费组 **{group}** 中，**{member}** 和 **{other}** 同时持有 `{partition}`（正在读取或待放弃）。只有当没有人再持有某个分区时，coordinator 才会把它交给成员。";
    TARGET_TWICE = "The target assignment of epoch {epoch} of group **{group}** gives `{partition}` to both **{member}** and **{other}**. A target gives each partition once.",
        "消费组 **{group}** 的 epoch {epoch} 目标分配把 `{partition}` 同时给了 **{member}** 和 **{other}**。目标分配中每个分区只出现一次。";
    TARGET_NOT_SUBSCRIBED = "The target assignment of group **{group}** gives `{partition}` to **{member}**, which does not subscribe to its topic. A member gets partitions of its own topics only.",
        "消费组 **{group}** 的目标分配把 `{partition}` 给了没有订阅该 topic 的 **{member}**。成员只会得到自己所订阅 topic 的分区。";
    EPOCH_AHEAD = "In group **{group}** member **{member}** is at epoch {member_epoch}, the target at {assignment_epoch} and the group at {epoch}. A member never is ahead of the target, nor the target of the group.",
        "在消费组 **{group}** 中，成员 **{member}** 位于 epoch {member_epoch}，目标位于 {assignment_epoch}，组位于 {epoch}。成员不会超前于目标，目标也不会超前于组。";
    READ_TWICE = "**{member}** took `{partition}` of group **{group}**, but **{other}**, which is still a member, has not given it up. Partitions change hands only after they were given up.",
        "**{member}** 接手了消费组 **{group}** 的 `{partition}`，但仍是成员的 **{other}** 还没有放弃它。分区只有在放弃之后才会换手。";
    JOINED_TWICE = "**{consumer}** sent a JoinGroup or SyncGroup to broker {broker} while another of its was not answered yet. A member goes through one rebalance at a time.",
        "**{consumer}** 在上一个 JoinGroup 或 SyncGroup 还没有得到应答时，又向 broker {broker} 发送了一个。成员一次只经历一次 rebalance。";
    TOOK_UNGIVEN = "**{member}** took `{partition}` of group **{group}**, which its coordinator has not given it. A member takes what it was given only.",
        "**{member}** 接手了消费组 **{group}** 的 `{partition}`，而 coordinator 并没有给它。成员只能接手分给自己的分区。";
}
