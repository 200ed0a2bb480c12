//! What passes between the page's shell (`app`) and what it shows (`stage`, `timeline`, `why`): types only.
//!
//! The shell owns the run, the clock and the selection, and hands down values that compare cheaply; the parts send
//! back a command, a place, a question or a dialog to open. All callbacks here are stable for the life of the page:
//! pass them on as they are, and let a child send its own id. Left out: how anything is drawn.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use kafkascope::{
    cluster::command::{Command, NodeName},
    codec::{ReadError, work::Work},
    history::Bookmarks,
    i18n::Lang,
    view::{
        model::{Place, ViewModel},
        story::{Stop, StoryLine, TimelineMark},
        why::{WhyCard, WhyKey},
    },
};
use web_sys::Element;
use yew::{Callback, Properties};

use crate::forms::Kind;
pub use crate::stage::moving::Left;

/// Props of `stage::Stage`.
#[derive(Clone, PartialEq, Properties)]
pub struct StageProps {
    /// The picture. A new one at most once a frame, and only when something drawn changed.
    pub vm: Rc<ViewModel>,
    /// Language of all text.
    pub lang: Lang,
    /// Everything changes in every frame: partitions' rows are drawn on the canvas, from `clock.live()`.
    pub in_flood: bool,
    /// The simulated moment to draw flights at; read it in each animation frame, it is not a render trigger.
    pub clock: StageClock,
    /// What the inspector shows; drawn as a soft halo.
    pub selection: Option<Place>,
    /// What a lesson or an open *Why?* speaks of; drawn lit.
    pub lit: Rc<[Place]>,
    /// Opens the inspector on a place, or closes it.
    pub on_select: Callback<Option<Place>>,
    /// Does something to the cluster, at this moment. A refusal is shown by the shell.
    pub on_command: Callback<Command>,
    /// Opens a form or the help.
    pub on_open: Callback<Dialog>,
    /// Opens a *Why?* card beside an element.
    pub on_why: Callback<Ask>,
    /// Where strips stood on the lens that was left, for the way to their new places.
    pub left: Left,
    /// Partitions of large topics that are drawn with their cells, by topic.
    pub on_opened: Callback<kafkascope::sim::Map<String, i32>>,
    /// Compares Kafka's metrics from this moment on (true), or no more.
    pub on_measure: Callback<bool>,
}

/// An event under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Hovered {
    /// What it says.
    pub line: StoryLine,
    /// What led to it, nearest first.
    pub causes: Vec<StoryLine>,
    /// What on the stage it touched.
    pub places: Vec<Place>,
}

/// A work that this browser keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkRow {
    /// Its number.
    pub number: u32,
    /// What somebody called it; may be empty.
    pub name: String,
    /// How its shown run begins.
    pub origin: kafkascope::codec::Origin,
    /// Commands given by hand in that.
    pub commands: usize,
    /// How many runs there are.
    pub runs: usize,
    /// When it was kept, in milliseconds since 1970.
    pub kept_ms: u64,
}

/// A second run on the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherRun {
    /// Its number.
    pub number: u32,
    /// Its marks between the ends of the axis.
    pub marks: Rc<Vec<TimelineMark>>,
    /// Where it and the shown one part, if one began from the other.
    pub parts_us: Option<u64>,
}

/// Props of `timeline::Timeline`.
#[derive(Clone, PartialEq, Properties)]
pub struct TimelineProps {
    /// Marks between `from_us` and `to_us`, by ascending event; refreshed at most ten times a second.
    pub marks: Rc<Vec<TimelineMark>>,
    /// Commands and milestones, by ascending event.
    pub stops: Rc<Vec<Stop>>,
    /// The run beside the shown one, which has a row of its own.
    pub other: Option<OtherRun>,
    /// Moments that somebody wants to find again.
    pub bookmarks: Rc<Bookmarks>,
    /// When the lesson's steps began.
    pub beats: Rc<Vec<u64>>,
    /// Whether the axis is exactly from `from_us` to `to_us`, because somebody chose that.
    pub zoomed: bool,
    /// What is under the pointer.
    pub hovered: Option<Rc<Hovered>>,
    /// Another part of time, or the newest moment again.
    pub on_zoom: Callback<Option<(u64, u64)>>,
    /// An event came under the pointer, or none.
    pub on_hover: Callback<Option<u64>>,
    /// First moment that is on the axis.
    pub from_us: u64,
    /// Last moment that is on the axis; the playhead is before or at it.
    pub to_us: u64,
    /// Language of all text.
    pub lang: Lang,
    /// The playhead, read in each animation frame.
    pub clock: StageClock,
    /// The first and the last moment that the playhead can be put to.
    pub span: (u64, u64),
    /// It was put to a time.
    pub on_seek: Callback<u64>,
    /// A step back, by the playhead's own keys.
    pub on_back: Callback<()>,
    /// A step on, by the playhead's own keys.
    pub on_step: Callback<()>,
}

