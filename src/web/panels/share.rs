//! The run as a link, as lines and as a file, with the way back from each.
//!
//! What is pasted or chosen is read here and refused here, so that nothing on the page changes before it is sound. Left
//! out: playing what was read, which is the shell's (`app::saved`).

use std::rc::Rc;

use kafkascope::{
    codec::{self, ReadError, Saved, file, link, text, work::Work},
    i18n::{Arg, Lang, Text, share},
    kafka::limits,
    lesson::Lesson,
};
use web_sys::{
    Blob, Element, File, HtmlAnchorElement, HtmlElement, HtmlInputElement, HtmlTextAreaElement, Url,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use yew::prelude::*;

use super::modal::Modal;
use crate::{
    say::{say, tr},
    stage_api::Source,
};

/// Props of [`Share`].
#[derive(Clone, PartialEq, Properties)]
pub struct ShareProps {
    /// Language.
    pub lang: Lang,
    /// The run as it stands.
    pub saved: Rc<Saved>,
    /// The lessons that a run can begin with.
    pub lessons: Rc<[Lesson]>,
    /// Opens another one.
    pub on_saved: Callback<Saved>,
    /// A file was chosen.
    pub on_file: Callback<File>,
    /// Closes it.
    pub on_close: Callback<()>,
    /// What this browser keeps.
    pub children: Html,
}

/// Reads a run, whichever of the three it is written as.
pub fn read(source: &str) -> Result<Saved, ReadError> {
    let start = source.trim_start();
    if link::is_link(source) {
        link::read(source)
    } else if start.starts_with('{') || start.starts_with('[') {
        file::read(source)
    } else {
        text::read(source)
    }
}

/// The address of the page, without its fragment.
fn page() -> String {
    let href = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// The dialog.
#[component]
pub fn Share(props: &ShareProps) -> Html {
    let lang = props.lang;
    let address = use_node_ref();
    let lines = use_node_ref();
    let said = use_state(|| None::<Text>);
    let wrong = use_state(|| None::<ReadError>);
    let written = use_memo(props.saved.clone(), |saved| (link::write(saved, &page()), text::write(saved)));
    let copy = |node: &NodeRef| {
        let (node, said) = (node.clone(), said.clone());
        Callback::from(move |_: MouseEvent| copy_text(&node, said.clone()))
    };
    let onplay = {
        let (lines, wrong, on_saved) = (lines.clone(), wrong.clone(), props.on_saved.clone());
        let lessons = props.lessons.clone();
        Callback::from(move |_: MouseEvent| {
            let source = lines.cast::<HtmlTextAreaElement>().map(|area| area.value()).unwrap_or_default();
            // The lines stay where they are until it is certain that the run can begin.
            match read(&source).and_then(|saved| saved.open(&lessons).map(|_| saved)) {
                Ok(saved) => on_saved.emit(saved),
                Err(error) => wrong.set(Some(error)),
            }
        })
    };
    let onfile = Callback::from({
        let on_file = props.on_file.clone();
        move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                on_file.emit(file);
            }
            input.set_value("");
        }
    });
    let ondownload = {
        let saved = props.saved.clone();
        Callback::from(move |_: MouseEvent| download(&file::write(&saved)))
    };
    html! {
        <Modal title={tr(&share::SHARE, lang)} {lang} on_close={props.on_close.clone()} wide={true}>
            <div class="modal-body share">
                <p class="faint">{ tr(&share::NOTE, lang) }</p>
                <h3 id="share-link">{ tr(&share::LINK, lang) }</h3>
                { match &written.0 {
                    Ok(link) => html! { <>
                        <div class="share-row">
                            <input ref={address.clone()} type="text" readonly=true value={link.clone()} aria-labelledby="share-link" />
                            <button type="button" class="button" onclick={copy(&address)}>{ tr(&share::COPY_LINK, lang) }</button>
                        </div>
                        <p class="faint">{ share::LINK_LENGTH.with("n", link.chars().count()).with("max", limits::LINK.max).plain(lang) }</p>
                    </> },
                    Err(problem) => html! { <p class="share-wrong">{ say(&problem.text(), lang) }</p> },
                } }
                <h3 id="share-lines">{ tr(&share::LINES, lang) }</h3>
                <textarea ref={lines.clone()} rows="9" spellcheck="false" aria-labelledby="share-lines" aria-describedby="share-lines-note"
                    aria-invalid={wrong.is_some().then_some("true")} defaultvalue={written.1.clone()} />
                if let Some(error) = &*wrong {
                    { wrong_text(error, lang, &props.on_saved) }
                }
                <p class="faint" id="share-lines-note">{ tr(&share::LINES_NOTE, lang) }</p>
                <div class="share-row">
                    <button type="button" class="button button-main" onclick={onplay}>{ tr(&share::PLAY_LINES, lang) }</button>
                    <button type="button" class="button" onclick={copy(&lines)}>{ tr(&share::COPY_LINES, lang) }</button>
                </div>
                <h3>{ tr(&share::FILE, lang) }</h3>
                <div class="share-row">
                    <button type="button" class="button" onclick={ondownload}>{ tr(&share::DOWNLOAD, lang) }</button>
                    <label class="button share-file">
                        { tr(&share::OPEN_FILE, lang) }
                        <input type="file" class="sr-only" accept=".json,.txt,application/json,text/plain" onchange={onfile} />
                    </label>
                </div>
                <p class="faint">{ tr(&share::DROP_NOTE, lang) }</p>
                { props.children.clone() }
                <p class="share-said" role="status">{ said.as_ref().map(|said| say(said, lang)) }</p>
            </div>
        </Modal>
    }
}

