//! The run and what is shown of it: view model, story, timeline, clock. The page's other state is in [`super::App`].
//!
//! The view model is built at most once a frame and only when something drawn changed; sentences at most ten times a
//! second while time runs, marks four times, and both at once when it stands. While more changes than can be read, the
//! stage draws it on a canvas and the page's elements follow with the sentences, twice a second.

mod beside;
mod charts;
mod leaps;
mod words;

use std::rc::Rc;

use kafkascope::{
    cluster::{WorldError, command::Command},
    history::{Ahead, Bookmarks, History, Measured, Moment, Run, RunId, Runs, RunsError, Together},
    ledger::Totals,
    lesson::{
        progress::{Effect, LessonAction},
        until::Until,
    },
    sim::{EventId, Map, Set},
    view::{
        Builder, CELL_PARTITIONS_MAX, Pace, Tempo,
        geometry::BrokersShape,
        group_chart::{self, GroupCharts},
        member_card::MemberCard,
        model::{TopicView, ViewModel},
        same_cast,
        sequence::{self, Detail, Filter, Sequence},
        story::{Lane, Marks, StoryLine},
        why::{self, WhyCard, WhyKey},
    },
};

pub use self::beside::Beside;
use super::{course::Course, watch::Watch};
use crate::{
    clock::{Frame, Playback, Speed, Timeline},
    crash,
    lenses::Lens,
    panels::clock_face::ClockFace,
    say::moment,
    stage_api::{Hovered, StageClock},
};

/// How long after the last move a playhead counts as dragged, in wall milliseconds.
const DRAGGED_MS: f64 = 300.0;

/// A run under the eyes of a lesson, and the one beside it that keeps to its time.
struct Watched<'a> {
    runs: Together<'a>,
    course: &'a mut Course,
    waiting: &'a mut Option<Waiting>,
}

/// What the clock runs for.
struct Waiting {
    until: Until,
    /// The last event before.
    since: EventId,
    reached: bool,
}

impl Watched<'_> {
    fn not_before(&mut self, floor: Moment) {
        if self.runs.shown.run().moment() < floor {
            self.runs.shown.seek(floor);
        }
    }

    /// What has been has been watched already.
    fn is_lesson_on(&self) -> bool {
        self.course.running() && !self.runs.shown.is_past()
    }
}

impl Timeline for Watched<'_> {
    fn watch(&mut self) -> bool {
        if let Some(waiting) = self.waiting {
            waiting.reached = waiting.until.reached(self.runs.shown.run(), waiting.since);
        }
        (self.is_lesson_on() && self.course.check(self.runs.shown.run()))
            || self.waiting.as_ref().is_some_and(|waiting| waiting.reached)
    }
    fn watched(&self) -> bool {
        self.is_lesson_on() || self.waiting.is_some()
    }
    fn time_us(&self) -> u64 {
        self.runs.shown.run().time_us()
    }
    fn advance_to(&mut self, time_us: u64) -> bool {
        self.runs.advance_to(time_us)
    }
    fn look_ahead(&mut self, until_us: u64, enough: &mut dyn FnMut() -> bool) -> Ahead {
        self.runs.look_ahead(until_us, enough)
    }
    fn approach(&mut self, time_us: u64, enough: &mut dyn FnMut() -> bool) -> bool {
        self.runs.approach(time_us, enough)
    }
    fn step(&mut self) -> Option<u64> {
        self.runs.step()
    }
    fn step_back(&mut self) -> Option<u64> {
        let floor = self.course.floor(self.runs.shown.begin());
        let moved = self.runs.shown.run().moment() > floor && self.runs.step_back();
        self.not_before(floor);
        moved.then(|| self.time_us())
    }
    fn seek(&mut self, time_us: u64) {
        let floor = self.course.floor(self.runs.shown.begin());
        self.runs.shown.seek_time(time_us);
        self.not_before(floor);
    }
}

/// The run under the eyes of the lesson; a macro, because it borrows some fields and leaves the rest.
macro_rules! watched {
    ($player:ident) => {{
        let runs = $player.runs.together($player.beside.as_ref().map(|beside| beside.id));
        Watched { runs, course: &mut $player.course, waiting: &mut $player.waiting }
    }};
}

