//! One sentence an event, newest first, and the lanes of the timeline.
//!
//! [`lines`] is "What just happened"; [`marks`] are the ticks of the timeline; [`sentence`] is what one event says.
//! Left out: causes and rules, which are `view::why`'s, and any picture.

mod cluster;
mod consume;
mod elections;
mod fault;
mod group;
mod lane;
mod lines;
mod marks;
mod member;
mod names;
mod produce;
mod replicate;
mod rpc;
mod storage;
#[cfg(test)]
mod tests;
mod timer;
mod touched;

pub use lane::{Lane, lane_of};
pub use lines::lines;
pub use marks::{Marks, Stop, StopKind, TimelineMark};
pub use names::{member, member_name, partition};
pub(crate) use names::{node, place, places, record_key, serializer_of};
pub(crate) use storage::bytes;
pub use touched::touched;

use crate::{
    history::Run,
    i18n::{Template, Text},
    kafka::event::{Event, EventKind},
    templates,
    view::why::WhyKey,
};

templates! {
    "story":
    WHY = "Why?", "为什么？";
    WHY_PARTITION = "Why P{partition}?", "为什么是 P{partition}？";
    WHY_THESE = "Why these?", "为什么是这些？";
    WHY_NOW = "Why now?", "为什么是现在？";
    WHY_ALL = "Why all?", "为什么要全部放弃？";
}

/// Every sentence of the story, by the file that it stands in.
pub static TEMPLATES: &[&[&Template]] = &[
    ALL,
    cluster::ALL,
    consume::ALL,
    elections::ALL,
    fault::ALL,
    group::ALL,
    lines::ALL,
    marks::ALL,
    member::ALL,
    names::ALL,
    produce::ALL,
    replicate::ALL,
    rpc::ALL,
    storage::ALL,
    timer::ALL,
];

/// A line of "What just happened".
#[derive(Clone, Debug, PartialEq)]
pub struct StoryLine {
    /// The event.
    pub event: u64,
    /// The event that caused it, 0 for none.
    pub cause: u64,
    /// When.
    pub time_us: u64,
    /// What happened.
    pub text: Text,
    /// What can be asked of it, with the words of the question.
    pub why: Option<(Text, WhyKey)>,
    /// The lane it belongs to, also its filter.
    pub lane: Lane,
    /// How many like it are folded into this line (1: none); heartbeats and idle fetches fold.
    pub folded: u32,
}

/// What an event says, and what can be asked of it with the words of the question.
pub type Told = (Text, Option<(Text, WhyKey)>);

/// What an event says in the story; nothing for one that only carries another on (an arrival, a timer).
pub fn sentence(run: &Run, event: &Event) -> Option<Told> {
    produce::tell(run, event)
        .or_else(|| replicate::tell(run, event))
        .or_else(|| storage::tell(run, event))
        .or_else(|| consume::tell(run, event))
        .or_else(|| member::tell(run, event))
        .or_else(|| group::tell(run, event))
        .or_else(|| cluster::tell(run, event))
        .or_else(|| elections::tell(run, event))
        .or_else(|| fault::tell(run, event))
        .or_else(|| rpc::tell(run, event).map(|text| (text, None)))
}

/// What any event is, also one that the story leaves out; for the chain of causes.
pub fn describe(run: &Run, event: &Event) -> Text {
    if let Some((text, _)) = sentence(run, event) {
        return text;
    }
    match &event.kind {
        EventKind::TimerFired(timer) => timer::describe(run, event.node, *timer),
        _ => rpc::describe(run, event),
    }
}

/// The line of an event.
pub fn line(run: &Run, event: &Event) -> StoryLine {
    let told = sentence(run, event);
    let (text, why) = told.unwrap_or_else(|| (describe(run, event), None));
    StoryLine {
        event: event.id,
        cause: event.cause,
        time_us: event.time_us,
        text,
        why,
        lane: lane_of(run.world(), event),
        folded: 1,
    }
}

/// A sentence whose *Why?* asks for its causes.
fn caused(text: Text, event: &Event) -> Option<Told> {
    Some((text, Some((WHY.text(), WhyKey::Event { event: event.id }))))
}

/// A sentence without a question.
fn plain(text: Text) -> Option<Told> {
    Some((text, None))
}
