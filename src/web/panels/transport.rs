//! Reset, play, step, pace and speed, and the clock.
//!
//! The clock's digits change every frame, so the shell writes them itself through [`ClockFace`]; everything else
//! renders when it changes.

use std::rc::Rc;

use kafkascope::{
    i18n::{Arg, Lang, Text, ui},
    kafka::limits,
    lesson::until::Until,
    view::story::StoryLine,
};
use yew::prelude::*;

use super::{
    clock_face::{ClockDigits, ClockFace},
    icons,
    menu::{Menu, Row},
};
use crate::{
    clock::{Note, Pace, Speed, speed_number},
    say::{say, say_plain, tr},
};

/// Props of [`Transport`].
#[derive(Clone, PartialEq, Properties)]
pub struct TransportProps {
    /// Language.
    pub lang: Lang,
    /// Does the clock run?
    pub playing: bool,
    /// Pace and speed.
    pub speed: Speed,
    /// Steps so far.
    pub step: u64,
    /// What to say beside it.
    pub note: Note,
    /// Can it be fast-forwarded, as a lesson's step can; and is it now?
    pub forward: Option<bool>,
    /// The sentence of the step under the playhead, for pages on which the story is not always in sight.
    pub news: Option<Rc<StoryLine>>,
    /// Is there anything to go back from?
    pub at_start: bool,
    /// Is there an earlier moment?
    pub can_go_back: bool,
    /// How far this is before the newest moment, in simulated microseconds.
    pub past_us: Option<u64>,
    /// One step back.
    pub on_back: Callback<()>,
    /// To the newest moment.
    pub on_end: Callback<()>,
    /// Is there a bookmark at this moment?
    pub has_bookmark: bool,
    /// A bookmark at this moment, or no more.
    pub on_bookmark: Callback<()>,
    /// To the next milestone, or to the previous one.
    pub on_milestone: Callback<bool>,
    /// What can be waited for.
    pub goals: Rc<Vec<Until>>,
    /// What is waited for.
    pub waits_for: Option<Text>,
    /// Run until the goal at this place is reached.
    pub on_until: Callback<usize>,
    /// Do the digits change in every frame?
    pub runs: bool,
    /// The clock's digits.
    pub face: ClockFace,
    /// Play or pause.
    pub on_play: Callback<()>,
    /// Does the clock run backwards?
    pub plays_back: bool,
    /// Play backwards, or pause.
    pub on_play_back: Callback<()>,
    /// To the end of the lesson's step.
    pub on_forward: Callback<()>,
    /// One step.
    pub on_step: Callback<()>,
    /// Back to the start.
    pub on_reset: Callback<()>,
    /// Another pace or speed.
    pub on_speed: Callback<Speed>,
}

/// Rows of the speed menu: the paces have these ids, the speeds follow.
const FIRST_SPEED: usize = 2;