/// A run and what is shown of it.
pub struct Player {
    /// The runs, of which one is shown at any of its moments.
    runs: Runs,
    /// Another one of them, on the page at the same time.
    pub beside: Option<Beside>,
    /// The scenario or lesson that it belongs to.
    pub course: Course,
    /// Play, pause, step.
    pub playback: Playback,
    /// The picture.
    pub vm: Rc<ViewModel>,
    /// The moment that the stage draws.
    pub clock: StageClock,
    /// The clock's digits.
    pub face: ClockFace,
    /// Newest first.
    pub lines: Rc<Vec<Rc<StoryLine>>>,
    /// Lines of this event and later are lit.
    pub lit_from: u64,
    /// Marks on the axis.
    pub marks: Marks,
    /// First and last moment of the axis.
    pub axis: (u64, u64),
    /// The part of time that somebody chose for it; `None`: it follows the newest moment.
    pub zoomed: Option<(u64, u64)>,
    /// Moments to find again.
    pub bookmarks: Rc<Bookmarks>,
    /// When the steps of the lesson began.
    pub beats: Rc<Vec<u64>>,
    /// The event under the pointer.
    pub hovered: Option<Rc<Hovered>>,
    /// What has happened to the groups, while somebody looks at that.
    pub charts: Rc<GroupCharts>,
    /// What became of all records, counted.
    pub ledger: Rc<Totals>,
    /// What can be waited for, as of the last pause.
    pub goals: Rc<Vec<Until>>,
    /// What is waited for.
    waiting: Option<Waiting>,
    /// Has anything happened since the start?
    pub moved: bool,
    groups: Option<group_chart::Recorder>,
    /// The membership of the consumer that somebody looks at.
    pub card: Option<Rc<MemberCard>>,
    member: Option<String>,
    /// What was sent, while somebody looks at that.
    pub sequence: Rc<Sequence>,
    /// What of it is shown in full.
    pub detail: Option<Rc<Detail>>,
    sent: Option<sequence::Recorder>,
    filter: Filter,
    replays: sequence::Replays,
    /// The other half of what is shown in full, when it was made.
    other: Option<u64>,
    builder: Builder,
    lens: Lens,
    /// Somebody looks at what each broker holds.
    copies: bool,
    /// Partitions of large topics that are drawn with their cells.
    opened: Map<String, i32>,
    /// What Kafka's own metrics are made of, while there is something to compare it with.
    pub metrics: Option<Rc<Measured>>,
    /// The same at a moment that somebody chose.
    pub measured: Option<Rc<Measured>>,
    pace: Pace,
    watch: Watch,
    stale: bool,
    /// Moments follow each other as fast as somebody drags.
    in_hurry: bool,
    /// When the playhead was dragged last.
    dragged_at_ms: f64,
    /// More happens than anyone can follow.
    flood: bool,
    /// Steps at the last sentences.
    steps_then: u64,
    /// The stage draws what changes on its canvas; the page's elements follow.
    pub live: bool,
    /// What the last frame changed is still to be built.
    skipped: bool,
    /// Parts of the picture still wait for their turn.
    behind: bool,
    words_at_ms: f64,
    marks_at_ms: f64,
    /// What the last sentences cost, from their making to the end of rendering, in milliseconds; `None` until then.
    words_cost_ms: Option<f64>,
}

impl Player {
    /// A paused run.
    pub fn new(run: Run, course: Course, speed: Speed, hidden: &Set<Lane>) -> Player {
        let mut builder = Builder::default();
        let vm = builder.build(&run);
        let mut player = Player {
            playback: Playback::new(speed, run.time_us()),
            runs: Runs::new(History::new(run)),
            beside: None,
            course,
            vm,
            clock: StageClock::default(),
            face: ClockFace::default(),
            lines: Rc::default(),
            lit_from: u64::MAX,
            marks: Marks::default(),
            axis: words::axis(0),
            zoomed: None,
            bookmarks: Rc::default(),
            beats: Rc::default(),
            hovered: None,
            charts: Rc::default(),
            ledger: Rc::default(),
            goals: Rc::default(),
            waiting: None,
            moved: false,
            groups: None,
            card: None,
            member: None,
            sequence: Rc::default(),
            detail: None,
            sent: None,
            filter: Filter::default(),
            replays: sequence::Replays::default(),
            other: None,
            builder,
            lens: Lens::Topic,
            copies: false,
            opened: Map::default(),
            metrics: None,
            measured: None,
            pace: Pace::default(),
            watch: Watch::default(),
            stale: true,
            in_hurry: false,
            dragged_at_ms: f64::NEG_INFINITY,
            flood: false,
            steps_then: 0,
            live: false,
            skipped: false,
            behind: false,
            words_at_ms: 0.0,
            marks_at_ms: 0.0,
            words_cost_ms: Some(0.0),
        };
        player.refresh_words(hidden);
        player.show_clock();
        crash::keep_report(player.run().report());
        player
    }

    /// Another run in the same place: the clock's face and cell stay, because the page holds them.
    pub fn replace(&mut self, runs: Runs, hidden: &Set<Lane>) -> Runs {
        let old = std::mem::replace(&mut self.runs, runs);
        self.beside = None;
        (self.bookmarks, self.beats, self.zoomed) = (Rc::default(), Rc::default(), None);
        self.show_anew(hidden);
        old
    }

