//! The root store: one run, one clock, what is selected, asked and open. Everything else is drawn from it.
//!
//! Messages come in, the run moves, values go down. Left out: what the stage, the timeline and the *Why?* card look
//! like, and what a lesson says.

mod acts;
mod course;
mod header;
mod help;
mod keys;
mod panes;
mod player;
mod runs;
mod saved;
mod time;
mod toasts;
mod view;
mod watch;
mod works;

use std::{cell::Cell, rc::Rc};

use kafkascope::{
    cluster::command::Command,
    codec::{ReadError, Saved, work::Work},
    history::{Deleted, RunId, Scenario},
    i18n::{Lang, ui},
    lesson::{catalogue, progress::LessonAction},
    view::{
        model::{Place, ViewModel},
        sequence::Filter,
        story::Lane,
        why::{WhyCard, WhyKey},
    },
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use self::{course::Course, keys::Act, player::Player, toasts::Toasts};
use crate::{
    clock::{Raf, Speed},
    focus::Keeper,
    forms::{Current, Refusal},
    lenses::{Lens, window::Window},
    panels::{runs::RunsAct, works::WorksAct},
    prefs::{Prefs, Theme},
    say::tr,
    stage_api::{Ask, Dialog, Left, WorkRow},
};

/// The page.
pub struct App {
    prefs: Prefs,
    hidden: Rc<kafkascope::sim::Set<Lane>>,
    player: Player,
    raf: Raf,
    last_ms: Option<f64>,
    selection: Option<Place>,
    asked: Option<Asked>,
    /// What the lesson and the open card speak of.
    lit: Rc<[Place]>,
    preview: Option<(WhyKey, Option<Rc<WhyCard>>)>,
    send_refusal: Option<Refusal>,
    send_asked: u32,
    dialog: Option<Open>,
    /// How many dialogs were opened.
    dialogs: u32,
    refusals: u32,
    toasts: Toasts,
    /// What was there before the last reset.
    undo: Option<(Undo, Course)>,
    /// A run that is on its way in.
    opens: Option<saved::Opens>,
    /// A run that is being run again.
    again: Option<runs::RunsAgain>,
    keeping: saved::Keeping,
    /// Where strips stood on the lens that was left.
    left: Left,
    /// Which time the Group lens shows, in both of two runs.
    window: Window,
    panel: bool,
    tab: Tab,
    announced: String,
    keeper: Keeper,
    /// The tab at the last render: with another one, parts of the page come and go.
    tab_then: Tab,
    on: Callbacks,
    /// Do single keys act? Read where the keys arrive.
    single_keys: Rc<Cell<bool>>,
    /// Keeps the listener alive.
    _keys: Closure<dyn FnMut(KeyboardEvent)>,
}

/// What an undo brings back.
enum Undo {
    /// All runs, and where they are kept.
    Runs(Box<saved::Before>),
    /// The run that was acted in, in place of the one that began then.
    Fork(RunId, RunId),
    /// A run of the tree.
    Deleted(Box<Deleted>),
}

/// An open *Why?* card.
struct Asked {
    card: Rc<WhyCard>,
    anchor: Option<Element>,
}

/// An open dialog, with what it needs of the moment when it was opened.
struct Open {
    /// Tells it from the dialog before it, which may be of the same kind.
    number: u32,
    dialog: Dialog,
    vm: Rc<ViewModel>,
    current: Option<Rc<Current>>,
    refusal: Option<Refusal>,
    /// The run, to be shared.
    saved: Rc<Saved>,
    /// What this browser keeps.
    works: Rc<Vec<WorkRow>>,
}

/// Which part is shown where only one fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The stage.
    Cluster,
    /// The story and the timeline.
    Story,
    /// The lesson.
    Lesson,
}

