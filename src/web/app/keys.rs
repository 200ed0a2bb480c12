//! The keyboard: one table, from which keys act and the help lists them.

use kafkascope::i18n::{Template, share, ui};
use web_sys::{Element, KeyboardEvent, wasm_bindgen::JsCast};

use crate::lenses::Lens;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Play or pause.
    Play,
    /// Play backwards, or pause.
    PlayBack,
    /// One step.
    Step,
    /// One step back.
    Back,
    /// To the first moment, with what came later kept.
    Begin,
    /// To the newest moment.
    End,
    /// To the previous milestone.
    MilestoneBack,
    /// To the next milestone.
    MilestoneNext,
    /// A bookmark at this moment, or no more.
    Bookmark,
    /// To the end of the lesson's step.
    Forward,
    /// Back to the start.
    Reset,
    /// Next faster speed.
    Faster,
    /// Next slower speed.
    Slower,
    /// The other pace.
    Pace,
    /// New producer.
    Producer,
    /// New consumer.
    Consumer,
    /// New topic.
    Topic,
    /// New broker.
    Broker,
    /// Break something.
    Break,
    /// The tree of runs.
    Runs,
    /// Share and keep.
    Share,
    /// Another lens.
    Lens(Lens),
    /// Show or hide the left column.
    Panel,
    /// The other language.
    Language,
    /// The help.
    Help,
    /// Close what is open.
    Close,
}

/// A row of the table.
pub struct Shortcut {
    /// Values of `KeyboardEvent.key`; letters in lower case.
    pub keys: &'static [&'static str],
    /// The keys as the help shows them.
    pub shown: &'static [&'static str],
    /// What it does, in words.
    pub help: &'static Template,
    /// What it does.
    pub act: Act,
}

const fn row(
    keys: &'static [&'static str],
    shown: &'static [&'static str],
    help: &'static Template,
    act: Act,
) -> Shortcut {
    Shortcut { keys, shown, help, act }
}

/// Every shortcut of the page.
pub static SHORTCUTS: &[Shortcut] = &[
    row(&[" "], &["Space"], &ui::KEY_PLAY, Act::Play),
    row(&["j"], &["J"], &ui::PLAY_BACK, Act::PlayBack),
    row(&["ArrowRight", "."], &["→", "."], &ui::KEY_STEP, Act::Step),
    row(&["ArrowLeft", ","], &["←", ","], &ui::KEY_BACK, Act::Back),
    row(&["Home"], &["Home"], &ui::KEY_BEGIN, Act::Begin),
    row(&["End"], &["End"], &ui::KEY_END, Act::End),
    row(&["["], &["["], &ui::KEY_MILESTONE_BACK, Act::MilestoneBack),
    row(&["]"], &["]"], &ui::KEY_MILESTONE_NEXT, Act::MilestoneNext),
    row(&["m"], &["M"], &ui::BOOKMARK, Act::Bookmark),
    row(&["f"], &["F"], &ui::KEY_FORWARD, Act::Forward),
    row(&["r"], &["R"], &ui::KEY_RESET, Act::Reset),
    row(&["+", "="], &["+"], &ui::KEY_FASTER, Act::Faster),
    row(&["-"], &["−"], &ui::KEY_SLOWER, Act::Slower),
    row(&["e"], &["E"], &ui::KEY_PACE, Act::Pace),
    row(&["n"], &["N"], &ui::KEY_PRODUCER, Act::Producer),
    row(&["c"], &["C"], &ui::KEY_CONSUMER, Act::Consumer),
    row(&["t"], &["T"], &ui::KEY_TOPIC, Act::Topic),
    row(&["b"], &["B"], &ui::KEY_BROKER, Act::Broker),
    row(&["x"], &["X"], &ui::KEY_BREAK, Act::Break),
    row(&["u"], &["U"], &share::RUNS, Act::Runs),
    row(&["k"], &["K"], &share::SHARE, Act::Share),
    row(&["1"], &["1"], &ui::KEY_LENS_TOPIC, Act::Lens(Lens::Topic)),
    row(&["2"], &["2"], &ui::KEY_LENS_BROKERS, Act::Lens(Lens::Brokers)),
    row(&["3"], &["3"], &ui::KEY_LENS_GROUP, Act::Lens(Lens::Group)),
    row(&["4"], &["4"], &ui::KEY_LENS_SEQUENCE, Act::Lens(Lens::Sequence)),
    row(&["s"], &["S"], &ui::KEY_PANEL, Act::Panel),
    row(&["l"], &["L"], &ui::KEY_LANGUAGE, Act::Language),
    row(&["?"], &["?"], &ui::KEY_HELP, Act::Help),
    row(&["Escape"], &["Esc"], &ui::KEY_CLOSE, Act::Close),
];

/// The key of an action, as menus show it.
pub fn key_of(act: Act) -> Option<&'static str> {
    SHORTCUTS.iter().find(|shortcut| shortcut.act == act).map(|shortcut| shortcut.shown[0])
}

/// What a key event asks for; nothing while somebody types, with a modifier, or where the key means something else.
pub fn act(event: &KeyboardEvent, single_keys: bool) -> Option<Act> {
    if event.default_prevented() || event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing() {
        return None;
    }
    let pressed = event.key();
    let name = if pressed.chars().count() == 1 { pressed.to_lowercase() } else { pressed };
    let shortcut = SHORTCUTS.iter().find(|shortcut| shortcut.keys.contains(&name.as_str()))?;
    if shortcut.act == Act::Close {
        return Some(Act::Close);
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let inside =
        |selector: &str| target.as_ref().is_some_and(|target| target.closest(selector).ok().flatten().is_some());
    let typing = inside("input:not([type=checkbox]), textarea, select, [contenteditable=true]");
    let pressing = name == " " && inside("button, summary, a, input, [role=button], [role^=menuitem], [role=tab]");
    (single_keys && !typing && !pressing).then_some(shortcut.act)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_stands_for_two_things() {
        let keys: Vec<&str> = SHORTCUTS.iter().flat_map(|shortcut| shortcut.keys.iter().copied()).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        assert!(keys.iter().all(|key| key.chars().count() > 1 || key.to_lowercase() == **key));
    }
}