    /// The picture of a run that was not shown before.
    fn show_anew(&mut self, hidden: &Set<Lane>) {
        (self.waiting, self.hovered) = (None, None);
        self.marks = Marks::default();
        self.playback.restart(self.run().time_us());
        self.builder = Builder::default();
        self.builder.show_copies(self.copies);
        self.builder.open_partitions(self.opened.clone());
        self.read_again();
        self.replays = sequence::Replays::default();
        (self.detail, self.filter) = (None, Filter { node: None, group: None, ..self.filter.clone() });
        self.watch.forget();
        self.measured = None;
        self.lit_from = u64::MAX;
        self.moved = false;
        self.refresh(hidden);
        crash::keep_report(self.run().report());
    }

    /// Charts are read from the events that there are.
    fn read_again(&mut self) {
        self.groups = self.groups.as_ref().map(|_| group_chart::Recorder::default());
        self.sent = self.sent.as_ref().map(|_| sequence::Recorder::default());
        if let Some(beside) = &mut self.beside {
            beside.read_again();
        }
    }

    /// The run at the moment that is looked at.
    pub fn run(&self) -> &Run {
        self.runs.history().run()
    }

    /// The class does something in the lesson's panel.
    pub fn act(&mut self, action: LessonAction) -> Effect {
        self.course.act(action, self.runs.history().run())
    }

    /// Looks whether what the lesson needs is there.
    pub fn look_for_missing(&mut self) {
        self.course.look_for_missing(self.runs.history().run());
    }

    /// Has the lesson anything to do now?
    pub fn check(&mut self) -> bool {
        self.course.check(self.runs.history().run())
    }

    /// One animation frame.
    pub fn frame(&mut self, dt_ms: f64, hidden: &Set<Lane>) -> Shown {
        let before = (self.playback.note(), self.playback.playing());
        let frame = self.playback.frame(&mut watched!(self), dt_ms, now_ms);
        if frame.changed && self.playback.plays_back() {
            self.read_again();
            self.reveal();
        }
        let built = self.after(frame);
        if !self.playback.playing() {
            self.waiting = None;
        }
        let words = self.words_due() && self.refresh_words(hidden);
        self.show_clock();
        let now = (self.playback.note(), self.playback.playing());
        // How far it is behind differs in each frame: that comes with the sentences.
        let same_note = before.0 == now.0 || self.live;
        Shown { frame, render: built || words || !same_note || before.1 != now.1 }
    }

    /// One step by hand; `gliding` shows the way there.
    pub fn step(&mut self, gliding: bool, hidden: &Set<Lane>) -> Frame {
        self.waiting = None;
        let frame = self.playback.step(&mut watched!(self), gliding, now_ms);
        self.after(frame);
        if frame.changed {
            self.refresh_words(hidden);
        }
        self.show_clock();
        frame
    }

    /// Stops the clock where it is.
    pub fn pause(&mut self, hidden: &Set<Lane>) {
        self.waiting = None;
        if self.playback.pause(&mut watched!(self)) || self.live {
            self.build();
        }
        self.refresh_words(hidden);
        self.show_clock();
    }

    /// Does something at the moment that is drawn.
    /// In the past that begins another run; the one that was there is handed over.
    pub fn apply(&mut self, command: Command, hidden: &Set<Lane>) -> Result<Option<RunId>, WorldError> {
        self.sync_run();
        let done = self.runs.apply(command);
        if let Ok(parted) = &done {
            self.moved = true;
            if parted.is_some() {
                self.marks = Marks::default();
            }
            crash::keep_report(self.runs.history().run().report());
        }
        self.refresh(hidden);
        if done.is_ok() && !self.playback.playing() {
            self.lit_from = self.runs.history().run().step_began();
        }
        done
    }

    /// All runs.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Does something with the runs, and shows what is shown then.
    pub fn with_runs<T>(
        &mut self,
        act: impl FnOnce(&mut Runs) -> Result<T, RunsError>,
        hidden: &Set<Lane>,
    ) -> Result<T, RunsError> {
        self.pause(hidden);
        let shown = (self.runs.shown().id(), self.run().moment());
        let done = act(&mut self.runs);
        let was_beside = self.beside.is_some();
        self.keep_beside(shown.0);
        if self.beside.is_some() && self.runs.shown().id() != shown.0 {
            // Whatever is shown now: the playhead is where it was.
            self.runs.history_mut().go_to(shown.1.time_us);
        }
        if shown != (self.runs.shown().id(), self.run().moment()) || was_beside {
            self.show_anew(hidden);
            self.moved = true;
        }
        done
    }

