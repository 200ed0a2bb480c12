//! What the inspector says of one member beyond the picture: where it stands in its group, what it is still to give up
//! or to get, and its timers as they run down, from the client's and the coordinator's own state. Built only for the
//! member that is looked at.

use crate::{
    history::Run,
    i18n::Text,
    kafka::{
        client::consumer::{App, Membership},
        config::BrokerConfig,
        coordinator::Group,
        ids::TopicIdPartition,
        node::{Timer, broker_node},
    },
    templates,
    view::story,
};

templates! { "card":
    UNJOINED = "not joined", "未加入";
    PREPARING = "preparing to join", "准备加入";
    JOINING = "joining: `JoinGroup` sent", "加入中：已发送 `JoinGroup`";
    SYNCING = "syncing: `SyncGroup` sent", "同步中：已发送 `SyncGroup`";
    STABLE = "stable", "稳定";
    UNKNOWN_THERE = "the coordinator does not know it", "coordinator 不认识它";
    SESSION = "The coordinator takes it for dead when it hears nothing for so long.", "超过这个时间没有消息，coordinator 就认为它已死。";
    HEARTBEAT = "Its background thread sends the next heartbeat.", "后台线程发送下一次心跳。";
    POLL = "Between two calls of `poll`; the client leaves the group when it is over.", "两次 `poll` 之间；超时后客户端会离开消费组。";
}

/// A member as its client and its coordinator have it.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberCard {
    /// Consumer name.
    pub name: String,
    /// Where its client stands, and its generation, −1 for none; nothing of the consumer protocol, whose states the picture
    /// has.
    pub state: Option<(Text, i32)>,
    /// What the coordinator thinks other than that.
    pub there: Option<Text>,
    /// Owned and not in its assignment any more.
    pub to_revoke: Vec<String>,
    /// In its assignment and not owned yet.
    pub pending: Vec<String>,
    /// Timers.
    pub timers: Vec<CardTimer>,
}

/// A timer that runs down.
#[derive(Clone, Debug, PartialEq)]
pub struct CardTimer {
    /// The setting that it goes by.
    pub setting: &'static str,
    /// What happens then.
    pub text: Text,
    /// What is left, in microseconds; `None`: it does not run now.
    pub left_us: Option<u64>,
    /// How long it runs in all.
    pub length_us: u64,
}

/// The card of a consumer that is in a group.
pub fn member_card(run: &Run, name: &str) -> Option<MemberCard> {
    let world = run.world();
    let node = world.consumer_node(name).ok()?;
    let consumer = &world.consumers().get(&node)?.consumer;
    let group_id = consumer.group.as_deref()?;
    let now_us = world.now_us();
    let state = match consumer.membership {
        Membership::Unjoined => &UNJOINED,
        Membership::Preparing => &PREPARING,
        Membership::Joining => &JOINING,
        Membership::Syncing => &SYNCING,
        Membership::Stable => &STABLE,
    };
    let coordinated = world.brokers().values().filter(|broker| broker.is_up()).find_map(|broker| {
        let group = broker.groups.group(group_id)?;
        Some((broker.id, group))
    });
    let known = coordinated.and_then(|(broker, group)| known(broker, group, &consumer.member_id));
    let assigned: &[TopicIdPartition] = known.as_ref().map_or(&[], |known| &known.assigned);
    let names = |list: Vec<TopicIdPartition>| list.into_iter().map(|at| story::partition(world, at)).collect();
    let knows = known.is_some() && consumer.membership == Membership::Stable;
    let owned = || consumer.partitions().keys().copied();
    let to_revoke = owned().filter(|at| knows && !assigned.contains(at)).collect();
    let pending = assigned.iter().copied().filter(|at| knows && !consumer.partitions().contains_key(at)).collect();
    let left = |due: Option<u64>| due.map(|due| due.saturating_sub(now_us));
    let session = known.as_ref().and_then(|known| world.timer_due_us(broker_node(known.broker), known.session));
    let config = &consumer.config;
    let polling = matches!(consumer.app, App::Polling);
    let poll_due = consumer.last_poll_us() + config.max_poll_interval_us;
    // With the consumer protocol both are the brokers' to say.
    let of_brokers = || BrokerConfig::from_settings(&world.metadata().settings).unwrap_or_default();
    let (session_of, heartbeat_of) = match consumer.is_modern() {
        true => (
            ("group.consumer.session.timeout.ms", of_brokers().group_consumer_session_timeout_us),
            ("group.consumer.heartbeat.interval.ms", consumer.modern.heartbeat_interval_us),
        ),
        false => {
            (("session.timeout.ms", config.session_timeout_us), ("heartbeat.interval.ms", config.heartbeat_interval_us))
        }
    };
    let timers = vec![
        CardTimer { setting: session_of.0, text: SESSION.text(), left_us: left(session), length_us: session_of.1 },
        CardTimer {
            setting: heartbeat_of.0,
            text: HEARTBEAT.text(),
            left_us: left(world.timer_due_us(node, Timer::Heartbeat)),
            length_us: heartbeat_of.1,
        },
        CardTimer {
            setting: "max.poll.interval.ms",
            text: POLL.text(),
            left_us: (!polling).then(|| poll_due.saturating_sub(now_us)),
            length_us: config.max_poll_interval_us,
        },
    ];
    let there = (known.is_none() && !consumer.member_id.is_empty()).then(|| UNKNOWN_THERE.text());
    Some(MemberCard {
        name: name.to_owned(),
        state: (!consumer.is_modern()).then(|| (state.text(), consumer.generation)),
        there: there.filter(|_| !consumer.is_modern()),
        to_revoke: names(to_revoke),
        pending: names(pending),
        timers,
    })
}

