//! "Run until …": what a class can wait for, offered from what the cluster is at just now.
//!
//! A goal is a condition on the world, as lessons have it, or something that has yet to happen. Only what does not
//! hold already is offered. Left out: the running, which is the page's clock's.

use super::{
    condition::{Compare, Condition, Value},
    evaluate::Snapshot,
    facts::WorldFacts,
    measure::{Kind, Measure},
};
use crate::{
    history::{Milestone, Run},
    i18n::Text,
    ledger::{Totals, Verdict},
    sim::{EventId, Set},
    templates,
};

templates! { "until":
    MILESTONE = "the next milestone", "下一个里程碑";
    LEADER = "a leader is elected", "选出一个 leader";
    REBALANCED = "a rebalance is done", "一次 rebalance 完成";
    LOST = "any record is lost", "有消息丢失";
    VISIBLE = "`{place}` is visible", "`{place}` 可见";
    ACKNOWLEDGED = "all that **{producer}** has sent is acknowledged", "**{producer}** 发送的都得到确认";
    STABLE = "group **{group}** is stable", "消费组 **{group}** 稳定";
    NO_LAG = "group **{group}** has no lag in `{place}`", "消费组 **{group}** 在 `{place}` 上没有 lag";
}

/// Goals of one kind that are offered at most.
const OF_A_KIND_MAX: usize = 4;

/// What is waited for.
#[derive(Clone, Debug, PartialEq)]
enum Goal {
    /// A milestone, this one or any.
    Next(Option<Milestone>),
    /// More records are lost than so many.
    Lost(u64),
    /// Something holds.
    Holds(Condition),
}

/// A goal, from some moment on.
#[derive(Clone, Debug, PartialEq)]
pub struct Until {
    goal: Goal,
    /// The end of "Run until …", in words.
    pub text: Text,
}

/// Records that no consumer will ever see.
fn lost(run: &Run) -> u64 {
    let totals: Totals = run.ledger().totals(run.world());
    totals.of_verdict(Verdict::LostAcknowledged) + totals.of_verdict(Verdict::LostReported)
}

impl Until {
    /// The next milestone of any kind.
    pub fn milestone() -> Until {
        Until { goal: Goal::Next(None), text: MILESTONE.text() }
    }

    /// What to say when it is reached; of a milestone the story says it.
    pub fn told(&self) -> Option<&Text> {
        (self.goal != Goal::Next(None)).then_some(&self.text)
    }

    /// Is it so in this run, which was waited for since that event?
    pub fn reached(&self, run: &Run, since: EventId) -> bool {
        match &self.goal {
            Goal::Next(milestone) => run.has_passed(*milestone, since),
            Goal::Lost(before) => lost(run) > *before,
            Goal::Holds(condition) => condition.holds(run.world(), &Snapshot::default()),
        }
    }
}

