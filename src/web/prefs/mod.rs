//! What is remembered between visits: language, theme, lens, pace and speed, story filters, single-key shortcuts.
//!
//! Storage may be forbidden or full; then the page simply forgets. The keys `kafkascope.theme` and `kafkascope.lang`
//! are also read by `static/prefs.js` before the first paint. Left out: the run itself.

use kafkascope::sim::Set;
use kafkascope::{i18n::Lang, view::story::Lane};
use web_sys::{Element, Storage};

use crate::{
    clock::{Pace, Speed},
    lenses::Lens,
};

/// Light, dark, or as the system wishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system wishes.
    #[default]
    System,
    /// Light by hand.
    Light,
    /// Dark by hand.
    Dark,
}

impl Theme {
    /// All, in the order of the menu.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// Its name in the storage and in `data-theme`.
    pub fn tag(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// All that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefs {
    /// Language of the page.
    pub lang: Lang,
    /// Colours.
    pub theme: Theme,
    /// What the stage shows.
    pub lens: Lens,
    /// Pace and speeds.
    pub speed: Speed,
    /// Lanes that the story does not show.
    pub hidden: Set<Lane>,
    /// Do single keys act?
    pub shortcuts: bool,
}

impl Prefs {
    /// What was remembered, or what suits this browser.
    pub fn load() -> Prefs {
        let mut prefs = Prefs {
            lang: system_lang(),
            theme: Theme::System,
            lens: Lens::default(),
            speed: Speed::default(),
            hidden: Set::from([Lane::Idle]),
            shortcuts: true,
        };
        let Some(storage) = storage() else { return prefs };
        let get = |name: &str| storage.get_item(&format!("kafkascope.{name}")).ok().flatten();
        if let Some(lang) = get("lang").and_then(|tag| Lang::from_tag(&tag)) {
            prefs.lang = lang;
        }
        if let Some(tag) = get("theme") {
            prefs.theme = Theme::ALL.into_iter().find(|theme| theme.tag() == tag).unwrap_or_default();
        }
        if let Some(tag) = get("lens") {
            prefs.lens = Lens::ALL.into_iter().find(|lens| lens.tag() == tag).unwrap_or_default();
        }
        if let Some(tag) = get("pace") {
            prefs.speed.pace = Pace::ALL.into_iter().find(|pace| pace.tag() == tag).unwrap_or_default();
        }
        let index = |name: &str, pace: Pace| {
            let index = get(name)?.parse::<usize>().ok()?;
            (index < pace.speeds().len()).then_some(index)
        };
        prefs.speed.by_event = index("speed.event", Pace::Event).unwrap_or(prefs.speed.by_event);
        prefs.speed.by_clock = index("speed.clock", Pace::Clock).unwrap_or(prefs.speed.by_clock);
        if let Some(hidden) = get("story.hidden") {
            prefs.hidden =
                Lane::ALL.into_iter().filter(|lane| hidden.split(' ').any(|t| t == lane_tag(*lane))).collect();
        }
        prefs.shortcuts = get("shortcuts").as_deref() != Some("off");
        prefs
    }

    /// Remembers them, where the browser allows it.
    pub fn save(&self) {
        let Some(storage) = storage() else { return };
        let hidden: Vec<&str> = self.hidden.iter().map(|lane| lane_tag(*lane)).collect();
        let entries = [
            ("lang", self.lang.tag().to_owned()),
            ("theme", self.theme.tag().to_owned()),
            ("lens", self.lens.tag().to_owned()),
            ("pace", self.speed.pace.tag().to_owned()),
            ("speed.event", self.speed.by_event.to_string()),
            ("speed.clock", self.speed.by_clock.to_string()),
            ("story.hidden", hidden.join(" ")),
            ("shortcuts", if self.shortcuts { "on" } else { "off" }.to_owned()),
        ];
        for (name, value) in entries {
            let _ = storage.set_item(&format!("kafkascope.{name}"), &value);
        }
    }

    /// Shows language and theme on the document's root.
    pub fn apply(&self, title: &str) {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
        document.set_title(title);
        let Some(root) = document.document_element() else { return };
        set(&root, "lang", Some(self.lang.tag()));
        set(&root, "data-theme", (self.theme != Theme::System).then(|| self.theme.tag()));
    }
}

/// A lane's name in the storage and in class names.
pub fn lane_tag(lane: Lane) -> &'static str {
    match lane {
        Lane::Produce => "produce",
        Lane::Replicate => "replicate",
        Lane::Consume => "consume",
        Lane::Group => "group",
        Lane::Cluster => "cluster",
        Lane::Idle => "idle",
    }
}

fn set(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn system_lang() -> Lang {
    let tag = web_sys::window().and_then(|window| window.navigator().language());
    tag.and_then(|tag| Lang::from_tag(&tag)).unwrap_or_default()
}
