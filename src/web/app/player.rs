//! The run and what is shown of it: view model, story, timeline, clock. The page's other state is in [`super::App`].
//!
//! The view model is built at most once a frame and only when something drawn changed; sentences at most ten times a
//! second while time runs, marks four times, and both at once when it stands.

use std::rc::Rc;

use kafkascope::{
    cluster::{WorldError, command::Command},
    history::{History, Moment, Run},
    i18n::Text,
    kafka::event::EventKind,
    ledger::Totals,
    lesson::{
        progress::{Effect, LessonAction},
        until::{self, Until},
    },
    sim::{EventId, Map, Set},
    view::{
        Builder, Pace,
        group_chart::{self, GroupCharts},
        member_card::{MemberCard, member_card},
        metrics,
        model::ViewModel,
        sequence::{self, Detail, Filter, Sequence, What},
        story::{self, Lane, StoryLine, TimelineMark},
        why::{self, WhyCard, WhyKey},
    },
};

use super::{course::Course, watch::Watch};
use crate::{
    clock::{Frame, Playback, Speed, Timeline},
    crash,
    panels::transport::ClockFace,
    say::moment,
    stage_api::StageClock,
};

/// Lines of the story that are kept on the page.
const LINES: usize = 60;
/// Lines while time runs so fast that all of these are new each time: as many as are in sight.
const LINES_IN_FLOOD: usize = 12;
/// Sentences are made anew at most so often, in wall milliseconds.
const WORDS_EVERY_MS: f64 = 100.0;
/// While all of them are new each time nobody can read them anyway.
const WORDS_IN_FLOOD_EVERY_MS: f64 = 500.0;
/// And marks, for which all events of the axis are gone through.
const MARKS_EVERY_MS: f64 = 250.0;
/// The timeline's first axis; later it slides.
const AXIS_US: u64 = 20_000_000;

/// A run under the eyes of a lesson.
struct Watched<'a> {
    history: &'a mut History,
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
    /// What has been has been watched already.
    fn is_lesson_on(&self) -> bool {
        self.course.running() && !self.history.is_past()
    }
}

impl Timeline for Watched<'_> {
    fn watch(&mut self) -> bool {
        if let Some(waiting) = self.waiting {
            waiting.reached = waiting.until.reached(self.history.run(), waiting.since);
        }
        (self.is_lesson_on() && self.course.check(self.history.run()))
            || self.waiting.as_ref().is_some_and(|waiting| waiting.reached)
    }
    fn watched(&self) -> bool {
        self.is_lesson_on() || self.waiting.is_some()
    }
    fn time_us(&self) -> u64 {
        self.history.run().time_us()
    }
    fn advance_to(&mut self, time_us: u64) -> bool {
        self.history.advance_to(time_us)
    }
    fn next_step_time(&mut self) -> Option<u64> {
        self.history.next_step_time_us()
    }
    fn step(&mut self) -> Option<u64> {
        self.history.step()
    }
}

/// The run under the eyes of the lesson; a macro, because it borrows three fields and leaves the rest.
macro_rules! watched {
    ($player:ident) => {
        Watched { history: &mut $player.history, course: &mut $player.course, waiting: &mut $player.waiting }
    };
}

/// A run and what is shown of it.
pub struct Player {
    /// The run, at any of its moments.
    history: History,
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
    pub marks: Rc<Vec<TimelineMark>>,
    /// First and last moment of the axis.
    pub axis: (u64, u64),
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
    /// Somebody looks at what each broker holds.
    copies: bool,
    /// Partitions of large topics that are drawn with their cells.
    opened: Map<String, i32>,
    /// Kafka's own metrics, while somebody looks at the brokers.
    pub metrics: Option<Rc<metrics::Table>>,
    /// What they are compared with, if somebody chose that.
    measured: Option<metrics::Reading>,
    pace: Pace,
    watch: Watch,
    stale: bool,
    /// All sentences were new at once.
    flood: bool,
    /// Parts of the picture still wait for their turn.
    behind: bool,
    words_at_ms: f64,
    marks_at_ms: f64,
}

impl Player {
    /// A paused run.
    pub fn new(run: Run, course: Course, speed: Speed, hidden: &Set<Lane>) -> Player {
        let mut builder = Builder::default();
        let vm = builder.build(&run);
        let mut player = Player {
            playback: Playback::new(speed, run.time_us()),
            history: History::new(run),
            course,
            vm,
            clock: StageClock::default(),
            face: ClockFace::default(),
            lines: Rc::default(),
            lit_from: u64::MAX,
            marks: Rc::default(),
            axis: (0, AXIS_US),
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
            copies: false,
            opened: Map::default(),
            metrics: None,
            measured: None,
            pace: Pace::default(),
            watch: Watch::default(),
            stale: true,
            flood: false,
            behind: false,
            words_at_ms: 0.0,
            marks_at_ms: 0.0,
        };
        player.refresh_words(hidden);
        player.show_clock();
        crash::keep_report(player.run().report());
        player
    }

