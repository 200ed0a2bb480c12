//! Why a member of the consumer protocol got its partitions: the epochs, and the steps of the coordinator's assignor for
//! this input (reference §7.2, §7.6).

use super::{WhyCard, WhyKey, WhyStep, formula, newest, strong, with_causes};
use crate::{
    cluster::World,
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        assignor::server::{RangeAssignment, UniformSteps},
        coordinator::{
            consumer_group::{Computed, ConsumerGroup, How, Member, MemberShare},
            reconciliation::MemberState,
        },
        event::EventKind,
        ids::TopicIdPartition,
    },
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_TARGET = "Why these partitions for {who}?", "为什么 {who} 得到这些分区？";
    COORDINATOR = "Broker **{broker}** coordinates the group and computed the target of all members itself, by `{assignor}`, for group epoch **{epoch}**; the members only follow.",
        "broker **{broker}** 是该组的 coordinator，它用 `{assignor}` 为组 epoch **{epoch}** 亲自计算了所有成员的目标；成员只需照做。";
    LOADED_TARGET = "Broker **{broker}** coordinates the group since another broker did; it has read the target of group epoch **{epoch}** from `__consumer_offsets`, but not how that came about.",
        "broker **{broker}** 接替了之前的 coordinator；它从 `__consumer_offsets` 读到了组 epoch **{epoch}** 的目标，但不知道它是怎么算出来的。";
    VOTED = "{n|1 member asks|{n} members ask} for `{assignor}` by `group.remote.assignor`: most votes win.",
        "{n} 个成员通过 `group.remote.assignor` 选择了 `{assignor}`：得票最多者胜出。";
    NOT_VOTED = "Nobody asks for another, so it is the first of `group.consumer.assignors`.",
        "没有成员指定分配器，所以用 `group.consumer.assignors` 中的第一个。";
    SAME_TOPICS = "All subscribe to the same topics: N = **{n}** {n|partition|partitions}, k = **{k}** {k|member|members}.",
        "所有成员订阅的 topic 相同：N = **{n}** 个分区，k = **{k}** 个成员。";
    N_DIV_K = "{n} div {k}", "{n} div {k}";
    N_MOD_K = "{n} mod {k}", "{n} mod {k}";
    QUOTAS_EVEN = "So the quota of each is {each}. Whoever had more loses the rest, and that goes to those who had less.",
        "所以每个成员的配额是 {each}。超出配额的部分会交出，分给不足的成员。";
    QUOTAS = "So the quota of each is {each}, and of the first {more|member|{more} members} in the order of joining one more. Whoever had more loses the rest, and that goes to those who had less.",
        "所以每个成员的配额是 {each}，按加入顺序前 {more} 个成员各多一个。超出配额的部分会交出，分给不足的成员。";
    QUOTA_OF = "{who}: quota {quota}, had {had}, keeps {kept}, gets {got}",
        "{who}：配额 {quota}，原有 {had}，保留 {kept}，新得 {got}";
    OTHER_TOPICS = "The members subscribe to different topics. Each keeps what it had and still subscribes to; then the topics are taken one by one, most partitions a subscriber first: {topics}.",
        "成员订阅的 topic 不同。先保留原有且仍订阅的分区；然后逐个处理 topic，每个订阅者平均分区数多的在前：{topics}。";
    LEAST_LOADED = "Each partition without an owner goes to the subscriber that has least.",
        "没有归属的分区交给当前分区最少的订阅者。";
    EVENED_OUT = "In the end {n|1 partition was|{n} partitions were} handed from fuller members to emptier ones, until no two subscribers of a topic differed by more than one.",
        "最后有 {n} 个分区从较多的成员移给较少的成员，直到同一 topic 的任意两个订阅者相差不超过一个。";
    NOT_EVENED_OUT = "In the end {n|1 partition was|{n} partitions were} handed from fuller members to emptier ones; after 16 rounds it stopped.",
        "最后有 {n} 个分区从较多的成员移给较少的成员；16 轮后停止。";
    EVEN_ALREADY = "Nothing had to be evened out after that.", "之后无需再做均衡。";
    MOVE = "{place}: {from} → {to}", "{place}：{from} → {to}";
    TOPIC_RANGE = "`{topic}`: n = **{n}** {n|partition|partitions}, m = **{m}** {m|subscriber|subscribers}.",
        "`{topic}`：n = **{n}** 个分区，m = **{m}** 个订阅者。";
    RANGES_EVEN = "Each gets {each|1 partition|{each} partitions} in a row; static members stand first, then the others by member id. What anyone had before counts for nothing.",
        "每个订阅者得到连续的 {each} 个分区；静态成员在前，其余按 member id 排序。之前拥有什么不影响结果。";
    RANGES = "Each gets {each|1 partition|{each} partitions} in a row and the first {more|one|{more}} one more; static members stand first, then the others by member id. What anyone had before counts for nothing.",
        "每个订阅者得到连续的 {each} 个分区，前 {more} 个各多一个；静态成员在前，其余按 member id 排序。之前拥有什么不影响结果。";
    TARGET_OF = "{who}: {places}", "{who}：{places}";
    NO_PLACE = "nothing", "无";
    REACHED = "**{who}** has reached it: its member epoch is **{epoch}**.", "**{who}** 已经达到目标：它的成员 epoch 是 **{epoch}**。";
    TO_GIVE_UP = "**{who}** is still at member epoch **{epoch}**: first it has to give up {places}.",
        "**{who}** 仍在成员 epoch **{epoch}**：它要先放弃 {places}。";
    TO_WAIT_FOR = "**{who}** is at member epoch **{epoch}** and waits for {places}, which others have not given up yet.",
        "**{who}** 到达成员 epoch **{epoch}**，还在等待其他成员放弃 {places}。";
    BEHIND = "**{who}** is at member epoch **{epoch}** and hears of its target with its next heartbeat.",
        "**{who}** 在成员 epoch **{epoch}**，下一次心跳就会得知目标。";
    AWAY = "Static member **{who}** is away; its target stays its own until its session ends.",
        "静态成员 **{who}** 暂时离开；在会话结束前目标仍归它所有。";
    NO_MEMBER = "**{who}** is no member at its coordinator.", "**{who}** 在 coordinator 上不是成员。";
    STALE_TARGET = "The group epoch is **{epoch}** already: the next heartbeat of any member computes a new target.",
        "组 epoch 已经是 **{epoch}**：任何成员的下一次心跳都会触发重新计算目标。";
    ONE_MEMBER_MORE = "With one member more, the quota would be {each}, and one more for the first {more|member|{more} members}.",
        "如果再多一个成员，配额会是 {each}，前 {more} 个成员各多一个。";
    ONE_MEMBER_MORE_EVEN = "With one member more, the quota of each would be {each}.", "如果再多一个成员，每个成员的配额会是 {each}。";
}

