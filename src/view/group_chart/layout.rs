//! From a chart to marks in pixels: as many as can be seen, never as many as there are.
//!
//! Only rows in sight get marks; what would fall on one place is one mark. All `x` are from the left edge of the time
//! axis, all `y` from the top of the group's rows.

use super::{
    Band, Bar, Call, Epoch, Gap, GroupChart, GroupCharts, MemberRow,
    words::{self, *},
};
use crate::{
    cluster::ClientProcess,
    i18n::{Arg, Lang, Text, moment},
    kafka::protocol::ErrorCode,
    view::{
        geometry::axis::Axis,
        model::{GroupView, MemberView, Place},
        why::WhyKey,
    },
};

/// Height of the coordinator's band.
pub const BAND: f32 = 22.0;
/// Room above a row's bars for the names of its RPCs.
const CALLS: f32 = 17.0;
/// From one lane to the next, and the height of a bar.
const LANE: f32 = 14.0;
const BAR: f32 = 12.0;
/// The same where there are many members.
const LANE_DENSE: f32 = 7.0;
const BAR_DENSE: f32 = 5.0;
/// More members than this stand dense.
const MEMBERS_ROOMY: usize = 16;
/// A member with more lanes has one bar that says how many partitions it owns.
const LANES_MAX: u16 = 12;
/// RPCs of a row nearer than this are one mark.
const CALLS_APART: f32 = 7.0;
/// What is over too soon to be seen is still this wide.
const WIDTH_MIN: f32 = 3.0;
/// Rows drawn beyond what is in sight, for the keyboard.
const BEYOND: f32 = 80.0;
/// Width of a letter in labels: bold 12, mono 11.
const TEXT: f32 = 6.7;
const CODE: f32 = 6.7;

/// What a mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The coordinator's state; `ok`, `warn` or `idle`.
    Band(&'static str),
    /// A member's name, with its role.
    Name,
    /// A partition owned.
    Bar,
    /// A partition that nobody reads.
    Gap,
    /// An RPC or several, with the directions in which they go and whether one is refused.
    Call {
        /// To the coordinator.
        up: bool,
        /// To the member.
        down: bool,
        /// With an error.
        bad: bool,
    },
    /// Words only.
    Note,
}

/// What a mark does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartAct {
    /// Opens the inspector.
    Inspect(Place),
    /// Asks why.
    Why(WhyKey),
    /// Shows this span of time.
    Look(u64, u64),
    /// Nothing: it only says something.
    Nothing,
}

/// A mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// What it is.
    pub kind: MarkKind,
    /// Left edge; of an RPC where it left.
    pub x: f32,
    /// Upper edge; of an RPC the member's end.
    pub y: f32,
    /// Width; of an RPC how far it went to the right.
    pub w: f32,
    /// Height.
    pub h: f32,
    /// Colour of its member, 0 to 3.
    pub color: u8,
    /// Striped, because its colour has another member too?
    pub stripes: bool,
    /// What is written on it or beside it; empty where there is no room.
    pub label: String,
    /// A second line, of names.
    pub note: String,
    /// All of it in words.
    pub said: Text,
    /// What it does.
    pub act: ChartAct,
    /// Which row, for the keyboard; the band is before the first.
    pub row: u32,
}

/// What is drawn of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// Height of all rows.
    pub height: f32,
    /// The coordinator's band.
    pub bands: Vec<Mark>,
    /// The rows in sight.
    pub marks: Vec<Mark>,
    /// Upper edges of the rows in sight.
    pub rules: Vec<f32>,
}

/// What is in sight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// Time along pixels.
    pub axis: Axis,
    /// From this height on, of the rows of the group.
    pub top: f32,
    /// Until this height.
    pub bottom: f32,
    /// Room for names left of the axis.
    pub gutter: f32,
    /// The moment.
    pub now_us: u64,
    /// Language of labels.
    pub lang: Lang,
}