    /// Another run in the same place: the clock's face and cell stay, because the page holds them.
    pub fn replace(&mut self, history: History, hidden: &Set<Lane>) -> History {
        let old = std::mem::replace(&mut self.history, history);
        self.waiting = None;
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
        crash::keep_report(self.history.run().report());
        old
    }

    /// Charts are read from the events that there are.
    fn read_again(&mut self) {
        self.groups = self.groups.as_ref().map(|_| group_chart::Recorder::default());
        self.sent = self.sent.as_ref().map(|_| sequence::Recorder::default());
    }

    /// The run at the moment that is looked at.
    pub fn run(&self) -> &Run {
        self.history.run()
    }

    /// How far that is before the newest moment, in simulated microseconds; `None`: it is the newest.
    pub fn past_us(&self) -> Option<u64> {
        let past = self.history.is_past();
        past.then(|| self.history.end().time_us.saturating_sub(self.run().time_us()))
    }

    /// Can it go back from here?
    pub fn can_go_back(&self) -> bool {
        self.run().moment() > self.floor()
    }

    /// A lesson is gone back in to where its step began: what was before has been answered for.
    fn floor(&self) -> Moment {
        self.course.began().unwrap_or(self.history.begin())
    }

    /// The class does something in the lesson's panel.
    pub fn act(&mut self, action: LessonAction) -> Effect {
        self.course.act(action, self.history.run())
    }

    /// Has the lesson anything to do now?
    pub fn check(&mut self) -> bool {
        self.course.check(self.history.run())
    }

    /// The first and the last moment that can be gone to.
    pub fn span(&self) -> (u64, u64) {
        (self.floor().time_us, self.history.end().time_us)
    }

    /// One step back.
    pub fn step_back(&mut self, hidden: &Set<Lane>) -> bool {
        self.sync_run();
        let moved = self.can_go_back() && self.history.step_back();
        if self.run().moment() < self.floor() {
            self.history.seek(self.floor());
        }
        self.arrive(hidden);
        moved
    }

    /// To the last moment by a time.
    pub fn seek(&mut self, time_us: u64, hidden: &Set<Lane>) {
        self.sync_run();
        self.history.seek_time(time_us);
        if self.run().moment() < self.floor() {
            self.history.seek(self.floor());
        }
        self.arrive(hidden);
    }

    /// To the last milestone before this moment, or to the beginning.
    pub fn milestone_back(&mut self, hidden: &Set<Lane>) {
        self.sync_run();
        let before = self.run().milestone_before(self.run().time_us());
        self.seek(before.unwrap_or_default(), hidden);
    }

    /// To the next milestone: one that has been is gone to, for another one the clock runs.
    pub fn milestone_next(&mut self, hidden: &Set<Lane>) {
        self.sync_run();
        match self.history.newest().milestone_after(self.run().time_us()) {
            Some(time_us) if self.history.is_past() => self.seek(time_us, hidden),
            _ => self.run_until(Until::milestone(), hidden),
        }
    }

    /// Runs as fast as steps can be seen until something is so, or somebody stops the clock.
    pub fn run_until(&mut self, until: Until, hidden: &Set<Lane>) {
        self.pause(hidden);
        self.waiting = Some(Waiting { until, since: self.run().event(), reached: false });
        self.playback.fast_forward();
    }

    /// What the clock runs for.
    pub fn waits_for(&self) -> Option<&Text> {
        self.waiting.as_ref().map(|waiting| &waiting.until.text)
    }

    /// What was waited for and is so now, once; the clock stands then.
    pub fn reached(&mut self, hidden: &Set<Lane>) -> Option<Until> {
        let reached = self.waiting.take_if(|waiting| waiting.reached)?;
        // What happens in the same microsecond belongs to the moment.
        self.history.advance_to(self.run().time_us());
        self.pause(hidden);
        self.build();
        Some(reached.until)
    }

    /// To the newest moment.
    pub fn seek_end(&mut self, hidden: &Set<Lane>) {
        self.sync_run();
        self.history.seek_end();
        self.arrive(hidden);
    }

    fn arrive(&mut self, hidden: &Set<Lane>) {
        self.waiting = None;
        self.playback.restart(self.run().time_us());
        self.read_again();
        self.detail = None;
        self.lit_from = self.run().step_began();
        self.moved = true;
        self.refresh(hidden);
    }