/// Members whose share is told, and moves.
const TOLD_MAX: usize = 24;

/// The card, if the group is one of the consumer protocol.
pub(super) fn card(run: &Run, key: &WhyKey, group: &str, consumer: &str) -> Option<WhyCard> {
    let world = run.world();
    let brokers = world.brokers().values().filter(|broker| broker.is_up());
    let known = brokers.filter_map(|broker| Some((broker.id, broker.groups.group(group)?.consumer.as_deref()?)));
    let (broker, found) = known.max_by_key(|(_, group)| (group.epoch, group.members.len()))?;
    let mut steps = Vec::new();
    let names = Names { world, asked: consumer };
    let note = match found.computed.as_deref() {
        Some(computed) => {
            let assignor = computed.how.assignor().name();
            let text = COORDINATOR.with("broker", broker).with("assignor", assignor).with("epoch", computed.epoch);
            steps.push(WhyStep::Sentence(text));
            steps.push(WhyStep::Sentence(match computed.votes {
                0 => NOT_VOTED.text(),
                votes => VOTED.with("n", votes).with("assignor", assignor),
            }));
            explain(&mut steps, computed, &names)
        }
        None => {
            let text = LOADED_TARGET.with("broker", broker).with("epoch", found.assignment_epoch);
            steps.push(WhyStep::Sentence(text));
            for member in found.members.iter().take(TOLD_MAX) {
                let target: Vec<TopicIdPartition> = member.target.iter().copied().collect();
                steps.push(WhyStep::Formula(names.share(&member.id, &target)));
            }
            None
        }
    };
    if found.epoch > found.assignment_epoch {
        steps.push(WhyStep::Sentence(STALE_TARGET.with("epoch", found.epoch)));
    }
    let member = found.members.iter().find(|member| story::member(world, &member.id) == consumer);
    steps.push(WhyStep::Sentence(match member {
        Some(member) => way(world, found, member, consumer),
        None => NO_MEMBER.with("who", consumer),
    }));
    let stepped = newest(run, |event| match &event.kind {
        EventKind::MemberEpochChanged(step) => {
            &*step.group == group && member.is_some_and(|member| member.id == step.member)
        }
        _ => false,
    });
    Some(WhyCard {
        key: key.clone(),
        title: TITLE_TARGET.with("who", consumer),
        subject: group.to_owned(),
        steps,
        note,
        chain: with_causes(run, stepped),
    })
}