/// Callbacks that live as long as the page, so that nothing renders because of them.
struct Callbacks {
    select: Callback<Option<Place>>,
    command: Callback<Command>,
    open: Callback<Dialog>,
    why: Callback<Ask>,
    close_why: Callback<()>,
    submit: Callback<Command>,
    close_dialog: Callback<()>,
    send: Callback<Command>,
    preview: Callback<WhyKey>,
    play: Callback<()>,
    play_back: Callback<()>,
    step: Callback<()>,
    back: Callback<()>,
    end: Callback<()>,
    seek: Callback<u64>,
    zoom: Callback<Option<(u64, u64)>>,
    hover: Callback<Option<u64>>,
    bookmark: Callback<()>,
    milestone: Callback<bool>,
    until: Callback<usize>,
    forward: Callback<()>,
    reset: Callback<()>,
    speed: Callback<Speed>,
    lane: Callback<Lane>,
    lang: Callback<Lang>,
    theme: Callback<Theme>,
    scenario: Callback<usize>,
    lens: Callback<Lens>,
    window: Callback<Window>,
    swap: Callback<()>,
    measure: Callback<bool>,
    opened: Callback<kafkascope::sim::Map<String, i32>>,
    filter: Callback<Filter>,
    event: Callback<Option<u64>>,
    lesson: Callback<LessonAction>,
    lesson_why: Callback<(WhyKey, Option<Element>)>,
    panel: Callback<()>,
    tab: Callback<Tab>,
    toast: Callback<u32>,
    undo: Callback<()>,
    shortcuts: Callback<bool>,
    saved: Callback<Saved>,
    work: Callback<(Work, u32)>,
    works: Callback<WorksAct>,
    file: Callback<web_sys::File>,
    open_stop: Callback<()>,
    runs: Callback<RunsAct>,
}

/// What happens.
pub enum Msg {
    /// An animation frame.
    Frame(f64),
    /// A key of the table.
    Key(Act),
    /// Play or pause.
    Play,
    /// Play backwards, or pause.
    PlayBack,
    /// One step by hand.
    Step,
    /// One step back.
    Back,
    /// To the newest moment.
    End,
    /// To a time.
    Seek(u64),
    /// Another part of time on the timeline, or the newest moment again.
    Zoom(Option<(u64, u64)>),
    /// The event under the pointer.
    Hover(Option<u64>),
    /// A bookmark at this moment, or no more.
    Bookmark,
    /// To the next milestone, or to the previous one.
    Milestone(bool),
    /// Run until the goal at this place in the list is reached.
    Until(usize),
    /// Fast to the end of the lesson's step.
    Forward,
    /// Back to the start of the scenario.
    Reset,
    /// Undoes that.
    Undo,
    /// Another pace or speed.
    Speed(Speed),
    /// Inspect something, or nothing.
    Select(Option<Place>),
    /// Do something; a refusal becomes a message.
    Command(Command),
    /// Do what a dialog says; a refusal goes back to it.
    Submit(Command),
    /// Send a record by hand; a refusal goes back to the inspector.
    Send(Command),
    /// Ask where a record would go.
    Preview(WhyKey),
    /// Open a dialog.
    Open(Dialog),
    /// Close it.
    CloseDialog,
    /// Ask why.
    Why(Ask),
    /// Close the answer.
    CloseWhy,
    /// Show or hide a lane of the story.
    Lane(Lane),
    /// Another language.
    Lang(Lang),
    /// Other colours.
    Theme(Theme),
    /// Another scenario.
    Scenario(usize),
    /// A run that is in no list.
    Stage(Scenario),
    /// Another lens, and the part of the page that it is on.
    Lens(Lens),
    /// The Group lens shows another time.
    Window(Window),
    /// Makes the run beside the shown one.
    Swap,
    /// Partitions of large topics that are drawn with their cells.
    Opened(kafkascope::sim::Map<String, i32>),
    /// Compare metrics from here on, or no more.
    Measure(bool),
    /// What the sequence chart shows.
    Filter(Filter),
    /// Shows an event of the sequence chart in full, or nothing.
    Event(Option<u64>),
    /// The class does something in the lesson's panel.
    Lesson(LessonAction),
    /// Show or hide the left column.
    Panel,
    /// Another tab.
    Tab(Tab),
    /// A message has stood long enough, or was closed.
    ToastEnd(u32),
    /// Single keys on or off.
    Shortcuts(bool),
    /// Do something with the runs.
    Runs(RunsAct),
    /// The next slice of running one again.
    AgainOn,
    /// The page begins.
    Arrive,
    /// The address has another fragment.
    Address,
    /// Open a saved run.
    OpenSaved(Box<Saved>),
    /// The next slice of opening one.
    OpenOn,
    /// No more of that.
    OpenStop,
    /// A file was chosen or dropped.
    File(web_sys::File),
    /// It was read.
    Handed(Box<Result<Saved, ReadError>>),
    /// Keep the work in this browser.
    Keep,
    /// Keep how far its time has come.
    KeepMoments,
    /// Something was kept in another tab.
    Elsewhere,
    /// Do something with the works that are kept.
    Works(WorksAct),
    /// Open one of them.
    OpenWork(Box<Work>, u32),
}