    /// One animation frame.
    pub fn frame(&mut self, dt_ms: f64, hidden: &Set<Lane>) -> Shown {
        let before = (self.playback.note(), self.playback.playing());
        let frame = self.playback.frame(&mut watched!(self), dt_ms, now_ms);
        let built = self.after(frame);
        if !self.playback.playing() {
            self.waiting = None;
        }
        let words = self.words_due() && self.refresh_words(hidden);
        self.show_clock();
        let render = built || words || before != (self.playback.note(), self.playback.playing());
        Shown { frame, render }
    }

    /// One step by hand; `gliding` shows the way there.
    pub fn step(&mut self, gliding: bool, hidden: &Set<Lane>) -> Frame {
        self.waiting = None;
        let frame = self.playback.step(&mut watched!(self), gliding);
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
        if self.playback.pause(&mut watched!(self)) {
            self.build();
        }
        self.refresh_words(hidden);
        self.show_clock();
    }

    /// Does something at the moment that is drawn.
    /// In the past that begins another run; the one that was there is handed over.
    pub fn apply(&mut self, command: Command, hidden: &Set<Lane>) -> Result<Option<History>, WorldError> {
        self.sync_run();
        let done = self.history.apply(command);
        if done.is_ok() {
            self.moved = true;
            crash::keep_report(self.history.run().report());
        }
        self.refresh(hidden);
        if done.is_ok() && !self.playback.playing() {
            self.lit_from = self.history.run().step_began();
        }
        done
    }

    /// What a lesson does, at the moment that is drawn. What the cluster refuses, the class has done already.
    pub fn give(&mut self, commands: Vec<Command>, hidden: &Set<Lane>) {
        self.sync_run();
        for command in commands {
            // What the cluster refuses, the class has done already.
            let _ = self.history.apply(command);
        }
        self.moved = true;
        crash::keep_report(self.history.run().report());
        self.refresh(hidden);
    }

    /// Brings the run to the moment that is drawn.
    pub fn sync(&mut self, hidden: &Set<Lane>) {
        if self.sync_run() {
            self.refresh(hidden);
        }
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
        why::card(self.history.run(), key)
    }

    /// The newest sentence.
    pub fn newest(&self) -> Option<&StoryLine> {
        self.lines.first().map(Rc::as_ref)
    }

    /// Takes in what a frame did; was the picture made anew?
    fn after(&mut self, frame: Frame) -> bool {
        if frame.changed {
            self.moved = true;
            self.lit_from = self.history.run().step_began();
        }
        let due = frame.changed || self.behind;
        if due {
            self.build();
        }
        due
    }

    /// Follows the groups, what is sent, what each broker holds and one member from now on (what has been is read
    /// once), or no more.
    pub fn follow(&mut self, groups: bool, sent: bool, copies: bool, member: Option<String>) {
        self.member = member;
        if groups == self.groups.is_none() {
            self.groups = groups.then(group_chart::Recorder::default);
        }
        if sent == self.sent.is_none() {
            self.sent = sent.then(sequence::Recorder::default);
        }
        if copies == self.copies {
            self.chart();
        } else {
            self.copies = copies;
            self.builder.show_copies(copies);
            self.build();
            self.read_metrics();
        }
    }

    fn chart(&mut self) {
        let card = self.member.as_ref().and_then(|name| member_card(self.history.run(), name));
        if card.as_ref() != self.card.as_deref() {
            self.card = card.map(Rc::new);
        }
        if let Some(recorder) = &mut self.groups {
            self.charts = recorder.follow(self.history.run());
        }
        if let Some(recorder) = &mut self.sent {
            self.sequence = recorder.follow(self.history.run(), &self.filter);
            // What is shown in full may have been answered meanwhile; else only what it caused can be new.
            if let Some(event) = self.detail.as_ref().map(|detail| detail.event)
                && (self.other != self.other_of(event) || !self.playback.playing())
            {
                self.make_detail(event);
            }
        }
    }

    /// Draws these partitions of large topics with their cells; true if the picture changed.
    pub fn open_partitions(&mut self, opened: Map<String, i32>) -> bool {
        let changed = self.opened != opened;
        if changed {
            self.opened = opened;
            self.builder.open_partitions(self.opened.clone());
            self.build();
        }
        changed
    }

    /// Compares metrics from here on, or with before the last fault.
    pub fn measure(&mut self, here: bool) {
        self.measured = here.then(|| metrics::read(self.history.run()));
        self.read_metrics();
    }

    fn read_metrics(&mut self) {
        let table = if self.copies { metrics::table(self.history.run(), self.measured) } else { None };
        if table.as_ref() != self.metrics.as_deref() {
            self.metrics = table.map(Rc::new);
        }
    }

