//! The dialog that draws any form. It keeps what is typed until the command is accepted.

use std::rc::Rc;

use kafkascope::{
    cluster::command::{Command, Settings},
    i18n::{Lang, Text, ui},
    sim::Set,
    view::model::ViewModel,
};
use web_sys::{HtmlElement, wasm_bindgen::JsCast};
use yew::prelude::*;

use super::{
    Refusal,
    field::{self, dom_id},
    model::{self, Current, Form, Values, Wrong},
    settings::SettingsFields,
};
use crate::{
    panels::modal::Modal,
    say::{say, tr},
    stage_api::Dialog,
};

/// Props of [`FormDialog`].
#[derive(Clone, PartialEq, Properties)]
pub struct FormProps {
    /// Which form.
    pub dialog: Dialog,
    /// Language.
    pub lang: Lang,
    /// The picture when it was opened.
    pub vm: Rc<ViewModel>,
    /// What is there already.
    pub current: Option<Rc<Current>>,
    /// Why the last command was refused.
    pub refusal: Option<Refusal>,
    /// Does it; on success the shell closes the dialog.
    pub on_submit: Callback<Command>,
    /// Closes it.
    pub on_close: Callback<()>,
}

/// A form with what stands in it.
pub struct FormDialog {
    form: Option<Form>,
    part: Option<Rc<model::SettingsPart>>,
    values: Values,
    settings: Rc<Settings>,
    touched: Rc<Set<&'static str>>,
    wrong: Vec<Wrong>,
    /// The refusal, until what it speaks of is changed.
    refusal: Option<Refusal>,
    focus: Option<String>,
    on_change: Callback<field::Change>,
    on_setting: Callback<(&'static str, String)>,
    on_touch: Callback<&'static str>,
}

/// What happens in it.
pub enum Msg {
    Change(field::Change),
    Setting((&'static str, String)),
    Touch(&'static str),
    Submit,
}

impl Component for FormDialog {
    type Message = Msg;
    type Properties = FormProps;

    fn create(ctx: &Context<Self>) -> FormDialog {
        let props = ctx.props();
        let form = model::form(&props.dialog, &props.vm, props.current.as_deref());
        let fields = form.iter().flat_map(|form| form.fields.iter());
        let values = fields.map(|field| (field.id, field.initial.clone())).collect();
        let part = form.as_ref().and_then(|form| form.settings.clone()).map(Rc::new);
        let settings = part.as_ref().map(|part| part.initial.clone()).unwrap_or_default();
        let link = ctx.link();
        FormDialog {
            form,
            part,
            values,
            settings: Rc::new(settings),
            touched: Rc::default(),
            wrong: Vec::new(),
            refusal: None,
            focus: None,
            on_change: link.callback(Msg::Change),
            on_setting: link.callback(Msg::Setting),
            on_touch: link.callback(Msg::Touch),
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &FormProps) -> bool {
        let props = ctx.props();
        if props.refusal != old.refusal {
            self.refusal = props.refusal.clone().map(|refusal| self.at_field(refusal));
            self.focus = self.refusal.as_ref().map(|refusal| refusal.field.clone().unwrap_or_default());
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Change((id, value)) => {
                self.values.insert(id, value);
                self.forget(id);
            }
            Msg::Setting((name, value)) => {
                let settings = Rc::make_mut(&mut self.settings);
                if value.trim().is_empty() {
                    settings.remove(name);
                } else {
                    settings.insert(name.to_owned(), value.trim().to_owned());
                }
                self.forget(name);
            }
            Msg::Touch(name) => return Rc::make_mut(&mut self.touched).insert(name),
            Msg::Submit => {
                let Some(form) = &self.form else { return false };
                self.refusal = None;
                match model::command(&ctx.props().dialog, &self.values, &self.settings, form) {
                    Ok(command) => {
                        self.wrong.clear();
                        ctx.props().on_submit.emit(command);
                    }
                    Err(wrong) => {
                        self.focus = wrong.first().map(|(id, _)| (*id).to_owned());
                        self.wrong = wrong;
                    }
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let FormProps { lang, on_close, .. } = ctx.props();
        let lang = *lang;
        let Some(form) = &self.form else { return Html::default() };
        let onsubmit = ctx.link().callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Submit
        });
        let fields = form
            .fields
            .iter()
            .filter(|field| model::shown(field.id, &self.values))
            .map(|field| field::view(field, &self.values, self.wrong_at(field.id), lang, &self.on_change));
        let stray = self.refusal.as_ref().filter(|refusal| !self.has_field(refusal.field.as_deref()));
        let refused = self.refusal.as_ref().and_then(|refusal| Some((refusal.field.clone()?, refusal.text.clone())));
        // A fault that can happen to nobody now: the note says why.
        let impossible = matches!(ctx.props().dialog, Dialog::Break(..)) && form.fields.is_empty();
        let submit_class = if form.danger { "button button-bad" } else { "button button-main" };
        html! {
            <Modal title={form.title.plain(lang)} {lang} on_close={on_close.clone()} wide={form.settings.is_some()}>
                <form class="form" {onsubmit} novalidate={true}>
                    <div class="modal-body">
                        if let Some(note) = &form.note { <p class="form-note" id="form-note">{ say(note, lang) }</p> }
                        if let Some(refusal) = stray {
                            <p class="wrong wrong-whole" role="alert" id="field-whole" tabindex="-1">{ say(&refusal.text, lang) }</p>
                        }
                        <div class="fields">{ for fields }</div>
                        if let Some(part) = &self.part {
                            <SettingsFields {lang} part={part.clone()} settings={self.settings.clone()} touched={self.touched.clone()}
                                {refused} on_setting={self.on_setting.clone()} on_touch={self.on_touch.clone()} />
                        }
                    </div>
                    <div class="modal-foot">
                        <button type="button" class="button" onclick={on_close.reform(|_: MouseEvent| ())}>{ tr(&ui::CANCEL, lang) }</button>
                        <button type="submit" class={submit_class} disabled={impossible} aria-describedby={impossible.then_some("form-note")}>{ tr(form.submit, lang) }</button>
                    </div>
                </form>
            </Modal>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        let Some(id) = self.focus.take() else { return };
        let document = web_sys::window().and_then(|window| window.document());
        let by_id = |id: &str| document.as_ref()?.get_element_by_id(id)?.dyn_into::<HtmlElement>().ok();
        if let Some(element) = by_id(&dom_id(&id)).or_else(|| by_id("field-whole")) {
            let _ = element.focus();
        }
    }
}

impl FormDialog {
    /// What is wrong with a field, found here or by the model.
    fn wrong_at(&self, id: &str) -> Option<&Text> {
        let refused = self.refusal.as_ref().filter(|refusal| refusal.field.as_deref() == Some(id));
        let found = self.wrong.iter().find(|(wrong, _)| *wrong == id).map(|(_, text)| text);
        refused.map(|refusal| &refusal.text).or(found)
    }

    /// The model names some things otherwise than the form: the name that is taken, one key of several.
    fn at_field(&self, mut refusal: Refusal) -> Refusal {
        let names: &[&str] = match refusal.field.as_deref() {
            Some("name" | "producers" | "members") => &["producer", "consumer"],
            Some("key") => &["keys"],
            Some("topics") => &["topics", "topic"],
            _ => return refusal,
        };
        if let Some(name) = names.iter().find(|name| self.has_field(Some(name))) {
            refusal.field = Some((*name).to_owned());
        }
        refusal
    }

    fn has_field(&self, id: Option<&str>) -> bool {
        let (Some(id), Some(form)) = (id, &self.form) else { return false };
        let setting = |part: &model::SettingsPart| kafkascope::kafka::config::lookup(part.scope, id).is_ok();
        let field = form.fields.iter().any(|field| field.id == id && model::shown(id, &self.values));
        field || form.settings.as_ref().is_some_and(setting)
    }

    /// What was wrong with a field is no longer said once it changes.
    fn forget(&mut self, id: &str) {
        self.wrong.retain(|(wrong, _)| *wrong != id);
        if self.refusal.as_ref().is_some_and(|refusal| refusal.field.as_deref() == Some(id)) {
            self.refusal = None;
        }
    }
}