/// What can be waited for now.
pub fn offered(run: &Run) -> Vec<Until> {
    let world = run.world();
    let topics: Vec<&str> = world
        .metadata()
        .topics
        .iter()
        .filter(|(id, _)| !world.is_internal(**id))
        .map(|(_, topic)| &*topic.name)
        .collect();
    let groups: Set<&str> = world.consumers().values().filter_map(|slot| slot.consumer.group.as_deref()).collect();
    let visible = topics.iter().flat_map(|&topic| {
        (0..world.partition_count(topic).unwrap_or(0)).filter_map(move |partition| {
            let newest = world.log_end(topic, partition)? - 1;
            let holds = condition(Kind::HighWatermark, &[topic], Some(partition), Compare::More, Value::Number(newest));
            Some((holds, VISIBLE.with("place", format!("{topic}-{partition}@{newest}"))))
        })
    });
    let acknowledged = world.producers().values().map(|slot| {
        let name = &*slot.producer.name;
        let holds = condition(Kind::Unacknowledged, &[name], None, Compare::Equal, Value::Number(0));
        (holds, ACKNOWLEDGED.with("producer", name))
    });
    let stable = groups.iter().map(|group| {
        let value = Value::Words(vec!["Stable".to_owned()]);
        (condition(Kind::GroupState, &[group], None, Compare::Equal, value), STABLE.with("group", *group))
    });
    let read = groups.iter().flat_map(|group| {
        topics.iter().map(move |topic| {
            let holds = condition(Kind::Lag, &[group, topic], None, Compare::Equal, Value::Number(0));
            (holds, NO_LAG.with("group", *group).with("place", *topic))
        })
    });
    let read_one = groups.iter().flat_map(|group| {
        topics.iter().flat_map(move |topic| {
            (0..world.partition_count(topic).unwrap_or(0)).map(move |partition| {
                let holds = condition(Kind::Lag, &[group, topic], Some(partition), Compare::Equal, Value::Number(0));
                (holds, NO_LAG.with("group", *group).with("place", format!("{topic}-{partition}")))
            })
        })
    });
    let open = |(condition, text): (Condition, Text)| {
        let holds = condition.holds(world, &Snapshot::default());
        (!holds).then_some(Until { goal: Goal::Holds(condition), text })
    };
    let mut all: Vec<Until> = visible.filter_map(open).take(OF_A_KIND_MAX).collect();
    all.extend(acknowledged.filter_map(open).take(OF_A_KIND_MAX));
    all.extend(stable.filter_map(open).take(OF_A_KIND_MAX));
    all.extend(read.filter_map(open).take(OF_A_KIND_MAX));
    all.extend(read_one.filter_map(open).take(OF_A_KIND_MAX));
    let next = |milestone, text| Until { goal: Goal::Next(Some(milestone)), text };
    all.push(next(Milestone::Leader, LEADER.text()));
    if !groups.is_empty() {
        all.push(next(Milestone::Stable, REBALANCED.text()));
    }
    all.push(Until { goal: Goal::Lost(lost(run)), text: LOST.text() });
    all
}

fn condition(kind: Kind, names: &[&str], partition: Option<i32>, compare: Compare, value: Value) -> Condition {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Condition { measure: Measure { kind, names, partition }, compare, value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cluster::command_text::parse, history::start_cluster, i18n::Lang};

    fn words(goals: &[Until]) -> Vec<String> {
        goals.iter().map(|goal| goal.text.plain(Lang::En)).collect()
    }

    /// Steps until a goal is reached.
    fn wait(run: &mut Run, until: &Until) {
        let since = run.event();
        for _ in 0..5_000 {
            if until.reached(run, since) {
                return;
            }
            run.step().expect("something happens");
        }
        panic!("never: {until:?}");
    }

    #[test]
    fn what_is_offered_does_not_hold_and_comes_about() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        run.advance_to(9_000_000);
        let goals = offered(&run);
        let goal = |wanted: &str| goals.iter().find(|goal| goal.text.plain(Lang::En) == wanted).expect("offered");
        assert!(goals.iter().all(|goal| !goal.reached(&run, run.event())), "{:?}", words(&goals));
        goal("group billing has no lag in orders");
        let lag = "group billing has no lag in orders-0".to_owned();
        wait(&mut run, goal(&lag));
        let now = words(&offered(&run));
        assert!(!now.contains(&lag), "{now:?}");
        wait(&mut run, &Until::milestone());
    }

    #[test]
    fn a_loss_and_an_election_are_waited_for() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        run.advance_to(12_000_000);
        let goals = offered(&run);
        let goal =
            |wanted: &str| goals.iter().find(|goal| goal.text.plain(Lang::En) == wanted).expect("offered").clone();
        run.apply(parse("crash-broker broker=2").expect("a command")).expect("it runs");
        wait(&mut run, &goal("a leader is elected"));
        for broker in [1, 3] {
            run.apply(parse(&format!("crash-broker broker={broker}")).expect("a command")).expect("it runs");
        }
        wait(&mut run, &goal("any record is lost"));
    }
}