/// What is wrong with something handed in, and the offer to open what is sound.
pub fn wrong_text(error: &ReadError, lang: Lang, on_saved: &Callback<Saved>) -> Html {
    let keep = error.sound.clone().map(|sound| {
        let words = match sound.commands.len() {
            0 => share::KEEP_BEGINNING.text(),
            n => share::KEEP_SOUND.with("commands", n),
        };
        let onclick = on_saved.reform(move |_: MouseEvent| (*sound).clone());
        html! { <button type="button" class="button" {onclick}>{ say(&words, lang) }</button> }
    });
    html! {
        <div class="share-wrong" role="alert">
            <p>{ say(&error.text(), lang) }</p>
            { keep }
        </div>
    }
}

/// The dialog for something that came in and cannot be opened.
pub fn wrong(
    error: &ReadError,
    source: Source,
    lang: Lang,
    on_saved: &Callback<Saved>,
    on_close: Callback<()>,
) -> Html {
    let note = match source {
        Source::Link => &share::WRONG_LINK,
        Source::Handed => &share::WRONG_FILE,
        Source::Kept => &share::WRONG_KEPT,
    };
    let leave = on_close.reform(|_: MouseEvent| ());
    html! {
        <Modal title={tr(&share::WRONG, lang)} {lang} {on_close}>
            <div class="modal-body share">
                <p>{ tr(note, lang) }</p>
                { wrong_text(error, lang, on_saved) }
            </div>
            <div class="modal-foot">
                <button type="button" class="button" onclick={leave}>{ tr(&share::LEAVE, lang) }</button>
            </div>
        </Modal>
    }
}

