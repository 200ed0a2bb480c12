//! The page's icons: strokes in the colour of the text beside them, hidden from the accessibility tree.

use yew::prelude::*;

fn icon(paths: Html) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor"
            stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{ paths }</svg>
    }
}

/// The logo: three bars of a log.
pub fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
            <rect class="logo-0" x="4" y="5" width="17" height="6" rx="3" />
            <rect class="logo-1" x="4" y="13" width="25" height="6" rx="3" />
            <rect class="logo-2" x="8" y="21" width="15" height="6" rx="3" />
        </svg>
    }
}

/// Back to the start.
pub fn reset() -> Html {
    icon(html! { <><path d="M6 5v14" /><path d="M19 5.5v13L9.5 12z" fill="currentColor" /></> })
}

/// Play.
pub fn play() -> Html {
    icon(html! { <path d="M8 5.2v13.6L19 12z" fill="currentColor" /> })
}

/// Play backwards.
pub fn play_back() -> Html {
    icon(html! { <path d="M16 5.2v13.6L5 12z" fill="currentColor" /> })
}

/// Pause.
pub fn pause() -> Html {
    icon(html! { <path d="M8.5 6v12M15.5 6v12" stroke-width="3.4" /> })
}

/// One step.
pub fn step() -> Html {
    icon(html! { <><path d="M5.5 5v14" /><path d="M10 5.5v13L19.5 12z" fill="currentColor" /></> })
}

/// One step back.
pub fn back() -> Html {
    icon(html! { <><path d="M18.5 5v14" /><path d="M14 5.5v13L4.5 12z" fill="currentColor" /></> })
}

/// Two runs.
pub fn compare() -> Html {
    icon(html! { <path d="M4 8h15m-3.5-3.5L19 8l-3.5 3.5M20 16H5m3.5-3.5L5 16l3.5 3.5" /> })
}

/// To the newest moment.
pub fn end() -> Html {
    icon(html! { <><path d="M18 5v14" /><path d="M5 5.5v13L14.5 12z" fill="currentColor" /></> })
}

/// To the previous milestone: a flag, and the way to it.
pub fn milestone_back() -> Html {
    icon(html! { <><path d="M11 20V4l9 4-9 4" fill="currentColor" /><path d="M7.5 12h-5m2.5-3-3 3 3 3" /></> })
}

/// To the next milestone.
pub fn milestone_next() -> Html {
    icon(html! { <><path d="M4 20V4l9 4-9 4" fill="currentColor" /><path d="M16.5 12h5m-2.5-3 3 3-3 3" /></> })
}

/// A bookmark.
pub fn bookmark() -> Html {
    icon(html! { <path d="M7 4h10v16l-5-4.2L7 20z" /> })
}

/// Less of something.
pub fn minus() -> Html {
    icon(html! { <path d="M5.5 12h13" /> })
}

/// Fast forward.
pub fn forward() -> Html {
    icon(html! { <path d="M4.5 6v12l7.5-6zM12.5 6v12l7.5-6z" fill="currentColor" /> })
}

/// Down, for menus.
pub fn chevron() -> Html {
    html! {
        <svg class="icon chevron" viewBox="0 0 12 12" width="10" height="10" fill="none" stroke="currentColor"
            stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M2.5 4.5 6 8l3.5-3.5" /></svg>
    }
}

/// Something is broken, or is to be.
pub fn bolt() -> Html {
    icon(html! { <path d="M13 2.5 5 13.5h5.5L10 21.5l8.5-11.5H13z" fill="currentColor" stroke-width="1.4" /> })
}

/// Close.
pub fn close() -> Html {
    icon(html! { <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" /> })
}

/// Add.
pub fn plus() -> Html {
    icon(html! { <path d="M12 5.5v13M5.5 12h13" /> })
}

/// Help.
pub fn help() -> Html {
    icon(
        html! { <><path d="M9.2 9.2a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1.1-1.4 2.1" /><path d="M12 17.4v.1" stroke-width="2.6" /></> },
    )
}

/// The panel on the left.
pub fn panel() -> Html {
    icon(html! { <><rect x="3.5" y="5" width="17" height="14" rx="2.5" /><path d="M9.5 5v14" /></> })
}

/// Light.
pub fn sun() -> Html {
    icon(
        html! { <><circle cx="12" cy="12" r="3.8" /><path d="M12 3v1.8M12 19.2V21M3 12h1.8M19.2 12H21M5.6 5.6l1.3 1.3M17.1 17.1l1.3 1.3M5.6 18.4l1.3-1.3M17.1 6.9l1.3-1.3" /></> },
    )
}

/// Dark.
pub fn moon() -> Html {
    icon(html! { <path d="M19.5 14.2A7.8 7.8 0 0 1 9.8 4.5a7.8 7.8 0 1 0 9.7 9.7z" /> })
}

/// As the system wishes: half and half.
pub fn half() -> Html {
    icon(
        html! { <><circle cx="12" cy="12" r="8" /><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor" stroke="none" /></> },
    )
}
