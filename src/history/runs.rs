//! The tree of runs: each with its moments, which one it began from and when, and its name.
//!
//! Whoever acts in the past begins another run; the one that was there stays as it was and becomes its parent. Where
//! the two part is the moment of the fork. Left out: words for a name that nobody gave, which are `view::runs`'.

use super::{Again, Change, History, Moment, Opened, Refused, Run, Stamped, Together};
use crate::{
    cluster::{WorldError, command::Command, command_check::CommandError},
    i18n::Text,
    kafka::limits::{self, LimitError},
    templates,
};

/// A run's number, which no other run ever has: 1 is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct RunId(pub u32);

/// One of the runs.
#[derive(Clone, Debug)]
pub struct NamedRun {
    id: RunId,
    parent: Option<RunId>,
    /// Where it parts from its parent.
    parts: Moment,
    /// What its own begins with; later than where it parts once its parent was deleted.
    own: Moment,
    /// Made with a setting changed, and what that world refused.
    again: Option<(Change, Vec<Refused>)>,
    name: Option<String>,
    history: History,
}

/// How a run came to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin<'a> {
    /// It was begun, or opened.
    Begun,
    /// Somebody acted in the past.
    Acted {
        /// When.
        at: Moment,
        /// What was done; nothing any more if that was taken back.
        command: Option<&'a Command>,
    },
    /// Another run was run again with one setting changed.
    Again {
        /// Which.
        change: &'a Change,
        /// Commands that were given then and could not be done in this one.
        refused: &'a [Refused],
    },
}

/// All runs, of which one is shown.
#[derive(Clone, Debug)]
pub struct Runs {
    /// By number.
    runs: Vec<NamedRun>,
    shown: RunId,
    next: u32,
}

/// A run that was deleted, and what puts it back.
#[derive(Clone, Debug)]
pub struct Deleted {
    run: NamedRun,
    /// Where its children parted from it.
    children: Vec<(RunId, Moment)>,
    was_shown: bool,
}

/// One of the runs as it is kept between visits, with its moments in whatever form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<H> {
    /// Its number.
    pub id: RunId,
    /// The run that it began from, if that is still there.
    pub parent: Option<RunId>,
    /// Where the two part.
    pub parts: Moment,
    /// What its own begins with.
    pub own: Moment,
    /// The last moment there has been; nobody knows it of runs that were kept before that was written.
    pub end: Option<Moment>,
    /// What was changed when it was made of another.
    pub change: Option<Change>,
    /// What that world refused then, to be asked of it again.
    pub refused: Vec<Stamped>,
    /// The name that somebody gave it.
    pub name: Option<String>,
    /// Its moments.
    pub history: H,
}

impl<H> Kept<H> {
    /// The same with its moments in another form.
    pub fn with<T>(self, into: impl FnOnce(H) -> T) -> Kept<T> {
        let Kept { id, parent, parts, own, end, change, refused, name, history } = self;
        Kept { id, parent, parts, own, end, change, refused, name, history: into(history) }
    }
}

/// What cannot be done with runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunsError {
    /// The command is refused, or a limit.
    World(WorldError),
    /// There is no such run.
    Unknown(RunId),
    /// One stays.
    LastRun,
    /// Nobody has given a command.
    NothingToUndo,
    /// No command was taken back, or another was given since.
    NothingToRedo,
    /// No command of the run says anything of what would be changed.
    NothingToChange(Change),
}

impl NamedRun {
    /// Its number.
    pub fn id(&self) -> RunId {
        self.id
    }

    /// The run that it began from, and where the two part.
    pub fn parent(&self) -> Option<(RunId, Moment)> {
        self.parent.map(|parent| (parent, self.parts))
    }

    /// The name that somebody gave it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its moments.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// How it came to be, of which it has its name while nobody gives it one.
    pub fn origin(&self) -> Origin<'_> {
        if let Some((change, refused)) = &self.again {
            return Origin::Again { change, refused };
        }
        if self.own == Moment::default() {
            return Origin::Begun;
        }
        let mut own = self.history.newest().given_by_hand().skip_while(|given| given.before() < self.own);
        Origin::Acted { at: self.own, command: own.next().map(|given| &given.command) }
    }
}

impl Deleted {
    /// The run that was deleted.
    pub fn run(&self) -> &NamedRun {
        &self.run
    }
}

impl Runs {
    /// One run.
    pub fn new(history: History) -> Runs {
        let mut runs = Runs { runs: Vec::new(), shown: RunId(1), next: 1 };
        runs.push(None, Moment::default(), None, history);
        runs
    }

    /// Every run as it is to be kept.
    pub fn kept(&self) -> impl Iterator<Item = Kept<&History>> {
        self.runs.iter().map(|run| {
            let refused = run.again.iter().flat_map(|(_, refused)| refused);
            Kept {
                id: run.id,
                parent: run.parent,
                parts: run.parts,
                own: run.own,
                end: Some(run.history.end()),
                change: run.again.as_ref().map(|(change, _)| change.clone()),
                refused: refused.map(Refused::given).collect(),
                name: run.name.clone(),
                history: &run.history,
            }
        })
    }

