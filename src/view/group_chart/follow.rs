//! Reads the events of a run, each once, into charts.

use std::rc::Rc;

use super::{Band, Bar, Call, Epoch, Gap, GroupChart, GroupCharts, MemberRow, Wait};
use crate::{
    cluster::World,
    history::Run,
    kafka::{
        event::{Event, EventKind, Rpc},
        ids::TopicIdPartition,
        protocol::{Api, ErrorCode},
    },
    sim::{EventId, Map, NodeId},
    view::who::Groups,
};

/// Kept of a group: states, RPCs, times in which a partition was not read; and of a member: bars, times of waiting.
const BANDS_MAX: usize = 400;
const CALLS_MAX: usize = 6_000;
const GAPS_MAX: usize = 4_000;
const BARS_MAX: usize = 600;
const WAITS_MAX: usize = 200;
/// Members that have gone and are still shown.
const GONE_MAX: usize = 64;

/// Follows a run.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    charts: Rc<GroupCharts>,
    read: EventId,
    groups: Groups,
    /// Calls that have left and not arrived: the event, the group's place.
    under_way: Map<EventId, usize>,
    /// How many members of the group in a place own a partition, where that is not nobody.
    owners: Map<(usize, TopicIdPartition), u32>,
}

impl Recorder {
    /// Reads what is new, and gives the charts as they are now: the same allocation if nothing in them changed.
    pub fn follow(&mut self, run: &Run) -> Rc<GroupCharts> {
        if run.event() < self.read {
            *self = Recorder::default();
        }
        let first = run.events().partition_point(|event| event.id <= self.read);
        // A client that has gone since is known by what it was told.
        for event in run.events().range(first..) {
            self.groups.learn(run, event);
        }
        for event in run.events().range(first..) {
            self.take(run.world(), event);
        }
        self.read = run.event();
        self.charts.clone()
    }

    fn take(&mut self, world: &World, event: &Event) {
        use EventKind as E;
        let at_us = event.time_us;
        match &event.kind {
            E::Sent(rpc) => {
                if !rpc.response && rpc.api == Api::ConsumerGroupHeartbeat {
                    self.goes_by_epochs(world, event.node);
                }
                if is_drawn(rpc) {
                    self.sent(world, event, rpc);
                }
            }
            E::Received(_) => {
                if let Some(group) = self.under_way.remove(&event.cause) {
                    let calls = Rc::make_mut(&mut self.chart(group).calls);
                    if let Ok(place) = calls.binary_search_by_key(&event.cause, |call| call.event)
                        && let Some(call) = calls.get_mut(place)
                    {
                        call.to_us = Some(at_us);
                    }
                }
            }
            E::GroupState { group, to, generation, reason, .. } => {
                let place = self.place(group);
                let chart = self.chart(place);
                let epoch = if chart.by_epochs { Epoch::Epoch(*generation) } else { Epoch::Generation(*generation) };
                let bands = Rc::make_mut(&mut chart.bands);
                if let Some(last) = bands.last_mut() {
                    last.to_us = Some(at_us);
                }
                // Phases that took no time leave nothing to see.
                bands.retain(|band| band.to_us != Some(band.from_us));
                bands.push(Band {
                    event: event.id,
                    broker: event.node.0,
                    from_us: at_us,
                    to_us: None,
                    state: to,
                    epoch,
                    reason: reason.clone(),
                });
                shorten(bands, BANDS_MAX, |_| true);
            }
            E::PartitionsAssigned { partitions, .. } => self.assigned(world, event, partitions),
            E::PartitionsRevoked { partitions } | E::PartitionsLost { partitions } => {
                self.taken(world, event, Some(partitions));
            }
            E::ClientStarted => {
                if let Some((place, node)) = self.client(world, event.node) {
                    self.member(world, place, node, at_us);
                }
            }
            E::ClientClosed | E::ClientCrashed => self.gone(world, event),
            _ => {}
        }
    }

    /// A member speaks the consumer protocol: what numbers the group's states are epochs.
    fn goes_by_epochs(&mut self, world: &World, node: NodeId) {
        let Some((place, _)) = self.client(world, node) else { return };
        if self.charts.groups.get(place).is_some_and(|chart| chart.by_epochs) {
            return;
        }
        let chart = self.chart(place);
        chart.by_epochs = true;
        for band in Rc::make_mut(&mut chart.bands).iter_mut() {
            if let Epoch::Generation(n) = band.epoch {
                band.epoch = Epoch::Epoch(n);
            }
        }
    }