    /// What a lesson does, at the moment that is drawn. What the cluster refuses, the class has done already.
    pub fn give(&mut self, commands: Vec<Command>, hidden: &Set<Lane>) {
        self.sync_run();
        for command in commands {
            // What the cluster refuses, the class has done already.
            let _ = self.runs.apply(command);
        }
        self.moved = true;
        crash::keep_report(self.runs.history().run().report());
        self.refresh(hidden);
    }

    /// Brings the run to the moment that is drawn.
    pub fn sync(&mut self, hidden: &Set<Lane>) {
        if self.sync_run() {
            self.refresh(hidden);
        }
    }

    fn step_run_back(&mut self) -> bool {
        watched!(self).step_back().is_some()
    }

    fn seek_run(&mut self, time_us: u64) {
        watched!(self).seek(time_us);
    }

    fn sync_run(&mut self) -> bool {
        self.playback.sync(&mut watched!(self))
    }

    /// Everything anew.
    pub fn refresh(&mut self, hidden: &Set<Lane>) {
        self.build();
        self.refresh_words(hidden);
        self.show_clock();
    }

    /// An answer, with the values of this moment.
    pub fn why(&self, key: &WhyKey) -> Option<WhyCard> {
        why::card(self.runs.history().run(), key)
    }

    /// The newest sentence.
    pub fn newest(&self) -> Option<&StoryLine> {
        self.lines.first().map(Rc::as_ref)
    }

    /// Takes in what a frame did; do the page's elements show anything else now?
    fn after(&mut self, frame: Frame) -> bool {
        if frame.changed {
            self.moved = true;
            self.lit_from = self.runs.history().run().step_began();
        }
        let waits = if self.live { !self.is_live() } else { self.behind };
        let before = self.elements();
        let due = frame.changed || waits || self.skipped;
        // The canvas paints what one frame built in the next.
        self.skipped = due && !self.skipped && !waits && self.live && self.playback.playing();
        if due && !self.skipped {
            self.build();
        }
        if self.live { before != self.elements() } else { due }
    }

    /// What tells whether elements have to be rendered while the canvas shows the rest.
    fn elements(&self) -> (*const ViewModel, bool) {
        (Rc::as_ptr(&self.vm), self.live)
    }

    fn is_dragged(&self) -> bool {
        now_ms() - self.dragged_at_ms < DRAGGED_MS
    }

    /// Is it enough that elements follow with the sentences? Yes where a canvas shows what changes in every frame, and
    /// in charts, which draw what is to come and veil it.
    fn is_live(&self) -> bool {
        let dragged = self.is_dragged();
        let in_flood = dragged || self.playback.playing() && self.flood;
        let has_rows = |topic: &Rc<TopicView>| topic.internal || topic.partitions.len() <= CELL_PARTITIONS_MAX;
        self.beside.is_none()
            && match self.lens {
                Lens::Topic => in_flood && self.vm.topics.iter().all(has_rows),
                Lens::Brokers => in_flood && BrokersShape::of(&self.vm).is_map(),
                Lens::Group | Lens::Sequence => dragged || self.playback.playing(),
            }
    }

    fn build(&mut self) {
        self.watch.follow(self.runs.history().run());
        self.chart();
        let now = self.builder.build(self.runs.history().run());
        self.live = self.is_live();
        if self.live {
            // What came or went is shown at once.
            if !same_cast(&self.vm, &now) {
                self.vm = now.clone();
            }
        } else {
            // Step by step, and whenever there is time to look, a picture is whole at once.
            let paced = self.playback.playing() && self.flood;
            self.vm = if paced { self.pace.next(&self.vm, &now, Tempo::Frames) } else { now.clone() };
        }
        self.behind = !Rc::ptr_eq(&self.vm, &now);
        self.clock.show_live(self.live.then_some(now));
        self.stale = true;
    }

    /// Elements follow what the canvas shows.
    fn catch_up(&mut self) {
        if let Some(now) = self.clock.live() {
            self.vm = self.pace.next(&self.vm, &now, Tempo::Sentences);
            self.behind = !Rc::ptr_eq(&self.vm, &now);
        }
    }

    fn show_clock(&mut self) {
        self.clock.set(self.playback.time_us(), self.playback.rate());
        self.show_face();
    }

    /// Does the moment that is drawn change in every frame?
    pub fn is_running(&self) -> bool {
        self.playback.playing() || self.live
    }

    /// Writes the clock's digits again, after the page was rendered for the first time.
    pub fn show_face(&self) {
        self.face.show(&moment(self.playback.time_us()), self.is_running());
    }
}

/// What a frame did, and whether the page must be rendered.
pub struct Shown {
    /// What happened.
    pub frame: Frame,
    /// Is there anything new to render?
    pub render: bool,
}

/// Wall time, in milliseconds since the page began.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}