/// Draws one group.
pub fn layout(charts: &GroupCharts, chart: &GroupChart, view: Option<&GroupView>, sight: &Sight) -> Drawn {
    let shown: Vec<(usize, &MemberRow)> = chart
        .members
        .iter()
        .enumerate()
        .map(|(place, member)| (place, &**member))
        .filter(|(_, m)| is_in(chart, m, sight))
        .collect();
    let dense = shown.len() > MEMBERS_ROOMY;
    let mut drawn = Drawn { bands: bands(chart, sight), ..Drawn::default() };
    let mut rows = Vec::new();
    for (place, member) in shown {
        let (y, h) = (drawn.height, row_height(member, dense));
        drawn.height += h;
        if y + h < sight.top - BEYOND || y > sight.bottom + BEYOND {
            continue;
        }
        let seen = view.and_then(|view| view.members.iter().find(|seen| seen.name == member.name));
        rows.push(Row {
            place: place as u32 + 1,
            member,
            seen: seen.map(|seen| &**seen),
            y,
            h,
            dense,
            color: seen.map_or((place % 4) as u8, |seen| seen.color % 4),
            stripes: seen.map_or(place >= 4, |seen| seen.stripes > 0),
        });
    }
    let mut places: Vec<(u32, usize)> = rows.iter().enumerate().map(|(at, row)| (row.member.node, at)).collect();
    crate::sim::sort_by_key(&mut places, |place| place.0);
    let row_of = |node: u32| places.binary_search_by_key(&node, |place| place.0).ok().map(|at| places[at].1);
    let mut gaps: Vec<Vec<&Gap>> = rows.iter().map(|_| Vec::new()).collect();
    for gap in chart.gaps.iter() {
        if let Some(row) = row_of(gap.node) {
            gaps[row].push(gap);
        }
    }
    let mut calls: Vec<Vec<&Call>> = rows.iter().map(|_| Vec::new()).collect();
    let first = chart.calls.partition_point(|call| call.from_us < sight.axis.from_us);
    for call in chart.calls.iter().skip(first).take_while(|call| call.from_us <= sight.axis.to_us) {
        if call.to_us.is_some()
            && let Some(row) = row_of(call.node)
        {
            calls[row].push(call);
        }
    }
    for ((row, calls), gaps) in rows.iter().zip(&calls).zip(&gaps) {
        drawn.rules.push(row.y);
        drawn.marks.push(row.name(sight));
        row.bars(charts, chart, sight, &mut drawn.marks);
        row.gaps(charts, chart, (gaps, sight), &mut drawn.marks);
        row.calls(calls, sight, &mut drawn.marks);
        row.note(sight, &mut drawn.marks);
    }
    drawn
}

/// Was this member there in the time that is shown?
fn is_in(chart: &GroupChart, member: &MemberRow, sight: &Sight) -> bool {
    let open =
        || chart.gaps.iter().any(|gap| gap.node == member.node && gap.to_us.is_none_or(|to| to >= sight.axis.from_us));
    member.since_us <= sight.axis.to_us && (member.gone_us.is_none_or(|gone| gone >= sight.axis.from_us) || open())
}

fn row_height(member: &MemberRow, dense: bool) -> f32 {
    let lanes = if member.lanes > LANES_MAX { 2.0 } else { f32::from(member.lanes) };
    if dense { (lanes * LANE_DENSE + 7.0).max(22.0) } else { (CALLS + lanes * LANE + 6.0).max(50.0) }
}

/// The part of a span that is on the axis, as left edge and width.
fn extent(axis: &Axis, from_us: u64, to_us: Option<u64>) -> Option<(f32, f32)> {
    if from_us > axis.to_us || to_us.is_some_and(|to| to < axis.from_us) {
        return None;
    }
    let (from, to) = (axis.x(from_us), axis.x(to_us.unwrap_or(axis.to_us)).min(axis.width));
    Some((from, (to - from).max(0.0)))
}