/// How far a member is on the way to its target.
fn way(world: &World, group: &ConsumerGroup, member: &Member, who: &str) -> Text {
    let places = |partitions: &mut dyn Iterator<Item = &TopicIdPartition>| {
        let partitions: Vec<TopicIdPartition> = partitions.copied().collect();
        story::places(world, &partitions)
    };
    let current = &member.current;
    let text = match current.state {
        _ if member.is_away() => AWAY.text(),
        MemberState::UnrevokedPartitions => TO_GIVE_UP.with("places", places(&mut current.pending_revocation.iter())),
        MemberState::UnreleasedPartitions => {
            TO_WAIT_FOR.with("places", places(&mut member.target.difference(&current.assigned)))
        }
        _ if member.has_reached(group.assignment_epoch) => REACHED.text(),
        _ => BEHIND.text(),
    };
    text.with("who", who).with("epoch", current.member_epoch)
}

/// The members' names.
struct Names<'a> {
    world: &'a World,
    asked: &'a str,
}

impl Names<'_> {
    fn line(&self, member_id: &str, line: impl FnOnce(String) -> Text) -> Text {
        let who = story::member(self.world, member_id);
        let asked = who == self.asked;
        let text = line(who);
        if asked { strong(text) } else { text }
    }

    fn share(&self, member_id: &str, partitions: &[TopicIdPartition]) -> Text {
        let places = match partitions {
            [] => NO_PLACE.text().into(),
            _ => story::places(self.world, partitions),
        };
        self.line(member_id, |who| TARGET_OF.with("who", who).with("places", places))
    }
}

fn explain(steps: &mut Vec<WhyStep>, computed: &Computed, names: &Names<'_>) -> Option<Text> {
    let note = match &computed.how {
        How::Uniform(UniformSteps::Homogeneous { quotient, remainder }) => {
            Some(quotas(steps, computed, (*quotient, *remainder), names))
        }
        How::Uniform(UniformSteps::Heterogeneous { order, moves, settled }) => {
            let topics: Vec<Arg> = order.iter().map(|topic| Arg::from(names.world.topic_name(*topic))).collect();
            steps.push(WhyStep::Sentence(OTHER_TOPICS.with("topics", topics)));
            steps.push(WhyStep::Sentence(LEAST_LOADED.text()));
            steps.push(WhyStep::Sentence(match (moves.len(), settled) {
                (0, _) => EVEN_ALREADY.text(),
                (n, true) => EVENED_OUT.with("n", n),
                (n, false) => NOT_EVENED_OUT.with("n", n),
            }));
            for moved in moves.iter().take(TOLD_MAX) {
                let who = |member: usize| {
                    computed.members.get(member).map_or_else(String::new, |share| story::member(names.world, &share.id))
                };
                let text = MOVE.with("place", story::partition(names.world, moved.partition));
                steps.push(WhyStep::Formula(text.with("from", who(moved.from)).with("to", who(moved.to))));
            }
            None
        }
        How::Range(range) => {
            ranges(steps, range, names);
            None
        }
    };
    for share in computed.members.iter().take(TOLD_MAX) {
        steps.push(WhyStep::Formula(names.share(&share.id, &share.after)));
    }
    note
}

/// Uniform, where all subscribe to the same: a quota a member, and who was over it.
fn quotas(
    steps: &mut Vec<WhyStep>,
    computed: &Computed,
    (quotient, remainder): (usize, usize),
    names: &Names<'_>,
) -> Text {
    let (n, k) = (computed.members.iter().map(|share| share.after.len()).sum::<usize>(), computed.members.len());
    steps.push(WhyStep::Sentence(SAME_TOPICS.with("n", n).with("k", k)));
    steps.push(formula(N_DIV_K.with("n", n).with("k", k), strong(quotient)));
    steps.push(formula(N_MOD_K.with("n", n).with("k", k), strong(remainder)));
    steps.push(WhyStep::Sentence(match remainder {
        0 => QUOTAS_EVEN.with("each", quotient),
        _ => QUOTAS.with("each", quotient).with("more", remainder),
    }));
    for (index, MemberShare { id, before, after, .. }) in computed.members.iter().enumerate().take(TOLD_MAX) {
        let kept = before.iter().filter(|partition| after.contains(partition)).count();
        let quota = quotient + usize::from(index < remainder);
        let got = after.len() - kept;
        let line = |who: String| {
            let text = QUOTA_OF.with("who", who).with("quota", quota).with("had", before.len());
            text.with("kept", kept).with("got", got)
        };
        steps.push(WhyStep::Formula(names.line(id, line)));
    }
    match (n / (k + 1), n % (k + 1)) {
        (each, 0) => ONE_MEMBER_MORE_EVEN.with("each", each),
        (each, more) => ONE_MEMBER_MORE.with("each", each).with("more", more),
    }
}