impl Msg {
    /// Does it come without anybody doing anything?
    fn is_by_itself(&self) -> bool {
        use Msg::{AgainOn, Arrive, Frame, Keep, KeepMoments, OpenOn};
        matches!(self, Frame(_) | Keep | KeepMoments | Arrive | OpenOn | AgainOn)
    }
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> App {
        let link = ctx.link().clone();
        let prefs = Prefs::load();
        let lessons = catalogue().expect("the shipped scenarios are sound");
        let (course, run) = Course::start(lessons, prefs.lang);
        let mut player = Player::new(run, course, prefs.speed, &prefs.hidden);
        player.follow(prefs.lens, prefs.lens == Lens::Group, None);
        let single_keys = Rc::new(Cell::new(prefs.shortcuts));
        let app = App {
            hidden: Rc::new(prefs.hidden.clone()),
            prefs,
            player,
            raf: Raf::new(link.callback(Msg::Frame)),
            last_ms: None,
            selection: None,
            asked: None,
            lit: Rc::from([]),
            preview: None,
            send_refusal: None,
            send_asked: 0,
            dialog: None,
            dialogs: 0,
            refusals: 0,
            toasts: Toasts::default(),
            undo: None,
            opens: None,
            again: None,
            keeping: saved::Keeping::default(),
            left: Left::default(),
            window: Window::default(),
            panel: false,
            tab: Tab::Cluster,
            announced: String::new(),
            keeper: Keeper::listen(),
            tab_then: Tab::Cluster,
            on: callbacks(&link),
            _keys: listen(single_keys.clone(), link.callback(Msg::Key)),
            single_keys,
        };
        link.send_message(Msg::Arrive);
        for (event, message) in [
            ("hashchange", (|| Msg::Address) as fn() -> Msg),
            ("pagehide", || Msg::Keep),
            ("storage", || Msg::Elsewhere),
        ] {
            on_window(event, link.callback(move |()| message()));
        }
        app.prefs.apply(tr(&ui::TITLE, app.prefs.lang));
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        if self.player.moved && !msg.is_by_itself() {
            self.keep_soon(ctx);
        }
        let render = self.handle(ctx, msg);
        self.keep_running(ctx);
        if self.player.playback.active() || self.player.is_behind() {
            self.raf.request();
        } else {
            self.last_ms = None;
        }
        render
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        self.page()
    }

    fn rendered(&mut self, _ctx: &Context<Self>, first: bool) {
        self.player.show_face();
        self.player.note_cost();
        self.keeper.keep(std::mem::replace(&mut self.tab_then, self.tab) != self.tab);
        if first {
            // The first render is on the screen: the frame of index.html has done its work.
            let frame = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("boot"));
            if let Some(frame) = frame {
                frame.remove();
            }
        }
    }
}