    fn sent(&mut self, world: &World, event: &Event, rpc: &Rpc) {
        let (client, broker) = if rpc.response { (rpc.peer, event.node) } else { (event.node, rpc.peer) };
        let Some((place, node)) = self.client(world, client) else { return };
        if self.under_way.len() >= CALLS_MAX {
            // What never arrived: its connection is gone.
            self.under_way.clear();
        }
        self.under_way.insert(event.id, place);
        let at_us = event.time_us;
        let is_join = matches!(rpc.api, Api::JoinGroup) && !rpc.response;
        let refused =
            rpc.response && matches!(rpc.api, Api::JoinGroup | Api::SyncGroup) && rpc.error != ErrorCode::None;
        let member = self.member(world, place, node, at_us);
        match member.waits.last_mut().filter(|wait| wait.to_us.is_none()) {
            Some(wait) if refused => wait.to_us = Some(at_us),
            None if is_join => {
                member.waits.push(Wait { event: event.id, from_us: at_us, to_us: None });
                shorten(&mut member.waits, WAITS_MAX, |_| true);
            }
            _ => {}
        }
        let calls = Rc::make_mut(&mut self.chart(place).calls);
        calls.push(Call {
            event: event.id,
            node,
            broker: broker.0,
            api: rpc.api,
            response: rpc.response,
            error: rpc.error,
            says: rpc.says,
            from_us: at_us,
            to_us: None,
        });
        shorten(calls, CALLS_MAX, |_| true);
    }

    fn assigned(&mut self, world: &World, event: &Event, partitions: &[TopicIdPartition]) {
        let Some((place, node)) = self.client(world, event.node) else { return };
        let at_us = event.time_us;
        self.member(world, place, node, at_us);
        let chart = self.chart(place);
        // A member of many is given few: those are looked for from the newest gap back, not all gaps through.
        let is_open = |gap: &Gap, at: &TopicIdPartition| gap.to_us.is_none() && gap.partition == *at;
        for partition in partitions {
            if let Some(place) = chart.gaps.iter().rposition(|gap| is_open(gap, partition)) {
                let gap = &mut Rc::make_mut(&mut chart.gaps)[place];
                (gap.to_us, gap.end_event) = (Some(at_us), Some(event.id));
            }
        }
        let mut taken: Vec<u16> =
            chart.gaps.iter().filter(|gap| gap.to_us.is_none() && gap.node == node).map(|gap| gap.lane).collect();
        let member = row(chart, node);
        if let Some(wait) = member.waits.last_mut().filter(|wait| wait.to_us.is_none()) {
            wait.to_us = Some(at_us);
        }
        member.joined_us.get_or_insert(at_us);
        taken.extend(member.bars.iter().filter(|bar| bar.to_us.is_none()).map(|bar| bar.lane));
        crate::sim::sort_by(&mut taken, Ord::cmp);
        let open: Vec<TopicIdPartition> =
            member.bars.iter().filter(|bar| bar.to_us.is_none()).map(|bar| bar.partition).collect();
        // A member that keeps a partition has the same bar for it.
        let new: Vec<TopicIdPartition> = partitions.iter().filter(|at| !open.contains(at)).copied().collect();
        let (mut lane, mut next) = (0, 0);
        for &partition in &new {
            while taken.get(next).is_some_and(|used| *used <= lane) {
                lane += u16::from(taken.get(next) == Some(&lane));
                next += 1;
            }
            member.lanes = member.lanes.max(lane + 1);
            member.bars.push(Bar { partition, lane, from_us: at_us, to_us: None, event: event.id, end_event: None });
            lane += 1;
        }
        shorten(&mut member.bars, BARS_MAX, |bar| bar.to_us.is_some());
        for partition in new {
            *self.owners.entry((place, partition)).or_default() += 1;
            self.name_topic(world, partition);
        }
    }

    /// A member gives up partitions, or (`None`) all that it has.
    fn taken(&mut self, world: &World, event: &Event, partitions: Option<&[TopicIdPartition]>) {
        let Some((place, node)) = self.client(world, event.node) else { return };
        let chart = self.chart(place);
        if chart.member(node).is_none() {
            return;
        }
        let at_us = event.time_us;
        let mut ended = Vec::new();
        let member = row(chart, node);
        for bar in &mut member.bars {
            if bar.to_us.is_none() && partitions.is_none_or(|gone| gone.contains(&bar.partition)) {
                (bar.to_us, bar.end_event) = (Some(at_us), Some(event.id));
                ended.push((bar.partition, bar.lane));
            }
        }
        // What another member believes to own as well is still read.
        ended.retain(|(partition, _)| {
            let owners = self.owners.entry((place, *partition)).or_default();
            *owners = owners.saturating_sub(1);
            *owners == 0
        });
        if !ended.is_empty() {
            let gaps = Rc::make_mut(&mut self.chart(place).gaps);
            gaps.extend(ended.into_iter().map(|(partition, lane)| Gap {
                partition,
                node,
                lane,
                from_us: at_us,
                to_us: None,
                event: event.id,
                end_event: None,
            }));
            shorten(gaps, GAPS_MAX, |gap| gap.to_us.is_some());
        }
    }

