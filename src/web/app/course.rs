//! Which scenario it is, and where the class stands in it if it is a lesson.
//!
//! The lesson engine never touches the run: it says what is to be done, and the store does it. Left out: what the
//! panel looks like (`web::lesson`).

use std::rc::Rc;

use kafkascope::{
    history::{Moment, Run},
    i18n::{Lang, Text},
    lesson::{
        Lesson,
        play::{self, now},
        progress::{Effect, LessonAction, LessonRun, Phase},
        view::{self, LessonView},
    },
    view::model::Place,
};

use crate::lesson::place;

/// The scenarios, the one chosen, and how far it is.
#[derive(Clone)]
pub struct Course {
    /// Every scenario, free ones first.
    pub lessons: Rc<[Lesson]>,
    /// The one chosen; their number for one of the run's own.
    pub at: usize,
    /// The scenario of a run that begins as none of them does.
    pub own: Option<Rc<Lesson>>,
    /// Where the class stands; free scenarios have no beats.
    class: LessonRun,
    /// Steps of the run before the class took over; the page counts from there.
    steps_before: u64,
    /// What the last check asks for.
    effect: Effect,
    /// What its step needs and is not there.
    missing: Option<Text>,
    view: Rc<LessonView>,
    lights: Rc<[Place]>,
}

impl Course {
    /// The start cluster.
    pub fn start(lessons: Vec<Lesson>, lang: Lang) -> (Course, Run) {
        let lessons: Rc<[Lesson]> = lessons.into();
        let (run, class) = play::begin(&lessons[0]).expect("the shipped scenarios are sound");
        let view = Rc::new(view::build(&lessons[0], &class, lang));
        let steps_before = run.step_count();
        let mut course = Course {
            lessons,
            at: 0,
            own: None,
            class,
            steps_before,
            effect: Effect::None,
            missing: None,
            view,
            lights: Rc::from([]),
        };
        course.refresh(lang);
        (course, run)
    }

    /// Another scenario, or the same one again.
    pub fn choose(&mut self, at: usize, lang: Lang) -> Option<Run> {
        let lesson = self.lessons.get(at)?;
        let (run, class) = play::begin(lesson).ok()?;
        (self.at, self.own) = (at, None);
        self.begin(class, run.step_count(), lang);
        Some(run)
    }

    /// The scenario of a run that has just begun as none of the others does.
    pub fn choose_own(&mut self, run: &Run, lang: Lang) {
        let own = Lesson::own(run.scenario().clone());
        let class = LessonRun::start(&own, run.world(), now(run));
        (self.at, self.own) = (self.lessons.len(), Some(Rc::new(own)));
        self.begin(class, run.step_count(), lang);
    }

    fn begin(&mut self, class: LessonRun, steps_before: u64, lang: Lang) {
        (self.class, self.steps_before, self.effect) = (class, steps_before, Effect::None);
        self.missing = None;
        self.refresh(lang);
    }

    /// The scenarios to choose from: all, and the one of the run's own.
    pub fn choices(&self) -> impl Iterator<Item = &Lesson> {
        self.lessons.iter().chain(self.own.as_deref())
    }

    /// Where the class stands, if it is a lesson.
    pub fn class(&self) -> Option<LessonRun> {
        self.is_lesson().then(|| self.class.clone())
    }

    /// Puts the class where it stood, if that was in this lesson as it is now.
    pub fn put_back(&mut self, class: LessonRun, lang: Lang) {
        if class.lesson == self.lesson().id && class.verdicts.len() == self.lesson().beats().len() {
            self.class = class;
            self.refresh(lang);
        }
    }

    /// The scenario chosen.
    pub fn lesson(&self) -> &Lesson {
        chosen(&self.own, &self.lessons, self.at)
    }

    /// How many steps the class has seen.
    pub fn steps(&self, steps: u64) -> u64 {
        steps.saturating_sub(self.steps_before)
    }

    /// Is it one with beats?
    pub fn is_lesson(&self) -> bool {
        self.lesson().number.is_some()
    }

    /// When its step began.
    pub fn began(&self) -> Option<Moment> {
        self.is_lesson().then_some(self.class.began)
    }

    /// How far back anybody can go in a run that begins here: in a lesson to where its step began, as what was before has
    /// been answered for.
    pub fn floor(&self, begin: Moment) -> Moment {
        self.began().unwrap_or(begin)
    }

    /// Is a beat under way, so that every step counts?
    pub fn running(&self) -> bool {
        self.class.phase == Phase::Running
    }

    /// After a step: true if there is something to do now.
    pub fn check(&mut self, run: &Run) -> bool {
        if !self.running() || self.effect != Effect::None {
            return self.effect != Effect::None;
        }
        let lesson = chosen(&self.own, &self.lessons, self.at);
        self.effect = self.class.check(lesson, run.world());
        self.effect != Effect::None
    }

    /// What the checks asked for, once.
    pub fn take_effect(&mut self) -> Effect {
        std::mem::replace(&mut self.effect, Effect::None)
    }

    /// The class does something in the panel.
    pub fn act(&mut self, action: LessonAction, run: &Run) -> Effect {
        let lesson = chosen(&self.own, &self.lessons, self.at);
        self.class.act(lesson, action, run.world(), now(run))
    }

    /// Looks whether what the step needs is there.
    pub fn look_for_missing(&mut self, run: &Run) {
        self.missing = self.class.missing(chosen(&self.own, &self.lessons, self.at), run.world(), run.time_us());
    }

    /// What the step needs and is not there.
    pub fn missing(&self) -> Option<&Text> {
        self.missing.as_ref()
    }

    /// The panel, and what is lit, anew.
    pub fn refresh(&mut self, lang: Lang) {
        let lesson = chosen(&self.own, &self.lessons, self.at);
        let view = view::build(lesson, &self.class, lang);
        if *self.view != view {
            self.view = Rc::new(view);
        }
        let lights: Vec<Place> = self.class.lights(lesson).iter().map(place).collect();
        if *self.lights != lights[..] {
            self.lights = lights.into();
        }
    }

    /// The panel.
    pub fn view(&self) -> Rc<LessonView> {
        self.view.clone()
    }

    /// What the lesson speaks of.
    pub fn lights(&self) -> Rc<[Place]> {
        self.lights.clone()
    }
}

/// The scenario chosen; apart from the course, whose other parts change while it is looked at.
fn chosen<'a>(own: &'a Option<Rc<Lesson>>, lessons: &'a [Lesson], at: usize) -> &'a Lesson {
    own.as_deref().unwrap_or_else(|| &lessons[at])
}