/// Text that has room in a width, given how wide a letter is; a letter of Chinese is two.
fn fits(text: &str, width: f32, letter: f32) -> bool {
    letters(text) as f32 * letter <= width
}

fn letters(text: &str) -> usize {
    text.chars().map(|c| if c as u32 >= 0x2e80 { 2 } else { 1 }).sum()
}

/// As much of a text as has room.
pub fn cut(text: &str, width: f32, letter: f32) -> String {
    if fits(text, width, letter) {
        return text.to_owned();
    }
    let mut room = (width / letter) as usize;
    let mut cut = String::new();
    for c in text.chars() {
        let needs = if c as u32 >= 0x2e80 { 2 } else { 1 };
        if room < needs + 1 {
            break;
        }
        room -= needs;
        cut.push(c);
    }
    cut.push('…');
    cut
}

fn bands(chart: &GroupChart, sight: &Sight) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut free_from = f32::MIN;
    for band in chart.bands.iter() {
        let Some((x, w)) = extent(&sight.axis, band.from_us, band.to_us) else { continue };
        // A later one that would stand on the same place is seen when one looks closer.
        if x + w.max(WIDTH_MIN) <= free_from {
            continue;
        }
        let w = w.max(WIDTH_MIN);
        free_from = x + w;
        let epoch = words::epoch(band.epoch);
        // Open to the right: only what has been is in sight.
        let visible = band.to_us.map_or((sight.axis.x(sight.now_us) - x).min(w), |_| w);
        let said = SAID_BAND.with("group", chart.group.as_str()).with("state", band.state).with("epoch", epoch.clone());
        marks.push(Mark {
            kind: MarkKind::Band(words::tone(band)),
            x,
            y: 0.0,
            w,
            h: BAND,
            color: 0,
            stripes: false,
            label: band_label(band, visible - 10.0, sight.lang),
            note: String::new(),
            said: said.with("span", words::span(band.from_us, band.to_us)),
            act: ChartAct::Why(why_band(band)),
            row: 0,
        });
    }
    marks
}

fn why_band(band: &Band) -> WhyKey {
    match band.state {
        "PreparingRebalance" => WhyKey::Rebalance { event: band.event },
        _ => WhyKey::Event { event: band.event },
    }
}

fn band_label(band: &Band, room: f32, lang: Lang) -> String {
    let Epoch::Generation(n) = band.epoch else {
        let text = STATE.with("state", band.state).with("epoch", words::epoch(band.epoch)).plain(lang);
        return if fits(&text, room, TEXT) { text } else { String::new() };
    };
    let state = STATE.with("state", band.state);
    let full = state.clone().with("epoch", GENERATION.with("n", n)).plain(lang);
    let short = state.with("epoch", GENERATION_SHORT.with("n", n)).plain(lang);
    let bare = if band.is_rebalance() { band.state.to_owned() } else { GENERATION_SHORT.with("n", n).plain(lang) };
    let texts =
        if band.is_rebalance() { [band.state.to_owned(), String::new(), String::new()] } else { [full, short, bare] };
    texts.into_iter().find(|text| fits(text, room, TEXT)).unwrap_or_default()
}

/// A member's row with its place.
struct Row<'a> {
    place: u32,
    member: &'a MemberRow,
    seen: Option<&'a MemberView>,
    y: f32,
    h: f32,
    dense: bool,
    color: u8,
    stripes: bool,
}