/// What the coordinator has of a member of the classic protocol.
struct Known {
    broker: u32,
    /// What it may have; in a consumer group also what it waits for.
    assigned: Vec<TopicIdPartition>,
    session: Timer,
}

fn known(broker: u32, group: &Group, id: &str) -> Option<Known> {
    if let Some(member) = group.member(id) {
        let session = Timer::Session(group.slot, member.slot);
        return Some(Known { broker, assigned: member.assignment.to_vec(), session });
    }
    let member = group.consumer.as_ref()?.member(id)?;
    let session = Timer::MemberSession(group.slot, member.slot);
    Some(Known { broker, assigned: member.target.iter().copied().collect(), session })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::start_cluster;

    #[test]
    fn timers_run_down_and_are_set_again() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let mut beats = 0;
        let mut last = u64::MAX;
        for at_us in (9_000_000..18_000_000).step_by(100_000) {
            run.advance_to(at_us);
            let card = member_card(&run, "C1").expect("it is in a group");
            for timer in &card.timers {
                assert!(timer.left_us.is_none_or(|left| left <= timer.length_us), "{timer:?}");
            }
            let session = card.timers[0].left_us.expect("the coordinator waits for it");
            assert!(session > 40_000_000, "it beats every three seconds: {session}");
            let beat = card.timers[1].left_us.expect("it beats");
            beats += u32::from(beat > last);
            last = beat;
        }
        assert_eq!(beats, 3);
    }

    #[test]
    fn a_member_of_the_consumer_protocol_goes_by_what_the_brokers_say() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let line = "add-consumer consumer=c group=audit topics=orders group.protocol=consumer";
        run.apply(crate::cluster::command_text::parse(line).expect("sound")).expect("sound");
        for at_us in (20_000_000..30_000_000).step_by(100_000) {
            run.advance_to(at_us);
            let card = member_card(&run, "c").expect("it is in a group");
            assert_eq!(card.state, None, "its epochs and states stand elsewhere");
            let timers: Vec<_> = card.timers.iter().map(|timer| (timer.setting, timer.length_us)).collect();
            assert_eq!(
                timers[..2],
                [
                    ("group.consumer.session.timeout.ms", 45_000_000),
                    ("group.consumer.heartbeat.interval.ms", 5_000_000),
                ]
            );
            assert!(card.timers.iter().all(|timer| timer.left_us.is_none_or(|left| left <= timer.length_us)));
            assert!(card.timers[0].left_us.is_some_and(|left| left > 39_000_000), "{card:?}");
        }
    }

    #[test]
    fn a_stable_member_has_what_it_was_assigned() {
        let run = Run::new(&start_cluster()).expect("sound");
        let card = member_card(&run, "C2").expect("it is in a group");
        assert_eq!(card.state.map(|(state, generation)| (state.template.key, generation)), Some(("card.STABLE", 1)));
        assert!(card.to_revoke.is_empty() && card.pending.is_empty() && card.there.is_none());
        assert!(member_card(&run, "nobody").is_none());
    }
}