type Link = yew::html::Scope<App>;

fn callbacks(link: &Link) -> Callbacks {
    Callbacks {
        select: link.callback(Msg::Select),
        command: link.callback(Msg::Command),
        open: link.callback(Msg::Open),
        why: link.callback(Msg::Why),
        close_why: link.callback(|()| Msg::CloseWhy),
        submit: link.callback(Msg::Submit),
        close_dialog: link.callback(|()| Msg::CloseDialog),
        send: link.callback(Msg::Send),
        preview: link.callback(Msg::Preview),
        play: link.callback(|()| Msg::Play),
        play_back: link.callback(|()| Msg::PlayBack),
        step: link.callback(|()| Msg::Step),
        back: link.callback(|()| Msg::Back),
        end: link.callback(|()| Msg::End),
        seek: link.callback(Msg::Seek),
        zoom: link.callback(Msg::Zoom),
        hover: link.callback(Msg::Hover),
        bookmark: link.callback(|()| Msg::Bookmark),
        milestone: link.callback(Msg::Milestone),
        until: link.callback(Msg::Until),
        forward: link.callback(|()| Msg::Forward),
        reset: link.callback(|()| Msg::Reset),
        speed: link.callback(Msg::Speed),
        lane: link.callback(Msg::Lane),
        lang: link.callback(Msg::Lang),
        theme: link.callback(Msg::Theme),
        scenario: link.callback(Msg::Scenario),
        lens: link.callback(Msg::Lens),
        window: link.callback(Msg::Window),
        swap: link.callback(|()| Msg::Swap),
        measure: link.callback(Msg::Measure),
        opened: link.callback(Msg::Opened),
        filter: link.callback(Msg::Filter),
        event: link.callback(Msg::Event),
        lesson: link.callback(Msg::Lesson),
        lesson_why: link.callback(|(key, anchor)| Msg::Why(Ask { key, anchor })),
        panel: link.callback(|()| Msg::Panel),
        tab: link.callback(Msg::Tab),
        toast: link.callback(Msg::ToastEnd),
        undo: link.callback(|()| Msg::Undo),
        shortcuts: link.callback(Msg::Shortcuts),
        saved: link.callback(|saved| Msg::OpenSaved(Box::new(saved))),
        work: link.callback(|(work, number)| Msg::OpenWork(Box::new(work), number)),
        works: link.callback(Msg::Works),
        file: link.callback(Msg::File),
        open_stop: link.callback(|()| Msg::OpenStop),
        runs: link.callback(Msg::Runs),
    }
}

/// Something of the window, for as long as the page lives.
fn on_window(event: &str, callback: Callback<()>) {
    let closure = Closure::<dyn FnMut()>::new(move || callback.emit(()));
    if let Some(window) = web_sys::window() {
        let _ = window.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    }
    closure.forget();
}

/// Keys of the whole page, after everything on it has had its turn. What a key does is decided at once, so that the
/// browser does nothing else with it.
fn listen(single_keys: Rc<Cell<bool>>, on_key: Callback<Act>) -> Closure<dyn FnMut(KeyboardEvent)> {
    let document = web_sys::window().and_then(|window| window.document());
    let closure = Closure::<dyn FnMut(KeyboardEvent)>::new({
        let document = document.clone();
        move |event: KeyboardEvent| {
            let modal = document.as_ref().is_some_and(|d| d.query_selector("dialog[open]").ok().flatten().is_some());
            let act = keys::act(&event, single_keys.get()).filter(|_| !modal);
            if let Some(act) = act {
                event.prevent_default();
                on_key.emit(act);
            }
        }
    });
    if let Some(document) = document {
        let _ = document.add_event_listener_with_callback("keydown", closure.as_ref().unchecked_ref());
    }
    closure
}