impl Row<'_> {
    fn mark(&self, kind: MarkKind, (x, y, w, h): (f32, f32, f32, f32), said: Text, act: ChartAct) -> Mark {
        Mark {
            kind,
            x,
            y,
            w,
            h,
            color: self.color,
            stripes: self.stripes,
            label: String::new(),
            note: String::new(),
            said,
            act,
            row: self.place,
        }
    }

    /// What a member is to its group.
    fn role(&self) -> Option<Text> {
        let member = self.member;
        if let Some(gone) = member.gone_us {
            let template = if member.crashed { &ROLE_CRASHED } else { &ROLE_LEFT };
            return Some(template.with("time", moment(gone)));
        }
        let waits = member.waits.last().is_some_and(|wait| wait.to_us.is_none());
        match self.seen {
            Some(seen) if seen.process == ClientProcess::Frozen => Some(ROLE_FROZEN.text()),
            Some(seen) if seen.stalled => Some(ROLE_STALLED.text()),
            Some(seen) if seen.paused => Some(ROLE_PAUSED.text()),
            Some(seen) if seen.leader => Some(ROLE_LEADER.text()),
            _ if waits || member.joined_us.is_none() => Some(ROLE_JOINING.text()),
            _ if member.bars.iter().all(|bar| bar.to_us.is_some()) => Some(ROLE_IDLE.text()),
            _ => None,
        }
    }

    fn name(&self, sight: &Sight) -> Mark {
        let role = self.role();
        let name = self.member.name.as_str();
        let said = match &role {
            Some(role) => SAID_MEMBER.with("name", name).with("role", role.clone()),
            None => SAID_MEMBER.with("name", name).with("role", COUNT.with("n", self.owned())),
        };
        let act = match self.seen {
            Some(_) => ChartAct::Inspect(Place::Consumer(name.to_owned())),
            None => ChartAct::Nothing,
        };
        let top = if self.dense { self.y } else { self.y + CALLS - 6.0 };
        let mut mark = self.mark(MarkKind::Name, (0.0, top, sight.gutter, 34.0_f32.min(self.h)), said, act);
        let role = role.map(|role| role.plain(sight.lang)).unwrap_or_default();
        let room = sight.gutter - 26.0;
        if self.dense {
            let name_room = if role.is_empty() { room } else { room - (letters(&role) as f32 + 1.0) * 6.0 };
            mark.label = cut(name, name_room.max(40.0), 7.4);
            if name_room >= 40.0 {
                mark.note = role;
            }
        } else {
            mark.label = cut(name, room, 8.0);
            mark.note = cut(&role, room, 6.4);
        }
        mark
    }

    fn owned(&self) -> usize {
        self.member.bars.iter().filter(|bar| bar.to_us.is_none()).count()
    }

    /// The upper edge of a lane, and the height of what stands in it.
    fn lane(&self, lane: u16) -> (f32, f32) {
        let lane = f32::from(lane.min(LANES_MAX));
        if self.dense { (self.y + 4.0 + lane * LANE_DENSE, BAR_DENSE) } else { (self.y + CALLS + lane * LANE, BAR) }
    }

    fn is_heap(&self) -> bool {
        self.member.lanes > LANES_MAX
    }

    fn bars(&self, charts: &GroupCharts, chart: &GroupChart, sight: &Sight, marks: &mut Vec<Mark>) {
        if self.is_heap() {
            return self.heap(chart, sight, marks);
        }
        let mut free_from = [f32::MIN; LANES_MAX as usize + 1];
        for bar in &self.member.bars {
            let Some((x, w)) = extent(&sight.axis, bar.from_us, bar.to_us) else { continue };
            let free = &mut free_from[usize::from(bar.lane.min(LANES_MAX))];
            if x + w.max(WIDTH_MIN) <= *free {
                continue;
            }
            let (x, w) = (x.max(*free), w.max(WIDTH_MIN));
            *free = x + w;
            let (y, h) = self.lane(bar.lane);
            let visible = bar.to_us.map_or((sight.axis.x(sight.now_us) - x).min(w), |_| w);
            let said = SAID_BAR.with("who", self.member.name.as_str()).with("place", charts.full(bar.partition));
            let said = said.with("span", words::span(bar.from_us, bar.to_us));
            let mut mark = self.mark(MarkKind::Bar, (x, y, w, h), said, self.why_owned(chart, bar.to_us, bar.event));
            let label = charts.short(bar.partition);
            if !self.dense && fits(&label, visible - 8.0, CODE) {
                mark.label = label;
            }
            marks.push(mark);
        }
    }

    /// What it owns now is asked of the assignor, what it owned of the event that gave it.
    fn why_owned(&self, chart: &GroupChart, to_us: Option<u64>, event: u64) -> ChartAct {
        ChartAct::Why(match (to_us, self.seen) {
            (None, Some(_)) => WhyKey::Assignment { group: chart.group.clone(), consumer: self.member.name.clone() },
            _ => WhyKey::Event { event },
        })
    }

    /// One bar for all partitions of a member with many: a piece for each time in which their number was the same.
    fn heap(&self, chart: &GroupChart, sight: &Sight, marks: &mut Vec<Mark>) {
        let mut edges: Vec<(u64, i64, u64)> = Vec::new();
        for bar in &self.member.bars {
            edges.push((bar.from_us, 1, bar.event));
            edges.extend(bar.to_us.map(|to| (to, -1, bar.event)));
        }
        crate::sim::sort_by_key(&mut edges, |edge| edge.0);
        let (mut count, mut free_from) = (0, f32::MIN);
        for (index, &(from_us, change, event)) in edges.iter().enumerate() {
            count += change;
            let next = edges.get(index + 1).map(|edge| edge.0);
            if count == 0 || next == Some(from_us) {
                continue;
            }
            let Some((x, w)) = extent(&sight.axis, from_us, next) else { continue };
            if x + w.max(WIDTH_MIN) <= free_from {
                continue;
            }
            let (x, w) = (x.max(free_from), w.max(WIDTH_MIN));
            free_from = x + w;
            let said = SAID_BARS.with("who", self.member.name.as_str()).with("count", COUNT.with("n", count));
            let said = said.with("span", words::span(from_us, next));
            let (y, _) = self.lane(0);
            let h = if self.dense { 12.0 } else { 20.0 };
            let mut mark = self.mark(MarkKind::Bar, (x, y, w, h), said, self.why_owned(chart, next, event));
            let label = COUNT.with("n", count).plain(sight.lang);
            if fits(&label, next.map_or(sight.axis.x(sight.now_us) - x, |_| w) - 8.0, CODE) {
                mark.label = label;
            }
            marks.push(mark);
        }
    }

    fn gaps(&self, charts: &GroupCharts, chart: &GroupChart, (gaps, sight): (&[&Gap], &Sight), marks: &mut Vec<Mark>) {
        let mut free_from = [f32::MIN; LANES_MAX as usize + 1];
        for gap in gaps {
            let Some((x, w)) = extent(&sight.axis, gap.from_us, gap.to_us) else { continue };
            let lane = if self.is_heap() { 0 } else { gap.lane };
            let free = &mut free_from[usize::from(lane)];
            if x + w.max(WIDTH_MIN) <= *free {
                continue;
            }
            let (x, w) = (x.max(*free), w.max(WIDTH_MIN));
            *free = x + w;
            let (y, h) = self.lane(lane);
            let visible = gap.to_us.map_or((sight.axis.x(sight.now_us) - x).min(w), |_| w);
            let time = Arg::Duration(gap.to_us.unwrap_or(sight.now_us).saturating_sub(gap.from_us));
            let said = SAID_GAP.with("place", charts.full(gap.partition)).with("time", time.clone());
            let said = said.with("span", words::span(gap.from_us, gap.to_us));
            let act = ChartAct::Why(WhyKey::Unread {
                group: chart.group.clone(),
                topic: charts.topic(gap.partition).to_owned(),
                partition: gap.partition.partition,
                event: gap.event,
            });
            let mut mark = self.mark(MarkKind::Gap, (x, y, w, h), said, act);
            if !self.dense {
                let label = |template: &'static crate::i18n::Template| {
                    template.with("place", charts.short(gap.partition)).with("time", time.clone()).plain(sight.lang)
                };
                let texts = [label(&NOBODY), label(&NOBODY_SHORT), charts.short(gap.partition)];
                mark.label = texts.into_iter().find(|text| fits(text, visible - 8.0, 6.2)).unwrap_or_default();
            }
            marks.push(mark);
        }
    }

    fn calls(&self, calls: &[&Call], sight: &Sight, marks: &mut Vec<Mark>) {
        let mut heaps: Vec<(f32, Vec<&Call>)> = Vec::new();
        for call in calls {
            let x = sight.axis.x(call.from_us);
            match heaps.last_mut() {
                Some((from, heap)) if x - *from < CALLS_APART => heap.push(call),
                _ => heaps.push((x, vec![call])),
            }
        }
        let mut free_until = sight.axis.width;
        let from = marks.len();
        for (x, heap) in heaps.iter().rev() {
            let mut mark = self.call(*x, heap, sight);
            if !self.dense {
                let texts = call_labels(heap, sight.lang);
                let room = free_until - x - 5.0;
                mark.label = texts.into_iter().find(|text| fits(text, room, 6.3)).unwrap_or_default();
            }
            free_until = x - 3.0;
            marks.push(mark);
        }
        marks[from..].reverse();
    }

    fn call(&self, x: f32, heap: &[&Call], sight: &Sight) -> Mark {
        let who = self.member.name.as_str();
        let y = if self.dense { self.y + self.h / 2.0 } else { self.y + CALLS - 3.0 };
        let bad = |call: &&Call| !matches!(call.error, ErrorCode::None | ErrorCode::MemberIdRequired);
        let kind = MarkKind::Call {
            up: heap.iter().any(|call| !call.response),
            down: heap.iter().any(|call| call.response),
            bad: heap.iter().any(bad),
        };
        let (Some(first), Some(last)) = (heap.first(), heap.last()) else {
            return self.mark(kind, (x, y, 0.0, y), WAITING.text(), ChartAct::Nothing);
        };
        if heap.len() == 1 {
            let said = words::said_call(first, who);
            let w = first.to_us.map_or(0.0, |to| sight.axis.x(to) - x);
            return self.mark(kind, (x, y, w, y), said, ChartAct::Why(WhyKey::Event { event: first.event }));
        }
        let apis: Vec<Arg> = names(heap).into_iter().map(Arg::from).collect();
        let said = SAID_CALLS.with("who", who).with("n", heap.len()).with("apis", apis);
        let (from_us, to_us) = (first.from_us, last.to_us.unwrap_or(last.from_us));
        let margin = ((to_us - from_us) / 4).max(500);
        let act = ChartAct::Look(from_us.saturating_sub(margin), to_us + margin);
        self.mark(kind, (x, y, 0.0, y), said.with("time", moment(from_us)), act)
    }

    /// What a member that owns nothing is doing, where that is to be waited for.
    fn note(&self, sight: &Sight, marks: &mut Vec<Mark>) {
        if self.dense {
            return;
        }
        for wait in &self.member.waits {
            let owns = |bar: &&Bar| {
                bar.from_us < wait.to_us.unwrap_or(u64::MAX) && bar.to_us.is_none_or(|to| to >= wait.from_us)
            };
            let Some((x, w)) = extent(&sight.axis, wait.from_us, Some(wait.to_us.unwrap_or(sight.now_us))) else {
                continue;
            };
            let text = WAITING.source(sight.lang);
            if self.member.bars.iter().any(|bar| owns(&bar)) || !fits(text, w - 12.0, 6.6) {
                continue;
            }
            let (y, h) = self.lane(0);
            let mut mark = self.mark(MarkKind::Note, (x + 6.0, y, w, h), WAITING.text(), ChartAct::Nothing);
            mark.label = text.to_owned();
            marks.push(mark);
        }
    }
}