    fn gone(&mut self, world: &World, event: &Event) {
        let Some((place, node)) = self.client(world, event.node) else { return };
        self.taken(world, event, None);
        let chart = self.chart(place);
        if chart.member(node).is_none() {
            return;
        }
        let member = row(chart, node);
        member.gone_us = Some(event.time_us);
        member.crashed = matches!(event.kind, EventKind::ClientCrashed);
        if let Some(wait) = member.waits.last_mut().filter(|wait| wait.to_us.is_none()) {
            wait.to_us = Some(event.time_us);
        }
        let gone = chart.members.iter().filter(|member| member.gone_us.is_some()).count();
        let open: Vec<u32> = chart.gaps.iter().filter(|gap| gap.to_us.is_none()).map(|gap| gap.node).collect();
        if gone > GONE_MAX
            && let Some(oldest) =
                chart.members.iter().position(|member| member.gone_us.is_some() && !open.contains(&member.node))
        {
            chart.members.remove(oldest);
        }
    }

    /// The place of a client's group among the charts, if it is in one, and its node.
    fn client(&mut self, world: &World, node: NodeId) -> Option<(usize, u32)> {
        let group = self.groups.of(world, node)?;
        Some((self.place(&group), node.0))
    }

    /// The place of a group among the charts.
    fn place(&mut self, group: &str) -> usize {
        if let Some(place) = self.charts.groups.iter().position(|chart| chart.group == group) {
            return place;
        }
        let charts = Rc::make_mut(&mut self.charts);
        charts.groups.push(Rc::new(GroupChart { group: group.to_owned(), ..GroupChart::default() }));
        charts.groups.len() - 1
    }

    fn name_topic(&mut self, world: &World, partition: TopicIdPartition) {
        if self.charts.topics.iter().all(|(topic, _)| *topic != partition.topic) {
            let name = world.topic_name(partition.topic).to_owned();
            Rc::make_mut(&mut self.charts).topics.push((partition.topic, name));
        }
    }

    fn chart(&mut self, place: usize) -> &mut GroupChart {
        Rc::make_mut(&mut Rc::make_mut(&mut self.charts).groups[place])
    }

    fn member(&mut self, world: &World, place: usize, node: u32, at_us: u64) -> &mut MemberRow {
        let chart = self.chart(place);
        if chart.member(node).is_none() {
            chart.members.push(Rc::new(MemberRow {
                node,
                name: world.client_name(NodeId(node)).unwrap_or("?").to_owned(),
                since_us: at_us,
                gone_us: None,
                crashed: false,
                joined_us: None,
                bars: Vec::new(),
                waits: Vec::new(),
                lanes: 1,
            }));
        }
        row(chart, node)
    }
}

/// The row of a member that is there.
fn row(chart: &mut GroupChart, node: u32) -> &mut MemberRow {
    let place = chart.members.iter().position(|member| member.node == node).expect("a member has a row");
    Rc::make_mut(&mut chart.members[place])
}

/// Is this RPC one of the group's that are drawn? Heartbeats that say only that a member is alive are folded, and
/// commits that were taken.
fn is_drawn(rpc: &Rpc) -> bool {
    match rpc.api {
        Api::FindCoordinator | Api::JoinGroup | Api::SyncGroup | Api::LeaveGroup => true,
        Api::Heartbeat | Api::OffsetCommit => rpc.response && rpc.error != ErrorCode::None,
        Api::ConsumerGroupHeartbeat => rpc.says.is_some() || rpc.error != ErrorCode::None,
        _ => false,
    }
}

/// Forgets the oldest that may be forgotten; a quarter at once, so that it is rare.
fn shorten<T>(list: &mut Vec<T>, most: usize, may_go: impl Fn(&T) -> bool) {
    if list.len() > most {
        let mut surplus = most / 4;
        list.retain(|item| {
            let goes = surplus > 0 && may_go(item);
            surplus -= usize::from(goes);
            !goes
        });
    }
}