/// The dialog after the program stopped: what it had been given, with the last command or without.
pub fn crashed(work: &Work, number: u32, lang: Lang, on_work: &Callback<(Work, u32)>, on_close: Callback<()>) -> Html {
    let (whole, saved, mut short) = (work.clone(), work.shown(), work.clone());
    let last = short.shown_mut().history.commands.pop();
    let last = last.map(|last| kafkascope::cluster::command_text::print(&last.command)).unwrap_or_default();
    let with = on_work.reform(move |_: MouseEvent| (whole.clone(), number));
    let without = on_work.reform(move |_: MouseEvent| (short.clone(), number));
    let note = share::CRASHED_NOTE.with("commands", saved.commands.len()).with("command", last);
    html! {
        <Modal title={tr(&share::CRASHED, lang)} {lang} {on_close}>
            <div class="modal-body share"><p>{ say(&note, lang) }</p></div>
            <div class="modal-foot">
                <button type="button" class="button" onclick={with}>{ tr(&share::WITH_LAST, lang) }</button>
                <button type="button" class="button button-main" onclick={without}>{ tr(&share::WITHOUT_LAST, lang) }</button>
            </div>
        </Modal>
    }
}

/// While a run is being played to where it was saved.
pub fn opening((done_us, all_us): (u64, u64), lang: Lang, on_stop: Callback<()>) -> Html {
    let said = share::OPENING.with("done", Arg::Duration(done_us)).with("all", Arg::Duration(all_us));
    let cancel = on_stop.reform(|_: MouseEvent| ());
    html! {
        <Modal title={tr(&share::SHARE, lang)} {lang} on_close={on_stop}>
            <div class="modal-body share">
                <p>{ say(&said, lang) }</p>
                <progress max={all_us.max(1).to_string()} value={done_us.to_string()} aria-label={tr(&share::SHARE, lang)} />
            </div>
            <div class="modal-foot"><button type="button" class="button" onclick={cancel}>{ tr(&share::CANCEL, lang) }</button></div>
        </Modal>
    }
}

/// Copies the text of a field; where the browser forbids that, the text is selected.
fn copy_text(node: &NodeRef, said: UseStateHandle<Option<Text>>) {
    let Some(element) = node.cast::<HtmlElement>() else { return };
    let source = if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        area.select();
        area.value()
    } else if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.select();
        input.value()
    } else {
        return;
    };
    let Some(window) = web_sys::window() else { return };
    let navigator = window.navigator();
    // Only in a safe context is there a clipboard at all.
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).unwrap_or_default();
    if clipboard.is_undefined() {
        said.set(Some(share::NOT_COPIED.text()));
        return;
    }
    let failed = said.clone();
    let done = Closure::once_into_js(move |_: JsValue| said.set(Some(share::COPIED.text())));
    let not_done = Closure::once_into_js(move |_: JsValue| failed.set(Some(share::NOT_COPIED.text())));
    let promise = navigator.clipboard().write_text(&source);
    after(&promise, &done, &not_done);
}

/// Hands a file to the browser's downloads.
fn download(content: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(content));
    let document = web_sys::window().and_then(|window| window.document());
    let (Some(document), Ok(blob)) = (document, Blob::new_with_str_sequence(&parts)) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    let link = document.create_element("a").ok().and_then(|link: Element| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download("kafkascope.json");
        link.click();
    }
    let _ = Url::revoke_object_url(&url);
}

/// Reads a file; one that is too large is refused before it is read.
pub fn read_file(file: &File, on_read: Callback<Result<Saved, ReadError>>) {
    if let Err(error) = limits::FILE.check(file.size() as u64) {
        on_read.emit(Err(ReadError::whole(error)));
        return;
    }
    let promise = file.text();
    let on_text = Closure::once_into_js({
        let on_read = on_read.clone();
        move |content: JsValue| on_read.emit(read(&content.as_string().unwrap_or_default()))
    });
    let on_error = Closure::once_into_js(move |_: JsValue| {
        on_read.emit(Err(ReadError::whole(codec::Problem::Foreign)));
    });
    after(&promise, &on_text, &on_error);
}

/// `promise.then(done, failed)`.
fn after(promise: &JsValue, done: &JsValue, failed: &JsValue) {
    let then = js_sys::Reflect::get(promise, &JsValue::from_str("then")).ok();
    if let Some(then) = then.and_then(|then| then.dyn_into::<js_sys::Function>().ok()) {
        let _ = then.call2(promise, done, failed);
    }
}