/// The transport.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let TransportProps { lang, speed, .. } = *props;
    let on_pick = {
        let on_speed = props.on_speed.clone();
        Callback::from(move |id: usize| {
            let picked = match id {
                0 => Speed { pace: Pace::Event, ..speed },
                1 => Speed { pace: Pace::Clock, ..speed },
                _ => speed.at(id - FIRST_SPEED),
            };
            on_speed.emit(picked);
        })
    };
    let play = if props.playing { (&ui::PAUSE, icons::pause()) } else { (&ui::PLAY, icons::play()) };
    let name = speed_name(speed, lang);
    let label = ui::SPEED.with("name", name.clone()).plain(lang);
    let click = |callback: &Callback<()>| callback.reform(|_: MouseEvent| ());
    let leap = |next: bool| props.on_milestone.reform(move |_: MouseEvent| next);
    let goals: Vec<Row> =
        props.goals.iter().enumerate().map(|(id, goal)| Row::action(id, goal.text.plain(lang), None)).collect();
    html! {
        <section class={classes!("transport", props.news.is_some().then_some("has-news"))} aria-label={tr(&ui::AREA_TRANSPORT, lang)}>
            <div class="transport-buttons">
                <button type="button" class="round" aria-label={tr(&ui::RESET, lang)} title={tr(&ui::RESET, lang)}
                    disabled={props.at_start} onclick={click(&props.on_reset)}>{ icons::reset() }</button>
                <button type="button" class="round" aria-label={tr(&ui::BACK, lang)} title={tr(&ui::BACK_HELP, lang)}
                    disabled={!props.can_go_back} onclick={click(&props.on_back)}>{ icons::back() }</button>
                <button type="button" class="round round-play" aria-label={tr(play.0, lang)} title={tr(play.0, lang)}
                    onclick={click(&props.on_play)}>{ play.1 }</button>
                <button type="button" class="round" aria-label={tr(&ui::STEP, lang)} aria-describedby="transport-note"
                    title={tr(&ui::STEP_HELP, lang)} onclick={click(&props.on_step)}>{ icons::step() }</button>
                <Menu class="menu-up speed" {label} title={tr(&ui::SPEED_MENU, lang)} rows={rows(speed, lang)} {on_pick}>
                    <span class="speed-name">{ name }</span>
                    { icons::chevron() }
                </Menu>
            </div>
            <div class="transport-clock" aria-label={tr(&ui::CLOCK, lang)} role="group">
                <ClockDigits face={props.face.clone()} runs={props.runs} />
                <span class="clock-step">{ ui::STEP_NUMBER.with("n", props.step).plain(lang) }</span>
            </div>
            <div class="transport-leaps">
                <button type="button" class="link" aria-label={tr(&ui::PLAY_BACK, lang)} title={tr(&ui::PLAY_BACK, lang)}
                    aria-pressed={props.plays_back.to_string()} disabled={!props.can_go_back && !props.plays_back} onclick={click(&props.on_play_back)}>{ icons::play_back() }</button>
                <button type="button" class="link" aria-label={tr(&ui::MILESTONE_BACK, lang)} title={tr(&ui::MILESTONE_HELP, lang)}
                    disabled={!props.can_go_back} onclick={leap(false)}>{ icons::milestone_back() }</button>
                <button type="button" class="link" aria-label={tr(&ui::MILESTONE_NEXT, lang)} title={tr(&ui::MILESTONE_HELP, lang)}
                    onclick={leap(true)}>{ icons::milestone_next() }</button>
                <button type="button" class="link" aria-label={tr(&ui::BOOKMARK, lang)} title={tr(&ui::BOOKMARK, lang)}
                    aria-pressed={props.has_bookmark.to_string()} onclick={click(&props.on_bookmark)}>{ icons::bookmark() }</button>
                <Menu class="menu-up until" label={tr(&ui::UNTIL_MENU, lang)} title={tr(&ui::UNTIL_MENU, lang)}
                    rows={goals} on_pick={props.on_until.clone()}>
                    <span>{ tr(&ui::UNTIL, lang) }</span>
                </Menu>
            </div>
            if let Some(line) = &props.news {
                <p class="transport-news">{ say(&line.text, lang) }</p>
            }
            if props.past_us.is_some() {
                <button type="button" class="link transport-forward" title={tr(&ui::END_HELP, lang)} onclick={click(&props.on_end)}>
                    { tr(&ui::END, lang) }{ icons::end() }
                </button>
            } else if let Some(forward) = props.forward {
                <button type="button" class="link transport-forward" aria-pressed={forward.to_string()}
                    title={tr(&ui::KEY_FORWARD, lang)} onclick={click(&props.on_forward)}>
                    { tr(&ui::FORWARD, lang) }{ icons::forward() }
                </button>
            }
            if let Some(goal) = &props.waits_for {
                <p class="transport-note note-lit" id="transport-note">{ say(&ui::NOTE_UNTIL.with("goal", goal.clone()), lang) }</p>
            } else if let Some(past_us) = props.past_us {
                <p class="transport-note note-lit" id="transport-note">{ say(&ui::NOTE_PAST.with("time", Arg::Duration(past_us)), lang) }</p>
            } else {
                <p class={classes!("transport-note", note_class(props.note))} id="transport-note">{ note(props.note, lang) }</p>
            }
        </section>
    }
}

fn note_class(note: Note) -> Option<&'static str> {
    match note {
        Note::None => None,
        Note::Looking | Note::Skipping(_) | Note::Acted | Note::Ended | Note::Behind(_) | Note::Full => {
            Some("note-lit")
        }
    }
}

fn note(note: Note, lang: Lang) -> Html {
    match note {
        Note::None => say(&ui::STEP_HELP.text(), lang),
        Note::Looking => say(&ui::NOTE_LOOKING.text(), lang),
        Note::Skipping(us) => say(&ui::NOTE_SKIPPING.with("time", Arg::Duration(us)), lang),
        Note::Acted => say_plain(&ui::NOTE_ACTED, lang),
        Note::Ended => say(&ui::NOTE_ENDED.text(), lang),
        Note::Full => say(&ui::NOTE_FULL.with("max", limits::RECORDS.max), lang),
        Note::Behind(factor) => say(&ui::NOTE_BEHIND.with("n", speed_number(factor)), lang),
    }
}

/// The speed in force, as the button says it.
pub fn speed_name(speed: Speed, lang: Lang) -> String {
    value_name(speed.pace, speed.value(), lang)
}

fn value_name(pace: Pace, value: f64, lang: Lang) -> String {
    match pace {
        Pace::Event if value == 1.0 => ui::SPEED_ONE_STEP.source(lang).to_owned(),
        Pace::Event => ui::SPEED_STEPS.with("n", speed_number(value)).plain(lang),
        Pace::Clock => ui::SPEED_CLOCK.with("n", speed_number(value)).plain(lang),
    }
}

fn rows(speed: Speed, lang: Lang) -> Vec<Row> {
    let heading = match speed.pace {
        Pace::Event => &ui::SPEED_OF_EVENT,
        Pace::Clock => &ui::SPEED_OF_CLOCK,
    };
    let mut rows = vec![Row::Heading(tr(&ui::PACE, lang).into())];
    for (id, pace) in Pace::ALL.into_iter().enumerate() {
        rows.push(Row::choice(id, tr(pace.label(), lang), Some(tr(pace.help(), lang).into()), pace == speed.pace));
    }
    rows.push(Row::Heading(tr(heading, lang).into()));
    for (index, value) in speed.pace.speeds().iter().enumerate() {
        let label = value_name(speed.pace, *value, lang);
        rows.push(Row::choice(FIRST_SPEED + index, label, None, index == speed.index()));
    }
    rows
}