/// Props of `why::WhyPopover`.
#[derive(Clone, PartialEq, Properties)]
pub struct WhyProps {
    /// The answer; computed anew when the run moves.
    pub card: Rc<WhyCard>,
    /// Language of all text.
    pub lang: Lang,
    /// What it opens beside, and where the focus returns to; `None`: the middle of the stage.
    pub anchor: Option<Element>,
    /// Closes it.
    pub on_close: Callback<()>,
    /// Asks on: an event of the chain, for instance.
    pub on_why: Callback<Ask>,
    /// Opens a form, such as "Try it".
    pub on_open: Callback<Dialog>,
}

/// A question, and the element that it is asked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// What is asked.
    pub key: WhyKey,
    /// The element that the card opens beside.
    pub anchor: Option<Element>,
}

/// Where a saved run comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The address of the page.
    Link,
    /// Somebody pasted or chose it.
    Handed,
    /// This browser kept it.
    Kept,
}

/// A dialog that the shell can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The keyboard shortcuts and the grammar of marks.
    Help,
    /// A new topic.
    CreateTopic,
    /// Settings of a topic.
    ConfigureTopic(String),
    /// More partitions for a topic.
    AddPartitions(String),
    /// Asks once more before a topic is deleted.
    DeleteTopic(String),
    /// Settings of the whole cluster.
    ConfigureCluster,
    /// Other replicas for a partition.
    Reassign(String, i32),
    /// Another number of replicas for a topic.
    ReplicationFactor(String),
    /// A new broker.
    AddBroker,
    /// A new producer, for this topic if one is given.
    AddProducer(Option<String>),
    /// Load and settings of a producer.
    ConfigureProducer(String),
    /// One record by hand.
    SendOne(String),
    /// A new consumer, in this group if one is given; `None`: in a new group.
    AddConsumer(Option<String>),
    /// Work and settings of a consumer.
    ConfigureConsumer(String),
    /// Other topics for a consumer that runs.
    Subscribe(String),
    /// Another offset for a partition of a consumer.
    Seek(String),
    /// Other committed offsets for a group.
    ResetOffsets(String),
    /// The group as Kafka's own tool prints it.
    GroupTool(String),
    /// The segments of a replica: topic, partition, broker.
    Segments(String, i32, u32),
    /// Deletes records of a partition up to an offset.
    DeleteRecords(String, i32),
    /// What became of every record.
    Ledger(Box<crate::panels::ledger::LedgerView>),
    /// The run as a link, as lines and as a file, and the way back from each.
    Share,
    /// The tree of runs.
    Runs,
    /// Two of them beside each other.
    Compare(Rc<crate::panels::runs::Compared>),
    /// Something that was handed in and cannot be opened.
    Wrong(Box<ReadError>, Source),
    /// The runs after which the program stopped last time, and their number.
    Crashed(Box<Work>, u32),
    /// What can be broken, with the node that is to be offered first.
    Palette(Option<NodeName>),
    /// One of that, with the node that is to be offered first.
    Break(Kind, Option<NodeName>),
}

/// The moment that is drawn in this frame, and the picture of it where the page's own is behind; one cell, shared,
/// compared by identity.
#[derive(Clone, Debug, Default)]
pub struct StageClock(Rc<ClockCell>);

#[derive(Debug, Default)]
struct ClockCell {
    time_us: Cell<u64>,
    rate: Cell<f64>,
    live: RefCell<Option<Rc<ViewModel>>>,
}

impl StageClock {
    /// Simulated time to draw, in microseconds.
    pub fn time_us(&self) -> u64 {
        self.0.time_us.get()
    }

    /// Simulated microseconds that go by in one millisecond on the wall now, 0 while paused: what tells a flight
    /// that can be followed from one that is over too soon and becomes a pulse.
    pub fn rate(&self) -> f64 {
        self.0.rate.get()
    }

    /// The picture of this frame, while more changes than elements can follow and anyone can read: what they show is up
    /// to half a second old then. `None`: the elements show this moment.
    pub fn live(&self) -> Option<Rc<ViewModel>> {
        self.0.live.borrow().clone()
    }

    /// The shell sets it whenever it has built one.
    pub fn show_live(&self, picture: Option<Rc<ViewModel>>) {
        *self.0.live.borrow_mut() = picture;
    }

    /// The shell sets both, once a frame.
    pub fn set(&self, time_us: u64, rate: f64) {
        self.0.time_us.set(time_us);
        self.0.rate.set(rate);
    }
}

impl PartialEq for StageClock {
    fn eq(&self, other: &StageClock) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The `id` of the focusable element that stands for a place on the stage. One element a place: the focus returns to
/// it when the inspector closes, and a lesson scrolls to it.
pub fn place_id(place: &Place) -> String {
    match place {
        Place::Producer(name) => format!("at-producer-{name}"),
        Place::Partition(topic, partition) => format!("at-partition-{topic}-{partition}"),
        Place::Broker(id) => format!("at-broker-{id}"),
        Place::Consumer(name) => format!("at-consumer-{name}"),
        Place::Group(name) => format!("at-group-{name}"),
        Place::Topic(name) => format!("at-topic-{name}"),
    }
}