    /// The runs that were kept, with `shown` shown. None without it, or where two have one number or a parent is not
    /// among those before.
    pub fn restore(kept: Vec<Kept<Opened>>, shown: RunId) -> Option<Runs> {
        let mut runs = Runs { runs: Vec::new(), shown, next: 1 };
        for Kept { id, parent, parts, own, change, name, history: Opened { history, asked, .. }, .. } in kept {
            if id.0 < runs.next || id.0 == u32::MAX || parent.is_some_and(|parent| runs.get(parent).is_none()) {
                return None;
            }
            runs.next = id.0 + 1;
            let again = change.map(|change| (change, asked));
            runs.runs.push(NamedRun { id, parent, parts, own, again, name, history });
        }
        runs.get(shown).is_some().then_some(runs)
    }

    /// Every run, by number.
    pub fn list(&self) -> &[NamedRun] {
        &self.runs
    }

    /// A run.
    pub fn get(&self, id: RunId) -> Option<&NamedRun> {
        self.runs.iter().find(|run| run.id == id)
    }

    /// The run that is shown.
    pub fn shown(&self) -> &NamedRun {
        self.get(self.shown).expect("the run that is shown is there")
    }

    /// The moments of the run that is shown, to play and to go to. Commands are given by [`Runs::apply`].
    pub fn history(&self) -> &History {
        &self.shown().history
    }

    /// The same, to move in.
    pub fn history_mut(&mut self) -> &mut History {
        &mut self.shown_mut().history
    }

    /// The shown run and another one, to move in both as a shared playhead does.
    pub fn together(&mut self, other: Option<RunId>) -> Together<'_> {
        let (id, mut shown, mut beside) = (self.shown, None, None);
        for run in &mut self.runs {
            if run.id == id {
                shown = Some(&mut run.history);
            } else if Some(run.id) == other {
                beside = Some(&mut run.history);
            }
        }
        Together { shown: shown.expect("the run that is shown is there"), beside }
    }

    /// Does a command at the moment that is looked at. In the past that begins another run, whose number is given and
    /// which is shown from now on; the one that was there stays as it was.
    pub fn apply(&mut self, command: Command) -> Result<Option<RunId>, WorldError> {
        if self.history().is_past() {
            self.check_room()?;
        }
        let shown = self.shown_mut();
        let (id, at) = (shown.id, shown.history.run().moment());
        match shown.history.apply(command)? {
            None => {
                // Commands were taken back until before it parted: its own begins here now.
                (shown.parts, shown.own) = (shown.parts.min(at), shown.own.min(at));
                Ok(None)
            }
            Some(old) => {
                let new = std::mem::replace(&mut shown.history, old);
                self.shown = self.push(Some(id), at, None, new);
                Ok(Some(self.shown))
            }
        }
    }

    /// Takes back the last command of the shown run; see [`History::undo`].
    pub fn undo(&mut self) -> Result<Stamped, RunsError> {
        self.history_mut().undo()
    }

    /// Gives it again.
    pub fn redo(&mut self) -> Result<Stamped, RunsError> {
        self.history_mut().redo()
    }

    /// Shows another run, at the moment at which it was left.
    pub fn switch(&mut self, id: RunId) -> Result<(), RunsError> {
        self.shown = self.get(id).ok_or(RunsError::Unknown(id))?.id;
        Ok(())
    }

    /// Names a run; `None`: by how it came to be.
    pub fn rename(&mut self, id: RunId, name: Option<&str>) -> Result<(), RunsError> {
        let name = name.map(str::trim);
        name.map_or(Ok(()), |name| limits::check_name(&limits::RUN_NAME, name))?;
        self.get_mut(id)?.name = name.map(str::to_owned);
        Ok(())
    }

    /// Deletes a run, but never the last one. Its children become its parent's. If it was shown, its parent is, or
    /// else the first that there is.
    pub fn delete(&mut self, id: RunId) -> Result<Deleted, RunsError> {
        let place = self.runs.iter().position(|run| run.id == id).ok_or(RunsError::Unknown(id))?;
        if self.runs.len() == 1 {
            return Err(RunsError::LastRun);
        }
        let run = self.runs.remove(place);
        let mut children = Vec::new();
        for child in self.runs.iter_mut().filter(|child| child.parent == Some(id)) {
            children.push((child.id, child.parts));
            // What it had in common with both is what both had in common.
            (child.parent, child.parts) = (run.parent, child.parts.min(run.parts));
        }
        let was_shown = self.shown == id;
        if was_shown {
            self.shown = run.parent.or_else(|| self.runs.first().map(|run| run.id)).unwrap_or(id);
        }
        Ok(Deleted { run, children, was_shown })
    }

    /// Puts a run back that was deleted, with its children as far as they are still there.
    pub fn put_back(&mut self, deleted: Deleted) -> Result<(), RunsError> {
        self.check_room()?;
        let Deleted { mut run, children, was_shown } = deleted;
        let id = run.id;
        for (child, parts) in children {
            if let Ok(child) = self.get_mut(child) {
                (child.parent, child.parts) = (Some(id), parts);
            }
        }
        run.parent = run.parent.filter(|parent| self.get(*parent).is_some());
        let place = self.runs.partition_point(|other| other.id < id);
        self.runs.insert(place, run);
        if was_shown {
            self.shown = id;
        }
        Ok(())
    }

    /// One more run, which belongs to none that there is; it is shown.
    pub fn add(&mut self, history: History) -> Result<RunId, RunsError> {
        self.check_room()?;
        self.shown = self.push(None, Moment::default(), None, history);
        Ok(self.shown)
    }

    /// Begins to run a run again with one setting changed. It is played by [`Again::go_on`], as far at a time as there
    /// is time for, and becomes one of the runs by [`Runs::add_again`].
    pub fn begin_again(&self, id: RunId, change: &Change) -> Result<Again, RunsError> {
        self.check_room()?;
        Again::new(&self.get(id).ok_or(RunsError::Unknown(id))?.history, change)
    }

    /// The run that was run again, to its end, is a child of the one that it was made of; it is shown. If that was
    /// deleted meanwhile, it is nobody's.
    pub fn add_again(&mut self, of: RunId, again: Again) -> Result<RunId, RunsError> {
        self.check_room()?;
        let (change, history, refused) = again.finish();
        let parent = self.get(of).map(|run| run.id);
        self.shown = self.push(parent, Moment::default(), Some((change, refused)), history);
        Ok(self.shown)
    }

    fn check_room(&self) -> Result<(), WorldError> {
        let room = limits::RUNS.check(self.runs.len() as u64 + 1);
        room.map_err(|error| CommandError::from(error).into())
    }

    fn push(
        &mut self,
        parent: Option<RunId>,
        parts: Moment,
        again: Option<(Change, Vec<Refused>)>,
        history: History,
    ) -> RunId {
        let id = RunId(self.next);
        self.next += 1;
        self.runs.push(NamedRun { id, parent, parts, own: parts, again, name: None, history });
        id
    }

    fn shown_mut(&mut self) -> &mut NamedRun {
        let shown = self.shown;
        self.runs.iter_mut().find(|run| run.id == shown).expect("the run that is shown is there")
    }

    fn get_mut(&mut self, id: RunId) -> Result<&mut NamedRun, RunsError> {
        self.runs.iter_mut().find(|run| run.id == id).ok_or(RunsError::Unknown(id))
    }
}

