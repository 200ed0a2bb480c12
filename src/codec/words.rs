//! The words that a link writes as a number: verbs, names of parameters and configs, and values that are common.
//!
//! A number in a link means the same for ever, so these lists only ever grow at their ends; `tests/codec.rs` pins what
//! is there and asks for whatever the tables of commands and configs have besides. A word that is in no list is written
//! out, so a list that lacks one makes a link longer and not wrong.

/// The first words of commands.
pub const VERBS: &str = "add-broker stop-broker crash-broker restart-broker create-topic add-partitions delete-topic \
    configure-topic configure-cluster add-producer configure-producer pause-producer resume-producer remove-producer send \
    add-consumer configure-consumer pause-consumer resume-consumer commit remove-consumer crash-consumer restart-consumer \
    freeze-consumer thaw-consumer stall-consumer unstall-consumer set-processing subscribe seek reset-offsets delete-group \
    pause-partition resume-partition elect-leaders reassign cancel-reassignment crash-controller delete-records cut \
    slow-link lossy-link heal heal-all freeze-broker thaw-broker freeze-producer thaw-producer wipe-disk slow-disk \
    skew-clock";

/// What stands before `=`.
pub const NAMES: &str = "rack broker topic partitions replication.factor producer keys key.order key.serializer value \
    rate partition records.max key headers consumer group topics pattern subscription.pattern assign offset to type \
    replicas processing.ms acks linger.ms batch.size partitioner.class partitioner.ignore.keys \
    partitioner.adaptive.partitioning.enable partitioner.availability.timeout.ms enable.idempotence \
    max.in.flight.requests.per.connection retries delivery.timeout.ms max.block.ms buffer.memory max.request.size \
    request.timeout.ms retry.backoff.ms retry.backoff.max.ms metadata.max.age.ms compression.type auto.offset.reset \
    enable.auto.commit auto.commit.interval.ms max.poll.records max.poll.interval.ms group.protocol group.remote.assignor \
    session.timeout.ms heartbeat.interval.ms fetch.min.bytes fetch.max.wait.ms fetch.max.bytes max.partition.fetch.bytes \
    client.rack group.instance.id partition.assignment.strategy min.insync.replicas max.message.bytes \
    unclean.leader.election.enable cleanup.policy retention.ms retention.bytes segment.bytes internal.segment.bytes \
    segment.ms segment.index.bytes index.interval.bytes min.cleanable.dirty.ratio min.compaction.lag.ms \
    max.compaction.lag.ms delete.retention.ms auto.leader.rebalance.enable leader.imbalance.check.interval.seconds \
    leader.imbalance.per.broker.percentage eligible.leader.replicas.version default.replication.factor \
    log.initial.task.delay.ms log.retention.check.interval.ms log.cleaner.enable log.cleaner.backoff.ms \
    replica.lag.time.max.ms replica.fetch.wait.max.ms replica.fetch.min.bytes broker.heartbeat.interval.ms \
    broker.session.timeout.ms controller.quorum.election.timeout.ms controller.quorum.fetch.timeout.ms \
    controller.quorum.election.backoff.max.ms group.initial.rebalance.delay.ms group.min.session.timeout.ms \
    group.max.session.timeout.ms group.max.size group.consumer.session.timeout.ms group.consumer.min.session.timeout.ms \
    group.consumer.max.session.timeout.ms group.consumer.heartbeat.interval.ms group.consumer.min.heartbeat.interval.ms \
    group.consumer.max.heartbeat.interval.ms group.consumer.max.size group.consumer.assignors \
    group.consumer.migration.policy offsets.topic.num.partitions offsets.topic.replication.factor \
    offsets.retention.minutes offsets.retention.check.interval.ms offsets.commit.timeout.ms from \
    direction delay.ms loss.percent node times ahead.ms fault replica.selector.class \
    initial.broker.registration.timeout.ms";

/// What often stands behind it, or as an item of it; the first ones take a byte.
pub const VALUES: &str = "orders billing checkout C1 C2 C3 alice bob carol earliest true false all order payments audit \
    random C4 web-logs dave erin frank grace heidi latest consumer classic range roundrobin sticky cooperative-sticky \
    uniform null compact delete preferred unclean in-turn StringSerializer IntegerSerializer LongSerializer none offset \
    shift duration by_duration PT1H PT10S PT1M start a-log-only-grows keys-and-partitions a-consumer-joins topic brokers \
    group sequence replicas leaders users clicks events webshop market inventory shipping analytics fraud C5 C6 C7 C8 \
    bidirectional upgrade downgrade disabled eu us rack-1 rack-2 rack-3 a b c d * both one-way";

/// The place of a word in a list.
pub fn place(list: &str, word: &str) -> Option<usize> {
    list.split_ascii_whitespace().position(|one| one == word)
}

/// The word at a place of a list.
pub fn at(list: &'static str, place: u64) -> Option<&'static str> {
    list.split_ascii_whitespace().nth(usize::try_from(place).ok()?)
}