    /// Shows other rows of the sequence chart.
    pub fn filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.chart();
    }

    /// Shows an event in full; where it is folded or filtered away, it comes into the chart.
    pub fn show_event(&mut self, event: Option<u64>) {
        self.detail = None;
        let Some(event) = event else { return };
        if self.sequence.rows.find(event).is_none()
            && let Some(kept) = self.history.run().event_by_id(event)
        {
            if let EventKind::Sent(rpc) = &kept.kind {
                self.filter.folded.set(rpc.api, false);
            }
            (self.filter.node, self.filter.group) = (None, None);
            self.chart();
        }
        self.make_detail(event);
    }

    fn other_of(&self, event: u64) -> Option<u64> {
        let rows = &self.sequence.rows;
        match rows.find(event).and_then(|place| rows.get(place)).map(|row| &row.what) {
            Some(What::Call { other, .. }) => *other,
            _ => None,
        }
    }

    fn make_detail(&mut self, event: u64) {
        self.other = self.other_of(event);
        let detail = self.replays.detail(self.history.run(), event, self.other);
        if detail.as_ref() != self.detail.as_deref() {
            self.detail = detail.map(Rc::new);
        }
    }

    fn build(&mut self) {
        self.watch.follow(self.history.run());
        self.chart();
        let now = self.builder.build(self.history.run());
        // Step by step, and whenever there is time to look, a picture is whole at once.
        let paced = self.playback.playing() && self.flood;
        self.vm = if paced { self.pace.next(&self.vm, &now) } else { now.clone() };
        self.behind = !Rc::ptr_eq(&self.vm, &now);
        self.stale = true;
    }

    fn words_due(&self) -> bool {
        let every_ms = if self.flood { WORDS_IN_FLOOD_EVERY_MS } else { WORDS_EVERY_MS };
        self.stale && (!self.playback.active() || now_ms() - self.words_at_ms >= every_ms)
    }

    /// Story and timeline; lines that are the same stay the same allocation.
    pub fn refresh_words(&mut self, hidden: &Set<Lane>) -> bool {
        self.stale = false;
        self.words_at_ms = now_ms();
        self.read_metrics();
        let totals = self.history.run().ledger().totals(self.history.run().world());
        if totals != *self.ledger {
            self.ledger = Rc::new(totals);
        }
        if !self.playback.active() {
            let goals = until::offered(self.history.run());
            if goals != *self.goals {
                self.goals = Rc::new(goals);
            }
        }
        let hidden: Vec<Lane> = hidden.iter().copied().collect();
        let old = &self.lines;
        let mut lines = story::lines(self.history.run(), &hidden, LINES_IN_FLOOD);
        let last_shown = old.first().map_or(0, |line| line.event);
        self.flood = self.playback.active() && lines.last().is_some_and(|line| line.event > last_shown);
        if !self.flood && lines.len() == LINES_IN_FLOOD {
            lines = story::lines(self.history.run(), &hidden, LINES);
        }
        let lines: Vec<Rc<StoryLine>> = lines
            .into_iter()
            .map(|line| old.iter().find(|kept| ***kept == line).cloned().unwrap_or_else(|| Rc::new(line)))
            .collect();
        self.lines = Rc::new(lines);
        let axis = self.axis_now();
        let due = axis != self.axis || self.words_at_ms - self.marks_at_ms >= MARKS_EVERY_MS;
        if due || !self.playback.active() {
            self.marks_at_ms = self.words_at_ms;
            self.axis = axis;
            self.marks = Rc::new(story::marks(self.history.newest(), self.axis.0, self.axis.1));
        } else {
            // The marks that are due come with the next sentences.
            self.stale = true;
        }
        true
    }

    /// The axis ends with the newest moment, unless it is so long ago that the playhead would not be on it.
    fn axis_now(&self) -> (u64, u64) {
        let newest = axis(self.history.end().time_us);
        let now_us = self.run().time_us();
        if now_us >= newest.0 { newest } else { axis(now_us) }
    }

    fn show_clock(&mut self) {
        self.clock.set(self.playback.time_us(), self.playback.rate());
        self.face.show(&moment(self.playback.time_us()));
    }

    /// Writes the clock's digits again, after the page was rendered for the first time.
    pub fn show_face(&self) {
        self.face.show(&moment(self.playback.time_us()));
    }
}

/// What a frame did, and whether the page must be rendered.
pub struct Shown {
    /// What happened.
    pub frame: Frame,
    /// Is there anything new to render?
    pub render: bool,
}

/// The axis for a moment: the first 20 seconds, then a window that slides a second at a time.
fn axis(time_us: u64) -> (u64, u64) {
    let end = (time_us + 4_000_000) / 1_000_000 * 1_000_000;
    if end <= AXIS_US { (0, AXIS_US) } else { (end - AXIS_US, end) }
}

/// Wall time, in milliseconds since the page began.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}