impl Run {
    /// Nothing is to be given again any more.
    pub(super) fn forget_future(&mut self) {
        self.script.give_again([]);
        self.scout = None;
    }
}

impl RunsError {
    /// The sentence.
    pub fn text(&self) -> Text {
        match self {
            RunsError::World(error) => error.text(),
            RunsError::Unknown(id) => UNKNOWN.with("n", id.0),
            RunsError::LastRun => LAST_RUN.text(),
            RunsError::NothingToUndo => NOTHING_TO_UNDO.text(),
            RunsError::NothingToRedo => NOTHING_TO_REDO.text(),
            RunsError::NothingToChange(Change::Strategy { group, .. }) => NO_GROUP.with("group", group.as_str()),
            RunsError::NothingToChange(Change::Acks { producer, .. }) => {
                NO_PRODUCER.with("producer", producer.as_str())
            }
            RunsError::NothingToChange(Change::Partitions { topic, .. }) => NO_TOPIC.with("topic", topic.as_str()),
        }
    }
}

impl From<WorldError> for RunsError {
    fn from(error: WorldError) -> Self {
        RunsError::World(error)
    }
}

impl From<LimitError> for RunsError {
    fn from(error: LimitError) -> Self {
        RunsError::World(CommandError::from(error).into())
    }
}

templates! { "runs":
    UNKNOWN = "There is no run {n} any more.", "运行 {n} 已不存在。";
    LAST_RUN = "The last run cannot be deleted; reset it instead.", "不能删除最后一个运行；可以重置它。";
    NOTHING_TO_UNDO = "There is nothing to undo: no command has been given by hand in this run.", "没有可撤销的操作：这个运行中还没有手动执行过命令。";
    NOTHING_TO_REDO = "There is nothing to redo: no command was undone, or another was given since.", "没有可重做的操作：没有撤销过命令，或者之后又执行了别的命令。";
    NO_GROUP = "No command of this run starts a member of group `{group}` with the classic protocol.", "这个运行中没有命令以 classic 协议启动消费组 `{group}` 的成员。";
    NO_PRODUCER = "No command of this run starts a producer `{producer}`.", "这个运行中没有命令启动 producer `{producer}`。";
    NO_TOPIC = "No command of this run creates a topic `{topic}`.", "这个运行中没有命令创建 topic `{topic}`。";
}