/// Range: topic by topic.
fn ranges(steps: &mut Vec<WhyStep>, range: &RangeAssignment, names: &Names<'_>) {
    for topic in &range.topics {
        let (n, m) = (topic.partition_count, topic.order.len());
        let text = TOPIC_RANGE.with("topic", names.world.topic_name(topic.topic));
        steps.push(WhyStep::Sentence(text.with("n", n).with("m", m)));
        steps.push(formula(N_DIV_K.with("n", n).with("k", m), strong(topic.quotient)));
        steps.push(formula(N_MOD_K.with("n", n).with("k", m), strong(topic.remainder)));
        steps.push(WhyStep::Sentence(match topic.remainder {
            0 => RANGES_EVEN.with("each", topic.quotient),
            more => RANGES.with("each", topic.quotient).with("more", more),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cluster::command_text::parse,
        history::start_cluster,
        i18n::Lang,
        view::why::{WhyCard, card},
    };

    fn give(run: &mut Run, line: &str) {
        run.apply(parse(line).expect(line)).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        run.advance_to(run.time_us() + 12_000_000);
    }

    fn stage(members: &[(&str, &str)]) -> Run {
        let mut run = Run::new(&start_cluster()).expect("sound");
        give(&mut run, "create-topic topic=t partitions=5 replication.factor=3");
        give(&mut run, "create-topic topic=u partitions=2 replication.factor=3");
        for (name, rest) in members {
            give(&mut run, &format!("add-consumer consumer={name} group=g group.protocol=consumer {rest}"));
        }
        run
    }

    /// The lines of the card of a member, in English; both languages are whole.
    fn lines(run: &Run, who: &str) -> Vec<String> {
        let key = WhyKey::Assignment { group: "g".into(), consumer: who.into() };
        let card: WhyCard = card(run, &key).expect("a card");
        let steps = card.steps.iter().map(|step| match step {
            WhyStep::Sentence(text) | WhyStep::Formula(text) => text,
        });
        let texts: Vec<&Text> = std::iter::once(&card.title).chain(steps).chain(&card.note).collect();
        for lang in Lang::ALL {
            for text in &texts {
                let text = text.plain(lang);
                assert!(!text.contains(['{', '}']), "{text}");
            }
        }
        assert!(!card.chain.is_empty());
        texts.iter().map(|text| text.plain(Lang::En)).collect()
    }

    fn assert_says(lines: &[String], wanted: &[&str]) {
        for wanted in wanted {
            assert!(lines.iter().any(|line| line == wanted), "{wanted}: {lines:#?}");
        }
    }

    #[test]
    fn uniform_tells_quotas_and_who_was_over() {
        let run = stage(&[("A", "topics=t"), ("B", "topics=t")]);
        assert_says(
            &lines(&run, "B"),
            &[
                "Nobody asks for another, so it is the first of group.consumer.assignors.",
                "All subscribe to the same topics: N = 5 partitions, k = 2 members.",
                "5 div 2 = 2",
                "5 mod 2 = 1",
                "A: quota 3, had 5, keeps 3, gets 0",
                "B: quota 2, had 0, keeps 0, gets 2",
                "B: t-3, t-4",
                "B has reached it: its member epoch is 2.",
                "With one member more, the quota would be 1, and one more for the first 2 members.",
            ],
        );
    }

    #[test]
    fn range_tells_ranges_and_who_voted() {
        let run = stage(&[("A", "topics=t group.remote.assignor=range"), ("B", "topics=t")]);
        let told = lines(&run, "A");
        assert_says(
            &told,
            &[
                "1 member asks for range by group.remote.assignor: most votes win.",
                "t: n = 5 partitions, m = 2 subscribers.",
                "5 div 2 = 2",
            ],
        );
    }

    #[test]
    fn different_subscriptions_tell_the_order_of_topics() {
        let run = stage(&[("A", "topics=t,u"), ("B", "topics=t")]);
        assert!(lines(&run, "A").iter().any(|line| line.contains("most partitions a subscriber first: ")));
    }

    #[test]
    fn a_new_coordinator_knows_the_target_but_not_how_it_came_about() {
        let mut run = stage(&[("A", "topics=t"), ("B", "topics=t")]);
        let consumer = run.world().consumers().values().find(|slot| &*slot.consumer.name == "A");
        let coordinator = consumer.expect("A").consumer.coordinator().expect("found");
        give(&mut run, &format!("crash-broker broker={coordinator}"));
        run.advance_to(run.time_us() + 20_000_000);
        let told = lines(&run, "A");
        assert!(told[1].contains("has read the target of group epoch 2 from __consumer_offsets"), "{told:#?}");
        assert_says(&told, &["A: t-0, t-1, t-2"]);
    }
}
